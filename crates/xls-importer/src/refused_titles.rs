//! Titles of the columns that a workbook of refused rows has besides those of its sheet.

use posars_words::Language;

/// The titles of the columns added: by them a workbook that is sent back is known.
pub(crate) fn added_titles(language: Language) -> [&'static str; 3] {
    [
        language.pick("Linha", "Row"),
        language.pick("Erro", "Error"),
        language.pick("Como corrigir", "How to correct"),
    ]
}
