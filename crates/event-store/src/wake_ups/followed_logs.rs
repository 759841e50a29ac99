//! The logs that hints are received for: those of one store, whichever are opened, or some of several stores.

use std::collections::{BTreeMap, HashMap};

use super::heads::Heads;
use super::leases::HeldLeases;
use crate::connections::Connections;
use crate::{LogName, Position, StoreError};

/// A log: the number of its store here, and its number in that store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct LogKey {
    pub(crate) store: usize,
    pub(crate) log_id: i32,
}

/// What is asked of one store.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) heads: Heads,
    pub(crate) connections: Connections,
    pub(crate) leases: HeldLeases,
}

/// The logs that hints are received for.
#[derive(Debug)]
pub(crate) struct FollowedLogs {
    pub(crate) sources: Vec<Source>,
    /// None for all logs that are open in the one store.
    chosen: Option<HashMap<LogName, LogKey>>,
}

impl FollowedLogs {
    /// Whatever is opened in one store.
    pub(crate) fn open_in(source: Source) -> Self {
        Self {
            sources: vec![source],
            chosen: None,
        }
    }

    /// These, each with its place in these stores. Of two with one name, before and after a move, the last counts.
    pub(crate) fn these(sources: Vec<Source>, logs: impl IntoIterator<Item = (LogName, LogKey)>) -> Self {
        Self {
            chosen: Some(logs.into_iter().collect()),
            sources,
        }
    }

    /// The log with a name and how far it is known to go; none when it is not followed here.
    pub(crate) fn named(&self, name: &LogName) -> Option<(LogKey, Position)> {
        match &self.chosen {
            Some(chosen) => {
                let key = *chosen.get(name)?;
                let known = self.sources.get(key.store)?.heads.position(key.log_id)?;
                Some((key, known))
            }
            None => {
                let (log_id, known) = self.sources.first()?.heads.named(name)?;
                Some((LogKey { store: 0, log_id }, known))
            }
        }
    }

    /// Returns once a lease of one of these consumers is held in one of the stores.
    pub(crate) async fn any_lease_of(&self, consumers: &[String]) {
        let held = self
            .sources
            .iter()
            .map(|source| Box::pin(source.leases.any_of(consumers)));
        let held: Vec<_> = held.collect();
        if !held.is_empty() {
            futures_util::future::select_all(held).await;
        }
    }

    /// Some logs with the store that they are in.
    pub(crate) fn by_store(&self, keys: &[LogKey]) -> Vec<(usize, &Source, Vec<i32>)> {
        let mut by_store: BTreeMap<usize, Vec<i32>> = BTreeMap::new();
        for key in keys {
            by_store.entry(key.store).or_default().push(key.log_id);
        }
        let found = by_store.into_iter().filter_map(|(store, logs)| {
            let source = self.sources.get(store)?;
            Some((store, source, logs))
        });
        found.collect()
    }

    /// Reads the real heads of some logs, and wakes who waits for them.
    pub(crate) async fn refresh(&self, keys: &[LogKey]) -> Result<(), StoreError> {
        let mut outcome = Ok(());
        for (_, source, logs) in self.by_store(keys) {
            // One store that is away does not stop the others.
            outcome = outcome.and(source.heads.refresh_some(&source.connections, &logs).await);
        }
        outcome
    }
}
