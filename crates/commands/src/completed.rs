//! The answer to a command that was carried out.

use jiff::Timestamp;
use posars_domain::{DomainEvent, Founded, Payload};
use posars_event_store::{Position, StreamName, Version};
use uuid::Uuid;

use crate::Written;

/// What a command made happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completed<E> {
    /// The events, in order; empty when everything was as asked before and no event of ours had made it so.
    pub events: Vec<E>,
    /// The streams of other aggregates that begin with them, or would; empty when it is the first answer again.
    pub founded: Vec<Founded>,
    /// The ids of the events, in the same order, then those of what was founded; empty for a validation.
    pub event_ids: Vec<Uuid>,
    /// Each stream the command is about, with its version afterwards (for a validation: before).
    pub streams: Vec<(StreamName, Version)>,
    /// Where the last event stands: give it as `min_position` to a query that must see it.
    /// [`Position::START`] for a validation.
    pub position: Position,
    /// True when nothing new was written: this is the first answer again, or nothing was left to do.
    pub replayed: bool,
    /// When the log accepted it; `None` for a validation.
    pub recorded_at: Option<Timestamp>,
}

impl<E: DomainEvent> Completed<E> {
    /// The event that answers the command: what it led to, now or the first time.
    #[must_use]
    pub fn answer<P: Payload<Event = E>>(&self) -> Option<&P> {
        self.events.iter().rev().find_map(P::of)
    }
}

impl<E> Completed<E> {
    /// Of a command that left nothing to do, before its streams are looked at.
    pub(crate) const fn nothing() -> Self {
        Self {
            events: Vec::new(),
            founded: Vec::new(),
            event_ids: Vec::new(),
            streams: Vec::new(),
            position: Position::START,
            replayed: true,
            recorded_at: None,
        }
    }

    /// Where the first event stands; `None` when nothing was written.
    pub(crate) fn first_position(&self) -> Option<Position> {
        let after_first = u64::try_from(self.event_ids.len()).ok()?.checked_sub(1)?;
        self.position.get().checked_sub(after_first).map(Position::new)
    }

    /// Since when what was asked for is in the log.
    #[must_use]
    pub fn written(&self) -> Written {
        if self.replayed {
            Written::Before
        } else {
            Written::Now
        }
    }

    /// The version of the command's stream, of the first where there are several.
    #[must_use]
    pub fn version(&self) -> Version {
        self.streams
            .first()
            .map_or(Version::START, |(_, version)| *version)
    }
}
