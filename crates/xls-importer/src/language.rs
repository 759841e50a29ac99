//! The language a person reads the outcome in.

/// Language of messages and workbooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Brazilian Portuguese.
    #[default]
    PtBr,
    /// English.
    En,
}

impl Language {
    /// The text of this language.
    #[must_use]
    pub fn pick<'a>(self, pt_br: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::PtBr => pt_br,
            Self::En => en,
        }
    }
}
