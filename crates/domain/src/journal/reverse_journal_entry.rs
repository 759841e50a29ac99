//! An entry that was posted by hand is undone by its mirror.

use std::fmt::Display;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::dates::{Dates, out_of_order};
use super::lines::mirrored;
use super::{Entry, EntryRejection, EntryState, JournalEntryReversed, reversal_id_of};
use crate::misplaced::{Refused, not_in_words};
use crate::text::{self, NOTE_CHARS_MAX};
use crate::{Command, Decided, Decision, EntryId, Given, Needs};

/// Undoes an entry that was posted by hand, by its mirror; the entry itself stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReverseJournalEntry {
    /// The entry.
    pub entry_id: EntryId,
    /// The day that the mirror counts for in the books, not before that of the entry.
    pub accounting_date: Date,
    /// The day on which it is undone, not after that; `None` is the same day.
    pub business_date: Option<Date>,
    /// Why, 1 to 500 characters.
    pub reason: String,
    /// As for [`super::PostJournalEntry`].
    pub late_allowed: bool,
}

impl Command for ReverseJournalEntry {
    type Of = Entry;
    type Answer = JournalEntryReversed;

    const NAME: &'static str = "ReverseJournalEntry";

    fn stream_id(&self) -> impl Display + Send {
        self.entry_id
    }

    fn needs<'a>(&'a self, _state: &'a EntryState) -> Needs<'a> {
        Needs::COMPANY.and_books()
    }

    fn decide(&self, state: &EntryState, given: &Given<'_>) -> Decided<Entry> {
        let entry_id = self.entry_id;
        let reason = text::optional("reason", &self.reason, NOTE_CHARS_MAX)?;
        if text::shows_nothing(&reason) {
            return Err(EntryRejection::ReasonRequired);
        }
        let dates = Dates {
            accounting_date: self.accounting_date,
            business_date: self.business_date,
            late_allowed: self.late_allowed,
        };
        let dates = dates.checked()?;
        let Some(posted) = &state.posted else {
            return Err(EntryRejection::EntryUnknown { entry_id });
        };
        if let Some(source) = &posted.source {
            return Err(EntryRejection::EntryIsDerived {
                entry_id,
                event_type: source.event_type.clone(),
            });
        }
        if let Some(before) = &state.reversed {
            if before.reason == reason && before.business_date == dates.business_date() {
                return Ok(Decision::nothing());
            }
            return Err(EntryRejection::EntryAlreadyReversed {
                entry_id,
                reversal_id: before.reversal_id,
            });
        }
        not_in_words("reason", &reason, Refused::Both)?;
        let books = given.books()?;
        let day = dates.day(&books)?;
        if day.date < posted.accounting_date {
            let rule = format!(
                "the entry counts for {}; it is undone on that day or later",
                posted.accounting_date
            );
            return Err(out_of_order("accounting_date", day.date, rule).into());
        }
        // Accounts and cost centres that were retired since take the mirror all the same: it only undoes what is there.
        let lines = mirrored(&posted.lines);
        let reversal_id = reversal_id_of(entry_id);
        let reversed = JournalEntryReversed {
            entry_id,
            reversal_id,
            accounting_date: day.date,
            business_date: dates.business_date(),
            late_for: day.late_for,
            currency: posted.currency,
            reason,
            lines,
        };
        Ok(Decision {
            events: vec![reversed.into()],
            claims: vec![Entry::claim(reversal_id)],
        })
    }
}
