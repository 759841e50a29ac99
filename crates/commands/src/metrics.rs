//! What the commands tell of themselves, through the process's OpenTelemetry meter.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram};

use crate::CommandError;

/// The instruments of the commands.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    seconds: Histogram<f64>,
    retries: Counter<u64>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let meter = opentelemetry::global::meter("posars");
        Self {
            seconds: meter
                .f64_histogram("posars.command.seconds")
                .with_description("Time of one command, by command and outcome")
                .with_boundaries(vec![
                    0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
                ])
                .build(),
            retries: meter
                .u64_counter("posars.command.retries")
                .with_description("Commands decided again because others wrote first")
                .build(),
        }
    }

    pub(crate) fn done<T>(&self, command: &'static str, took: Duration, result: Result<T, &CommandError>) {
        let outcome = match result {
            Ok(_) => "done",
            Err(
                CommandError::Rejected(_)
                | CommandError::IdempotencyMismatch { .. }
                | CommandError::OutOfScope,
            ) => "rejected",
            Err(CommandError::Conflict { .. }) => "conflict",
            Err(CommandError::Unreadable { .. }) => "unreadable",
            Err(CommandError::Unavailable { .. }) => "unavailable",
        };
        let labels = [
            KeyValue::new("command", command),
            KeyValue::new("outcome", outcome),
        ];
        self.seconds.record(took.as_secs_f64(), &labels);
    }

    pub(crate) fn retried(&self, command: &'static str) {
        self.retries.add(1, &[KeyValue::new("command", command)]);
    }
}
