//! What the books reactor must know of a stream to write to it.

use posars_domain::Aggregate;
use posars_domain::journal::{Entry, EntryEvent};
use posars_domain::open_item::{ItemSide, ItemState, OpenItem, Payable, Receivable};
use posars_domain::unposted::{self, UnpostedEvent};
use posars_domain::waiting::WaitingEvent;
use posars_event_store::{Position, RecordedEvent};
use uuid::Uuid;

use crate::CommandError;
use crate::load::decode;
use crate::reactors::slice::StreamState;

/// What the books reactor must know of a stream.
#[derive(Debug, Default)]
pub(crate) enum State {
    /// It has no event.
    #[default]
    Nothing,
    /// An entry, with the event that it is posted for; none when somebody posted it by hand.
    Entry(Option<Uuid>),
    /// Something owed to the company.
    Receivable(Box<ItemState<Receivable>>),
    /// Something that the company owes.
    Payable(Box<ItemState<Payable>>),
    /// Events that wait to be posted.
    Waiting(Waiting),
    /// Events put aside.
    PutAside,
    /// Its last event cannot be read, with the reason: nothing can be decided on it.
    Unreadable(String),
}

/// How a list of waiting events stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// How many wait.
    pub(crate) count: u64,
    /// Up to where in the log everything that waits for this was put here.
    pub(crate) through: u64,
}

impl Waiting {
    pub(crate) fn after(event: &UnpostedEvent) -> Self {
        match event {
            UnpostedEvent::PostingParked(event) => Self {
                count: event.waiting,
                through: event.through_position,
            },
            UnpostedEvent::PostingReleased(event) => Self {
                count: event.waiting,
                through: event.through_position,
            },
        }
    }
}

impl State {
    /// Something owed after its whole history.
    pub(crate) fn of_history<S: OwedSide>(history: &[RecordedEvent]) -> Self {
        let folded = history
            .iter()
            .try_fold(ItemState::<S>::default(), |state, event| {
                Ok::<_, CommandError>(OpenItem::<S>::evolve(state, &decode(event)?))
            });
        match folded {
            Ok(state) => S::state(Box::new(state)),
            Err(error) => Self::Unreadable(error.to_string()),
        }
    }

    fn read(last: &RecordedEvent) -> Result<Self, CommandError> {
        let category = last.stream.category();
        if category == Entry::CATEGORY {
            return Ok(Self::Entry(match decode(last)? {
                EntryEvent::JournalEntryPosted(event) => event.source.map(|source| source.event_id),
                // What follows from an event is never undone by hand.
                EntryEvent::JournalEntryReversed(_) => None,
            }));
        }
        if category == unposted::CATEGORY {
            return Ok(Self::Waiting(Waiting::after(&decode(last)?)));
        }
        if category == Receivable::CATEGORY {
            return Ok(Self::of_history::<Receivable>(std::slice::from_ref(last)));
        }
        if category == Payable::CATEGORY {
            return Ok(Self::of_history::<Payable>(std::slice::from_ref(last)));
        }
        decode::<WaitingEvent>(last)?;
        Ok(Self::PutAside)
    }
}

impl StreamState for State {
    fn after(last: &RecordedEvent) -> Self {
        Self::read(last).unwrap_or_else(|error| Self::Unreadable(error.to_string()))
    }

    fn marked(_through: Position) -> Self {
        Self::PutAside
    }
}

/// One side of what is owed, as the reactor keeps it.
pub(crate) trait OwedSide: ItemSide {
    fn state(state: Box<ItemState<Self>>) -> State;
    fn of_state(state: &State) -> Option<&ItemState<Self>>;
}

impl OwedSide for Receivable {
    fn state(state: Box<ItemState<Self>>) -> State {
        State::Receivable(state)
    }

    fn of_state(state: &State) -> Option<&ItemState<Self>> {
        if let State::Receivable(state) = state {
            Some(state)
        } else {
            None
        }
    }
}

impl OwedSide for Payable {
    fn state(state: Box<ItemState<Self>>) -> State {
        State::Payable(state)
    }

    fn of_state(state: &State) -> Option<&ItemState<Self>> {
        if let State::Payable(state) = state {
            Some(state)
        } else {
            None
        }
    }
}
