//! Subscriptions: how far a consumer has come, and who may move on.
//!
//! A lease says who works; its epoch fences out who worked before. The checkpoint is written inside the
//! consumer's own transaction with `where epoch = mine`: a holder that slept through its lease commits
//! nothing, however late it wakes.

use std::time::Duration;

use tokio_postgres::types::ToSql;
use tokio_postgres::{GenericClient, Row};

use crate::log::Log;
use crate::{LeaseError, Position, StoreError};

/// A named checkpoint of a log.
#[derive(Clone, Debug)]
pub struct Subscription {
    log: Log,
    name: String,
}

/// The right to move a subscription on, until it runs out or is taken over.
#[derive(Clone, Debug)]
pub struct Lease {
    subscription: Subscription,
    epoch: u64,
    position: Position,
    time_to_live: Duration,
}

fn sql_epoch(epoch: u64) -> i64 {
    i64::try_from(epoch).unwrap_or(i64::MAX)
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl Log {
    /// A named subscription of this log: a checkpoint with a lease.
    #[must_use]
    pub fn subscription(&self, name: &str) -> Subscription {
        Subscription {
            log: self.clone(),
            name: name.to_owned(),
        }
    }
}

impl Subscription {
    /// The subscription's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    async fn query(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Option<Row>, StoreError> {
        Ok(self
            .log
            .owner_connections()
            .query(sql, params)
            .await?
            .into_iter()
            .next())
    }

    /// The last position applied; [`Position::START`] when it never ran.
    ///
    /// # Errors
    /// [`StoreError`] when the database is away.
    pub async fn position(&self) -> Result<Position, StoreError> {
        let row = self
            .query(include_str!("sql/checkpoint.sql"), &[&self.name, &self.log.id])
            .await?;
        Ok(row.map_or(Position::START, |row| Position::from_sql(row.get("position"))))
    }

    /// Takes the lease for `time_to_live` when nobody holds it, under a new epoch.
    ///
    /// # Errors
    /// [`LeaseError::Held`] with the holder and the time left; [`LeaseError::Store`] when the database is away.
    pub async fn acquire(&self, holder: &str, time_to_live: Duration) -> Result<Lease, LeaseError> {
        let params: [&(dyn ToSql + Sync); 4] =
            [&self.name, &self.log.id, &holder, &milliseconds(time_to_live)];
        if let Some(row) = self.query(include_str!("sql/acquire_lease.sql"), &params).await? {
            let epoch = u64::try_from(row.get::<_, i64>("epoch")).unwrap_or(0);
            let position = Position::from_sql(row.get("position"));
            return Ok(Lease {
                subscription: self.clone(),
                epoch,
                position,
                time_to_live,
            });
        }
        let row = self
            .query(include_str!("sql/lease_holder.sql"), &[&self.name, &self.log.id])
            .await?;
        let (holder, remaining_ms) = row.map_or_else(
            || (String::new(), 0),
            |row| {
                (
                    row.get("holder"),
                    u64::try_from(row.get::<_, i64>("remaining_ms")).unwrap_or(0),
                )
            },
        );
        Err(LeaseError::Held {
            name: self.name.clone(),
            holder,
            remaining_ms,
        })
    }
}

impl Lease {
    /// The fencing epoch; higher with every holder.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The last position applied, as of the last checkpoint under this lease.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// Writes the checkpoint in the consumer's transaction and renews the lease with it.
    ///
    /// # Errors
    /// [`LeaseError::Fenced`] when another holder has taken over: the transaction must be rolled back.
    pub async fn checkpoint_in(
        &mut self,
        transaction: &impl GenericClient,
        position: Position,
    ) -> Result<(), LeaseError> {
        let Subscription { log, name } = &self.subscription;
        let write = async {
            let statement = transaction
                .prepare(include_str!("sql/write_checkpoint.sql"))
                .await?;
            let (epoch, live_ms) = (sql_epoch(self.epoch), milliseconds(self.time_to_live));
            transaction
                .execute(&statement, &[name, &log.id, &epoch, &position.to_sql(), &live_ms])
                .await
        };
        self.fence(log.connections().within(write).await?)?;
        self.position = position;
        Ok(())
    }

    /// Writes the checkpoint on its own, for consumers whose effects are idempotent appends.
    ///
    /// # Errors
    /// As [`Lease::checkpoint_in`].
    pub async fn checkpoint(&mut self, position: Position) -> Result<(), LeaseError> {
        let client = self.subscription.log.owner_connections().owner().await?;
        let session: &tokio_postgres::Client = &client;
        let written = self.checkpoint_in(session, position).await;
        if matches!(written, Err(LeaseError::Store(StoreError::DeadlineExceeded(_)))) {
            // A connection with an answer still under way must not go back to the pool.
            drop(deadpool_postgres::Object::take(client));
        }
        written
    }

    /// Prolongs the lease by its time to live.
    ///
    /// # Errors
    /// As [`Lease::checkpoint_in`].
    pub async fn renew(&self) -> Result<(), LeaseError> {
        let live_ms = milliseconds(self.time_to_live);
        let subscription = &self.subscription;
        let params: [&(dyn ToSql + Sync); 4] = [
            &subscription.name,
            &subscription.log.id,
            &sql_epoch(self.epoch),
            &live_ms,
        ];
        let renewed = subscription
            .query(include_str!("sql/renew_lease.sql"), &params)
            .await?;
        self.fence(u64::from(renewed.is_some()))
    }

    /// Gives the lease back, so that the next holder need not wait for its end.
    ///
    /// # Errors
    /// [`LeaseError::Store`] when the database is away; the lease then runs out by itself.
    pub async fn release(self) -> Result<(), LeaseError> {
        let subscription = &self.subscription;
        let params: [&(dyn ToSql + Sync); 3] =
            [&subscription.name, &subscription.log.id, &sql_epoch(self.epoch)];
        subscription
            .query(include_str!("sql/release_lease.sql"), &params)
            .await?;
        Ok(())
    }

    fn fence(&self, rows: u64) -> Result<(), LeaseError> {
        if rows == 1 {
            return Ok(());
        }
        Err(LeaseError::Fenced {
            name: self.subscription.name.clone(),
            epoch: self.epoch,
        })
    }
}
