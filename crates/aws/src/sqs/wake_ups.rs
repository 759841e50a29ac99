//! Wake-ups by SQS: each hint goes to one process, and comes again until it is settled.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use posars_event_store::{ChannelError, Delivery, Hint, Terms, WakeUpChannel};

use super::error::QueueError;
use super::queue::{BATCH_MAX, SqsQueue, WAIT_MAX};
use crate::AwsClients;

/// How long a hint is held back from others, whatever the queue says: a killed process delays it by this.
const HOLD: Duration = Duration::from_secs(30);
/// What a consumer costs at most where one process writes; with several, hints that are many are still received and deleted.
const CALLS_PER_SECOND_MAX: u32 = 20;

/// A queue of hints.
#[derive(Clone, Debug)]
pub struct SqsWakeUps {
    name: String,
    queue: SqsQueue,
    hold: Duration,
    /// Of which categories its consumers read anything; none for all.
    categories: Option<BTreeSet<String>>,
}

impl SqsWakeUps {
    /// The queue at an address, with the name that logs and metrics call it by.
    #[must_use]
    pub fn new(clients: &AwsClients, name: &str, url: &str) -> Self {
        Self {
            name: name.to_owned(),
            queue: SqsQueue::new(clients, url),
            hold: HOLD,
            categories: None,
        }
    }

    /// With another time that a hint is held back, in whole seconds.
    #[must_use]
    pub const fn holding(mut self, hold: Duration) -> Self {
        self.hold = hold;
        self
    }

    /// For consumers that read nothing but streams of these categories: they are told of nothing else, unless it is not known
    /// what was written.
    #[must_use]
    pub fn about(mut self, categories: impl IntoIterator<Item = &'static str>) -> Self {
        self.categories = Some(categories.into_iter().map(str::to_owned).collect());
        self
    }

    fn failed(&self, error: &QueueError) -> ChannelError {
        ChannelError {
            channel: self.name.clone(),
            problem: error.to_string(),
            needs_person: matches!(error, QueueError::Missing { .. } | QueueError::Denied { .. }),
        }
    }
}

impl WakeUpChannel for SqsWakeUps {
    fn name(&self) -> &str {
        &self.name
    }

    fn terms(&self) -> Terms {
        Terms {
            hold: Some(self.hold),
            calls_per_second_max: Some(CALLS_PER_SECOND_MAX),
            looks: true,
        }
    }

    fn wants(&self, hint: &Hint) -> bool {
        let wanted = self.categories.as_ref();
        hint.categories.is_empty() || wanted.is_none_or(|wanted| !wanted.is_disjoint(&hint.categories))
    }

    fn announce<'a>(&'a self, hints: &'a [Hint]) -> BoxFuture<'a, Result<(), ChannelError>> {
        async move {
            let bodies: Vec<String> = hints.iter().map(Hint::to_json).collect();
            let sent = self.queue.send(&bodies).await;
            sent.map_err(|error| self.failed(&error))
        }
        .boxed()
    }

    fn receive(&self) -> BoxFuture<'_, Result<Vec<Delivery>, ChannelError>> {
        async move {
            let received = self.queue.receive(WAIT_MAX, BATCH_MAX, Some(self.hold)).await;
            let messages = received.map_err(|error| self.failed(&error))?;
            let deliveries = messages.into_iter().map(|message| Delivery {
                hint: Hint::from_json(&message.body).ok(),
                id: message.id,
                receipt: message.receipt,
                sent_at: message.sent_at,
            });
            Ok(deliveries.collect())
        }
        .boxed()
    }

    fn settle<'a>(&'a self, receipts: &'a [String]) -> BoxFuture<'a, Result<(), ChannelError>> {
        async move {
            let deleted = self.queue.delete(receipts).await;
            deleted.map_err(|error| self.failed(&error))
        }
        .boxed()
    }

    fn hold<'a>(&'a self, receipts: &'a [String]) -> BoxFuture<'a, Result<(), ChannelError>> {
        async move {
            let held = self.queue.hold(receipts, self.hold).await;
            held.map_err(|error| self.failed(&error))
        }
        .boxed()
    }
}
