//! How far behind each projection is, through the process's OpenTelemetry meter.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, ObservableGauge};
use posars_event_store::{Log, Position};

/// The instruments of one log's projections.
pub(crate) struct Metrics {
    applied: Arc<HashMap<&'static str, Applied>>,
    log: String,
    events: Counter<u64>,
    parked: Counter<u64>,
    /// Held, because dropping them ends the observation.
    _lag: ObservableGauge<u64>,
    _stalled: ObservableGauge<f64>,
}

/// Stands for a projection that does not run in this process: its lag is not ours to report.
const NOT_HERE: u64 = u64::MAX;

/// How far a projection is, and since when.
struct Applied {
    position: AtomicU64,
    /// When it last moved, or was seen with nothing to do; since the metrics were registered.
    moved_ms: AtomicU64,
}

impl Applied {
    const fn not_here() -> Self {
        Self {
            position: AtomicU64::new(NOT_HERE),
            moved_ms: AtomicU64::new(0),
        }
    }

    fn move_to(&self, position: u64, now_ms: u64) {
        if self.position.swap(position, Ordering::Relaxed) != position {
            self.moved_ms.store(now_ms, Ordering::Relaxed);
        }
    }

    /// Events it has not applied; none for one that does not run here.
    fn lag(&self, head: Position) -> Option<u64> {
        let position = self.position.load(Ordering::Relaxed);
        (position != NOT_HERE).then(|| head.get().saturating_sub(position))
    }

    /// For how long it has been behind without moving, as far as those who look can tell.
    fn stalled(&self, head: Position, now_ms: u64) -> Option<Duration> {
        let lag = self.lag(head)?;
        if lag == 0 {
            self.moved_ms.store(now_ms, Ordering::Relaxed);
        }
        let moved_ms = self.moved_ms.load(Ordering::Relaxed);
        Some(Duration::from_millis(now_ms.saturating_sub(moved_ms)))
    }
}

impl Metrics {
    pub(crate) fn register(log: &Log, names: &[&'static str]) -> Self {
        let meter = opentelemetry::global::meter("posars");
        let applied: HashMap<_, _> = names.iter().map(|name| (*name, Applied::not_here())).collect();
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
                    if let Some(lag) = applied.lag(head.position()) {
                        observer.observe(lag, &labels(projection, &name));
                    }
                }
            })
            .build();
        let (head, seen, name) = (log.watch(), Arc::downgrade(&applied), log.name().to_string());
        let stalled = meter
            .f64_observable_gauge("posars.projection.stalled_seconds")
            .with_description("For how long a projection has been behind without moving")
            .with_callback(move |observer| {
                let Some(applied) = seen.upgrade() else { return };
                for (projection, applied) in applied.iter() {
                    if let Some(stalled) = applied.stalled(head.position(), now_ms()) {
                        observer.observe(stalled.as_secs_f64(), &labels(projection, &name));
                    }
                }
            })
            .build();
        let metrics = Self {
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
            _stalled: stalled,
        };
        // From zero on: an alert that looks for a rise would miss the first one otherwise.
        for projection in names {
            metrics.parked.add(0, &labels(projection, &metrics.log));
        }
        metrics
    }

    pub(crate) fn applied(&self, projection: &'static str, position: Position) {
        if let Some(applied) = self.applied.get(projection) {
            applied.move_to(position.get(), now_ms());
        }
    }

    /// A projection no longer runs here.
    pub(crate) fn ended(&self, projection: &'static str) {
        if let Some(applied) = self.applied.get(projection) {
            applied.move_to(NOT_HERE, now_ms());
        }
    }

    pub(crate) fn page(&self, projection: &'static str, events: usize, parked: usize) {
        let labels = labels(projection, &self.log);
        self.events.add(u64::try_from(events).unwrap_or(0), &labels);
        if parked > 0 {
            self.parked.add(u64::try_from(parked).unwrap_or(0), &labels);
        }
    }
}

fn labels(projection: &'static str, log: &str) -> [KeyValue; 2] {
    [
        KeyValue::new("projection", projection),
        KeyValue::new("log", log.to_owned()),
    ]
}

/// Milliseconds since this process first asked: an atomic holds no instant.
fn now_ms() -> u64 {
    static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
    u64::try_from(BEGAN.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_is_behind_and_does_not_move_is_told_by_how_long() {
        let (head, applied) = (Position::new(10), Applied::not_here());
        assert_eq!(applied.stalled(head, 5_000), None, "it does not run here");
        applied.move_to(10, 5_000);
        assert_eq!(
            applied.stalled(head, 90_000),
            Some(Duration::ZERO),
            "nothing to do"
        );
        let head = Position::new(12);
        assert_eq!(applied.lag(head), Some(2));
        assert_eq!(applied.stalled(head, 91_500), Some(Duration::from_millis(1_500)));
        applied.move_to(10, 92_000);
        assert_eq!(
            applied.stalled(head, 93_000),
            Some(Duration::from_secs(3)),
            "the same place is no move"
        );
        applied.move_to(11, 94_000);
        assert_eq!(applied.stalled(head, 95_000), Some(Duration::from_secs(1)));
    }
}
