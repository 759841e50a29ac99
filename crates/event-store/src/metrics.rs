//! What the log tells of itself, through the process's OpenTelemetry meter.

use opentelemetry::metrics::{Counter, Histogram};

/// The instruments of one store.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    pub(crate) batch_events: Histogram<u64>,
    pub(crate) batch_seconds: Histogram<f64>,
    pub(crate) queue_seconds: Histogram<f64>,
    pub(crate) pool_wait_seconds: Histogram<f64>,
    pub(crate) events: Counter<u64>,
    pub(crate) batch_retries: Counter<u64>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let meter = opentelemetry::global::meter("posars");
        let seconds = vec![
            0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
        ];
        let histogram = |name: &'static str, about: &'static str| {
            meter
                .f64_histogram(name)
                .with_description(about)
                .with_boundaries(seconds.clone())
                .build()
        };
        let metrics = Self {
            batch_events: meter
                .u64_histogram("posars.append.batch_events")
                .with_description("Events per append transaction")
                .with_boundaries(vec![1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0])
                .build(),
            batch_seconds: histogram(
                "posars.append.batch_seconds",
                "Time of one append transaction, commit included",
            ),
            queue_seconds: histogram(
                "posars.append.queue_seconds",
                "Time the oldest append of a batch waited",
            ),
            pool_wait_seconds: histogram(
                "posars.pool.wait_seconds",
                "Time an append batch waited for a connection",
            ),
            events: meter
                .u64_counter("posars.append.events")
                .with_description("Events appended")
                .build(),
            batch_retries: meter
                .u64_counter("posars.append.batch_retries")
                .with_description("Append transactions sent again after a passing failure")
                .build(),
        };
        // From zero on: an alert that looks for a rise would miss the first one otherwise.
        metrics.events.add(0, &[]);
        metrics.batch_retries.add(0, &[]);
        metrics
    }
}
