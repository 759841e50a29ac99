//! One transaction's worth of requests: gathered without touching one key twice, sent as arrays, answered
//! one by one.

use std::collections::{BTreeSet, HashSet};

use foldhash::fast::RandomState;
use jiff::Timestamp;
use tokio_postgres::Row;
use tracing::Span;

use crate::append::{APPEND_BYTES_MAX, APPEND_EVENTS_MAX};
use crate::replay::Replay;
use crate::request::{Request, Touched, claims, stream_guards};
use crate::{Append, AppendError, Appended, Guard, Position, Traceparent, Version};

/// The requests of one transaction. No two touch the same key, unless both only read it: `append_batch`
/// checks all of them against the tables as they were before the batch.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) requests: Vec<Request>,
    pub(crate) event_count: usize,
    size_bytes: usize,
    written: HashSet<u64, RandomState>,
    read: HashSet<u64, RandomState>,
}

impl Batch {
    pub(crate) fn is_full(&self) -> bool {
        self.event_count >= APPEND_EVENTS_MAX || self.size_bytes >= APPEND_BYTES_MAX
    }

    /// Takes the request, or gives it back for the next batch when it does not fit or touches a key of a
    /// request already here or already given back (the order of requests on one key is kept).
    pub(crate) fn offer(&mut self, request: Request) -> Result<(), Box<Request>> {
        let Touched { written, read } = &request.touched;
        let clash = written
            .iter()
            .any(|key| self.written.contains(key) || self.read.contains(key))
            || read.iter().any(|key| self.written.contains(key));
        self.written.extend(written);
        self.read.extend(read);
        let fits = self.requests.is_empty()
            || (self.event_count + request.event_count <= APPEND_EVENTS_MAX
                && self.size_bytes + request.size_bytes <= APPEND_BYTES_MAX);
        if clash || !fits {
            return Err(Box::new(request));
        }
        // Not before it has its place: one that is put off may still be given up by its caller.
        if !request.progress.send() {
            return Ok(());
        }
        self.event_count += request.event_count;
        self.size_bytes += request.size_bytes;
        self.requests.push(request);
        Ok(())
    }

    /// A batch of requests that were in one batch before, or of one alone.
    pub(crate) fn of(requests: Vec<Request>) -> Self {
        let event_count = requests.iter().map(|request| request.event_count).sum();
        let size_bytes = requests.iter().map(|request| request.size_bytes).sum();
        Self {
            requests,
            event_count,
            size_bytes,
            ..Self::default()
        }
    }

    /// What those who are told of the accepted requests may want to know.
    pub(crate) fn details(&self, verdicts: &Verdicts) -> Details {
        let mut details = Details::default();
        for (index, request) in self.requests.iter().enumerate() {
            if verdicts.loser(index).is_some() {
                continue;
            }
            for write in &request.append.writes {
                let category = write.stream.category();
                if !details.categories.contains(category) {
                    details.categories.insert(category.to_owned());
                }
            }
            let last = request.append.writes.last().and_then(|write| write.events.last());
            if let Some(traceparent) =
                last.and_then(|event| Traceparent::of_metadata(event.metadata.as_str()))
            {
                details.traceparent = Some(traceparent);
            }
        }
        details
    }

    /// The span of its transaction: part of the trace of its only request, or one of its own that is linked with each.
    pub(crate) fn span(&self) -> Span {
        let (requests, events) = (self.requests.len(), self.event_count);
        match self.requests.as_slice() {
            [only] => tracing::debug_span!(parent: &only.span, "commit", requests, events),
            several => {
                let span = tracing::debug_span!(parent: None, "commit", requests, events);
                several.iter().for_each(|request| {
                    span.follows_from(&request.span);
                });
                span
            }
        }
    }

    /// Answers every request. A replayed one gets its answer later: see `replay`.
    pub(crate) fn answer(self, verdicts: &Verdicts) -> Answered {
        let mut next = verdicts.first_position;
        let mut check = 0;
        let mut replays = Vec::new();
        for (index, request) in self.requests.into_iter().enumerate() {
            let checks = request.append.writes.len() + stream_guards(&request.append).count();
            let base = verdicts
                .base_version
                .get(check..check + checks)
                .unwrap_or_default();
            check += checks;
            match verdicts.loser(index) {
                None => {
                    let first = next;
                    next = next.plus(u64::try_from(request.event_count).unwrap_or(u64::MAX));
                    let Request { append, reply, .. } = request;
                    let streams = append.writes.into_iter().zip(base).map(|(write, base)| {
                        let count = u64::try_from(write.events.len()).unwrap_or(u64::MAX);
                        (write.stream, Version::from_sql(*base).plus(count))
                    });
                    let last_position = Position::new(next.get() - 1);
                    let streams = streams.collect();
                    let recorded_at = verdicts.recorded_at;
                    let appended = Appended {
                        first_position: first,
                        last_position,
                        streams,
                        recorded_at,
                        replayed: false,
                        first_events: Vec::new(),
                    };
                    // The caller may have stopped waiting; the log has the events all the same.
                    let _ = reply.send(Ok(appended));
                }
                Some(Loss::Replayed { first, last }) => replays.push(Replay { request, first, last }),
                Some(loss) => {
                    let error = loss.into_error(&request.append);
                    let _ = request.reply.send(Err(error));
                }
            }
        }
        let accepted = next.get() - verdicts.first_position.get();
        Answered {
            accepted,
            head: Position::new(next.get() - 1),
            replays,
        }
    }
}

/// What was accepted of a batch, for a hint.
#[derive(Debug, Default)]
pub(crate) struct Details {
    /// The categories of the streams that were written to.
    pub(crate) categories: BTreeSet<String>,
    /// The W3C trace context of the last append that has one.
    pub(crate) traceparent: Option<Traceparent>,
}

/// What a batch did.
#[derive(Debug)]
pub(crate) struct Answered {
    /// How many events it appended.
    pub(crate) accepted: u64,
    /// The head after it.
    pub(crate) head: Position,
    /// The requests that still wait for their first answer.
    pub(crate) replays: Vec<Replay>,
}

/// Why one request of a batch was not accepted.
enum Loss {
    Replayed { first: Position, last: Position },
    OtherPayload { first: Position },
    WrongVersion { stream: String, actual: Version },
    ClaimTaken { key: String, holder: String },
}

impl Loss {
    fn into_error(self, append: &Append) -> AppendError {
        match self {
            Self::OtherPayload { first } | Self::Replayed { first, .. } => AppendError::IdempotencyMismatch {
                key: append
                    .idempotency
                    .map(|idempotency| idempotency.key)
                    .unwrap_or_default(),
                first_position: first,
            },
            Self::WrongVersion { stream, actual } => {
                let written = append.writes.iter().map(|write| (&write.stream, write.expected));
                let guarded = append.guards.iter().filter_map(|guard| match guard {
                    Guard::Stream { stream, expected } => Some((stream, *expected)),
                    Guard::Claim { .. } | Guard::Unclaimed { .. } => None,
                });
                match written.chain(guarded).find(|(name, _)| name.as_str() == stream) {
                    Some((stream, expected)) => AppendError::WrongVersion {
                        stream: stream.clone(),
                        expected,
                        actual,
                    },
                    None => {
                        AppendError::Invalid(format!("the database named a stream never asked for: {stream}"))
                    }
                }
            }
            Self::ClaimTaken { key, holder } => {
                match claims(append).find(|claim| claim.key.as_str() == key) {
                    Some(claim) => AppendError::ClaimTaken {
                        key: claim.key.clone(),
                        holder,
                    },
                    None => AppendError::Invalid(format!("the database named a key never asked for: {key}")),
                }
            }
        }
    }
}

/// What the function says of each request.
pub(crate) struct Verdicts {
    /// Whether a hopeful write was undone, because something was in the way.
    pub(crate) undone: bool,
    first_position: Position,
    recorded_at: Timestamp,
    base_version: Vec<i64>,
    request: Vec<i32>,
    verdict: Vec<i32>,
    subject: Vec<String>,
    first: Vec<i64>,
    last: Vec<i64>,
}

impl Verdicts {
    pub(crate) fn read(row: &Row) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            undone: row.try_get("undone")?,
            first_position: Position::from_sql(row.try_get("first_position")?),
            recorded_at: row.try_get("recorded_at")?,
            base_version: row.try_get("base_version")?,
            request: row.try_get::<_, Option<_>>("loser_request")?.unwrap_or_default(),
            verdict: row.try_get::<_, Option<_>>("loser_verdict")?.unwrap_or_default(),
            subject: row.try_get::<_, Option<_>>("loser_subject")?.unwrap_or_default(),
            first: row.try_get::<_, Option<_>>("loser_first")?.unwrap_or_default(),
            last: row.try_get::<_, Option<_>>("loser_last")?.unwrap_or_default(),
        })
    }

    /// The first verdict against a request, in the order of the function: a replay is no version conflict.
    fn loser(&self, index: usize) -> Option<Loss> {
        let number = i32::try_from(index + 1).ok()?;
        let at = self.request.iter().position(|request| *request == number)?;
        let first = Position::from_sql(*self.first.get(at)?);
        let subject = self.subject.get(at)?;
        Some(match self.verdict.get(at)? {
            1 => Loss::Replayed {
                first,
                last: Position::from_sql(*self.last.get(at)?),
            },
            2 => Loss::OtherPayload { first },
            3 => Loss::WrongVersion {
                stream: subject.clone(),
                actual: Version::new(first.get()),
            },
            _ => {
                let (key, holder) = subject.split_once('\t').unwrap_or((subject, ""));
                Loss::ClaimTaken {
                    key: key.to_owned(),
                    holder: holder.to_owned(),
                }
            }
        })
    }
}
