//! The state of a stream, folded from its events.
//!
//! No snapshots: every stream that is folded is short (a sale has at most its returns, a product its changes), and the
//! one long kind, a stock, carries its whole state in each event, so that its last event is its snapshot.

use jiff::Timestamp;
use posars_domain::{Aggregate, DomainEvent, Kind, UnreadableEvent};
use posars_event_store::{Direction, Position, RecordedEvent, StreamName, Version};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{CommandError, Commands};

/// Events of one read; most streams end within the first.
const PAGE_EVENTS: u32 = 500;

/// A stream as it stands.
pub(crate) struct Loaded<A: Aggregate> {
    pub(crate) state: A::State,
    pub(crate) version: Version,
    pub(crate) position: Position,
    /// The event that a command had led to before, if it had.
    pub(crate) answer: Option<EarlierEvent<A::Event>>,
    /// The events that the same append wrote right behind it.
    pub(crate) beside_answer: Vec<EarlierEvent<A::Event>>,
}

/// An event that is the answer to a command carried out before.
pub(crate) struct EarlierEvent<E> {
    pub(crate) event: E,
    pub(crate) event_id: Uuid,
    pub(crate) position: Position,
    pub(crate) recorded_at: Timestamp,
}

impl<A: Aggregate> Default for Loaded<A> {
    fn default() -> Self {
        Self {
            state: A::State::default(),
            version: Version::START,
            position: Position::START,
            answer: None,
            beside_answer: Vec::new(),
        }
    }
}

impl<A: Aggregate> Loaded<A> {
    /// A stream that was folded up to a version before.
    pub(crate) fn up_to(version: Version, state: A::State) -> Self {
        Self {
            state,
            version,
            ..Self::default()
        }
    }

    /// A stream whose last event is its state; none if it has no event.
    pub(crate) fn last(
        last: Option<RecordedEvent>,
        is_answer: impl Fn(&A::Event) -> bool,
    ) -> Result<Self, CommandError> {
        let mut loaded = Self::default();
        if let Some(last) = last {
            loaded.follow(&last, is_answer)?;
        }
        Ok(loaded)
    }

    fn follow(
        &mut self,
        recorded: &RecordedEvent,
        is_answer: impl Fn(&A::Event) -> bool,
    ) -> Result<(), CommandError> {
        let event: A::Event = decode(recorded)?;
        self.state = A::evolve(std::mem::take(&mut self.state), &event);
        (self.version, self.position) = (recorded.version, recorded.position);
        let is_answer = is_answer(&event);
        let earlier = EarlierEvent {
            event,
            event_id: recorded.event_id,
            position: recorded.position,
            recorded_at: recorded.recorded_at,
        };
        if is_answer {
            self.answer = Some(earlier);
            self.beside_answer.clear();
        } else if self.is_beside_answer(recorded) {
            self.beside_answer.push(earlier);
        }
        Ok(())
    }

    /// Whether an event was appended together with the answer and what is behind it: a stream gets one append at a time,
    /// and the events of one have consecutive positions and one time.
    fn is_beside_answer(&self, recorded: &RecordedEvent) -> bool {
        let last = self.beside_answer.last().or(self.answer.as_ref());
        last.is_some_and(|last| {
            last.position.plus(1) == recorded.position && last.recorded_at == recorded.recorded_at
        })
    }
}

/// Reads a stored event as what it is.
pub(crate) fn decode<E: DomainEvent>(event: &RecordedEvent) -> Result<E, CommandError> {
    E::from_json(event.event_type.as_str(), event.schema_version, &event.data)
        .map_err(|error| unreadable(event, &error))
}

/// Which of an aggregate's events a stored event is.
pub(crate) fn kind_of<K: Kind>(event: &RecordedEvent) -> Result<K, CommandError> {
    let event_type = event.event_type.as_str();
    K::parse(event_type).ok_or_else(|| {
        let event_type = event_type.to_owned();
        unreadable(event, &UnreadableEvent::UnknownType { event_type })
    })
}

/// Reads a stored event of a known kind as far as `T` names its fields.
pub(crate) fn decode_part<T: DeserializeOwned>(
    event: &RecordedEvent,
    kind: impl Kind,
) -> Result<T, CommandError> {
    kind.read(event.schema_version, &event.data)
        .map_err(|error| unreadable(event, &error))
}

fn unreadable(event: &RecordedEvent, error: &UnreadableEvent) -> CommandError {
    CommandError::Unreadable {
        subject: event.stream.to_string(),
        position: event.position,
        problem: error.to_string(),
    }
}

impl Commands {
    /// Folds a stream; remembers the last event that `is_answer` knows for its own.
    pub(crate) async fn load<A: Aggregate>(
        &self,
        stream: &StreamName,
        is_answer: impl Fn(&A::Event) -> bool + Send,
    ) -> Result<Loaded<A>, CommandError> {
        self.load_on(stream, Loaded::default(), is_answer).await
    }

    /// As [`Commands::load`], of a stream that was folded up to a version before.
    pub(crate) async fn load_on<A: Aggregate>(
        &self,
        stream: &StreamName,
        mut loaded: Loaded<A>,
        is_answer: impl Fn(&A::Event) -> bool + Send,
    ) -> Result<Loaded<A>, CommandError> {
        loop {
            let from = loaded.version.plus(1);
            let page = self
                .shared
                .log
                .read_stream(stream, from, Direction::Forwards, PAGE_EVENTS)
                .await?;
            let is_last = page.len() < usize::try_from(PAGE_EVENTS).unwrap_or(usize::MAX);
            for recorded in page {
                loaded.follow(&recorded, &is_answer)?;
            }
            if is_last {
                return Ok(loaded);
            }
        }
    }
}
