//! What an import has to say besides its counts: how receipts were told apart, and what of the file is not in the log.

use jiff::civil::Date;
use posars_domain::Quantity;
use posars_words::Language;

use crate::limits::BLANK_ROWS_MAX;

/// Something that is told to the person who imports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The receipt numbers of a store begin again, so that their key includes the day.
    ReceiptsByDay {
        /// The store, as the sheet names it.
        store: String,
        /// How many numbers stand on several days of the sheet; none when the log shows it.
        receipts: Option<u32>,
        /// One of them.
        number: String,
        /// Two of its days.
        days: (Date, Date),
    },
    /// Sold products that are not in the catalogue: their sales are recorded, their stock waits.
    StockWaits {
        /// The first of their SKUs.
        products: Vec<String>,
        /// How many they are.
        products_len: usize,
        /// Rows of the sheet that sold them.
        rows: u32,
        /// Units sold.
        quantity: Quantity,
    },
    /// Rows below a long gap were not read.
    RowsAfterGap {
        /// The first of them.
        row: u32,
    },
    /// Other visible sheets have values and were not read.
    SheetsNotRead {
        /// Their names.
        sheets: Vec<String>,
        /// Whether the one that was read was asked for by its name.
        was_chosen: bool,
    },
    /// Rows that the sheet does not show are read as all others.
    HiddenRows {
        /// How many; none where a sheet is too big to count those that its filter hides.
        rows: Option<u32>,
    },
}

/// SKUs named of those whose stock waits.
pub(crate) const PRODUCTS_NAMED_MAX: usize = 10;

impl Finding {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ReceiptsByDay { .. } => "receipts_by_day",
            Self::StockWaits { .. } => "stock_waits",
            Self::RowsAfterGap { .. } => "rows_after_gap",
            Self::SheetsNotRead { .. } => "sheets_not_read",
            Self::HiddenRows { .. } => "hidden_rows",
        }
    }

    /// Whether the log may hold less than the person saw in the file, and nobody has said that it may.
    #[must_use]
    pub fn needs_a_look(&self) -> bool {
        match self {
            Self::RowsAfterGap { .. } => true,
            Self::SheetsNotRead { was_chosen, .. } => !was_chosen,
            // Those were read and recorded.
            Self::ReceiptsByDay { .. } | Self::StockWaits { .. } | Self::HiddenRows { .. } => false,
        }
    }

    /// What was found.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        match language {
            Language::PtBr => self.in_portuguese(),
            Language::En => self.in_english(),
        }
    }

    fn in_portuguese(&self) -> String {
        match self {
            Self::ReceiptsByDay {
                store,
                receipts: Some(receipts),
                number,
                days: (one, other),
            } => format!(
                "loja {store}: {receipts} números de venda voltam em outro dia ({number} em {one} e em {other}); cada dia é outra venda, e a chave inclui o dia",
                one = Language::PtBr.date(*one),
                other = Language::PtBr.date(*other)
            ),
            Self::ReceiptsByDay {
                store,
                receipts: None,
                number,
                days: (one, _),
            } => format!(
                "loja {store}: no registro os números de venda recomeçam ({number} em {one}); a chave inclui o dia",
                one = Language::PtBr.date(*one)
            ),
            Self::StockWaits {
                products,
                products_len,
                rows,
                quantity,
            } => format!(
                "o estoque de {rows} linhas ({quantity} unidades) espera: {products_len} produtos não estão no catálogo: {}",
                named(products, *products_len),
                quantity = Language::PtBr.decimal(&quantity.to_string()),
            ),
            Self::RowsAfterGap { row } => format!(
                "a leitura parou em um intervalo de mais de {BLANK_ROWS_MAX} linhas vazias; da linha {row} em diante nada foi lido"
            ),
            Self::SheetsNotRead { sheets, .. } => {
                format!("abas com valores que não foram lidas: {}", sheets.join(", "))
            }
            Self::HiddenRows { rows: Some(rows) } => {
                format!("{rows} linhas ocultas (por um filtro ou à mão) foram lidas como as outras")
            }
            Self::HiddenRows { rows: None } => {
                "um filtro está ligado na aba; as linhas que ele oculta foram lidas como as outras".to_owned()
            }
        }
    }

    fn in_english(&self) -> String {
        match self {
            Self::ReceiptsByDay {
                store,
                receipts: Some(receipts),
                number,
                days: (one, other),
            } => format!(
                "store {store}: {receipts} receipt numbers come back on another day ({number} on {one} and on {other}); each day is another sale, and the key includes the day"
            ),
            Self::ReceiptsByDay {
                store,
                receipts: None,
                number,
                days: (one, _),
            } => format!(
                "store {store}: in the log its receipt numbers begin again ({number} on {one}); the key includes the day"
            ),
            Self::StockWaits {
                products,
                products_len,
                rows,
                quantity,
            } => format!(
                "the stock of {rows} rows ({quantity} units) waits: {products_len} products are not in the catalogue: {}",
                named(products, *products_len)
            ),
            Self::RowsAfterGap { row } => format!(
                "reading stopped at a gap of more than {BLANK_ROWS_MAX} blank rows; from row {row} on nothing was read"
            ),
            Self::SheetsNotRead { sheets, .. } => {
                format!("sheets with values that were not read: {}", sheets.join(", "))
            }
            Self::HiddenRows { rows: Some(rows) } => {
                format!("{rows} hidden rows (by a filter or by hand) were read as all others")
            }
            Self::HiddenRows { rows: None } => {
                "a filter is on in the sheet; the rows that it hides were read as all others".to_owned()
            }
        }
    }

    /// What to do about it; none where there is nothing to do.
    #[must_use]
    pub fn next_step(&self, language: Language) -> Option<&'static str> {
        let (pt_br, en) = match self {
            Self::StockWaits { .. } => (
                "importe o mesmo arquivo com --define-missing, ou uma planilha de produtos: o estoque sai em seguida, e nada é registrado duas vezes",
                "import the same file with --define-missing, or a sheet of products: the stock then goes out, and nothing is recorded twice",
            ),
            Self::RowsAfterGap { .. } => (
                "apague as linhas vazias e importe de novo: o que já entrou não entra outra vez",
                "delete the blank rows and import again: what is in already does not come in twice",
            ),
            Self::SheetsNotRead {
                was_chosen: false, ..
            } => (
                "diga qual com --sheet NOME; cada aba é uma importação",
                "say which one with --sheet NAME; each sheet is an import of its own",
            ),
            Self::HiddenRows { .. } => (
                "se elas não deviam entrar, copie só as visíveis para outra planilha",
                "if they should not come in, copy only the visible ones to another sheet",
            ),
            Self::ReceiptsByDay { .. } | Self::SheetsNotRead { was_chosen: true, .. } => return None,
        };
        Some(language.pick(pt_br, en))
    }
}

fn named(products: &[String], products_len: usize) -> String {
    let named = products.join(", ");
    if products.len() < products_len {
        format!("{named}, …")
    } else {
        named
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn values_are_written_as_the_reader_writes_them() {
        let days = Finding::ReceiptsByDay {
            store: "Centro".into(),
            receipts: Some(2),
            number: "7".into(),
            days: (date(2026, 1, 30), date(2026, 1, 31)),
        };
        let waits = Finding::StockWaits {
            products: vec!["cafe".into()],
            products_len: 1,
            rows: 3,
            quantity: "1.5".parse().unwrap(),
        };
        for (finding, portuguese, english) in [
            (
                &days,
                "(7 em 30/01/2026 e em 31/01/2026)",
                "(7 on 2026-01-30 and on 2026-01-31)",
            ),
            (&waits, "(1,5 unidades)", "(1.5 units)"),
        ] {
            assert!(finding.message(Language::PtBr).contains(portuguese));
            assert!(finding.message(Language::En).contains(english));
        }
    }
}
