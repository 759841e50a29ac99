//! Where logs live: nearly all in the database that is asked first, some in others that they were moved to.

use jiff::Timestamp;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::{EventStore, LogName, StoreError};

/// The database of a log that was moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The log.
    pub log: LogName,
    /// The address of its database, without a password; none for the database that holds the placements.
    pub address: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// Where it was before; none for the database that holds the placements.
    pub came_from: Option<String>,
    /// Whether the move that put it there is over, on both sides.
    pub is_settled: bool,
}

/// A log that takes appends in some database.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpenLog {
    /// Its name.
    pub log: LogName,
    /// The link of its first commit: two logs of one name that begin alike are one history.
    pub beginning: Vec<u8>,
}

impl EventStore {
    /// The logs with events that take appends in this database.
    ///
    /// # Errors
    /// [`StoreError`] when the database is away or refuses.
    pub async fn open_logs(&self) -> Result<Vec<OpenLog>, StoreError> {
        let rows = self.query(include_str!("sql/open_logs.sql"), &[]).await?;
        let logs = rows.iter().map(|row| {
            let log = LogName::parse(row.get("name"));
            Ok(OpenLog {
                log: log.map_err(|error| StoreError::Refused(error.to_string()))?,
                beginning: row.get("beginning"),
            })
        });
        logs.collect()
    }

    /// The placements that this database holds, by log. A log without one lives here.
    ///
    /// # Errors
    /// [`StoreError`] when the database is away or refuses.
    pub async fn placements(&self) -> Result<Vec<Placement>, StoreError> {
        let rows = self.query(include_str!("sql/placements.sql"), &[]).await?;
        let placements = rows.iter().map(|row| {
            let log = LogName::parse(row.get("log"));
            Ok(Placement {
                log: log.map_err(|error| StoreError::Refused(error.to_string()))?,
                address: row.get("address"),
                since: row.get("since"),
                came_from: row.get("came_from"),
                is_settled: row.get("is_settled"),
            })
        });
        placements.collect()
    }

    /// Claims the right to move a log that lives at `address`: from now on no earlier claim places it. None when it lives
    /// elsewhere.
    ///
    /// # Errors
    /// [`StoreError`] when the database is away or refuses.
    pub async fn claim_placement(
        &self,
        log: &LogName,
        address: Option<&str>,
    ) -> Result<Option<Uuid>, StoreError> {
        let attempt = Uuid::new_v4();
        let params: [&(dyn ToSql + Sync); 3] = [&log.as_str(), &address, &attempt];
        let claimed = self.write(include_str!("sql/claim_placement.sql"), &params);
        Ok((claimed.await? == 1).then_some(attempt))
    }

    /// Puts down that a log, which was at `came_from`, lives at `address` from now on; answers whether the claim still held.
    ///
    /// # Errors
    /// [`StoreError`] when the database is away or refuses. Then it may happen yet: only a further claim tells, and ends that.
    pub async fn place(
        &self,
        log: &LogName,
        address: Option<&str>,
        came_from: Option<&str>,
        attempt: Uuid,
    ) -> Result<bool, StoreError> {
        let params: [&(dyn ToSql + Sync); 4] = [&log.as_str(), &address, &came_from, &attempt];
        Ok(self.write(include_str!("sql/place.sql"), &params).await? == 1)
    }

    /// Puts down that nothing is left to do where a log came from.
    ///
    /// # Errors
    /// [`StoreError`] when the database is away or refuses.
    pub async fn settle_placement(&self, log: &LogName, came_from: Option<&str>) -> Result<(), StoreError> {
        let params: [&(dyn ToSql + Sync); 2] = [&log.as_str(), &came_from];
        self.write(include_str!("sql/settle_placement.sql"), &params)
            .await?;
        Ok(())
    }

    async fn write(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<u64, StoreError> {
        let client = self.connections().owner().await?;
        let written = async {
            let statement = client.prepare_cached(sql).await?;
            client.execute(&statement, params).await
        };
        let written = self.connections().within(written).await;
        if written.is_err() {
            // An answer may still be under way on it.
            drop(deadpool_postgres::Object::take(client));
        }
        written
    }

    /// Whether both stores are of one database, however it is addressed: a mark left in one is met in the other.
    ///
    /// # Errors
    /// [`StoreError`] when a database is away or refuses.
    pub async fn is_same_database(&self, other: &Self) -> Result<bool, StoreError> {
        let mark = i64::from_be_bytes(Uuid::new_v4().as_u64_pair().0.to_be_bytes());
        let sql = include_str!("sql/mark_database.sql");
        let client = self.connections().owner().await?;
        let marked = self.connections().within(client.query_one(sql, &[&mark])).await;
        let met = match marked {
            Ok(_) => {
                let theirs = other.connections().owner().await?;
                let met = other.connections().within(theirs.query_one(sql, &[&mark])).await;
                // The mark goes with the session.
                drop(deadpool_postgres::Object::take(theirs));
                met.map(|row| !row.get::<_, bool>("ours"))
            }
            Err(error) => Err(error),
        };
        drop(deadpool_postgres::Object::take(client));
        met
    }
}
