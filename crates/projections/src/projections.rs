//! The read models of one log: the handle for queries, the runner, rebuilds and the command line.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use posars_event_store::{EventStore, Floors, Log, Position};
use tokio::sync::watch;

use crate::faults::Faults;
use crate::log_page::LogPages;
use crate::metrics::Metrics;
use crate::subscription::subscription_name;
use crate::{DatabaseError, ProjectionError};

/// The read models of one log. Cheap to clone.
#[derive(Clone)]
pub struct Projections {
    pub(crate) store: EventStore,
    pub(crate) log: Log,
    pub(crate) log_id: i32,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) faults: Faults,
    pub(crate) pages: LogPages,
    progress: Arc<HashMap<&'static str, watch::Sender<Position>>>,
    /// How far each one was in any answer of this process: where a replica may answer, it must be as far.
    seen: Arc<HashMap<&'static str, AtomicU64>>,
    pub(crate) may_ask_replica: bool,
}

impl std::fmt::Debug for Projections {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Projections")
            .field("log", self.log.name())
            .finish_non_exhaustive()
    }
}

impl Projections {
    /// Opens the read models with these names, making their empty tables when the log is new.
    pub(crate) async fn of(
        store: EventStore,
        log: Log,
        names: &[&'static str],
    ) -> Result<Self, ProjectionError> {
        let client = store.pool().get().await?;
        let row = client
            .query_one(include_str!("sql/log_id.sql"), &[&log.name().as_str()])
            .await?;
        let log_id: i32 = row.get("log_id");
        client
            .execute(include_str!("sql/ensure_read_model.sql"), &[&log_id, &names])
            .await?;
        drop(client);
        let progress: HashMap<_, _> = names
            .iter()
            .map(|name| (*name, watch::Sender::new(Position::START)))
            .collect();
        let metrics = Arc::new(Metrics::register(&log, names));
        let may_ask_replica = log.has_replica();
        let seen = names.iter().map(|name| (*name, AtomicU64::new(0))).collect();
        Ok(Self {
            store,
            log,
            log_id,
            metrics,
            faults: Faults::default(),
            pages: LogPages::default(),
            progress: Arc::new(progress),
            seen: Arc::new(seen),
            may_ask_replica,
        })
    }

    /// The same, read where they are written: for whoever decides by what they say.
    #[must_use]
    pub fn at_writer(self) -> Self {
        Self {
            may_ask_replica: false,
            ..self
        }
    }

    /// Notes how far a projection is in an answer.
    pub(crate) fn note_seen(&self, projection: &str, position: Position) {
        if let Some(seen) = self.seen.get(projection) {
            seen.fetch_max(position.get(), Ordering::Relaxed);
        }
    }

    /// How far a projection was in any answer.
    pub(crate) fn seen(&self, projection: &str) -> Position {
        let seen = self.seen.get(projection).map(|seen| seen.load(Ordering::Relaxed));
        Position::new(seen.unwrap_or(0))
    }

    /// Forgets how far it was, unless it is further by now: it was rolled back since.
    pub(crate) fn forget_seen(&self, projection: &str, seen: Position, now: Position) {
        if let Some(known) = self.seen.get(projection) {
            let (seen, now) = (seen.get(), now.get());
            let _ = known.compare_exchange(seen, now, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    /// What a replica must include to answer: everything that an answer of this process had before. So the rows that are
    /// shown together are of one time, wherever each projection was waited for, and no caller sees time go back.
    pub(crate) fn floors(&self) -> Floors {
        let mut floors = Floors::default();
        for (name, seen) in self.seen.iter() {
            let position = seen.load(Ordering::Relaxed);
            if position > 0 {
                floors.demand(subscription_name(name), Position::new(position));
            }
        }
        floors
    }

    /// The store of the log that they are of.
    #[must_use]
    pub const fn event_store(&self) -> &EventStore {
        &self.store
    }

    /// A watch on how far the runner of this process has applied the log.
    #[must_use]
    pub fn applied(&self, projection: &str) -> watch::Receiver<Position> {
        match self.progress.get(projection) {
            Some(sender) => sender.subscribe(),
            // Every projection has its sender; a closed watch only means polling.
            None => watch::channel(Position::START).1,
        }
    }

    pub(crate) fn report_progress(&self, projection: &'static str, position: Position) {
        if let Some(sender) = self.progress.get(projection) {
            sender.send_replace(position);
        }
        self.metrics.applied(projection, position);
    }

    pub(crate) async fn client(&self) -> Result<deadpool_postgres::Object, DatabaseError> {
        Ok(self.store.pool().get().await?)
    }
}
