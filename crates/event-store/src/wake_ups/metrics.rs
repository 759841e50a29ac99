//! What a channel of wake-ups tells of itself, through the process's OpenTelemetry meter.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, ObservableGauge};

/// The instruments of one channel.
#[derive(Clone, Debug)]
pub(crate) struct QueueMetrics {
    labels: [KeyValue; 1],
    sent: Counter<u64>,
    received: Counter<u64>,
    settled: Counter<u64>,
    unreadable: Counter<u64>,
    swept: Counter<u64>,
    failures: Counter<u64>,
    delay_seconds: Histogram<f64>,
}

/// The age of what one receiver holds; its observation ends with it.
#[derive(Debug)]
pub(crate) struct QueueAge {
    /// In milliseconds since 1970; 0 when nothing is held.
    oldest_ms: Arc<AtomicI64>,
    _age: ObservableGauge<f64>,
}

impl QueueMetrics {
    pub(crate) fn of(channel: &str) -> Self {
        let meter = opentelemetry::global::meter("posars");
        let counter =
            |name: &'static str, about: &'static str| meter.u64_counter(name).with_description(about).build();
        let metrics = Self {
            labels: [KeyValue::new("queue", channel.to_owned())],
            sent: counter("posars.queue.sent", "Hints that were sent"),
            received: counter("posars.queue.received", "Messages that were received"),
            settled: counter(
                "posars.queue.settled",
                "Hints that were deleted because their consumers are there",
            ),
            unreadable: counter(
                "posars.queue.unreadable",
                "Messages that are no hints, left to the dead-letter queue",
            ),
            swept: counter(
                "posars.queue.swept",
                "Hints that were sent again because a consumer stood still",
            ),
            failures: counter("posars.queue.failures", "Calls to a queue that failed"),
            delay_seconds: meter
                .f64_histogram("posars.queue.delay_seconds")
                .with_description("Time from the sending of a message to its receipt")
                .with_boundaries(vec![
                    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0,
                ])
                .build(),
        };
        // From zero on: an alert that looks for a rise would miss the first one otherwise.
        for counter in [
            &metrics.settled,
            &metrics.unreadable,
            &metrics.swept,
            &metrics.failures,
        ] {
            counter.add(0, &metrics.labels);
        }
        metrics
    }

    pub(crate) fn sent(&self, hints: usize) {
        self.sent.add(count(hints), &self.labels);
    }

    pub(crate) fn received(&self, sent_at: Option<Timestamp>) {
        self.received.add(1, &self.labels);
        if let Some(sent_at) = sent_at {
            let delay = Timestamp::now().duration_since(sent_at).as_secs_f64().max(0.0);
            self.delay_seconds.record(delay, &self.labels);
        }
    }

    pub(crate) fn settled(&self, hints: usize) {
        self.settled.add(count(hints), &self.labels);
    }

    pub(crate) fn unreadable(&self) {
        self.unreadable.add(1, &self.labels);
    }

    pub(crate) fn swept(&self, hints: usize) {
        self.swept.add(count(hints), &self.labels);
    }

    pub(crate) fn failed(&self) {
        self.failures.add(1, &self.labels);
    }
}

impl QueueAge {
    pub(crate) fn of(channel: &str) -> Self {
        let oldest_ms = Arc::new(AtomicI64::new(0));
        let (seen, label) = (
            Arc::downgrade(&oldest_ms),
            KeyValue::new("queue", channel.to_owned()),
        );
        // Observed when asked, so that one that is stuck shows a growing age.
        let age = opentelemetry::global::meter("posars")
            .f64_observable_gauge("posars.queue.age_seconds")
            .with_description("Age of the oldest hint that was received and is not settled")
            .with_callback(move |observer| {
                let Some(oldest_ms) = seen.upgrade() else { return };
                let oldest =
                    Timestamp::from_millisecond(oldest_ms.load(Ordering::Relaxed)).unwrap_or_default();
                let age = if oldest == Timestamp::UNIX_EPOCH {
                    0.0
                } else {
                    Timestamp::now().duration_since(oldest).as_secs_f64().max(0.0)
                };
                observer.observe(age, std::slice::from_ref(&label));
            })
            .build();
        Self { oldest_ms, _age: age }
    }

    /// What the oldest hint that is held was received at; none when none is.
    pub(crate) fn show(&self, oldest: Option<Timestamp>) {
        let oldest_ms = oldest.map_or(0, Timestamp::as_millisecond);
        self.oldest_ms.store(oldest_ms, Ordering::Relaxed);
    }
}

fn count(hints: usize) -> u64 {
    u64::try_from(hints).unwrap_or(u64::MAX)
}
