//! How far behind each projection is, through the process's OpenTelemetry meter.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, ObservableGauge};
use posars_event_store::{Log, Position};

/// The instruments of one log's projections.
pub(crate) struct Metrics {
    applied: Arc<HashMap<&'static str, AtomicU64>>,
    log: String,
    events: Counter<u64>,
    parked: Counter<u64>,
    /// Held, because dropping it ends the observation.
    _lag: ObservableGauge<u64>,
}

/// Stands for a projection that does not run in this process: its lag is not ours to report.
const NOT_HERE: u64 = u64::MAX;

impl Metrics {
    pub(crate) fn register(log: &Log, names: &[&'static str]) -> Self {
        let meter = opentelemetry::global::meter("posars");
        let applied: HashMap<_, _> = names
            .iter()
            .map(|name| (*name, AtomicU64::new(NOT_HERE)))
            .collect();
        let applied = Arc::new(applied);
        // Observed when asked, not written by the runner: a runner that hangs shows a growing lag. The weak
        // reference lets the observation end with the projections.
        let (head, seen, name) = (log.watch(), Arc::downgrade(&applied), log.name().to_string());
        let lag = meter
            .u64_observable_gauge("posars.projection.lag_events")
            .with_description("Events of the log that a projection has not applied")
            .with_callback(move |observer| {
                let Some(applied) = seen.upgrade() else { return };
                for (projection, applied) in applied.iter() {
                    let applied = applied.load(Ordering::Relaxed);
                    if applied != NOT_HERE {
                        let lag = head.position().get().saturating_sub(applied);
                        let labels = [
                            KeyValue::new("projection", *projection),
                            KeyValue::new("log", name.clone()),
                        ];
                        observer.observe(lag, &labels);
                    }
                }
            })
            .build();
        Self {
            applied,
            log: log.name().to_string(),
            events: meter
                .u64_counter("posars.projection.events")
                .with_description("Events that projections have gone through")
                .build(),
            parked: meter
                .u64_counter("posars.projection.parked")
                .with_description("Events that projections have parked")
                .build(),
            _lag: lag,
        }
    }

    pub(crate) fn applied(&self, projection: &'static str, position: Position) {
        if let Some(applied) = self.applied.get(projection) {
            applied.store(position.get(), Ordering::Relaxed);
        }
    }

    /// A projection no longer runs here.
    pub(crate) fn ended(&self, projection: &'static str) {
        if let Some(applied) = self.applied.get(projection) {
            applied.store(NOT_HERE, Ordering::Relaxed);
        }
    }

    pub(crate) fn page(&self, projection: &'static str, events: usize, parked: usize) {
        let labels = [
            KeyValue::new("projection", projection),
            KeyValue::new("log", self.log.clone()),
        ];
        self.events.add(u64::try_from(events).unwrap_or(0), &labels);
        if parked > 0 {
            self.parked.add(u64::try_from(parked).unwrap_or(0), &labels);
        }
    }
}
