//! What is wrong with a row, and the words of its reason for the person who corrects the sheet.

use std::borrow::Cow;

use posars_domain::StoreId;
use posars_words::Language;

use crate::field::Field;
use crate::row_reason::RowReason;
use crate::row_texts::{self, RowTexts, UNWORDED};
use crate::told_refusal::ToldRefusal;

impl RowReason {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.texts().code
    }

    /// Every reason.
    pub fn all() -> impl Iterator<Item = Self> {
        row_texts::all().map(|texts| texts.reason)
    }

    /// What is wrong, whatever the cell.
    #[must_use]
    pub fn problem(self, language: Language) -> &'static str {
        let [pt_br, en] = self.texts().problem;
        language.pick(pt_br, en)
    }

    /// How to correct it.
    #[must_use]
    pub fn how_to_fix(self, language: Language) -> &'static str {
        let [pt_br, en] = self.texts().fix;
        language.pick(pt_br, en)
    }

    /// The words for the reason.
    fn texts(self) -> &'static RowTexts {
        row_texts::all()
            .find(|texts| texts.reason == self)
            .unwrap_or(&UNWORDED)
    }
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// The reason.
    pub reason: RowReason,
    /// The field at fault, where it is one.
    pub field: Option<Field>,
    /// What the cell holds; masked where it is a person's.
    pub given: String,
    /// More about it: the expected value, the other row, the code of the refusal.
    pub detail: String,
    /// What the rules or the log said, where they did.
    pub refusal: Option<ToldRefusal>,
}

/// The value, or none and its fault among the others.
pub(crate) fn keep<T>(value: Result<T, RowFault>, faults: &mut Vec<RowFault>) -> Option<T> {
    value.map_err(|fault| faults.push(fault)).ok()
}

/// Characters of a cell repeated in a message.
const GIVEN_CHARS_MAX: usize = 80;

impl RowFault {
    /// A fault of one cell.
    #[must_use]
    pub fn of(reason: RowReason, field: Field, given: impl std::fmt::Display) -> Self {
        let given = given.to_string().chars().take(GIVEN_CHARS_MAX).collect();
        Self {
            reason,
            field: Some(field),
            given,
            detail: String::new(),
            refusal: None,
        }
    }

    /// A fault of the row as a whole.
    #[must_use]
    pub fn of_row(reason: RowReason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            field: None,
            given: String::new(),
            detail: detail.into(),
            refusal: None,
        }
    }

    /// A row whose record the rules or the log refused.
    #[must_use]
    pub fn refused(reason: RowReason, refusal: ToldRefusal) -> Self {
        Self {
            refusal: Some(refusal.clone()),
            ..Self::of_row(reason, refusal.reason())
        }
    }

    /// A row whose store is not defined, where the import may not define it.
    pub(crate) fn unknown_store(store_id: &StoreId, name: &str) -> Self {
        let refusal = ToldRefusal::unknown_store(store_id);
        let detail = format!("{}: {store_id} ({name}); --define-missing", refusal.reason());
        Self::refused(RowReason::Rejected, refusal).with_detail(detail)
    }

    /// The same with more said about it.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self {
            detail: detail.into(),
            ..self
        }
    }

    /// What is wrong; `title` is the column's own title.
    #[must_use]
    pub fn message(&self, language: Language, title: &str) -> String {
        let mut message = String::new();
        if self.field.is_some() {
            message.push_str(title);
            message.push_str(": ");
        }
        message.push_str(self.reason.problem(language));
        if !self.given.is_empty() {
            message.push_str(&format!(" ({:?})", self.given));
        }
        match &self.refusal {
            Some(refusal) => message.push_str(&format!(". {}", refusal.what(language))),
            None if self.detail.is_empty() => {}
            None => message.push_str(&format!("; {}", self.detail)),
        }
        message
    }

    /// How to correct it.
    #[must_use]
    pub fn how_to_fix(&self, language: Language) -> Cow<'static, str> {
        let refusal = self.refusal.as_ref();
        let told = refusal.and_then(|refusal| refusal.next_step(language));
        match told {
            // What to do about a receipt that is there already is known better here.
            Some(next) if self.reason == RowReason::Rejected => Cow::Owned(next),
            Some(_) | None => Cow::Borrowed(self.reason.how_to_fix(language)),
        }
    }
}
