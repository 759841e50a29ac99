//! Things worth a look that refuse nothing, in the reader's language.

use posars_words::Language;

use crate::told_refusal::ToldRefusal;

/// A remark on an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The quantities are what is there, and are taken in as opening stock.
    CountAsOpeningStock,
    /// Receipts whose rows have different dates; the earliest is taken.
    ReceiptsOfSeveralDates(u32),
    /// Rows whose SKU is empty.
    WithoutSku(u32),
    /// Rows of what was called off; what was recorded of them before stays.
    Cancelled(u32),
    /// Codes in number cells that are those of products with zeros in front.
    ZerosRestored(usize),
    /// A store whose receipt numbers have other zeros in front in the log, and are taken for those.
    ReceiptsWithOtherZeros(String),
    /// A command that ended without an answer.
    CommandWithoutAnswer,
    /// The log could not take what was offered.
    Interrupted(ToldRefusal),
    /// A store or product that the rules did not let be defined.
    NotDefined {
        /// Its id or SKU.
        subject: String,
        /// What the rules said.
        refusal: ToldRefusal,
    },
}

impl Note {
    /// The remark in words.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        match self {
            Self::CountAsOpeningStock => language
                .pick(
                    "as quantidades são uma contagem; entram uma vez, como estoque inicial, só onde o estoque não tem movimento",
                    "the quantities are a count; they are taken in once, as opening stock, where the stock has not moved",
                )
                .to_owned(),
            Self::ReceiptsOfSeveralDates(receipts) => format!(
                "{receipts} {}",
                language.pick(
                    "vendas têm linhas de várias datas; vale a primeira",
                    "receipts have rows of several dates; the earliest is taken"
                )
            ),
            Self::WithoutSku(rows) => format!(
                "{rows} {}",
                language.pick(
                    "linhas não têm código; o seu é feito do nome",
                    "rows have no SKU; theirs is made from the name"
                )
            ),
            Self::Cancelled(rows) => format!(
                "{rows} {}",
                language.pick(
                    "linhas canceladas ou inativas não foram registradas; se já o foram antes, cancele essas vendas",
                    "rows are cancelled or out of use and were not recorded; if they were before, void those sales"
                )
            ),
            Self::ZerosRestored(codes) => format!(
                "{codes} {}",
                language.pick(
                    "códigos em células de número são de produtos com zeros à esquerda",
                    "codes of number cells are those of products with zeros in front"
                )
            ),
            Self::ReceiptsWithOtherZeros(store) => format!(
                "{store}: {}",
                language.pick(
                    "no registro os números de venda têm outros zeros à esquerda; são os mesmos, e nenhuma venda entra outra vez",
                    "in the log the receipt numbers have other zeros in front; they are the same, and no sale comes in twice"
                )
            ),
            Self::CommandWithoutAnswer => language
                .pick(
                    "um comando não terminou; importe o arquivo de novo",
                    "a command did not end: it panicked; import the file again",
                )
                .to_owned(),
            Self::Interrupted(refusal) => told(refusal, language),
            Self::NotDefined { subject, refusal } => format!("{subject}: {}", told(refusal, language)),
        }
    }
}

/// What is wrong and what to do about it.
fn told(refusal: &ToldRefusal, language: Language) -> String {
    let what = refusal.what(language);
    refusal
        .next_step(language)
        .map_or(what.clone(), |next| format!("{what}. {next}"))
}
