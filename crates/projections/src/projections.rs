//! The read models of one log: the handle for queries, the runner, rebuilds and the command line.

use std::collections::HashMap;
use std::sync::Arc;

use posars_event_store::{EventStore, Log, Position};
use tokio::sync::watch;

use crate::faults::Faults;
use crate::log_page::LogPages;
use crate::metrics::Metrics;
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
        Ok(Self {
            store,
            log,
            log_id,
            metrics,
            faults: Faults::default(),
            pages: LogPages::default(),
            progress: Arc::new(progress),
        })
    }

    /// The store of the log that they are of.
    #[must_use]
    pub const fn event_store(&self) -> &EventStore {
        &self.store
    }

    /// A watch on how far the runner of this process has applied the log.
    pub(crate) fn progress(&self, projection: &str) -> watch::Receiver<Position> {
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
