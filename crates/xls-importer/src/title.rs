//! Column titles made comparable: accents, case, punctuation and small words do not matter, one slip is forgiven.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words that join others and carry no meaning of their own.
const JOINING_WORDS: [&str; 5] = ["do", "da", "de", "dos", "das"];
/// Words shorter than this must match exactly: `nota` and `data` are too near to other words.
const FORGIVING_FROM_CHARS: usize = 6;

/// `PREÇO DE COMPRA (R$)` becomes `preco compra`.
pub(crate) fn normalise_title(title: &str) -> String {
    let plain: String = title
        .nfkd()
        .filter(|character| !is_combining_mark(*character))
        .flat_map(char::to_lowercase)
        .collect();
    let plain = plain.replace("r$", " ");
    plain
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty() && !JOINING_WORDS.contains(word))
        .collect::<Vec<_>>()
        .join(" ")
}

/// A normalised title with its usual abbreviations spelt one way: `vlr tot` and `valor total` are one title.
pub(crate) fn canonical_title(title: &str) -> String {
    // Written with a hyphen: "NFC-e".
    let title = format!(" {title} ")
        .replace(" nfc e ", " nfce ")
        .replace(" nf e ", " nfe ");
    let words: Vec<&str> = title.split_whitespace().collect();
    let stands_alone = words.len() == 1;
    let words: Vec<&str> = words
        .into_iter()
        .map(|word| whole_word(word, stands_alone))
        .collect();
    let is_of_one = words
        .iter()
        .any(|word| matches!(*word, "valor" | "preco" | "custo" | "qtd"));
    let words = words.into_iter().map(|word| match word {
        "un" | "und" | "unid" | "uni" | "unidade" if is_of_one => "unit",
        word => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The word an abbreviation stands for. Those of one or two letters mean something only beside another word.
fn whole_word(word: &str, stands_alone: bool) -> &str {
    match word {
        "vl" | "vlr" | "vlor" | "valores" => "valor",
        "vr" if !stands_alone => "valor",
        "qtde" | "qt" | "quant" | "quantidade" | "quantidades" | "qtdade" | "qte" | "qnt" | "qntd"
        | "qtds" | "qtdd" | "quantid" => "qtd",
        "unitario" | "unitaria" | "unit" | "unt" | "unitar" if !stands_alone => "unit",
        "num" | "nr" | "nro" | "no" | "n" if !stands_alone => "numero",
        "cod" | "codg" | "codigos" => "codigo",
        "cd" if !stands_alone => "codigo",
        "dt" | "dta" => "data",
        "prod" | "produtos" => "produto",
        "forn" | "fornec" | "fornecedores" => "fornecedor",
        "pgto" | "pagto" | "pgt" | "pagamentos" => "pagamento",
        "pag" if !stands_alone => "pagamento",
        "prc" | "precos" => "preco",
        "pr" if !stands_alone => "preco",
        "ref" => "referencia",
        "med" if !stands_alone => "medida",
        "tot" => "total",
        "liq" | "liquida" => "liquido",
        "acresc" | "acres" | "acrescimos" => "acrescimo",
        "vda" | "vnd" => "venda",
        "estq" | "estoq" => "estoque",
        "emis" | "emiss" => "emissao",
        "vend" => "vendedor",
        "cli" if !stands_alone => "cliente",
        "movto" | "mov" | "movimentacao" => "movimento",
        "descr" | "descri" => "descricao",
        "barra" => "barras",
        "cst" if !stands_alone => "custo",
        word => word,
    }
}

/// Whether a title says that its column holds percentages: `Desconto (%)`, `Perc. desconto`.
pub(crate) fn speaks_of_percent(title: &str) -> bool {
    const WORDS: [&str; 7] = [
        "perc",
        "percent",
        "percentual",
        "percentage",
        "porcentagem",
        "porc",
        "pct",
    ];
    title.contains('%')
        || normalise_title(title)
            .split(' ')
            .any(|word| WORDS.contains(&word))
}

/// Whether two normalised titles differ by one slip in one long word: `preco comra`, `preco compra`.
pub(crate) fn differs_by_one_slip(title: &str, alias: &str) -> bool {
    if title.split(' ').count() != alias.split(' ').count() {
        return false;
    }
    let mut different = title
        .split(' ')
        .zip(alias.split(' '))
        .filter(|(one, other)| one != other);
    let (Some((one, other)), None) = (different.next(), different.next()) else {
        return false;
    };
    other.chars().count() >= FORGIVING_FROM_CHARS && is_one_edit(one, other)
}

/// One character more, less, or other, or two neighbours swapped.
fn is_one_edit(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let start = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[start..], &other[start..]);
    match (one, other) {
        ([_, a @ ..], [_, b @ ..]) if a == b => true,
        ([_, a @ ..], b) if a == b => true,
        (a, [_, b @ ..]) if a == b => true,
        ([a, b, rest @ ..], [c, d, tail @ ..]) => a == d && b == c && rest == tail,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{canonical_title, differs_by_one_slip, normalise_title};

    #[test]
    fn titles_are_made_comparable() {
        assert_eq!(normalise_title("  Código Venda "), "codigo venda");
        assert_eq!(normalise_title("PREÇO DE COMPRA (R$)"), "preco compra");
        assert_eq!(normalise_title("Dt.\nEmissão"), "dt emissao");
        assert_eq!(normalise_title("N\u{ba} Pedido"), "no pedido");
        assert_eq!(normalise_title("***"), "");
    }

    #[test]
    fn abbreviations_are_spelt_one_way() {
        for (title, canonical) in [
            ("Vlr. Tot.", "valor total"),
            ("VL UNIT", "valor unit"),
            ("Preço Un.", "preco unit"),
            ("Qtde.", "qtd"),
            ("Nº Cupom", "numero cupom"),
            ("Cód. Prod.", "codigo produto"),
            ("Unidade", "unidade"),
            ("UN", "un"),
            ("Forma Pgto", "forma pagamento"),
        ] {
            assert_eq!(canonical_title(&normalise_title(title)), canonical);
        }
    }

    #[test]
    fn one_slip_is_forgiven_in_long_words_only() {
        assert!(differs_by_one_slip("preco comra", "preco compra"));
        assert!(differs_by_one_slip("descircao", "descricao"));
        assert!(differs_by_one_slip("quantidadee", "quantidade"));
        assert!(!differs_by_one_slip("nata", "nota"), "short words must match");
        assert!(
            !differs_by_one_slip("preco compra", "preco compra"),
            "equal is not a slip"
        );
        assert!(!differs_by_one_slip("prexo comra", "preco compra"), "two slips");
    }
}
