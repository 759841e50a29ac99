//! A channel whose calls are counted and timed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use posars_event_store::{ChannelError, Delivery, Hint, Position, QueueCalls, Terms, WakeUpChannel};

/// Enough to receive each hint of one writer as it comes.
const CALLS_BY_HINTS_ALONE: u32 = 45;

/// How often each call was made.
pub(super) type Calls = QueueCalls;

/// A hint that was received.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hinted {
    pub(super) position: Position,
    /// Inside the queue: the call that sent it, and what the call that received it waited for it.
    pub(super) delay: Duration,
    pub(super) received_at: Instant,
}

#[derive(Debug)]
pub(super) struct Timed {
    channel: Arc<dyn WakeUpChannel>,
    by_hints_alone: bool,
    notes: Mutex<Notes>,
}

#[derive(Debug, Default)]
struct Notes {
    calls: Calls,
    /// When each hint was begun to be sent, and when it was sent.
    sent: HashMap<Position, (Instant, Option<Instant>)>,
    received: Vec<Hinted>,
}

impl Timed {
    pub(super) fn new(channel: Arc<dyn WakeUpChannel>, by_hints_alone: bool) -> Self {
        Self {
            channel,
            by_hints_alone,
            notes: Mutex::default(),
        }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what came before.
    pub(super) fn begin(&self) {
        *self.notes() = Notes::default();
    }

    pub(super) fn calls(&self) -> Calls {
        self.notes().calls
    }

    fn begin_sending(&self, hints: &[Hint], now: Instant) {
        let mut notes = self.notes();
        notes.calls.sends += 1;
        let begun = hints.iter().map(|hint| (hint.position, (now, None)));
        notes.sent.extend(begun);
    }

    fn end_sending(&self, hints: &[Hint], now: Instant) {
        let mut notes = self.notes();
        for hint in hints {
            if let Some((_, sent)) = notes.sent.get_mut(&hint.position) {
                *sent = Some(now);
            }
        }
    }

    /// The hints, by position.
    pub(super) fn hints(&self) -> Vec<Hinted> {
        let mut hints = self.notes().received.clone();
        hints.sort_by_key(|hint| hint.position);
        hints
    }
}

impl WakeUpChannel for Timed {
    fn name(&self) -> &str {
        self.channel.name()
    }

    fn terms(&self) -> Terms {
        let terms = self.channel.terms();
        if !self.by_hints_alone {
            return terms;
        }
        Terms {
            calls_per_second_max: Some(CALLS_BY_HINTS_ALONE),
            looks: false,
            ..terms
        }
    }

    fn announce<'a>(&'a self, hints: &'a [Hint]) -> BoxFuture<'a, Result<(), ChannelError>> {
        async move {
            self.begin_sending(hints, Instant::now());
            let announced = self.channel.announce(hints).await;
            self.end_sending(hints, Instant::now());
            announced
        }
        .boxed()
    }

    fn receive(&self) -> BoxFuture<'_, Result<Vec<Delivery>, ChannelError>> {
        async move {
            self.notes().calls.receives += 1;
            let started = Instant::now();
            let received = self.channel.receive().await;
            let ended = Instant::now();
            let mut notes = self.notes();
            for hint in received
                .iter()
                .flatten()
                .filter_map(|delivery| delivery.hint.as_ref())
            {
                let Some((begun, sent)) = notes.sent.get(&hint.position).copied() else {
                    continue;
                };
                // It may come before the call that sent it is answered.
                let sent = sent.unwrap_or(ended).min(ended);
                let waited = ended.duration_since(sent.max(started));
                let delay = sent.duration_since(begun) + waited;
                notes.received.push(Hinted {
                    position: hint.position,
                    delay,
                    received_at: ended,
                });
            }
            drop(notes);
            received
        }
        .boxed()
    }

    fn settle<'a>(&'a self, receipts: &'a [String]) -> BoxFuture<'a, Result<(), ChannelError>> {
        self.notes().calls.settles += 1;
        self.channel.settle(receipts)
    }

    fn hold<'a>(&'a self, receipts: &'a [String]) -> BoxFuture<'a, Result<(), ChannelError>> {
        self.notes().calls.holds += 1;
        self.channel.hold(receipts)
    }
}
