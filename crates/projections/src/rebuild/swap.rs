//! The end of a rebuild: catch up, compare, swap; and the way back.

use std::time::Duration;

use deadpool_postgres::Transaction;
use posars_event_store::Position;

use super::{Build, Comparison, Purpose};
use crate::faults::Step;
use crate::log_page::PAGE_EVENTS_MAX;
use crate::parked::Parking;
use crate::projection::AnyProjection;
use crate::read::{position_from, sql_position};
use crate::subscription::subscription_name;
use crate::{DatabaseError, ProjectionError, Projections, registry};

/// How long the swap waits for readers, in ms. New readers queue behind it, so this is the longest hiccup they see.
const LOCK_TIMEOUT_MS: &str = "300";
/// How often the swap is tried.
const ATTEMPTS_MAX: u32 = 100;
/// Pause between two tries, in which the readers that queued get through.
const PAUSE: Duration = Duration::from_millis(100);

impl Build<'_> {
    /// Brings the new table up to the log and puts it in the live one's place; answers how they compare and how
    /// many events came on top of those folded.
    pub(super) async fn catch_up_and_swap(
        &mut self,
        folded: Position,
    ) -> Result<(Option<Comparison>, u64), ProjectionError> {
        for _ in 0..ATTEMPTS_MAX {
            // Until what is left fits into the swap itself: the log may grow for ever.
            while self.purpose == Purpose::Replace {
                let head = self.projections.log.head().await?.position;
                if head.get().saturating_sub(self.position.get()) <= u64::from(PAGE_EVENTS_MAX) {
                    break;
                }
                self.catch_up(head).await?;
            }
            self.projections.faults.reach(Step::CaughtUp)?;
            match self.swap().await {
                Ok(comparison) => {
                    return Ok((comparison, self.position.get().saturating_sub(folded.get())));
                }
                Err(ProjectionError::Database(error)) if error.is_passing() => {
                    tracing::info!(projection = self.projection.name(), %error, "swap waits for readers");
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => return Err(error),
            }
        }
        Err(ProjectionError::SwapBlocked {
            projection: self.projection.name(),
            attempts: ATTEMPTS_MAX,
        })
    }

    async fn swap(&mut self) -> Result<Option<Comparison>, ProjectionError> {
        let (projections, name) = (self.projections, self.projection.name());
        let log_id = projections.log_id;
        let mut client = projections.client().await?;
        let transaction = client.transaction().await?;
        // From here the live projection stands still at its checkpoint.
        let live = lock_checkpoint(&transaction, name, log_id).await?;
        let mut parking = Parking::with(self.parking.streams().clone());
        let mut position = self.position;
        let live_path = search_path(&transaction).await?;
        while position < live {
            position = self
                .apply_page(&transaction, &mut parking, position, live)
                .await?;
        }
        set_search_path(&transaction, &live_path).await?;
        let comparison = if position == live {
            Some(self.compare(&transaction, &live_path).await?)
        } else {
            None
        };
        if self.purpose == Purpose::Compare {
            transaction.rollback().await?;
            self.position = position;
            return Ok(comparison);
        }
        transaction
            .query(include_str!("../sql/lock_timeout.sql"), &[&LOCK_TIMEOUT_MS])
            .await?;
        transaction
            .query(include_str!("../sql/swap_read_model.sql"), &[&name, &log_id])
            .await?;
        move_checkpoint(&transaction, name, log_id, position).await?;
        let version = i32::from(self.projection.version());
        let row = transaction
            .query_one(
                include_str!("../sql/new_build.sql"),
                &[&name, &log_id, &version, &sql_position(live)],
            )
            .await?;
        let build: i32 = row.get("build");
        self.parking.write(&transaction, log_id, Some(build)).await?;
        parking.write(&transaction, log_id, Some(build)).await?;
        transaction
            .execute(include_str!("../sql/forget_parked.sql"), &[&name, &log_id])
            .await?;
        projections.faults.reach(Step::Swapped)?;
        transaction.commit().await?;
        self.parking.append(parking);
        self.position = position;
        projections.report_progress(name, position);
        Ok(comparison)
    }

    /// Both tables stand at the same position and the live one is held there.
    async fn compare(
        &self,
        transaction: &Transaction<'_>,
        path: &str,
    ) -> Result<Comparison, ProjectionError> {
        let (name, log_id) = (self.projection.name(), self.projections.log_id);
        let sql = include_str!("../sql/checksum_read_model.sql");
        transaction
            .query(include_str!("../sql/whole_tables.sql"), &[])
            .await?;
        let live = transaction.query_one(sql, &[&name, &log_id]).await?;
        transaction
            .query(include_str!("../sql/next_schema.sql"), &[&log_id])
            .await?;
        let new = transaction.query_one(sql, &[&name, &log_id]).await?;
        set_search_path(transaction, path).await?;
        let rows = |row: &tokio_postgres::Row| u64::try_from(row.get::<_, i64>("rows")).unwrap_or(0);
        let (live_sum, new_sum): (String, String) = (live.get("checksum"), new.get("checksum"));
        let (live_rows, new_rows) = (rows(&live), rows(&new));
        Ok(Comparison {
            live_rows,
            new_rows,
            equal: live_rows == new_rows && live_sum == new_sum,
        })
    }
}

impl Projections {
    /// Puts the build before the last rebuild back in place, at the position it had; the runner brings it up to
    /// date. Rolling back twice is where one began.
    ///
    /// # Errors
    /// [`ProjectionError::NoPrevious`], or the database is away.
    pub async fn roll_back(&self, projection: &str) -> Result<Position, ProjectionError> {
        let projection = registry::find(projection)?;
        for _ in 0..ATTEMPTS_MAX {
            match self.try_roll_back(projection).await {
                Err(ProjectionError::Database(error)) if error.is_passing() => {
                    tracing::info!(projection = projection.name(), %error, "rollback waits for readers");
                    tokio::time::sleep(PAUSE).await;
                }
                outcome => return outcome,
            }
        }
        Err(ProjectionError::SwapBlocked {
            projection: projection.name(),
            attempts: ATTEMPTS_MAX,
        })
    }

    async fn try_roll_back(
        &self,
        projection: &'static dyn AnyProjection,
    ) -> Result<Position, ProjectionError> {
        let name = projection.name();
        let mut client = self.client().await?;
        let transaction = client.transaction().await?;
        let live = lock_checkpoint(&transaction, name, self.log_id).await?;
        let rows = transaction
            .query(include_str!("../sql/previous_build.sql"), &[&name, &self.log_id])
            .await?;
        let Some(previous) = rows.first() else {
            return Err(ProjectionError::NoPrevious { projection: name });
        };
        let (stored, known): (i32, u16) = (previous.get("previous_version"), projection.version());
        if stored != i32::from(known) {
            // This build would rebuild it at once, or corrupt it.
            return Err(ProjectionError::Outdated {
                projection: name,
                stored,
                known,
            });
        }
        let position = position_from(previous.get("previous_position"));
        transaction
            .query(include_str!("../sql/lock_timeout.sql"), &[&LOCK_TIMEOUT_MS])
            .await?;
        transaction
            .query(
                include_str!("../sql/roll_back_read_model.sql"),
                &[&name, &self.log_id],
            )
            .await?;
        move_checkpoint(&transaction, name, self.log_id, position).await?;
        transaction
            .execute(
                include_str!("../sql/roll_back_build.sql"),
                &[&name, &self.log_id, &sql_position(live)],
            )
            .await?;
        transaction.commit().await?;
        self.report_progress(name, position);
        Ok(position)
    }
}

async fn lock_checkpoint(
    transaction: &Transaction<'_>,
    projection: &str,
    log_id: i32,
) -> Result<Position, DatabaseError> {
    let name = subscription_name(projection);
    transaction
        .execute(include_str!("../sql/make_checkpoint.sql"), &[&name, &log_id])
        .await?;
    let row = transaction
        .query_one(include_str!("../sql/lock_checkpoint.sql"), &[&name, &log_id])
        .await?;
    Ok(position_from(row.get("position")))
}

async fn move_checkpoint(
    transaction: &Transaction<'_>,
    projection: &str,
    log_id: i32,
    position: Position,
) -> Result<(), DatabaseError> {
    let name = subscription_name(projection);
    let sql = include_str!("../sql/move_checkpoint.sql");
    transaction
        .execute(sql, &[&name, &log_id, &sql_position(position)])
        .await?;
    Ok(())
}

async fn search_path(transaction: &Transaction<'_>) -> Result<String, DatabaseError> {
    let row = transaction
        .query_one(include_str!("../sql/search_path.sql"), &[])
        .await?;
    Ok(row.get("path"))
}

async fn set_search_path(transaction: &Transaction<'_>, path: &str) -> Result<(), DatabaseError> {
    transaction
        .query(include_str!("../sql/set_search_path.sql"), &[&path])
        .await?;
    Ok(())
}
