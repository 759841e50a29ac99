//! A request to append, and its answer.

use std::collections::HashSet;

use jiff::Timestamp;
use uuid::Uuid;

use crate::{AppendError, ClaimKey, ExpectedVersion, NewEvent, Position, RecordedEvent, StreamName, Version};

/// The most events of one append, and of one batch; bounds the time the gate is held.
pub const APPEND_EVENTS_MAX: usize = 1_000;
/// The most bytes of data and metadata of one append, and about the most of one batch.
pub const APPEND_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The most streams, guards and claims together of one append.
pub const APPEND_CHECKS_MAX: usize = 4_000;

/// A condition checked in the same transaction as the append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guard {
    /// A second stream, not written, has this version.
    Stream {
        /// The stream.
        stream: StreamName,
        /// What it must be.
        expected: ExpectedVersion,
    },
    /// A unique key is free, or already held by `holder`; the append makes `holder` hold it.
    Claim {
        /// The key.
        key: ClaimKey,
        /// The stream that holds it from now on.
        holder: StreamName,
    },
    /// As [`Guard::Claim`], but nothing is written down: for a stream whose own name is made of the key, so that it
    /// holds the key by existing. Whoever else claims the key must guard that stream as one without events.
    Unclaimed {
        /// The key.
        key: ClaimKey,
        /// The stream that may hold it.
        holder: StreamName,
    },
}

/// Names a request for ever, so that a retry gets the first answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// The key; time-ordered ones (UUID version 7) keep its index small and fast.
    pub key: Uuid,
    /// A hash of what was asked; the same key with another fingerprint is refused.
    pub fingerprint: [u8; 32],
}

/// The events for one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamWrite {
    /// The stream.
    pub stream: StreamName,
    /// What it must be before.
    pub expected: ExpectedVersion,
    /// At least one event.
    pub events: Vec<NewEvent>,
}

/// One request: events for one or more streams, all or nothing.
///
/// ```
/// use posars_event_store::{Append, EventType, ExpectedVersion, JsonText, NewEvent, StreamName};
/// let opened = NewEvent {
///     event_id: uuid::Uuid::now_v7(),
///     event_type: EventType::parse("AccountOpened")?,
///     schema_version: 1,
///     data: JsonText::parse(r#"{"owner":"Ana"}"#)?,
///     metadata: JsonText::parse("{}")?,
/// };
/// let append = Append::to(StreamName::new("account", 7)?, ExpectedVersion::NoStream, vec![opened])
///     .idempotent(uuid::Uuid::now_v7(), [0; 32]);
/// assert_eq!(append.writes().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    pub(crate) writes: Vec<StreamWrite>,
    pub(crate) guards: Vec<Guard>,
    pub(crate) idempotency: Option<Idempotency>,
}

impl Append {
    /// Events for one stream.
    #[must_use]
    pub fn to(stream: StreamName, expected: ExpectedVersion, events: Vec<NewEvent>) -> Self {
        Self {
            writes: vec![StreamWrite {
                stream,
                expected,
                events,
            }],
            guards: Vec::new(),
            idempotency: None,
        }
    }

    /// Events for several streams, in one transaction; `None` without any.
    #[must_use]
    pub fn to_all(
        writes: impl IntoIterator<Item = (StreamName, ExpectedVersion, Vec<NewEvent>)>,
    ) -> Option<Self> {
        let mut writes = writes.into_iter();
        let (stream, expected, events) = writes.next()?;
        let first = Self::to(stream, expected, events);
        Some(writes.fold(first, |append, (stream, expected, events)| {
            append.also(stream, expected, events)
        }))
    }

    /// Events for a further stream, in the same transaction.
    #[must_use]
    pub fn also(mut self, stream: StreamName, expected: ExpectedVersion, events: Vec<NewEvent>) -> Self {
        self.writes.push(StreamWrite {
            stream,
            expected,
            events,
        });
        self
    }

    /// A condition, in the same transaction.
    #[must_use]
    pub fn guard(mut self, guard: Guard) -> Self {
        self.guards.push(guard);
        self
    }

    /// Names the request, so that it can be retried safely.
    #[must_use]
    pub fn idempotent(mut self, key: Uuid, fingerprint: [u8; 32]) -> Self {
        self.idempotency = Some(Idempotency { key, fingerprint });
        self
    }

    /// The stream writes, in order.
    #[must_use]
    pub fn writes(&self) -> &[StreamWrite] {
        &self.writes
    }

    pub(crate) fn event_count(&self) -> usize {
        self.writes.iter().map(|write| write.events.len()).sum()
    }

    pub(crate) fn size_bytes(&self) -> usize {
        let events = self.writes.iter().flat_map(|write| &write.events);
        events.map(NewEvent::size_bytes).sum()
    }

    /// Refuses what could never be appended, before it can spoil the batch it would ride in.
    pub(crate) fn check(&self) -> Result<(), AppendError> {
        let invalid = |text: String| Err(AppendError::Invalid(text));
        let (events, size_bytes) = (self.event_count(), self.size_bytes());
        if self.writes.is_empty() || self.writes.iter().any(|write| write.events.is_empty()) {
            return invalid("a stream without events; guard it instead of writing it".into());
        }
        if events > APPEND_EVENTS_MAX || size_bytes > APPEND_BYTES_MAX {
            return invalid(format!(
                "{events} events of {size_bytes} bytes; at most {APPEND_EVENTS_MAX} events and {APPEND_BYTES_MAX} \
                 bytes fit one append, split it"
            ));
        }
        if self.writes.len() + self.guards.len() > APPEND_CHECKS_MAX {
            return invalid(format!(
                "more than {APPEND_CHECKS_MAX} streams and guards; split it"
            ));
        }
        for write in &self.writes {
            if write.expected == ExpectedVersion::Exact(Version::START) {
                return invalid(format!("exact version 0 of {}; say NoStream", write.stream));
            }
            if let Some(event) = write
                .events
                .iter()
                .find(|event| i16::try_from(event.schema_version).is_err())
            {
                return invalid(format!("schema version {} is above 32767", event.schema_version));
            }
        }
        Ok(())
    }

    /// Refuses a stream or claim that is named twice.
    pub(crate) fn check_names(&self) -> Result<(), AppendError> {
        let mut seen = HashSet::new();
        let streams = self.writes.iter().map(|write| ("stream", write.stream.as_str()));
        // A claim may be spelt like a stream; they are different things.
        let guarded = self.guards.iter().map(|guard| match guard {
            Guard::Stream { stream, .. } => ("stream", stream.as_str()),
            Guard::Claim { key, .. } | Guard::Unclaimed { key, .. } => ("claim", key.as_str()),
        });
        for (kind, name) in streams.chain(guarded) {
            if !seen.insert((kind, name)) {
                return Err(AppendError::Invalid(format!(
                    "the {kind} {name} stands twice in one append; name it once"
                )));
            }
        }
        Ok(())
    }
}

/// The answer to an accepted append; a retry gets the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Where its first event stands.
    pub first_position: Position,
    /// Where its last event stands.
    pub last_position: Position,
    /// The version of each written stream after it, in the order of the writes.
    pub streams: Vec<(StreamName, Version)>,
    /// When the log accepted it.
    pub recorded_at: Timestamp,
    /// True when this is the first answer given again.
    pub replayed: bool,
    /// The events of the first try when this is a replay, else none: the caller has its own at hand then.
    pub first_events: Vec<RecordedEvent>,
}
