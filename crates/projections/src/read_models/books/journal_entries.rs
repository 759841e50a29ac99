//! Journal entries: one row per entry, and one per mirror that undid one.
//!
//! An entry's number is its rank in the log among the entries whose accounting date is in the same year. It is given where
//! the row is written, after the highest one of its year, so numbers have no gaps. An entry that was parked and applied
//! later comes last until the next rebuild.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::journal::EntryKind;
use posars_domain::{Currency, Month, StoreId};
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::entry_payload::text_or_empty;
use crate::projection::{Fold, Target};
use crate::read::sql_position;
use crate::row::table_row;
use crate::{ApplyError, DatabaseError, Event, EventKind, Load, Projection};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct JournalEntriesFold;

/// Memory of an entry of the fold beside the text of its lines, about.
const ENTRY_BYTES: usize = 600;

table_row! {
    /// An entry as it was posted.
    pub(crate) struct Posted of journal_entries {
        entry_id: Uuid = UUID key,
        position: i64 = INT8,
        number: i64 = INT8,
        recorded_at: Timestamp = TIMESTAMPTZ,
        total_minor: i64 = INT8,
        source_position: Option<i64> = INT8,
        source_event_id: Option<Uuid> = UUID,
        reverses: Option<Uuid> = UUID,
        reversed_by: Option<Uuid> = UUID,
        accounting_date: Date = DATE,
        business_date: Date = DATE,
        year: i16 = INT2,
        currency: String = TEXT,
        late_for: Option<String> = TEXT,
        source_type: Option<String> = TEXT,
        stores: String = TEXT,
        memo: String = TEXT,
        lines: String = TEXT,
    }
}

table_row! {
    /// By which mirror it was undone.
    pub(crate) struct Undone in Posted {
        entry_id: Uuid = UUID key,
        reversed_by: Option<Uuid> = UUID keep,
    }
}

#[derive(Deserialize)]
struct PostedPayload<'a> {
    entry_id: Uuid,
    accounting_date: Date,
    business_date: Date,
    currency: &'a str,
    #[serde(default)]
    late_for: Option<&'a str>,
    #[serde(default, borrow)]
    memo: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    source: Option<SourcePayload<'a>>,
    #[serde(borrow)]
    lines: &'a RawValue,
}

#[derive(Deserialize)]
struct SourcePayload<'a> {
    event_type: &'a str,
    position: i64,
    event_id: Uuid,
}

#[derive(Deserialize)]
struct ReversedPayload<'a> {
    entry_id: Uuid,
    reversal_id: Uuid,
    accounting_date: Date,
    business_date: Date,
    currency: &'a str,
    #[serde(default)]
    late_for: Option<&'a str>,
    #[serde(borrow)]
    reason: Cow<'a, str>,
    #[serde(borrow)]
    lines: &'a RawValue,
}

#[derive(Deserialize)]
struct LinePayload<'a> {
    #[serde(default)]
    debit: i64,
    #[serde(default)]
    store_id: Option<&'a str>,
}

/// What the lines of an entry come to.
struct Lines {
    total_minor: i64,
    stores: String,
}

impl Lines {
    fn of(event: &Event<'_>, lines: &RawValue) -> Result<Self, ApplyError> {
        let lines: Vec<LinePayload<'_>> =
            serde_json::from_str(lines.get()).map_err(|problem| event.bad(&problem))?;
        let mut total_minor = 0_i64;
        let mut stores = BTreeSet::new();
        for line in lines {
            total_minor = total_minor.saturating_add(line.debit);
            stores.extend(line.store_id);
        }
        let mut of_stores = String::new();
        for store in stores {
            event.parse::<StoreId>(store)?;
            of_stores.push_str(if of_stores.is_empty() { "," } else { "" });
            of_stores.push_str(store);
            of_stores.push(',');
        }
        Ok(Self {
            total_minor,
            stores: of_stores,
        })
    }
}

impl PostedPayload<'_> {
    fn row(self, event: &Event<'_>) -> Result<Posted, ApplyError> {
        let lines = Lines::of(event, self.lines)?;
        let late_for = self.late_for.map(|month| event.parse::<Month>(month));
        let source_type = self.source.as_ref().map(|source| source.event_type);
        Ok(Posted {
            entry_id: self.entry_id,
            position: sql_position(event.position),
            // Given when it is written.
            number: 0,
            recorded_at: event.recorded_at(),
            total_minor: lines.total_minor,
            source_position: self.source.as_ref().map(|source| source.position),
            source_event_id: self.source.as_ref().map(|source| source.event_id),
            reverses: None,
            reversed_by: None,
            accounting_date: self.accounting_date,
            business_date: self.business_date,
            year: self.accounting_date.year(),
            currency: event.parse::<Currency>(self.currency)?.to_string(),
            late_for: late_for.transpose()?.map(|month| month.to_string()),
            source_type: event.text_maybe(source_type.map(Cow::Borrowed))?,
            stores: lines.stores,
            memo: text_or_empty(event, self.memo)?,
            lines: self.lines.get().to_owned(),
        })
    }
}

/// The entries of one year, in the order of the log.
#[derive(Debug, Default)]
struct Year {
    /// The number of the last one before these.
    last: i64,
    entries: Vec<Posted>,
}

/// The fold: the entries by the year of their accounting date, and which were undone.
#[derive(Debug, Default)]
pub struct Entries {
    years: BTreeMap<i16, Year>,
    undone: Vec<Undone>,
    lines_bytes: usize,
}

impl Entries {
    fn push(&mut self, entry: Posted) {
        self.lines_bytes += entry.lines.len();
        self.years.entry(entry.year).or_default().entries.push(entry);
    }

    fn post(&mut self, event: &Event<'_>) -> Result<(), ApplyError> {
        event.must_be_first()?;
        let posted: PostedPayload<'_> = event.payload()?;
        self.push(posted.row(event)?);
        Ok(())
    }

    fn reverse(&mut self, event: &Event<'_>) -> Result<(), ApplyError> {
        let reversed: ReversedPayload<'_> = event.payload()?;
        let (entry_id, reversal_id) = (reversed.entry_id, reversed.reversal_id);
        let mirror = PostedPayload {
            entry_id: reversal_id,
            accounting_date: reversed.accounting_date,
            business_date: reversed.business_date,
            currency: reversed.currency,
            late_for: reversed.late_for,
            memo: Some(reversed.reason),
            source: None,
            lines: reversed.lines,
        };
        self.push(Posted {
            reverses: Some(entry_id),
            ..mirror.row(event)?
        });
        self.undone.push(Undone {
            entry_id,
            reversed_by: Some(reversal_id),
        });
        Ok(())
    }

    /// Takes the entries out, numbered; the years stay, for those that follow.
    fn numbered(&mut self) -> Vec<Posted> {
        self.lines_bytes = 0;
        let mut all = Vec::new();
        for year in self.years.values_mut() {
            for mut entry in std::mem::take(&mut year.entries) {
                year.last += 1;
                entry.number = year.last;
                all.push(entry);
            }
        }
        all
    }

    /// Takes over the highest number of each year as the table has it: one look at the end of an index.
    async fn go_on_from(&mut self, target: &Target<'_>) -> Result<(), DatabaseError> {
        let with_entries = self.years.iter().filter(|(_, year)| !year.entries.is_empty());
        let years: Vec<i16> = with_entries.map(|(year, _)| *year).collect();
        if years.is_empty() {
            return Ok(());
        }
        let sql = include_str!("../../sql/last_entry_numbers.sql");
        for last in target.query(sql, &[&years]).await? {
            if let Some(year) = self.years.get_mut(&last.get("year")) {
                year.last = year.last.max(last.get("number"));
            }
        }
        Ok(())
    }
}

impl Projection for JournalEntriesFold {
    const NAME: &'static str = "journal_entries";
    const VERSION: u16 = 1;
    type Fold = Entries;

    fn apply(event: &Event<'_>, fold: &mut Entries) -> Result<(), ApplyError> {
        let EventKind::Entry(kind) = event.kind else {
            return Ok(());
        };
        match kind {
            EntryKind::JournalEntryPosted => fold.post(event),
            EntryKind::JournalEntryReversed => fold.reverse(event),
        }
    }
}

impl Fold for Entries {
    const LOAD: Load = Load::InParts;

    fn merge(&mut self, later: Self) {
        for (number, mut year) in later.years {
            self.years
                .entry(number)
                .or_default()
                .entries
                .append(&mut year.entries);
        }
        self.undone.extend(later.undone);
        self.lines_bytes += later.lines_bytes;
    }

    fn bytes(&self) -> usize {
        let entries: usize = self.years.values().map(|year| year.entries.len()).sum();
        entries * ENTRY_BYTES + self.lines_bytes + self.undone.len() * size_of::<Undone>()
    }

    async fn write(mut self, target: &Target<'_>) -> Result<(), DatabaseError> {
        self.go_on_from(target).await?;
        target.insert(&self.numbered()).await?;
        target.change(&self.undone).await
    }

    async fn copy(mut self, target: &Target<'_>) -> Result<Self, DatabaseError> {
        target.copy(self.numbered().into_iter()).await?;
        // What was undone stays for the end: the table has no index yet to find it by.
        Ok(self)
    }
}
