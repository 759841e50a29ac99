//! What this process depends on, whether it is there, and since when.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use opentelemetry::KeyValue;
use opentelemetry::metrics::ObservableGauge;
use serde::Serialize;

/// The state of one dependency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Dependency {
    /// Whether it can be used.
    pub(crate) ready: bool,
    /// When it became so.
    pub(crate) since: Timestamp,
    /// What is wrong; none while it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

/// The state of all dependencies. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Health {
    known: Known,
    /// Held, because dropping it ends the observation.
    _ready: Option<ObservableGauge<u64>>,
}

type Known = Arc<Mutex<BTreeMap<&'static str, Dependency>>>;

/// The answer of `/readyz`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Readiness {
    /// Whether every dependency can be used.
    pub(crate) ready: bool,
    /// Each of them, by name.
    pub(crate) dependencies: BTreeMap<&'static str, Dependency>,
}

impl Health {
    /// One whose state is among the metrics, too: 1 for each dependency that can be used, 0 for one that cannot.
    pub(crate) fn measured() -> Self {
        let known = Known::default();
        let seen = Arc::downgrade(&known);
        let ready = opentelemetry::global::meter("posars")
            .u64_observable_gauge("posars.dependency.ready")
            .with_description("Whether what this process depends on can be used")
            .with_callback(move |observer| {
                let Some(known) = seen.upgrade() else { return };
                for (name, state) in known.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                    observer.observe(u64::from(state.ready), &[KeyValue::new("dependency", *name)]);
                }
            })
            .build();
        Self {
            known,
            _ready: Some(ready),
        }
    }

    /// Notes the state of a dependency; `since` moves only when it changes. Says whether it did.
    pub(crate) fn note(&self, name: &'static str, state: Result<(), String>) -> bool {
        let (ready, reason) = match state {
            Ok(()) => (true, None),
            Err(reason) => (false, Some(reason)),
        };
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let before = all.get(name);
        let changed = before.is_none_or(|before| before.ready != ready);
        let since = match before {
            Some(before) if !changed => before.since,
            Some(_) | None => Timestamp::now(),
        };
        all.insert(name, Dependency { ready, since, reason });
        changed
    }

    /// The state of all.
    pub(crate) fn readiness(&self) -> Readiness {
        let dependencies = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let ready = !dependencies.is_empty() && dependencies.values().all(|state| state.ready);
        Readiness { ready, dependencies }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_moves_only_when_the_state_changes() {
        let health = Health::default();
        assert!(!health.readiness().ready, "nothing known is not ready");
        assert!(health.note("postgresql", Ok(())));
        let first = health.readiness().dependencies["postgresql"].clone();
        assert!(!health.note("postgresql", Ok(())));
        assert_eq!(health.readiness().dependencies["postgresql"], first);
        assert!(health.note("postgresql", Err("gone".to_owned())));
        assert!(!health.note("postgresql", Err("still gone".to_owned())));
        let readiness = health.readiness();
        assert!(!readiness.ready);
        assert_eq!(
            readiness.dependencies["postgresql"].reason.as_deref(),
            Some("still gone")
        );
    }
}
