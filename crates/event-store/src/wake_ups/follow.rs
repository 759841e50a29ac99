//! From hints to consumers: receive, look at the real heads, and settle what the consumers have reached.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tracing::Instrument as _;

use super::attention::{self, Attention};
use super::budget::CallBudget;
use super::channel::{Delivery, WakeUpChannel};
use super::followed_logs::{FollowedLogs, LogKey};
use super::held_hints::{BATCH_MAX, HeldHints, Message, Progress};
use super::metrics::{QueueAge, QueueMetrics};
use super::outage::Outage;
use super::trace;
use crate::{ChannelError, Hint, Position, StoreError};

/// How often the consumers of held hints are looked at.
const LOOK: Duration = Duration::from_millis(200);

/// A channel, and the consumers that its hints are for.
#[derive(Clone, Debug)]
pub struct Queue {
    /// Where hints come from.
    pub channel: Arc<dyn WakeUpChannel>,
    /// The names of their subscriptions.
    pub consumers: Vec<String>,
}

/// A queue that is received from, until this is dropped.
#[derive(Debug)]
#[must_use = "dropping it ends the receiving"]
pub struct Following {
    _tasks: JoinSet<()>,
}

/// What the tasks of one receiver share.
pub(crate) struct Follower {
    queue: Queue,
    logs: FollowedLogs,
    metrics: QueueMetrics,
    age: QueueAge,
    budget: Mutex<CallBudget>,
    held: Mutex<HeldHints>,
    attention: Mutex<Attention>,
    /// A hint came.
    hinted: Notify,
    /// Something is held that was not before.
    more: Notify,
}

impl Follower {
    pub(crate) fn new(queue: Queue, logs: FollowedLogs) -> Self {
        Self {
            logs,
            metrics: QueueMetrics::of(queue.channel.name()),
            age: QueueAge::of(queue.channel.name()),
            budget: Mutex::new(CallBudget::of(
                queue.channel.terms().calls_per_second_max,
                Instant::now(),
            )),
            held: Mutex::default(),
            attention: Mutex::default(),
            hinted: Notify::new(),
            more: Notify::new(),
            queue,
        }
    }

    /// Starts receiving, and settling where there is something to settle.
    pub(crate) fn start(self) -> Following {
        let mut tasks = JoinSet::new();
        let this = Arc::new(self);
        if let Some(hold) = this.queue.channel.terms().hold {
            tasks.spawn(Arc::clone(&this).settle(hold));
        }
        if this.queue.channel.terms().looks {
            tasks.spawn(Arc::clone(&this).attend());
        }
        tasks.spawn(this.receive());
        Following { _tasks: tasks }
    }

    fn held(&self) -> MutexGuard<'_, HeldHints> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn budget(&self) -> MutexGuard<'_, CallBudget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn attention(&self) -> MutexGuard<'_, Attention> {
        self.attention.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the heads of the logs that hints came of lately.
    async fn attend(self: Arc<Self>) {
        loop {
            let logs = self.attention().logs(Instant::now());
            if logs.is_empty() {
                self.hinted.notified().await;
                continue;
            }
            tokio::time::sleep(attention::LOOK).await;
            if let Err(error) = self.logs.refresh(&logs).await {
                tracing::debug!(%error, "the heads could not be read; the poll will");
            }
        }
    }

    async fn receive(self: Arc<Self>) {
        let channel = &self.queue.channel;
        // A full batch: more is waiting than the budget foresees.
        let mut is_behind = false;
        let mut outage = Outage::of(
            channel.name(),
            "hints do not come; the heads of the logs are polled meanwhile",
        );
        loop {
            self.logs.any_lease_of(&self.queue.consumers).await;
            let wait = self.budget().take(Instant::now());
            if !is_behind {
                tokio::time::sleep(wait).await;
            }
            match channel.receive().await {
                Ok(deliveries) => {
                    outage.is_over();
                    is_behind = deliveries.len() >= BATCH_MAX;
                    self.take(deliveries).await;
                }
                Err(error) => {
                    self.metrics.failed();
                    outage.tell(&error);
                    // The poll serves meanwhile.
                    tokio::time::sleep(error.pause()).await;
                }
            }
        }
    }

    /// Wakes the consumers of what was received, if the logs have really grown.
    async fn take(&self, deliveries: Vec<Delivery>) {
        let (mut heard, mut behind) = (Vec::new(), Vec::new());
        for delivery in deliveries {
            self.metrics.received(delivery.sent_at);
            let Some(hint) = delivery.hint else {
                self.metrics.unreadable();
                tracing::warn!(
                    queue = self.queue.channel.name(),
                    "a message is no hint of ours; it is left to the dead-letter queue"
                );
                continue;
            };
            match self.logs.named(&hint.log) {
                Some((log, known)) => {
                    if hint.position > known {
                        behind.push(log);
                    }
                    self.attention().turn_to(log, Instant::now());
                    let message = Message {
                        id: delivery.id,
                        receipt: delivery.receipt,
                    };
                    self.keep(log, message, hint.position);
                    heard.push(hint);
                }
                None => self.let_go(delivery.receipt),
            }
        }
        self.hinted.notify_one();
        // Also of hints that others were faster than: a trace shows who was told.
        let span = trace::receiving(self.queue.channel.name(), &heard);
        if behind.is_empty() {
            return;
        }
        // What was said may be made up, or of before a restore. Read first, so that nobody runs after what is not there.
        if let Err(error) = self.logs.refresh(&behind).instrument(span).await {
            tracing::debug!(%error, "a hint came, and the heads could not be read; the poll will");
        }
    }

    fn settles(&self) -> bool {
        self.queue.channel.terms().hold.is_some()
    }

    fn keep(&self, log: LogKey, message: Message, position: Position) {
        if self.queue.consumers.is_empty() {
            self.let_go(message.receipt);
        } else if self.settles() {
            self.held().add(log, message, position, Instant::now());
            self.more.notify_one();
        }
    }

    /// Names no log that is open here, or nobody who waits.
    fn let_go(&self, receipt: String) {
        if self.settles() {
            self.held().let_go(receipt, Instant::now());
            self.more.notify_one();
        }
    }

    async fn settle(self: Arc<Self>, hold: Duration) {
        loop {
            if self.held().is_empty() {
                self.age.show(None);
                self.more.notified().await;
                continue;
            }
            tokio::time::sleep(LOOK).await;
            // A database that is away stops the consumers as well; what they have not reached stays held.
            match self.progress().await {
                Ok(progress) => {
                    let mut held = self.held();
                    progress
                        .into_iter()
                        .for_each(|progress| held.advance(progress, Instant::now()));
                    self.age.show(held.oldest());
                }
                Err(error) => tracing::debug!(%error, "the checkpoints could not be read, hints are held on"),
            }
            if let Err(error) = self.call_for_held(hold).await {
                // They come again, and are settled then.
                self.metrics.failed();
                tracing::debug!(%error, "hints were not settled");
            }
        }
    }

    async fn progress(&self) -> Result<Vec<Progress>, StoreError> {
        let logs = self.held().logs();
        let (mut progress, mut outcome) = (Vec::new(), Ok(()));
        for (store, source, logs) in self.logs.by_store(&logs) {
            let slowest = include_str!("../sql/slowest_of.sql");
            match source
                .connections
                .query(slowest, &[&logs, &self.queue.consumers])
                .await
            {
                Ok(rows) => progress.extend(rows.iter().map(|row| Progress {
                    log: LogKey {
                        store,
                        log_id: row.get("log_id"),
                    },
                    head: Position::from_sql(row.get("head")),
                    reached: Position::from_sql(row.get("reached")),
                })),
                // One store that is away does not stop the others.
                Err(error) => outcome = Err(error),
            }
        }
        if progress.is_empty() {
            outcome?;
        }
        Ok(progress)
    }

    async fn call_for_held(&self, hold: Duration) -> Result<(), ChannelError> {
        loop {
            let done = self.held().take_done(Instant::now());
            if done.is_empty() {
                break;
            }
            self.budget().spend(Instant::now());
            self.queue.channel.settle(&done).await?;
            self.metrics.settled(done.len());
        }
        loop {
            let ending = self.held().take_ending(hold, Instant::now());
            if ending.is_empty() {
                return Ok(());
            }
            self.budget().spend(Instant::now());
            self.queue.channel.hold(&ending).await?;
        }
    }
}

impl Queue {
    /// A queue for these consumers.
    #[must_use]
    pub fn of(channel: Arc<dyn WakeUpChannel>, consumers: Vec<String>) -> Self {
        Self { channel, consumers }
    }

    /// Tells it again.
    pub(super) async fn announce(&self, hints: &[Hint]) -> Result<(), ChannelError> {
        self.channel.announce(hints).await
    }
}
