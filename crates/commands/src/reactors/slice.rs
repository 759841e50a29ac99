//! The append that is being gathered, and the states of the streams it writes to.
//!
//! States run ahead of the log while a slice is gathered. When its append fails they are all thrown away, and the page
//! is worked on again from what the log holds.

use std::collections::HashMap;

use posars_domain::DomainEvent;
use posars_event_store::{
    APPEND_EVENTS_MAX, Append, AppendError, Guard, Log, NewEvent, Origins, Position, RecordedEvent,
    StreamName, Version,
};
use tracing::Instrument as _;

use super::cause::Cause;
use super::error::ReactorError;
use crate::CommandError;
use crate::error::from_append;
use crate::event_encoder::EventEncoder;
use crate::expected::expected;
use crate::keys::derived_from;

/// The most streams whose states are kept between appends; about 400 bytes each.
const STREAMS_MAX: usize = 50_000;
/// Bytes of one append at which it is sent; well below the log's own limit, which counts the same bytes.
const SLICE_BYTES_MAX: usize = 3 * 1024 * 1024;

/// What a reactor must know of a stream to write to it. The default is that of a stream without events.
pub(crate) trait StreamState: Default + Send {
    /// Of a stream with this last event.
    fn after(last: &RecordedEvent) -> Self;

    /// Of a stream whose last event says that something was put aside, or tried again, up to a position.
    fn marked(through: Position) -> Self;
}

/// A stream as the next append will find it.
#[derive(Debug, Default)]
struct Known<S> {
    version: Version,
    state: S,
    /// What is gathered for it.
    gathered: Option<Gathered>,
}

/// Where the events of a stream are gathered; of an append that is over it means nothing.
#[derive(Clone, Copy, Debug)]
struct Gathered {
    append: u64,
    write: usize,
}

/// Events gathered for one append.
#[derive(Debug, Default)]
pub(crate) struct Slice<S> {
    known: HashMap<StreamName, Known<S>>,
    /// The state of every stream that is not known.
    unknown: S,
    writes: Vec<PendingWrite>,
    /// What must hold for the append that is being gathered.
    guards: Vec<Guard>,
    /// The number of the append that is being gathered.
    append: u64,
    event_count: usize,
    size_bytes: usize,
    encoder: EventEncoder,
    /// The traces that the gathered events belong to.
    origins: Origins,
}

#[derive(Debug)]
struct PendingWrite {
    stream: StreamName,
    base: Version,
    events: Vec<NewEvent>,
}

/// Why an append of a slice failed.
#[derive(Debug)]
pub(crate) enum SliceFailed {
    /// Others wrote to one of the streams.
    Lost(StreamName),
    /// Anything else.
    Error(CommandError),
}

impl From<SliceFailed> for ReactorError {
    fn from(failed: SliceFailed) -> Self {
        match failed {
            SliceFailed::Lost(stream) => Self::Lost { stream },
            SliceFailed::Error(error) => Self::Command(error),
        }
    }
}

impl<S: StreamState> Slice<S> {
    pub(crate) fn knows(&self, stream: &StreamName) -> bool {
        self.known.contains_key(stream)
    }

    pub(crate) fn state(&self, stream: &StreamName) -> &S {
        self.known.get(stream).map_or(&self.unknown, |known| &known.state)
    }

    /// The version that a stream has with what is gathered for it.
    pub(crate) fn version(&self, stream: &StreamName) -> Version {
        self.known
            .get(stream)
            .map_or(Version::START, |known| known.version)
    }

    /// Takes over what an event of a stream says that was met in the log. An append that did not expect it fails.
    pub(crate) fn follow(&mut self, stream: &StreamName, version: Version, state: S) {
        let known = self.known.entry(stream.clone()).or_default();
        known.version = known.version.max(version);
        known.state = state;
    }

    /// The version that the log holds, without what is still being gathered.
    pub(crate) fn appended_version(&self, stream: &StreamName) -> Version {
        let Some(known) = self.known.get(stream) else {
            return Version::START;
        };
        let write = known.gathered.filter(|gathered| gathered.append == self.append);
        let write = write.and_then(|gathered| self.writes.get(gathered.write));
        write.map_or(known.version, |write| write.base)
    }

    /// Whether something for the stream waits to be appended.
    pub(crate) fn is_gathered(&self, stream: &StreamName) -> bool {
        let gathered = self.known.get(stream).and_then(|known| known.gathered);
        gathered.is_some_and(|gathered| gathered.append == self.append)
    }

    /// Takes over what the log says of a stream that nothing is gathered for.
    pub(crate) fn learn(&mut self, stream: &StreamName, last: Option<&RecordedEvent>) {
        match last {
            Some(last) => self.learn_as(stream, last.version, S::after(last)),
            None => self.learn_as(stream, Version::START, S::default()),
        }
    }

    /// As [`Slice::learn`], of a stream whose last event alone does not tell its state.
    pub(crate) fn learn_as(&mut self, stream: &StreamName, version: Version, state: S) {
        let known = Known {
            version,
            state,
            gathered: None,
        };
        self.known.insert(stream.clone(), known);
    }

    /// Whether so many more events must wait for the next append.
    pub(crate) fn is_full_for(&self, events: usize) -> bool {
        self.event_count + events > APPEND_EVENTS_MAX || self.size_bytes >= SLICE_BYTES_MAX
    }

    /// Adds the events that one cause leads to in one stream; their ids are derived from both.
    pub(crate) fn push<E: DomainEvent>(
        &mut self,
        stream: &StreamName,
        events: &[E],
        cause: &Cause,
        state: S,
    ) -> Result<(), CommandError> {
        let known = self.known.entry(stream.clone()).or_default();
        let gathered = match known.gathered {
            Some(gathered) if gathered.append == self.append => gathered,
            Some(_) | None => {
                self.writes.push(PendingWrite {
                    stream: stream.clone(),
                    base: known.version,
                    events: Vec::with_capacity(events.len()),
                });
                *known.gathered.insert(Gathered {
                    append: self.append,
                    write: self.writes.len() - 1,
                })
            }
        };
        let Some(write) = self.writes.get_mut(gathered.write) else {
            return Ok(());
        };
        for (ordinal, event) in events.iter().enumerate() {
            let event_id = derived_from(cause.event_id, &format!("{stream}/{ordinal}"));
            let event = self.encoder.event(event_id, event, &cause.metadata)?;
            self.size_bytes += event.size_bytes();
            self.event_count += 1;
            known.version = known.version.plus(1);
            write.events.push(event);
        }
        known.state = state;
        self.origins.extend(cause.trace.clone());
        Ok(())
    }

    /// A further condition for the append that is being gathered; the same once more counts once.
    pub(crate) fn guard(&mut self, guard: Guard) {
        if !self.guards.contains(&guard) {
            self.guards.push(guard);
        }
    }

    /// Appends what was gathered, if all guards hold; the number of events. Whatever fails, nothing gathered is kept.
    pub(crate) async fn flush(
        &mut self,
        log: &Log,
        guards: &[Guard],
        reactor: &'static str,
    ) -> Result<u64, SliceFailed> {
        let count = u64::try_from(self.event_count).unwrap_or(u64::MAX);
        (self.event_count, self.size_bytes) = (0, 0);
        self.append += 1;
        let origins = std::mem::take(&mut self.origins);
        let writes = self.writes.drain(..);
        let append = Append::to_all(writes.map(|write| (write.stream, expected(write.base), write.events)));
        let Some(append) = append else {
            self.guards.clear();
            return Ok(0);
        };
        let guards = guards.iter().cloned().chain(self.guards.drain(..));
        let append = guards.fold(append, Append::guard);
        let span = tracing::debug_span!("react", reactor, log = log.name().as_str(), events = count);
        origins.join(&span);
        match log.append(append).instrument(span).await {
            Ok(_) => Ok(count),
            Err(error) => {
                self.known.clear();
                if let AppendError::WrongVersion { stream, .. } = error {
                    return Err(SliceFailed::Lost(stream));
                }
                Err(SliceFailed::Error(from_append(&error)))
            }
        }
    }

    /// Throws away what is known of the streams of some categories, between appends.
    pub(crate) fn forget_all(&mut self, categories: &[&str]) {
        self.known
            .retain(|stream, _| !categories.contains(&stream.category()));
    }

    /// Throws away everything, gathered or known.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Makes room between pages.
    pub(crate) fn trim(&mut self) {
        if self.known.len() > STREAMS_MAX {
            self.forget();
        }
    }
}
