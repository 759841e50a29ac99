//! A month that was closed takes entries again.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::{Books, BooksRejection, BooksState, PeriodReopened};
use crate::misplaced::{Refused, not_in_words};
use crate::text::{self, NOTE_CHARS_MAX};
use crate::{Command, Decided, Decision, Given, Month};

/// Opens the month again that was closed last, or whose close has begun and was not completed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReopenPeriod {
    /// The month.
    pub month: Month,
    /// Why, 1 to 500 characters.
    pub reason: String,
}

impl Command for ReopenPeriod {
    type Of = Books;
    type Answer = PeriodReopened;

    const NAME: &'static str = "ReopenPeriod";

    fn stream_id(&self) -> impl Display + Send {
        Books::stream_id()
    }

    fn decide(&self, state: &BooksState, _given: &Given<'_>) -> Decided<Books> {
        let month = self.month;
        let reason = text::optional("reason", &self.reason, NOTE_CHARS_MAX)?;
        if text::shows_nothing(&reason) {
            return Err(BooksRejection::ReasonRequired);
        }
        not_in_words("reason", &reason, Refused::Both)?;
        state.covers_month(month)?;
        match state.shut_through() {
            Some(last) if last == month => {}
            Some(last) if last > month => {
                return Err(BooksRejection::PeriodOutOfOrder { month, next: last });
            }
            Some(_) | None => return Err(BooksRejection::PeriodNotClosed { month }),
        }
        if state.closing.is_none() && state.is_locked(month) {
            return Err(state.why_shut("month", month).into());
        }
        Ok(Decision::event(PeriodReopened { month, reason }))
    }
}
