//! Entries of the journal as far as several read models take them from their events.

use std::borrow::Cow;

use jiff::civil::Date;
use posars_domain::journal::EntryKind;
use posars_domain::{AccountCode, CostCenterId, Currency, StoreId};
use serde::Deserialize;

use crate::{ApplyError, Event, EventKind};

/// An entry, or the mirror that undid one.
#[derive(Deserialize)]
pub(super) struct Entry<'a> {
    pub(super) accounting_date: &'a str,
    pub(super) business_date: Date,
    pub(super) currency: &'a str,
    #[serde(borrow)]
    pub(super) lines: Vec<Line<'a>>,
}

/// A line of it.
#[derive(Deserialize)]
pub(super) struct Line<'a> {
    pub(super) account: &'a str,
    #[serde(default)]
    pub(super) role: Option<&'a str>,
    #[serde(default)]
    pub(super) debit: i64,
    #[serde(default)]
    pub(super) credit: i64,
    #[serde(default)]
    pub(super) store_id: Option<&'a str>,
    #[serde(default)]
    pub(super) cost_center: Option<&'a str>,
    #[serde(default, borrow)]
    pub(super) party: Option<Cow<'a, str>>,
}

impl<'a> Entry<'a> {
    /// The entry of an event, all that is in it checked; none of an event of another category.
    pub(super) fn of(event: &'a Event<'_>) -> Result<Option<Self>, ApplyError> {
        let EventKind::Entry(kind) = event.kind else {
            return Ok(None);
        };
        match kind {
            EntryKind::JournalEntryPosted | EntryKind::JournalEntryReversed => {}
        }
        let entry: Self = event.payload()?;
        event.parse::<Date>(entry.accounting_date)?;
        event.parse::<Currency>(entry.currency)?;
        for line in &entry.lines {
            line.check(event)?;
        }
        Ok(Some(entry))
    }
}

impl Line<'_> {
    fn check(&self, event: &Event<'_>) -> Result<(), ApplyError> {
        event.parse::<AccountCode>(self.account)?;
        self.store_id
            .map(|store| event.parse::<StoreId>(store))
            .transpose()?;
        self.cost_center
            .map(|center| event.parse::<CostCenterId>(center))
            .transpose()?;
        Ok(())
    }

    /// What the balance is more by: debit above zero, credit below.
    pub(super) const fn balance(&self) -> i64 {
        self.debit.saturating_sub(self.credit)
    }
}

/// A text that the event has, as a column can hold it; empty for none.
pub(super) fn text_or_empty(event: &Event<'_>, text: Option<Cow<'_, str>>) -> Result<String, ApplyError> {
    Ok(event.text_maybe(text)?.unwrap_or_default())
}
