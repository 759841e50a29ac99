//! A value that can never be accepted, whatever the state.

use std::fmt;

use crate::{Rejection, RejectionKind};

/// Characters of the refused value that an error repeats; more would only flood a log.
const GIVEN_CHARS_MAX: usize = 80;

/// A value that breaks the rule of its type or field; also a [`Rejection`] of kind `Invalid`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidValue {
    reason: &'static str,
    field: Option<Box<str>>,
    given: Box<str>,
    rule: &'static str,
}

impl InvalidValue {
    /// Makes an error from its stable code, the refused value and the rule it breaks.
    #[must_use]
    pub fn new(reason: &'static str, given: impl fmt::Display, rule: &'static str) -> Self {
        let given = given
            .to_string()
            .chars()
            .take(GIVEN_CHARS_MAX)
            .collect::<String>();
        Self {
            reason,
            field: None,
            given: given.into(),
            rule,
        }
    }

    /// Says which field of the command held the value, such as `lines[2].quantity`.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into().into());
        self
    }

    /// The refused value as it was given, cut at 80 characters; masked when it is a person's.
    #[must_use]
    pub fn given(&self) -> &str {
        &self.given
    }

    /// The rule that the value breaks.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        self.rule
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
    fn reason(&self) -> &'static str {
        self.reason
    }

    fn kind(&self) -> RejectionKind {
        RejectionKind::Invalid
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        vec![("given", self.given.to_string()), ("rule", self.rule.to_owned())]
    }

    fn field(&self) -> Option<String> {
        self.field.as_deref().map(str::to_owned)
    }
}
