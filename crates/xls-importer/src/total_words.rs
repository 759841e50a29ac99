//! Texts that announce a sum, and names of products that only hold such a word.

use crate::title::normalise_title;

/// What a text with a word for a sum in it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TotalWords {
    /// Nothing else is in it: `Total do dia 05/11`, not `Sabonete Total 12`.
    pub(crate) is_plain: bool,
    /// It says that it is the sum of a part: `Subtotal`.
    pub(crate) is_part: bool,
    /// It says that it is the sum of everything: `Total geral`.
    pub(crate) is_grand: bool,
    /// The text without its numbers: sums of one kind have one label.
    pub(crate) label: String,
}

/// Longest text looked at, in bytes: a longer one describes a product.
const TEXT_BYTES_MAX: usize = 80;

/// Words for a sum.
const SUMS: [&str; 13] = [
    "total",
    "totais",
    "totals",
    "subtotal",
    "subtotais",
    "subtotals",
    "soma",
    "somas",
    "somatorio",
    "somatoria",
    "sum",
    "sums",
    "totalizador",
];
/// Beginnings that no product has, whatever follows: `Total loja Centro`.
const SURE_BEGINNINGS: [&str; 29] = [
    "subtotal",
    "subtotais",
    "subtotals",
    "sub total",
    "totais",
    "totals",
    "grand total",
    "total geral",
    "soma total",
    "soma geral",
    "total dia",
    "total diario",
    "total mes",
    "total mensal",
    "total semana",
    "total periodo",
    "total venda",
    "total vendas",
    "total loja",
    "total filial",
    "total vendedor",
    "total cupom",
    "total nota",
    "total pedido",
    "total turno",
    "total categoria",
    "total fornecedor",
    "total store",
    "total sales",
];
/// Words that say what is summed up.
#[rustfmt::skip] // a list of words, not one a line
const OF_WHAT: &[&str] = &[
    "geral", "gerais", "grand", "sub", "dia", "dias", "diario", "diaria", "mes", "meses", "mensal", "semana",
    "semanal", "quinzena", "ano", "anual", "hoje", "periodo", "parcial", "parciais", "final", "acumulado",
    "acumulada", "venda", "vendas", "vendido", "vendidos", "produto", "produtos", "item", "itens", "items",
    "peca", "pecas", "quantidade", "qtd", "qtde", "valor", "valores", "bruto", "liquido", "desconto",
    "descontos", "loja", "lojas", "filial", "filiais", "unidade", "unidades", "empresa", "caixa", "turno",
    "cupom", "cupons", "pedido", "pedidos", "nota", "notas", "recibo", "documento", "cliente", "vendedor",
    "fornecedor", "categoria", "grupo", "estoque", "custo", "relatorio", "pagina", "folha", "planilha",
    "pagar", "pago", "receber", "recebido", "faturado", "faturamento", "receita", "dinheiro", "cartao",
    "credito", "debito", "pix", "compra", "compras", "entrada", "entradas", "saida", "saidas", "mercadorias",
    "todos", "todas", "registros", "linhas", "r", "e", "a", "o", "ate", "em", "no", "na", "por",
    "of", "the", "by", "for", "day", "daily", "week", "weekly", "month", "monthly", "year", "sale", "sales",
    "store", "stores", "all", "overall", "page", "receipt", "receipts", "order", "orders", "stock", "value",
    "amount", "quantity", "units", "products", "net", "gross", "moeda", "reais", "dolar", "dolares", "euro",
    "euros", "brl", "usd", "eur",
    "janeiro", "fevereiro", "marco", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro",
    "novembro", "dezembro", "jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez",
    "segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo", "feira", "seg", "ter", "qua", "qui",
    "sex", "sab", "dom",
];

/// What a text says of a sum; none when it says nothing.
pub(crate) fn total_words(text: &str) -> Option<TotalWords> {
    if text.len() > TEXT_BYTES_MAX || !may_say_so(text.as_bytes()) {
        return None;
    }
    let title = joined(normalise_title(text));
    let words: Vec<&str> = title.split(' ').collect();
    words.iter().find(|word| SUMS.contains(word))?;
    let begins = |beginning: &str| {
        let rest = title.strip_prefix(beginning);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    let is_word = |word: &str| word.chars().any(char::is_alphabetic);
    let of_what = |word: &str| SUMS.contains(&word) || OF_WHAT.contains(&word);
    let is_plain = SURE_BEGINNINGS.iter().any(|beginning| begins(beginning))
        || (words.iter().all(|word| !is_word(word) || of_what(word)) && numbers_belong(&words));
    Some(TotalWords {
        is_plain,
        is_part: words
            .iter()
            .any(|word| word.starts_with("sub") || word.starts_with("parcia")),
        is_grand: words
            .iter()
            .any(|word| matches!(*word, "geral" | "gerais" | "grand" | "overall")),
        label: words
            .into_iter()
            .filter(|word| is_word(word))
            .collect::<Vec<_>>()
            .join(" "),
    })
}

/// The cheap question first: it is asked for the texts of every row.
fn may_say_so(text: &[u8]) -> bool {
    text.windows(3).any(|three| {
        matches!(
            three,
            [b'o' | b'O', b't' | b'T' | b'm' | b'M', b'a' | b'A']
                | [b'o' | b'O', b' ', b't' | b'T']
                | [b's' | b'S', b'u' | b'U', b'm' | b'M']
        )
    })
}

/// `t o t a l` as one word.
fn joined(title: String) -> String {
    if title.contains("t o t a l") {
        title
            .replace("s u b t o t a l", "subtotal")
            .replace("t o t a l", "total")
    } else {
        title
    }
}

/// Whether the numbers are of a day, a month, a year or of what is named beside them; `Total 12` is a tooth paste.
fn numbers_belong(words: &[&str]) -> bool {
    let is_number = |word: &&&str| word.chars().all(|character| character.is_ascii_digit());
    let numbers: Vec<&&str> = words.iter().filter(is_number).collect();
    let is_year = |number: &str| number.len() == 4 && (number.starts_with("20") || number.starts_with("19"));
    match numbers.as_slice() {
        [number] => {
            let at = words.iter().position(|word| word == *number).unwrap_or_default();
            let beside = [at.checked_sub(1), at.checked_add(1)];
            let mut beside = beside.into_iter().flatten().filter_map(|at| words.get(at));
            is_year(number) || beside.any(|word| OF_WHAT.contains(word))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{OF_WHAT, SUMS, SURE_BEGINNINGS, total_words};
    use crate::title::normalise_title;

    #[test]
    fn sums_are_told_from_products() {
        for text in [
            "Total",
            "TOTAL:",
            "Total do dia",
            "Total 05/11",
            "TOTAL DO DIA 05/11/2025",
            "Subtotal",
            "Sub-total",
            "SUB TOTAL",
            "Total geral",
            "TOTAL GERAL R$",
            "Totais",
            "Soma",
            "Somatório",
            "T O T A L",
            "=> TOTAL <=",
            "Grand Total",
            "Total Loja Centro",
            "Total do mês de novembro",
            "Total 2025",
            "Total nota 123",
            "05/11 Total",
            "Valor Total",
            "Soma dos itens",
            "Sum",
            "Total (30 dias)",
            "Total de itens vendidos",
            "Total a pagar",
            "Total: 25,00",
        ] {
            assert!(total_words(text).is_some_and(|words| words.is_plain), "{text}");
        }
        for text in [
            "Total Flex",
            "Sabonete Total 12",
            "Total 12",
            "Óleo Total 5W30",
            "Centro Total",
            "Total Centro",
        ] {
            assert!(total_words(text).is_some_and(|words| !words.is_plain), "{text}");
        }
        for text in [
            "Aroma Somali",
            "Camisa",
            "",
            "Protocolo T",
            "Goma",
            "Sumo de laranja",
            "Botao totalmente azul",
        ] {
            assert_eq!(total_words(text), None, "{text}");
        }
    }

    #[test]
    fn parts_and_wholes() {
        let words = |text| total_words(text).unwrap();
        assert!(words("Subtotal").is_part && !words("Total do dia").is_part);
        assert!(words("Total Geral").is_grand && !words("TOTAL").is_grand);
        assert_eq!(words("Total 05/11").label, words("TOTAL: 06/11").label);
    }

    #[test]
    fn the_words_are_written_normalised() {
        let all = SUMS.iter().chain(&SURE_BEGINNINGS).chain(OF_WHAT);
        all.for_each(|word| assert_eq!(normalise_title(word), *word));
    }
}
