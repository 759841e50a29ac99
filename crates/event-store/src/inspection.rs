//! What an operator asks of a store: the server's settings and clock, and who reads the log and how far they are.

use jiff::Timestamp;

use crate::log::Log;
use crate::{DiskRefusal, EventStore, Position, StoreError};

/// Memory for the rows of [`SPILLED_ROWS`], the least that PostgreSQL takes: what is more goes to its disk.
const SPILL_MEMORY: &str = "64kB";
/// About 1.5 MB, which the server deletes again without waiting for the disk.
const SPILLED_ROWS: i32 = 50_000;

/// The server of a store, as it describes itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerFacts {
    /// Its version, such as `15.18`.
    pub version: String,
    /// Whether a commit reaches the disk at all: `on`, or a power cut loses data.
    pub fsync: String,
    /// Whether a commit waits for the disk: anything but `off` keeps what was acknowledged.
    pub synchronous_commit: String,
    /// Whether a torn page can be mended: `on`, or a power cut may ruin the files.
    pub full_page_writes: String,
    /// How many connections it takes.
    pub max_connections: u32,
    /// Whether it is a standby, which takes no writes.
    pub is_standby: bool,
    /// Its clock at the time of the question.
    pub clock: Timestamp,
}

/// What matters of a server once a company relies on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentFacts {
    /// Whether this session is encrypted.
    pub is_encrypted: bool,
    /// Whether it does not leave this machine.
    pub is_local: bool,
    /// Whether its role may do everything.
    pub is_superuser: bool,
    /// Whether row-level security does not hold for its role.
    pub is_above_policies: bool,
    /// Whether somebody runs the server for us, who copies and archives by means that it does not show.
    pub is_managed: bool,
    /// How much its write-ahead log holds: `minimal` is not enough to copy from.
    pub wal_level: String,
    /// Whether that log is kept: `off`, `on` or `always`.
    pub archive_mode: String,
    /// Whether a page that the disk has changed is noticed.
    pub data_checksums: String,
    /// Whether dead rows are cleared away.
    pub autovacuum: String,
    /// After which time a session that forgot its transaction is ended; `0` for never.
    pub idle_in_transaction_timeout: String,
}

/// One subscription of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionState {
    /// Its name.
    pub name: String,
    /// The last position applied.
    pub position: Position,
    /// Who holds its lease, and for how many more milliseconds; none when nobody does.
    pub lease: Option<(String, u64)>,
}

impl EventStore {
    /// Makes the server write some temporary megabytes, and so learns whether its disk has room. It changes nothing,
    /// needs no right to write, and writes no log of its own.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] without room, and whatever else keeps a statement from its answer.
    pub async fn probe_disk(&self) -> Result<(), StoreError> {
        let connections = self.connections();
        let mut client = connections.owner().await?;
        let probe = async {
            let transaction = client.transaction().await?;
            let memory = transaction
                .prepare_cached(include_str!("sql/limit_memory.sql"))
                .await?;
            transaction.query(&memory, &[&SPILL_MEMORY]).await?;
            let spill = transaction.prepare_cached(include_str!("sql/spill.sql")).await?;
            transaction.query(&spill, &[&SPILLED_ROWS]).await?;
            transaction.rollback().await
        };
        let probed = connections.within(probe).await;
        if probed.is_err() {
            // The transaction may be open still.
            drop(deadpool_postgres::Object::take(client));
        }
        probed
    }

    /// Asks the server for its settings and its clock.
    ///
    /// # Errors
    /// [`StoreError`] when the database is away or refuses.
    pub async fn server_facts(&self) -> Result<ServerFacts, StoreError> {
        let rows = self
            .connections()
            .query(include_str!("sql/server_facts.sql"), &[])
            .await?;
        let row = rows
            .first()
            .ok_or_else(|| StoreError::Refused("the server says nothing of itself".into()))?;
        Ok(ServerFacts {
            version: row.get("version"),
            fsync: row.get("fsync"),
            synchronous_commit: row.get("synchronous_commit"),
            full_page_writes: row.get("full_page_writes"),
            max_connections: u32::try_from(row.get::<_, i64>("max_connections")).unwrap_or(u32::MAX),
            is_standby: row.get("is_standby"),
            clock: row.get("clock"),
        })
    }
}

impl EventStore {
    /// Asks the server what matters once a company relies on it.
    ///
    /// # Errors
    /// [`StoreError`] when the database is away or refuses.
    pub async fn deployment_facts(&self) -> Result<DeploymentFacts, StoreError> {
        let rows = self
            .connections()
            .query(include_str!("sql/deployment_facts.sql"), &[])
            .await?;
        let row = rows
            .first()
            .ok_or_else(|| StoreError::Refused("the server says nothing of itself".into()))?;
        Ok(DeploymentFacts {
            is_encrypted: row.get("is_encrypted"),
            is_local: row.get("is_local"),
            is_superuser: row.get("is_superuser"),
            is_above_policies: row.get("is_above_policies"),
            is_managed: row.get("is_managed"),
            wal_level: row.get("wal_level"),
            archive_mode: row.get("archive_mode"),
            data_checksums: row.get("data_checksums"),
            autovacuum: row.get("autovacuum"),
            idle_in_transaction_timeout: row.get("idle_in_transaction_timeout"),
        })
    }
}

impl Log {
    /// The last append of this process that the disk did not take; none when one was taken since.
    #[must_use]
    pub fn disk_refusal(&self) -> Option<DiskRefusal> {
        self.disk.get()
    }

    /// Forgets [`Log::disk_refusal`], because there is room again and nobody has appended since.
    pub fn forget_disk_refusal(&self) {
        self.disk.clear();
    }

    /// Every subscription that ever ran on this log, by name.
    ///
    /// # Errors
    /// [`StoreError`] when the database is away or refuses.
    pub async fn subscriptions(&self) -> Result<Vec<SubscriptionState>, StoreError> {
        let rows = self
            .connections()
            .query(include_str!("sql/subscriptions.sql"), &[&self.id])
            .await?;
        let states = rows.iter().map(|row| {
            let remaining_ms = u64::try_from(row.get::<_, i64>("remaining_ms")).unwrap_or(0);
            SubscriptionState {
                name: row.get("name"),
                position: Position::from_sql(row.get("position")),
                lease: (remaining_ms > 0).then(|| (row.get("holder"), remaining_ms)),
            }
        });
        Ok(states.collect())
    }
}
