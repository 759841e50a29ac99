//! What the titles, the name of the sheet and the lines above the table say about its kind.

use crate::column::Column;
use crate::title::{canonical_title, normalise_title};

/// Words that speak for one kind of sheet or against all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SheetMarks {
    /// Of sales: customers, sellers, cash registers.
    pub(crate) of_sales: bool,
    /// Of goods that come in: suppliers, purchases, receiving.
    pub(crate) of_receiving: bool,
    /// Of a count of the stock.
    pub(crate) of_count: bool,
    /// How many columns are of sheets that are not for this importer: people, payables, addresses, daily sums.
    pub(crate) foreign: usize,
}

impl SheetMarks {
    /// Reads the titles and, as one more title each, the name of the sheet and the `captions` above the table.
    pub(crate) fn of(columns: &[Column], sheet: &str, captions: &[String]) -> Self {
        let mut marks = Self::default();
        for column in columns {
            let title = canonical_title(&normalise_title(&column.title));
            let words: Vec<&str> = title.split(' ').collect();
            // "Preço de venda" and "custo de compra" stand in every kind of sheet.
            let is_price = matches!(
                words.first(),
                Some(&("preco" | "valor" | "custo" | "pvenda" | "price" | "cost"))
            );
            if !is_price {
                marks.add(&words);
            }
            marks.foreign += usize::from(is_foreign(&words));
        }
        for caption in captions.iter().map(String::as_str).chain([sheet]) {
            let title = normalise_title(caption);
            marks.add(&title.split(' ').collect::<Vec<_>>());
        }
        marks
    }

    fn add(&mut self, words: &[&str]) {
        let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
        self.of_sales |= has(OF_SALES);
        self.of_receiving |= has(OF_RECEIVING);
        self.of_count |= has(OF_COUNT);
    }
}

const OF_SALES: &[&str] = &[
    "venda",
    "vendas",
    "vendido",
    "vendidos",
    "vendida",
    "vendidas",
    "cliente",
    "clientes",
    "consumidor",
    "vendedor",
    "vendedora",
    "cupom",
    "cupons",
    "nfce",
    "pdv",
    "caixa",
    "comanda",
    "faturamento",
    "sale",
    "sales",
    "sold",
    "customer",
    "seller",
    "cashier",
    "salesperson",
];

const OF_RECEIVING: &[&str] = &[
    "compra",
    "compras",
    "comprada",
    "comprado",
    "fornecedor",
    "fornecedores",
    "entrada",
    "entradas",
    "recebimento",
    "recebimentos",
    "recebida",
    "recebidas",
    "recebido",
    "recebidos",
    "purchase",
    "purchases",
    "supplier",
    "vendor",
    "received",
    "receiving",
];

const OF_COUNT: &[&str] = &[
    "contagem",
    "contagens",
    "contada",
    "contado",
    "inventario",
    "inventarios",
    "balanco",
    "count",
    "counted",
    "inventory",
    "stocktake",
];

/// Whether a title is of a list of people, of payables and receivables, or of sums by day.
fn is_foreign(words: &[&str]) -> bool {
    words.iter().any(|word| FOREIGN.contains(word)) || matches!(words, ["ticket", "medio"] | ["e", "mail"])
}

#[rustfmt::skip] // a list of words
const FOREIGN: &[&str] = &[
    "matricula", "cargo", "funcao", "salario", "salarios", "remuneracao", "admissao", "demissao", "desligamento", "pis",
    "pasep", "ctps", "nascimento", "funcionario", "funcionarios", "colaborador", "chapa", "jornada", "ferias", "holerite",
    "telefone", "celular", "fone", "whatsapp", "email", "endereco", "logradouro", "cep", "bairro", "cidade", "municipio",
    "uf", "rg", "cpf", "vencimento", "venc", "duplicata", "titulo", "parcela", "parcelas", "favorecido", "sacado",
    "cedente", "juros", "multa", "competencia", "faturamento", "cupons", "ticketmedio", "banco", "agencia", "debito",
    "credito", "quitacao", "salary", "hired", "birth", "phone", "address", "city", "due", "payee", "employee",
];

#[cfg(test)]
mod tests {
    use super::SheetMarks;
    use crate::column::Column;

    fn marks(titles: &[&str], sheet: &str) -> SheetMarks {
        let columns: Vec<Column> = (0..)
            .zip(titles)
            .map(|(index, title)| Column {
                index,
                title: (*title).to_owned(),
            })
            .collect();
        SheetMarks::of(&columns, sheet, &[])
    }

    #[test]
    fn titles_and_the_name_of_the_sheet_speak() {
        assert!(marks(&["Data Venda", "Preço Compra"], "Plan1").of_sales);
        assert!(!marks(&["Data Venda", "Preço Compra"], "Plan1").of_receiving);
        assert!(!marks(&["Produto", "Preço de Venda"], "Plan1").of_sales);
        assert!(marks(&["Produto", "Fornecedor"], "Plan1").of_receiving);
        assert!(marks(&["Produto"], "Compras 2025").of_receiving);
        assert!(marks(&["Produto", "Qtd"], "Inventário").of_count);
        assert_eq!(
            marks(&["Matrícula", "Nome", "Cargo", "Salário"], "Plan1").foreign,
            3
        );
        assert_eq!(marks(&["Fornecedor", "Vencimento", "Valor"], "Plan1").foreign, 1);
        assert_eq!(marks(&["Código", "Descrição", "Preço"], "Plan1").foreign, 0);
    }
}
