//! From appends to hints: what was written since the last time is told at most once per interval.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;
use tracing::Instrument as _;

use super::channel::WakeUpChannel;
use super::hint::Hint;
use super::metrics::QueueMetrics;
use super::outage::Outage;
use super::trace;

/// Tells one channel of what this process appends.
#[derive(Debug)]
pub(crate) struct Announcer {
    channel: Arc<dyn WakeUpChannel>,
    grown: Notify,
    /// What is to be told, one hint a log.
    untold: Mutex<HashMap<i32, Hint>>,
}

impl Announcer {
    pub(crate) fn to(channel: Arc<dyn WakeUpChannel>) -> Self {
        Self {
            channel,
            grown: Notify::new(),
            untold: Mutex::default(),
        }
    }

    fn untold(&self) -> MutexGuard<'_, HashMap<i32, Hint>> {
        self.untold.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers that a log has grown.
    pub(crate) fn note(&self, log_id: i32, hint: Hint) {
        if !self.channel.wants(&hint) {
            return;
        }
        match self.untold().entry(log_id) {
            std::collections::hash_map::Entry::Occupied(mut untold) => untold.get_mut().merge(hint),
            std::collections::hash_map::Entry::Vacant(untold) => drop(untold.insert(hint)),
        }
        self.grown.notify_one();
    }

    /// Runs as long as the store.
    pub(crate) async fn run(self: Arc<Self>, interval: Duration) {
        let metrics = QueueMetrics::of(self.channel.name());
        let mut outage = Outage::of(
            self.channel.name(),
            "hints are not sent; readers look for themselves meanwhile",
        );
        // A lone append is told at once, the next ones together.
        let mut told_at = Instant::now();
        loop {
            self.grown.notified().await;
            tokio::time::sleep_until(told_at + interval).await;
            told_at = Instant::now();
            let told: HashMap<i32, Hint> = std::mem::take(&mut self.untold());
            let mut hints: Vec<Hint> = told.values().cloned().collect();
            if hints.is_empty() {
                continue;
            }
            let span = trace::sending(self.channel.name(), &mut hints);
            match self.channel.announce(&hints).instrument(span).await {
                Ok(()) => {
                    outage.is_over();
                    metrics.sent(hints.len());
                }
                Err(error) => {
                    outage.tell(&error);
                    metrics.failed();
                    self.take_back(told);
                    tokio::time::sleep(error.pause()).await;
                }
            }
        }
    }

    /// What was written since then is the later.
    fn take_back(&self, told: HashMap<i32, Hint>) {
        let mut untold = self.untold();
        for (log_id, mut hint) in told {
            if let Some(later) = untold.remove(&log_id) {
                hint.merge(later);
            }
            untold.insert(log_id, hint);
        }
        self.grown.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures_util::FutureExt as _;
    use futures_util::future::BoxFuture;

    use super::*;
    use crate::{ChannelError, Delivery, LogName, Position, Terms};

    /// A queue that takes nothing.
    #[derive(Debug)]
    struct Refusing {
        needs_person: bool,
        calls: AtomicU32,
    }

    impl Refusing {
        fn answer(&self) -> ChannelError {
            self.calls.fetch_add(1, Ordering::Relaxed);
            ChannelError {
                channel: self.name().to_owned(),
                problem: "no".to_owned(),
                needs_person: self.needs_person,
            }
        }
    }

    impl WakeUpChannel for Refusing {
        fn name(&self) -> &'static str {
            "refusing"
        }

        fn terms(&self) -> Terms {
            Terms {
                hold: None,
                calls_per_second_max: None,
                looks: false,
            }
        }

        fn announce<'a>(&'a self, _hints: &'a [Hint]) -> BoxFuture<'a, Result<(), ChannelError>> {
            async { Err(self.answer()) }.boxed()
        }

        fn receive(&self) -> BoxFuture<'_, Result<Vec<Delivery>, ChannelError>> {
            async { Err(self.answer()) }.boxed()
        }

        fn settle<'a>(&'a self, _receipts: &'a [String]) -> BoxFuture<'a, Result<(), ChannelError>> {
            async { Err(self.answer()) }.boxed()
        }

        fn hold<'a>(&'a self, _receipts: &'a [String]) -> BoxFuture<'a, Result<(), ChannelError>> {
            async { Err(self.answer()) }.boxed()
        }
    }

    /// How often a queue is asked within ten minutes to take one hint.
    async fn calls_in_ten_minutes(needs_person: bool) -> u32 {
        let channel = Arc::new(Refusing {
            needs_person,
            calls: AtomicU32::new(0),
        });
        let told: Arc<dyn WakeUpChannel> = channel.clone();
        let announcer = Arc::new(Announcer::to(told));
        announcer.note(1, Hint::of(LogName::parse("main").unwrap(), Position::new(1)));
        let run = announcer.run(Duration::from_millis(20));
        tokio::time::timeout(Duration::from_secs(600), run)
            .await
            .unwrap_err();
        channel.calls.load(Ordering::Relaxed)
    }

    #[tokio::test(start_paused = true)]
    async fn a_queue_that_refuses_is_asked_each_minute_and_one_that_is_away_each_second() {
        let (refused, away) = (
            calls_in_ten_minutes(true).await,
            calls_in_ten_minutes(false).await,
        );
        assert!((9..=11).contains(&refused), "{refused}");
        assert!((500..=601).contains(&away), "{away}");
    }
}
