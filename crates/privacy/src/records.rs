//! Where in the log something of a person is.

use std::collections::HashSet;

use posars_commands::CommandError;
use posars_domain::open_item::{OpenItem, Payable, Receivable};
use posars_domain::{Aggregate as _, PartyId, SubjectId};
use posars_event_store::{Direction, RecordedEvent, StreamName, Version};
use posars_projections::{ItemFilter, OwedBy, PAGE_ROWS_MAX, PageRequest};

use crate::{Privacy, PrivacyError};

/// Events of one read of a stream.
const PAGE_EVENTS: u32 = 500;

impl Privacy {
    /// The streams that hold something of a person, the one that came first in the log before the others. It waits until
    /// the index of them includes all that is in the log now.
    pub(crate) async fn streams_of(&self, subject: &SubjectId) -> Result<Vec<StreamName>, PrivacyError> {
        let mut streams: Vec<StreamName> = Vec::new();
        let mut seen = HashSet::new();
        let freshness = self.up_to_now().await?;
        let mut page = PageRequest::first(PAGE_ROWS_MAX);
        loop {
            let rows = self
                .projections
                .list_person_records(subject, &page, freshness)
                .await?;
            let next = page.following(&rows);
            for record in rows.rows {
                if seen.insert(record.stream.clone()) {
                    streams.push(record.stream);
                }
            }
            match next {
                Some(next) => page = next,
                None => return Ok(streams),
            }
        }
    }

    /// The streams of what is owed by a person or to them, by the id of the person.
    pub(crate) async fn items_of(&self, subject: &SubjectId) -> Result<Vec<StreamName>, PrivacyError> {
        let mut streams = Vec::new();
        // A party's id is as free as a person's: one that is none has no items.
        let Ok(party) = subject.as_str().parse::<PartyId>() else {
            return Ok(streams);
        };
        let freshness = self.up_to_now().await?;
        for side in [OwedBy::Others, OwedBy::Company] {
            let category = match side {
                OwedBy::Others => OpenItem::<Receivable>::CATEGORY,
                OwedBy::Company => OpenItem::<Payable>::CATEGORY,
            };
            let filter = ItemFilter {
                party: Some(party.clone()),
                ..ItemFilter::all(side)
            };
            let mut page = Some(PageRequest::first(PAGE_ROWS_MAX));
            while let Some(asked) = page {
                let items = self
                    .projections
                    .list_open_items(&filter, &asked, freshness)
                    .await?;
                page = asked.following(&items);
                for item in items.rows {
                    let stream = StreamName::new(category, item.item_id);
                    streams.push(stream.map_err(CommandError::from)?);
                }
            }
        }
        Ok(streams)
    }

    /// All events of a stream.
    pub(crate) async fn whole_stream(&self, stream: &StreamName) -> Result<Vec<RecordedEvent>, PrivacyError> {
        let mut events: Vec<RecordedEvent> = Vec::new();
        loop {
            let from = events.last().map_or(Version::START, |last| last.version).plus(1);
            let log = self.commands.log();
            let page = log
                .read_stream(stream, from, Direction::Forwards, PAGE_EVENTS)
                .await?;
            let is_last = page.len() < usize::try_from(PAGE_EVENTS).unwrap_or(usize::MAX);
            events.extend(page);
            if is_last {
                return Ok(events);
            }
        }
    }
}

/// What a stored event that this build cannot read means here.
pub(crate) fn unreadable(event: &RecordedEvent, error: &dyn std::fmt::Display) -> PrivacyError {
    PrivacyError::Command(CommandError::Unreadable {
        subject: event.stream.to_string(),
        position: event.position,
        problem: error.to_string(),
    })
}
