//! Who receives hints for which logs, and who looks after them: over all stores that a process has open.

use std::sync::Arc;

use crate::EventStore;
use crate::log::Log;
use crate::wake_ups::{FollowedLogs, Follower, Following, LogKey, Queue, Source, Sweeper, WakeUpChannel};

impl Queue {
    /// Receives its hints for these logs, of one store or several, while one of its consumers works in this process; wakes
    /// the consumers, and settles each hint when all of them are there.
    pub fn follow(self, logs: &[Log]) -> Following {
        let (sources, of_logs) = stores_of(logs);
        let keys = logs.iter().zip(of_logs).map(|(log, store)| {
            let log_id = log.id();
            (log.name().clone(), LogKey { store, log_id })
        });
        Follower::new(self, FollowedLogs::these(sources, keys)).start()
    }
}

impl Sweeper {
    /// A sweeper for the consumers of these queues, in the databases of these logs.
    #[must_use]
    pub fn new(logs: &[Log], queues: Vec<Queue>) -> Self {
        Self::of(stores_of(logs).0, queues)
    }
}

impl EventStore {
    /// PostgreSQL's notifications: the channel of processes that were given no other.
    #[must_use]
    pub fn notifications(&self) -> Arc<dyn WakeUpChannel> {
        Arc::clone(self.wake_ups().notifications())
    }
}

/// The stores of some logs, each once, and for each log which of them it is in.
fn stores_of(logs: &[Log]) -> (Vec<Source>, Vec<usize>) {
    let mut stores: Vec<&Log> = Vec::new();
    let mut of_logs = Vec::new();
    for log in logs {
        let is_same = |store: &&Log| Arc::ptr_eq(&store.surroundings, &log.surroundings);
        let store = stores.iter().position(is_same).unwrap_or_else(|| {
            stores.push(log);
            stores.len() - 1
        });
        of_logs.push(store);
    }
    (stores.into_iter().map(Log::source).collect(), of_logs)
}
