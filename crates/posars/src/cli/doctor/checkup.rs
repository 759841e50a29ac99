//! One check of the doctor.

use serde::Serialize;

use crate::failure::Failure;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// As it should be.
    Ok,
    /// Works, but somebody should know.
    Warning,
    /// Does not work, or data is in danger.
    Fault,
    /// Could not be looked at, because of another fault or because there is nothing yet.
    Skipped,
}

impl State {
    /// As people read it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Fault => "FAULT",
            Self::Skipped => "skipped",
        }
    }
}

/// What was looked at and what was found.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Check {
    /// What was looked at, a stable word.
    pub(super) name: &'static str,
    pub(super) state: State,
    pub(super) found: String,
    /// What to do; none when nothing is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fix: Option<String>,
}

impl Check {
    pub(super) fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self {
            name,
            state: State::Ok,
            found: found.into(),
            fix: None,
        }
    }

    pub(super) fn warning(name: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            name,
            state: State::Warning,
            found: found.into(),
            fix: Some(fix.into()),
        }
    }

    pub(super) fn fault(name: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            name,
            state: State::Fault,
            found: found.into(),
            fix: Some(fix.into()),
        }
    }

    pub(super) fn skipped(name: &'static str, found: impl Into<String>) -> Self {
        Self {
            name,
            state: State::Skipped,
            found: found.into(),
            fix: None,
        }
    }

    /// A failure met on the way, with its own next step.
    pub(super) fn failed(name: &'static str, failure: Failure) -> Self {
        let found = failure.to_string();
        let fix = failure
            .next
            .unwrap_or_else(|| "mend what it says and ask again".to_owned());
        Self::fault(name, found, fix)
    }
}
