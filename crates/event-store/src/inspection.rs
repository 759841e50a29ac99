//! What an operator asks of a store: the server's settings and clock, and who reads the log and how far they are.

use jiff::Timestamp;

use crate::log::Log;
use crate::{EventStore, Position, StoreError};

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

impl Log {
    /// Every subscription that ever ran on this log, by name.
    ///
    /// # Errors
    /// [`StoreError`] when the database is away or refuses.
    pub async fn subscriptions(&self) -> Result<Vec<SubscriptionState>, StoreError> {
        let rows = self
            .owner_connections()
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
