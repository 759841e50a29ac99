//! What a reactor tells of itself.

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge};
use posars_event_store::Position;

/// How a reactor stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReactorStatus {
    /// The reactor, which is the name of its subscription.
    pub name: &'static str,
    /// What it is doing.
    pub state: ReactorState,
    /// The last position it has dealt with.
    pub position: Position,
    /// The last position of the log that it has heard of.
    pub head: Position,
    /// How many positions it is behind; the log's other events count too.
    pub lag_events: u64,
    /// How old the oldest event is that it may not have dealt with, in milliseconds; 0 when it is not behind.
    pub lag_ms: u64,
    /// How many events it had to put aside because it could not work on them, and that were not tried again with success;
    /// they stand in the stream `parked-{name}`.
    pub parked: u64,
    /// How many events wait for something that may come, as for a posting rule.
    pub waiting: u64,
    /// The last thing that went wrong, with the next step; `None` while all is well.
    pub problem: Option<String>,
}

/// What a reactor is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReactorState {
    /// Not started, or stopped.
    Idle,
    /// Another process has the lease; this one stands by.
    StandingBy,
    /// Working, or waiting for the log to grow.
    Running,
    /// The last try failed; it is tried again.
    Failing,
}

impl ReactorStatus {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            state: ReactorState::Idle,
            position: Position::START,
            head: Position::START,
            lag_events: 0,
            lag_ms: 0,
            parked: 0,
            waiting: 0,
            problem: None,
        }
    }
}

/// The instruments of a reactor.
#[derive(Debug)]
pub(crate) struct Instruments {
    labels: [KeyValue; 1],
    lag_events: Gauge<u64>,
    lag_seconds: Gauge<f64>,
    parked: Gauge<u64>,
    waiting: Gauge<u64>,
    events: Counter<u64>,
    failures: Counter<u64>,
}

impl Instruments {
    pub(crate) fn new(name: &'static str) -> Self {
        let meter = opentelemetry::global::meter("posars");
        let gauge =
            |name: &'static str, about: &'static str| meter.u64_gauge(name).with_description(about).build();
        let counter =
            |name: &'static str, about: &'static str| meter.u64_counter(name).with_description(about).build();
        let instruments = Self {
            labels: [KeyValue::new("reactor", name)],
            lag_events: gauge(
                "posars.reactor.lag_events",
                "Positions of the log not yet dealt with",
            ),
            lag_seconds: meter
                .f64_gauge("posars.reactor.lag_seconds")
                .with_description("Age of the oldest event not yet dealt with")
                .build(),
            parked: gauge(
                "posars.reactor.parked",
                "Events put aside because they could not be worked on",
            ),
            waiting: gauge(
                "posars.reactor.waiting",
                "Events that wait for something that may come",
            ),
            events: counter("posars.reactor.events", "Events appended"),
            failures: counter(
                "posars.reactor.failures",
                "Pages that failed and were tried again",
            ),
        };
        // From zero on: an alert that looks for a rise would miss the first one otherwise.
        instruments.appended(0);
        instruments.failures.add(0, &instruments.labels);
        instruments
    }

    pub(crate) fn show(&self, status: &ReactorStatus) {
        self.lag_events.record(status.lag_events, &self.labels);
        let lag = std::time::Duration::from_millis(status.lag_ms);
        self.lag_seconds.record(lag.as_secs_f64(), &self.labels);
        self.parked.record(status.parked, &self.labels);
        self.waiting.record(status.waiting, &self.labels);
    }

    pub(crate) fn appended(&self, events: u64) {
        self.events.add(events, &self.labels);
    }

    pub(crate) fn failed(&self) {
        self.failures.add(1, &self.labels);
    }
}
