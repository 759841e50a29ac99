//! A month takes no more entries, so that it can be sealed.

use std::fmt::Display;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{Books, BooksCircumstance, BooksRejection, BooksState, PeriodCloseBegun};
use crate::{Command, Decided, Decision, Given, Month};

/// Begins the close of a month, and of all before it that are open. Begun before and not completed, it goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeginPeriodClose {
    /// The month: the one after the last that is closed, or any before the first close.
    pub month: Month,
}

impl Command for BeginPeriodClose {
    type Of = Books;
    type Answer = PeriodCloseBegun;

    const NAME: &'static str = "BeginPeriodClose";

    fn stream_id(&self) -> impl Display + Send {
        Books::stream_id()
    }

    fn decide(&self, state: &BooksState, given: &Given<'_>) -> Decided<Books> {
        let month = self.month;
        state.covers_month(month)?;
        if state.closing == Some(month) {
            return Ok(Decision::nothing());
        }
        if state.closed_through >= Some(month) {
            return Err(state.why_shut("month", month).into());
        }
        if let Some(closing) = state.closing {
            return Err(BooksRejection::PeriodClosing { month: closing });
        }
        let next = state.closed_through.and_then(Month::next);
        if let Some(next) = next.filter(|next| *next != month) {
            return Err(BooksRejection::PeriodOutOfOrder { month, next });
        }
        // The first of a month comes earliest in the east, half a day before it does in London; a close on that half day is
        // of no use to anybody.
        let today = TimeZone::UTC.to_datetime(given.recorded_at).date();
        if month.first_day() > today {
            return Err(BooksRejection::PeriodNotBegun { month });
        }
        Ok(Decision::event(PeriodCloseBegun { month }))
    }
}

impl BooksState {
    /// Refuses a month that lies before the books.
    pub(super) fn covers_month(&self, month: Month) -> Result<(), BooksRejection> {
        if self.begun.is_none() {
            return Err(BooksCircumstance::BooksNotBegun.into());
        }
        let begins_on = self.begins_on();
        match begins_on.filter(|begins_on| month.last_day() < *begins_on) {
            Some(begins_on) => Err(BooksCircumstance::DateBeforeBooks {
                field: "month",
                date: month.last_day(),
                begins_on,
            }
            .into()),
            None => Ok(()),
        }
    }
}
