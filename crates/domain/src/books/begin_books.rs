//! The books begin.

use std::fmt::Display;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::founding::chart_and_rules;
use super::{Books, BooksBegun, BooksRejection, BooksState, OpeningStock};
use crate::dates::business_day;
use crate::{Command, Currency, Decided, Decision, Founded, Given, InvalidValue};

/// Begins the books of a company that is older than they are, with their chart and their rules. The same beginning again
/// changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeginBooks {
    /// The currency that they are kept in.
    pub currency: Currency,
    /// Their first day, 2000 to 2099; `None` posts all that ever happened.
    pub begins_on: Option<Date>,
    /// The last position of the log that an opening entry covers for the days before the first; zero when all is posted.
    pub up_to_position: u64,
    /// What the goods of each store were worth by what lies before both; only of books that begin on a day.
    pub opening: Vec<OpeningStock>,
}

impl Command for BeginBooks {
    type Of = Books;
    type Answer = BooksBegun;

    const NAME: &'static str = "BeginBooks";

    fn stream_id(&self) -> impl Display + Send {
        Books::stream_id()
    }

    fn founds(&self) -> Vec<Founded> {
        chart_and_rules()
    }

    fn decide(&self, state: &BooksState, given: &Given<'_>) -> Decided<Books> {
        if let Some(begins_on) = self.begins_on {
            business_day("begins_on", begins_on)?;
            let today = TimeZone::UTC.to_datetime(given.recorded_at).date();
            if begins_on > today {
                let rule = format!("books begin on a day that has come, {today} or before");
                return Err(InvalidValue::new("BOOKS_BEGIN_IN_FUTURE", begins_on, rule)
                    .at("begins_on")
                    .into());
            }
        }
        let begun = BooksBegun {
            currency: self.currency,
            begins_on: self.begins_on,
            up_to_position: self.up_to_position,
            opening: self.opening.clone(),
        };
        match &state.begun {
            None => Ok(Decision::event(begun)),
            Some(before) if *before == begun => Ok(Decision::nothing()),
            Some(_) => Err(BooksRejection::BooksExist),
        }
    }
}
