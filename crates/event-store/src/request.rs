//! One append on its way: checked, hashed and counted, with the keys that it touches.

use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use foldhash::fast::RandomState;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tracing::Span;

use crate::chain::{self, Hash};
use crate::{Append, AppendError, Appended, ClaimKey, Guard};

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
    pub(crate) touched: Touched,
    pub(crate) event_count: usize,
    pub(crate) size_bytes: usize,
    pub(crate) queued_at: Instant,
    /// The caller's; of no use to anybody where spans go nowhere.
    pub(crate) span: Span,
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
            span: Span::none(),
            progress,
            reply,
            _room: room,
        })
    }

    /// The same, as part of a span of its caller's.
    pub(crate) fn within(self, span: &Span) -> Self {
        Self {
            span: span.clone(),
            ..self
        }
    }

    /// Safe to send again after its answer was lost: the idempotency key finds the first try.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.append.idempotency.is_some()
    }
}

/// The keys of one request, by hash: a collision only defers it to the next batch, or to a closer look.
#[derive(Debug)]
pub(crate) struct Touched {
    /// Streams, claims and the idempotency key that it writes.
    pub(crate) written: Vec<u64>,
    /// Streams that it guards, and keys that it only wants free.
    pub(crate) read: Vec<u64>,
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
