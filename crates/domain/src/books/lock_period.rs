//! A month is closed for good.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::{Books, BooksRejection, BooksState, PeriodLocked};
use crate::{Command, Decided, Decision, Given, Month};

/// Closes a month for good, with all before it; nothing undoes that. A month that is locked already stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockPeriod {
    /// The month, which is closed.
    pub month: Month,
}

impl Command for LockPeriod {
    type Of = Books;
    type Answer = PeriodLocked;

    const NAME: &'static str = "LockPeriod";

    fn stream_id(&self) -> impl Display + Send {
        Books::stream_id()
    }

    fn decide(&self, state: &BooksState, _given: &Given<'_>) -> Decided<Books> {
        let month = self.month;
        state.covers_month(month)?;
        if state.is_locked(month) {
            return Ok(Decision::nothing());
        }
        if state.closed_through < Some(month) {
            return Err(BooksRejection::PeriodNotClosed { month });
        }
        Ok(Decision::event(PeriodLocked { month }))
    }
}
