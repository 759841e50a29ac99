//! What every "no" of the domain can tell its caller.

use std::fmt;

use jiff::Timestamp;

use crate::Path;

/// What sort of "no" a rejection is; each door maps it to its own status codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RejectionKind {
    /// The request itself is wrong and will never be accepted as it is.
    Invalid,
    /// The request is well formed, but the present state forbids it.
    State,
    /// Something with this identity exists already, with other content.
    Duplicate,
    /// The thing the request is about does not exist.
    NotFound,
    /// The caller decided on an older version than the present one.
    Conflict,
}

/// A rule said no: the text says what is wrong, with the values, and the next step.
pub trait Rejection: std::error::Error + Send + Sync + 'static {
    /// All that it says besides its text.
    fn told(&self) -> Told;

    /// The stable code in `UPPER_SNAKE_CASE`, at most 63 characters; part of the public contract.
    fn reason(&self) -> &'static str {
        self.told().reason
    }

    /// What sort of "no" this is.
    fn kind(&self) -> RejectionKind {
        self.told().kind
    }

    /// The values behind the rejection, for machines; never personal data.
    fn metadata(&self) -> Vec<(&'static str, String)> {
        let values = self.told().values.into_iter();
        values.map(|(key, value)| (key, value.to_string())).collect()
    }

    /// The path of the offending field in the command, such as `lines[2].quantity`.
    fn field(&self) -> Option<String> {
        self.told().path.map(|path| path.to_string())
    }
}

/// All that a rejection says besides its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What sort of "no" it is.
    pub kind: RejectionKind,
    /// The stable code.
    pub reason: &'static str,
    /// The offending field of the command, where it is one.
    pub path: Option<Path>,
    /// The values behind it; never personal data.
    pub values: Vec<(&'static str, Value)>,
}

/// A value behind a rejection. Its text is for machines; a person is shown it as the person's language writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// An id, a code, a count or an amount of minor units.
    Text(String),
    /// A number that may have decimals, written with a point.
    Decimal(String),
    /// A moment.
    Moment(Timestamp),
}

impl Told {
    /// The request is wrong whatever the state.
    #[must_use]
    pub const fn invalid(reason: &'static str) -> Self {
        Self::new(RejectionKind::Invalid, reason)
    }

    /// The present state forbids it.
    #[must_use]
    pub const fn state(reason: &'static str) -> Self {
        Self::new(RejectionKind::State, reason)
    }

    /// It exists already, with other content.
    #[must_use]
    pub const fn duplicate(reason: &'static str) -> Self {
        Self::new(RejectionKind::Duplicate, reason)
    }

    /// It does not exist.
    #[must_use]
    pub const fn not_found(reason: &'static str) -> Self {
        Self::new(RejectionKind::NotFound, reason)
    }

    /// The caller decided on an older version.
    #[must_use]
    pub const fn conflict(reason: &'static str) -> Self {
        Self::new(RejectionKind::Conflict, reason)
    }

    const fn new(kind: RejectionKind, reason: &'static str) -> Self {
        Self {
            kind,
            reason,
            path: None,
            values: Vec::new(),
        }
    }

    /// The same, about a field of the command.
    #[must_use]
    pub fn at(self, path: impl Into<Path>) -> Self {
        Self {
            path: Some(path.into()),
            ..self
        }
    }

    /// The same with a value.
    #[must_use]
    pub fn with(self, key: &'static str, value: impl fmt::Display) -> Self {
        self.with_value(key, Value::Text(value.to_string()))
    }

    /// The same with a number that may have decimals, such as a quantity.
    #[must_use]
    pub fn with_decimal(self, key: &'static str, number: impl fmt::Display) -> Self {
        self.with_value(key, Value::Decimal(number.to_string()))
    }

    /// The same with a moment.
    #[must_use]
    pub fn with_moment(self, key: &'static str, at: Timestamp) -> Self {
        self.with_value(key, Value::Moment(at))
    }

    fn with_value(mut self, key: &'static str, value: Value) -> Self {
        self.values.push((key, value));
        self
    }
}

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Decimal(text) => out.write_str(text),
            Self::Moment(at) => at.fmt(out),
        }
    }
}
