//! The journal: entries by accounting date, each with its lines and the event that it is posted for.

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::journal::{EntryLine, EntrySource, entry_id_of};
use posars_domain::{Amount, Currency, EntryId, Month};
use posars_event_store::Position;
use uuid::Uuid;

use crate::listing::Listing;
use crate::read::{Columns, LAST_DAY, ReadRow, day_key};
use crate::read_models::JournalEntriesFold;
use crate::read_models::books::journal_entries::Posted;
use crate::row::StoredRow as _;
use crate::{Freshness, Page, PageRequest, Projection as _, Projections, QueryError};

/// An entry of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEntry {
    /// The entry.
    pub entry_id: EntryId,
    /// Its rank in the log among the entries whose accounting date is in the same year, from 1.
    pub number: u64,
    /// The day it counts for in the books.
    pub accounting_date: Date,
    /// The day of what it is posted for.
    pub business_date: Date,
    /// The month of the business date, when that was closed already.
    pub late_for: Option<Month>,
    /// The currency of the amounts.
    pub currency: Currency,
    /// What it is for; of a mirror why the entry was undone.
    pub memo: String,
    /// The event that it is posted for; none when somebody posted it by hand.
    pub source: Option<EntrySource>,
    /// Its lines.
    pub lines: Vec<EntryLine>,
    /// The sum of its debits, which is that of its credits.
    pub total: Amount,
    /// The entry that it undoes.
    pub reverses: Option<EntryId>,
    /// The entry that undid it.
    pub reversed_by: Option<EntryId>,
    /// Where the log recorded it.
    pub position: Position,
    /// When the log accepted it.
    pub recorded_at: Timestamp,
}

/// Which entries to list: those that fit all that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JournalFilter {
    /// First accounting date.
    pub from: Option<Date>,
    /// Last accounting date, included.
    pub to: Option<Date>,
    /// Only those posted for events of this type.
    pub source_type: Option<String>,
    /// Only the one posted for this event.
    pub source_event_id: Option<Uuid>,
    /// Only those posted by hand, or only those posted for an event.
    pub by_hand: Option<bool>,
    /// Only those that came late for this month.
    pub late_for: Option<Month>,
}

/// The source that the columns of an entry tell.
pub(super) fn source_of(columns: Columns<'_>) -> Result<Option<EntrySource>, QueryError> {
    let Some(event_type) = columns.get::<Option<String>>("source_type")? else {
        return Ok(None);
    };
    Ok(Some(EntrySource {
        event_type,
        position: columns.count("source_position")?,
        event_id: columns.get("source_event_id")?,
    }))
}

/// The lines that the columns of an entry tell.
pub(super) fn lines_of(columns: Columns<'_>) -> Result<Vec<EntryLine>, QueryError> {
    serde_json::from_str(columns.get("lines")?).map_err(|problem| columns.unreadable("lines", &problem))
}

impl ReadRow for JournalEntry {
    type Of = JournalEntriesFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        let entry_maybe =
            |column| Ok::<_, QueryError>(columns.get::<Option<Uuid>>(column)?.map(EntryId::new));
        Ok(Self {
            entry_id: EntryId::new(columns.get("entry_id")?),
            number: columns.count("number")?,
            accounting_date: columns.get("accounting_date")?,
            business_date: columns.get("business_date")?,
            late_for: columns.parse_maybe("late_for")?,
            currency: columns.parse("currency")?,
            memo: columns.get("memo")?,
            source: source_of(columns)?,
            lines: lines_of(columns)?,
            total: columns.amount("total_minor")?,
            reverses: entry_maybe("reverses")?,
            reversed_by: entry_maybe("reversed_by")?,
            position: columns.position("position")?,
            recorded_at: columns.get("recorded_at")?,
        })
    }
}

impl Projections {
    /// An entry with the position that the answer includes; none while it is unknown.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn journal_entry(
        &self,
        entry_id: EntryId,
        freshness: Freshness,
    ) -> Result<(Option<JournalEntry>, Position), QueryError> {
        let before = self.wait_for(JournalEntriesFold::NAME, freshness).await?;
        let entry_id = entry_id.uuid();
        let listing = Listing::of(Posted::TABLE, &[]).only("entry_id", Some(&entry_id));
        self.get(listing, before).await
    }

    /// Entries by accounting date, then in the order of the log.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_journal_entries(
        &self,
        filter: &JournalFilter,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<JournalEntry>, QueryError> {
        let before = self.wait_for(JournalEntriesFold::NAME, freshness).await?;
        let late_for = filter.late_for.map(|month| month.to_string());
        // An entry's id is made of its source event's, so this is a look at the key.
        let entry_id = filter
            .source_event_id
            .map(|event_id| entry_id_of(event_id).uuid());
        let (day, position) = day_key(page, filter.from)?;
        let (to, at) = (filter.to.unwrap_or(LAST_DAY), page.sql_at());
        let listing = Listing::of(Posted::TABLE, &["accounting_date", "position"])
            .only("entry_id", entry_id.as_ref())
            .only("late_for", late_for.as_ref())
            .only("source_type", filter.source_type.as_ref())
            .with_value("source_type", filter.by_hand.map(|by_hand| !by_hand))
            .after(&[&day, &position])
            .up_to("accounting_date", &to)
            .up_to("position", &at);
        self.list_page(listing, page, before, |entry: &JournalEntry| {
            vec![entry.accounting_date.to_string(), entry.position.to_string()]
        })
        .await
    }
}
