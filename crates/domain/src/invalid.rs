//! A value that can never be accepted, whatever the state.

use std::borrow::Cow;
use std::fmt;

use crate::masking::mask_cpf;
use crate::{Path, Rejection, Told};

/// Characters of the refused value that an error repeats; more would only flood a log.
const GIVEN_CHARS_MAX: usize = 80;

/// A value that breaks the rule of its type or field; also a [`Rejection`] of kind `Invalid`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidValue {
    reason: &'static str,
    // Boxed: what is hardly ever there should not make every result larger.
    field: Option<Box<Path>>,
    given: Box<str>,
    rule: Cow<'static, str>,
}

impl InvalidValue {
    /// Makes an error from its stable code, the refused value and the rule it breaks. A CPF in the value is masked.
    #[must_use]
    pub fn new(reason: &'static str, given: impl fmt::Display, rule: impl Into<Cow<'static, str>>) -> Self {
        // Masked before it is cut: half a number is a number still.
        let given = mask_cpf(&given.to_string())
            .chars()
            .take(GIVEN_CHARS_MAX)
            .collect::<String>();
        Self {
            reason,
            field: None,
            given: given.into(),
            rule: rule.into(),
        }
    }

    /// Says which field of the command held the value, such as `lines[2].quantity`.
    #[must_use]
    pub fn at(mut self, field: impl Into<Path>) -> Self {
        self.field = Some(Box::new(field.into()));
        self
    }

    /// The refused value as it was given, cut at 80 characters; masked when it is a person's.
    #[must_use]
    pub fn given(&self) -> &str {
        &self.given
    }

    /// The rule that the value breaks.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(field) = &self.field {
            write!(out, "{field}: ")?;
        }
        write!(
            out,
            "{:?} is not accepted: {}; correct it and send again",
            self.given, self.rule
        )
    }
}

impl std::error::Error for InvalidValue {}

impl Rejection for InvalidValue {
    fn told(&self) -> Told {
        let told = Told::invalid(self.reason)
            .with("given", &self.given)
            .with("rule", &self.rule);
        Told {
            path: self.field.as_deref().copied(),
            ..told
        }
    }
}

/// Refuses a list that is longer than its bound.
pub(crate) fn not_longer(
    field: impl Into<Path>,
    length: usize,
    length_max: usize,
) -> Result<(), InvalidValue> {
    if length > length_max {
        let rule = format!("the list holds at most {length_max} entries");
        return Err(InvalidValue::new("LIST_TOO_LONG", format!("{length} entries"), rule).at(field));
    }
    Ok(())
}

/// Refuses a list without entries.
pub(crate) fn not_empty(field: impl Into<Path>, length: usize) -> Result<(), InvalidValue> {
    if length == 0 {
        let rule = "the list needs at least one entry";
        return Err(InvalidValue::new("LIST_EMPTY", "0 entries", rule).at(field));
    }
    Ok(())
}
