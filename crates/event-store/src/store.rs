//! A store: the connections to one database, and the logs opened in it.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Mutex;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::connections::Connections;
use crate::log::Log;
use crate::metrics::Metrics;
use crate::partitions::Partitions;
use crate::replica::{Replica, ReplicaStanding};
use crate::surroundings::Surroundings;
use crate::wake_ups::WakeUps;
use crate::{LogName, Position, StoreConfig, StoreError, chain, sessions};

/// The event store of one database. Cheap to clone; its background tasks end with the last clone and the
/// last [`Log`] opened from it.
///
/// ```no_run
/// use posars_event_store::{EventStore, LogName, StoreConfig};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let store = EventStore::connect(StoreConfig::new("host=/run/posars dbname=posars")).await?;
/// let log = store.log(&LogName::parse("main")?).await?;
/// println!("{} events so far", log.head().await?.position);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct EventStore {
    surroundings: Arc<Surroundings>,
    logs: Arc<Mutex<HashMap<LogName, Log>>>,
}

impl EventStore {
    /// Connects to a migrated database.
    ///
    /// # Errors
    /// [`StoreError::BadConfig`] for an unusable address, [`StoreError::Unavailable`] when nothing answers,
    /// [`StoreError::Refused`] when the schema is missing.
    pub async fn connect(config: StoreConfig) -> Result<Self, StoreError> {
        let connections = Connections::new(&config)?;
        connections
            .query(include_str!("sql/head_positions.sql"), &[])
            .await?;
        sessions::must_be_ours(&connections).await?;
        let replica = Replica::start(&config, &connections)?;
        let wake_ups = WakeUps::start(&config, config.address()?, connections.clone());
        tracing::debug!(tasks = wake_ups.task_count(), "event store connected");
        let surroundings = Arc::new(Surroundings {
            config,
            connections,
            wake_ups,
            replica,
            metrics: Metrics::new(),
        });
        Ok(Self {
            surroundings,
            logs: Arc::default(),
        })
    }

    /// Opens a log, making it when it does not exist.
    ///
    /// # Errors
    /// [`StoreError`] when the database is away or refuses.
    pub async fn log(&self, name: &LogName) -> Result<Log, StoreError> {
        let mut logs = self.logs.lock().await;
        if let Some(log) = logs.get(name) {
            return Ok(log.clone());
        }
        let connections = &self.surroundings.connections;
        let genesis = chain::genesis(name);
        let rows = connections
            .query(
                include_str!("sql/open_log.sql"),
                &[&name.as_str(), &genesis.as_slice()],
            )
            .await?;
        // Two processes may make the log at the same instant; the loser's statement sees neither row.
        let rows = if rows.is_empty() {
            connections
                .query(
                    include_str!("sql/open_log.sql"),
                    &[&name.as_str(), &genesis.as_slice()],
                )
                .await?
        } else {
            rows
        };
        let row = rows
            .first()
            .ok_or_else(|| StoreError::Refused(format!("log {name} could not be made")))?;
        let (log_id, position): (i32, i64) = (row.get("log_id"), row.get("position"));
        let position = Position::from_sql(position);
        let partitions = Arc::new(Partitions::covering(connections, position).await?);
        let log = Log::open(
            Arc::clone(&self.surroundings),
            name.clone(),
            log_id,
            position,
            partitions,
        );
        logs.insert(name.clone(), log.clone());
        Ok(log)
    }

    /// The names of all logs, in order.
    ///
    /// # Errors
    /// [`StoreError`] when the database is away or refuses.
    pub async fn logs(&self) -> Result<Vec<LogName>, StoreError> {
        let rows = self
            .surroundings
            .connections
            .query(include_str!("sql/log_names.sql"), &[])
            .await?;
        let names = rows.iter().map(|row| LogName::parse(row.get("name")));
        names
            .collect::<Result<_, _>>()
            .map_err(|error| StoreError::Refused(error.to_string()))
    }

    /// Runs one statement with the rights of the tables' owner: nothing confines it to a log. Prepared once per connection.
    ///
    /// # Errors
    /// [`StoreError`] when the database is away, refuses, or does not answer in time.
    pub async fn query(
        &self,
        statement: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        self.surroundings.connections.query(statement, params).await
    }

    /// The connections for the consumers' own transactions, with the rights of the tables' owner: nothing confines
    /// them to a log. What a caller asks goes by [`Log::query`].
    #[must_use]
    pub fn pool(&self) -> &deadpool_postgres::Pool {
        self.surroundings.connections.owners()
    }

    /// How the replica stands, once it was looked at; none where the settings name none.
    pub async fn replica_standing(&self) -> Option<ReplicaStanding> {
        match &self.surroundings.replica {
            Some(replica) => Some(replica.standing().await),
            None => None,
        }
    }

    pub(crate) fn wake_ups(&self) -> &WakeUps {
        &self.surroundings.wake_ups
    }

    /// Whether both are clones of one store.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.surroundings, &other.surroundings)
    }

    pub(crate) fn connections(&self) -> &Connections {
        &self.surroundings.connections
    }
}
