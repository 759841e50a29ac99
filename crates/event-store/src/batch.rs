//! One transaction's worth of requests: gathered without touching one key twice, sent as arrays, answered
//! one by one.

use std::collections::HashSet;
use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use foldhash::fast::RandomState;
use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio_postgres::Row;

use crate::append::{APPEND_BYTES_MAX, APPEND_EVENTS_MAX};
use crate::chain::{self, Hash};
use crate::replay::Replay;
use crate::{Append, AppendError, Appended, ClaimKey, Guard, Position, Version};

/// Whether a request was sent yet: decides what a passed deadline means for its caller.
#[derive(Debug, Default)]
pub(crate) struct Progress(AtomicU8);

impl Progress {
    const SENT: u8 = 1;
    const CANCELLED: u8 = 2;

    /// The batcher takes the request; false when its caller has given up.
    pub(crate) fn send(&self) -> bool {
        let (relaxed, acquire) = (Ordering::Relaxed, Ordering::Acquire);
        // A request that is retried was sent before.
        self.0
            .compare_exchange(0, Self::SENT, acquire, relaxed)
            .unwrap_or_else(|now| now)
            != Self::CANCELLED
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed) == Self::CANCELLED
    }

    /// The caller gives up; true when the request will never be sent.
    pub(crate) fn cancel(&self) -> bool {
        self.0
            .compare_exchange(0, Self::CANCELLED, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
    }
}

/// A checked append with its leaves, waiting for its answer.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) append: Append,
    pub(crate) leaves: Vec<Hash>,
    touched: Touched,
    pub(crate) event_count: usize,
    pub(crate) size_bytes: usize,
    pub(crate) queued_at: Instant,
    pub(crate) progress: Arc<Progress>,
    pub(crate) reply: oneshot::Sender<Result<Appended, AppendError>>,
    /// Its share of the queue's bytes, given back when it is answered.
    _room: OwnedSemaphorePermit,
}

/// The queue's bytes are counted in pieces of this size, because a semaphore holds at most `u32::MAX` permits.
pub(crate) const ROOM_BYTES: usize = 1_024;

impl Request {
    pub(crate) fn new(
        append: Append,
        progress: Arc<Progress>,
        room: &Arc<Semaphore>,
        reply: oneshot::Sender<Result<Appended, AppendError>>,
    ) -> Result<Self, AppendError> {
        append.check()?;
        let touched = Touched::by(&append);
        if touched.may_repeat() {
            append.check_names()?;
        }
        let pieces = u32::try_from(append.size_bytes().div_ceil(ROOM_BYTES)).unwrap_or(u32::MAX);
        let room = Arc::clone(room)
            .try_acquire_many_owned(pieces)
            .map_err(|_| AppendError::QueueFull)?;
        let events = append
            .writes
            .iter()
            .flat_map(|w| w.events.iter().map(move |e| (w.stream.as_str(), e)));
        let leaves = events
            .map(|(stream, event)| chain::leaf_of_new(stream, event))
            .collect();
        let (event_count, size_bytes) = (append.event_count(), append.size_bytes());
        Ok(Self {
            append,
            leaves,
            touched,
            event_count,
            size_bytes,
            queued_at: Instant::now(),
            progress,
            reply,
            _room: room,
        })
    }

    /// Safe to send again after its answer was lost: the idempotency key finds the first try.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.append.idempotency.is_some()
    }
}

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

/// The keys of one request, by hash: a collision only defers it to the next batch, or to a closer look.
#[derive(Debug)]
struct Touched {
    /// Streams, claims and the idempotency key that it writes.
    written: Vec<u64>,
    /// Streams that it guards, and keys that it only wants free.
    read: Vec<u64>,
}

impl Touched {
    fn by(append: &Append) -> Self {
        let streams = append
            .writes
            .iter()
            .map(|w| key_hash(0, w.stream.as_str().as_bytes()));
        let claim_hash = |claim: ClaimCheck<'_>| key_hash(1, claim.key.as_str().as_bytes());
        let kept = claims(append).filter(|claim| claim.is_kept).map(claim_hash);
        let free = claims(append).filter(|claim| !claim.is_kept).map(claim_hash);
        let guarded = stream_guards(append).map(|(stream, _)| key_hash(0, stream.as_bytes()));
        let own_key = append.idempotency.iter().map(|i| key_hash(2, i.key.as_bytes()));
        Self {
            written: streams.chain(kept).chain(own_key).collect(),
            read: guarded.chain(free).collect(),
        }
    }

    /// Whether two of the keys may be the same one.
    fn may_repeat(&self) -> bool {
        let mut all: Vec<u64> = self.written.iter().chain(&self.read).copied().collect();
        all.sort_unstable();
        all.array_windows().any(|[one, next]| one == next)
    }
}

/// Seeded anew by each process, so that keys that collide are hard to choose; one that does is only put off to the next
/// batch.
fn key_hash(kind: u8, key: &[u8]) -> u64 {
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::default);
    SEED.hash_one((kind, key))
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

pub(crate) fn stream_guards(append: &Append) -> impl Iterator<Item = (&str, i64)> {
    append.guards.iter().filter_map(|guard| match guard {
        Guard::Stream { stream, expected } => Some((stream.as_str(), expected.to_sql())),
        Guard::Claim { .. } | Guard::Unclaimed { .. } => None,
    })
}

/// A key that an append claims, or wants to find free.
pub(crate) struct ClaimCheck<'a> {
    pub(crate) key: &'a ClaimKey,
    pub(crate) holder: &'a str,
    /// Whether it is to be held from now on.
    pub(crate) is_kept: bool,
}

pub(crate) fn claims(append: &Append) -> impl Iterator<Item = ClaimCheck<'_>> {
    append.guards.iter().filter_map(|guard| {
        let (key, holder, is_kept) = match guard {
            Guard::Claim { key, holder } => (key, holder, true),
            Guard::Unclaimed { key, holder } => (key, holder, false),
            Guard::Stream { .. } => return None,
        };
        Some(ClaimCheck {
            key,
            holder: holder.as_str(),
            is_kept,
        })
    })
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
