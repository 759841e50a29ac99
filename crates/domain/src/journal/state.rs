//! What the events of an entry add up to.

use uuid::Uuid;

use super::{EntryEvent, EntryRejection, JournalEntryPosted, JournalEntryReversed};
use crate::{Aggregate, Claim, EntryId, natural_id};

/// What an entry of the journal is.
#[derive(Debug, Clone, Copy)]
pub struct Entry;

impl Entry {
    /// The id part of the stream's name.
    #[must_use]
    pub const fn stream_id(entry_id: EntryId) -> EntryId {
        entry_id
    }
}

impl Aggregate for Entry {
    const CATEGORY: &'static str = "entry";
    type Event = EntryEvent;
    type State = EntryState;
    type Rejection = EntryRejection;

    fn evolve(state: EntryState, event: &EntryEvent) -> EntryState {
        match event {
            EntryEvent::JournalEntryPosted(event) => EntryState {
                posted: Some(event.clone()),
                ..state
            },
            EntryEvent::JournalEntryReversed(event) => EntryState {
                reversed: Some(event.clone()),
                ..state
            },
        }
    }
}

/// The entry as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryState {
    /// As it was posted; `None` before.
    pub posted: Option<JournalEntryPosted>,
    /// Its mirror; `None` while it stands.
    pub reversed: Option<JournalEntryReversed>,
}

impl Entry {
    /// The claim of an id in the journal, where entries and their mirrors stand side by side. An entry's own stream holds its
    /// id by existing; a mirror, which has none, holds it by the stream of what it undoes.
    pub(super) fn claim(id: EntryId) -> Claim<EntryRejection> {
        Claim {
            key: format!("entry:{id}"),
            holder: None,
            namesake: Some(format!("{}-{id}", Self::CATEGORY)),
            taken: EntryRejection::EntryExists { entry_id: id },
        }
    }
}

/// The id of the entry that is posted for an event: the same event has the same entry, wherever and whenever it is posted.
#[must_use]
pub fn entry_id_of(event_id: Uuid) -> EntryId {
    EntryId::new(natural_id(&["entry", &event_id.to_string()]))
}

/// The id of an entry's mirror: an entry has one.
#[must_use]
pub fn reversal_id_of(entry_id: EntryId) -> EntryId {
    EntryId::new(natural_id(&["reversal", &entry_id.to_string()]))
}
