//! What this process depends on, whether it is there, and since when.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
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
pub(crate) struct Health(Arc<Mutex<BTreeMap<&'static str, Dependency>>>);

/// The answer of `/readyz`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Readiness {
    /// Whether every dependency can be used.
    pub(crate) ready: bool,
    /// Each of them, by name.
    pub(crate) dependencies: BTreeMap<&'static str, Dependency>,
}

impl Health {
    /// Notes the state of a dependency; `since` moves only when it changes. Says whether it did.
    pub(crate) fn note(&self, name: &'static str, state: Result<(), String>) -> bool {
        let (ready, reason) = match state {
            Ok(()) => (true, None),
            Err(reason) => (false, Some(reason)),
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
        let dependencies = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
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
