//! A queue in memory that keeps to what a real one promises, and does all that a real one may do besides.
//!
//! For tests, which choose its faults by a seed, and for measuring what posars itself adds to a queue's delay.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::channel::{ChannelError, Delivery, Terms, WakeUpChannel};
use super::held_hints::BATCH_MAX;
use super::hint::Hint;

/// Messages that are kept; beyond this the oldest is lost.
const MESSAGES_MAX: usize = 100_000;

/// What goes wrong, and how often. The default is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chaos {
    /// The same seed draws the same faults for the same calls.
    pub seed: u64,
    /// Of a hundred messages, how many are lost.
    pub lost_percent: u8,
    /// Of a hundred messages, how many are there twice.
    pub doubled_percent: u8,
    /// Whether messages are received in any order.
    pub reordered: bool,
    /// The longest that a message is under way.
    pub delay_max: Duration,
    /// Of a hundred receipts, how many hold nothing back: the message comes again at once.
    pub early_percent: u8,
    /// Of a hundred messages that are settled, how many come again all the same.
    pub unsettled_percent: u8,
    /// Of a hundred calls, how many fail.
    pub failing_percent: u8,
}

/// How often a queue was called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueCalls {
    /// To send.
    pub sends: u64,
    /// To receive.
    pub receives: u64,
    /// To delete.
    pub settles: u64,
    /// To hold back.
    pub holds: u64,
}

/// A queue in memory. Clones are the same queue.
#[derive(Clone, Debug)]
pub struct QueueDouble(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    name: String,
    hold: Duration,
    wait: Duration,
    receives_max: u32,
    chaos: Chaos,
    terms: Terms,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    drawn: u64,
    receipts: u64,
    messages_sent: u64,
    messages: Vec<Message>,
    dead: Vec<String>,
    calls: QueueCalls,
}

#[derive(Clone, Debug)]
struct Message {
    id: u64,
    body: String,
    sent_at: Timestamp,
    visible_at: Instant,
    receives: u32,
    receipt: String,
}

impl QueueDouble {
    /// An empty queue that holds a message back for `hold` and puts it aside after `receives_max` receipts.
    #[must_use]
    pub fn new(name: &str, hold: Duration, receives_max: u32, chaos: Chaos) -> Self {
        let terms = Terms {
            hold: Some(hold),
            calls_per_second_max: Some(20),
            looks: true,
        };
        Self::with(name, terms, receives_max, chaos)
    }

    fn with(name: &str, terms: Terms, receives_max: u32, chaos: Chaos) -> Self {
        Self(Arc::new(Shared {
            name: name.to_owned(),
            hold: terms.hold.unwrap_or_default(),
            wait: Duration::from_secs(20),
            receives_max,
            chaos,
            terms,
            state: Mutex::default(),
            changed: Notify::new(),
        }))
    }

    /// The same, whose receivers are woken by each hint and by nothing else: between hints nobody looks at the log.
    #[must_use]
    pub fn by_hints_alone(name: &str, hold: Duration, receives_max: u32, chaos: Chaos) -> Self {
        let terms = Terms {
            hold: Some(hold),
            calls_per_second_max: Some(45),
            looks: false,
        };
        Self::with(name, terms, receives_max, chaos)
    }

    /// Sends any text, as a stranger could.
    pub fn forge(&self, body: &str) {
        self.0.send(body);
    }

    /// What was received too often.
    #[must_use]
    pub fn dead_letters(&self) -> Vec<String> {
        self.0.state().dead.clone()
    }

    /// How many messages are there, those held back included.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.0.state().messages.len()
    }

    /// How often it was called.
    #[must_use]
    pub fn calls(&self) -> QueueCalls {
        self.0.state().calls
    }
}

impl State {
    /// A number below `limit`, by the seed and what was drawn before (splitmix64).
    fn draw(&mut self, seed: u64, limit: u64) -> u64 {
        self.drawn = self.drawn.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = seed ^ self.drawn;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (number ^ (number >> 31)) % limit.max(1)
    }

    fn happens(&mut self, seed: u64, percent: u8) -> bool {
        percent > 0 && self.draw(seed, 100) < u64::from(percent)
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, body: &str) {
        let (mut state, seed) = (self.state(), self.chaos.seed);
        if state.happens(seed, self.chaos.lost_percent) {
            return;
        }
        let copies = if state.happens(seed, self.chaos.doubled_percent) {
            2
        } else {
            1
        };
        for _ in 0..copies {
            let delay_max_us = u64::try_from(self.chaos.delay_max.as_micros()).unwrap_or(u64::MAX);
            let delay = Duration::from_micros(state.draw(seed, delay_max_us.saturating_add(1)));
            if state.messages.len() == MESSAGES_MAX {
                state.messages.remove(0);
            }
            state.messages_sent += 1;
            let id = state.messages_sent;
            state.messages.push(Message {
                id,
                body: body.to_owned(),
                sent_at: Timestamp::now(),
                visible_at: Instant::now() + delay,
                receives: 0,
                receipt: String::new(),
            });
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// The messages that can be seen now; what was seen too often is put aside.
    fn take(&self) -> Vec<Delivery> {
        let (mut state, now, seed) = (self.state(), Instant::now(), self.chaos.seed);
        let mut taken = Vec::new();
        while taken.len() < BATCH_MAX {
            let visible: Vec<usize> = (0..state.messages.len())
                .filter(|&index| {
                    state
                        .messages
                        .get(index)
                        .is_some_and(|message| message.visible_at <= now)
                })
                .collect();
            let any = if self.chaos.reordered {
                usize::try_from(state.draw(seed, u64::try_from(visible.len()).unwrap_or(0))).unwrap_or(0)
            } else {
                0
            };
            let Some(&index) = visible.get(any) else { break };
            let early = state.happens(seed, self.chaos.early_percent);
            state.receipts += 1;
            let receipt = state.receipts.to_string();
            let Some(message) = state.messages.get_mut(index) else {
                break;
            };
            message.receives += 1;
            if message.receives > self.receives_max {
                let dead = state.messages.remove(index);
                state.dead.push(dead.body);
                continue;
            }
            message.receipt.clone_from(&receipt);
            // Not so early that this very call answers it again.
            message.visible_at = now
                + if early {
                    Duration::from_millis(1)
                } else {
                    self.hold
                };
            taken.push(Delivery {
                hint: Hint::from_json(&message.body).ok(),
                id: message.id.to_string(),
                receipt,
                sent_at: Some(message.sent_at),
            });
        }
        taken
    }

    fn next_visible(&self) -> Option<Instant> {
        self.state()
            .messages
            .iter()
            .map(|message| message.visible_at)
            .min()
    }

    /// Counts a call, which may fail.
    fn call(&self, count: impl FnOnce(&mut QueueCalls)) -> Result<(), ChannelError> {
        let mut state = self.state();
        count(&mut state.calls);
        if state.happens(self.chaos.seed, self.chaos.failing_percent) {
            return Err(ChannelError {
                channel: self.name.clone(),
                problem: "a fault that was asked for".to_owned(),
                needs_person: false,
            });
        }
        Ok(())
    }

    fn settle(&self, receipts: &[String]) {
        let (mut state, seed) = (self.state(), self.chaos.seed);
        for receipt in receipts {
            if !state.happens(seed, self.chaos.unsettled_percent) {
                state.messages.retain(|message| message.receipt != *receipt);
            }
        }
    }

    fn hold(&self, receipts: &[String]) {
        let until = Instant::now() + self.hold;
        for message in &mut self.state().messages {
            if receipts.contains(&message.receipt) {
                message.visible_at = until;
            }
        }
    }
}

impl WakeUpChannel for QueueDouble {
    fn name(&self) -> &str {
        &self.0.name
    }

    fn terms(&self) -> Terms {
        self.0.terms
    }

    fn announce<'a>(&'a self, hints: &'a [Hint]) -> BoxFuture<'a, Result<(), ChannelError>> {
        async move {
            for batch in hints.chunks(BATCH_MAX) {
                self.0.call(|calls| calls.sends += 1)?;
                batch.iter().for_each(|hint| self.0.send(&hint.to_json()));
            }
            Ok(())
        }
        .boxed()
    }

    fn receive(&self) -> BoxFuture<'_, Result<Vec<Delivery>, ChannelError>> {
        async move {
            self.0.call(|calls| calls.receives += 1)?;
            let until = Instant::now() + self.0.wait;
            loop {
                // Before the look, so that what is sent right after it is not missed.
                let changed = self.0.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                let taken = self.0.take();
                if !taken.is_empty() || Instant::now() >= until {
                    return Ok(taken);
                }
                let next = self.0.next_visible().map_or(until, |next| next.min(until));
                let _ = tokio::time::timeout_at(next, changed).await;
            }
        }
        .boxed()
    }

    fn settle<'a>(&'a self, receipts: &'a [String]) -> BoxFuture<'a, Result<(), ChannelError>> {
        let called = self.0.call(|calls| calls.settles += 1);
        std::future::ready(called.map(|()| self.0.settle(receipts))).boxed()
    }

    fn hold<'a>(&'a self, receipts: &'a [String]) -> BoxFuture<'a, Result<(), ChannelError>> {
        let called = self.0.call(|calls| calls.holds += 1);
        std::future::ready(called.map(|()| self.0.hold(receipts))).boxed()
    }
}
