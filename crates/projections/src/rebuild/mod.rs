//! Rebuild: a read model from zero, in new tables, while the old ones are read and kept up.
//!
//! 1. Workers export ranges of the log and fold them in memory, side by side; the folds merge in log order.
//! 2. A COPY fills a new table, in parts when the rows are too many for the memory; then come its indexes and statistics.
//! 3. The new table catches up with the log.
//! 4. One short transaction holds the live projection at its checkpoint, compares the two, swaps them and moves
//!    the checkpoint. The old table stays for a rollback.
//!
//! Killed at any point the live read model is as it was; the unfinished table goes at the next start.

mod fold;
mod load;
mod swap;

use std::ops::ControlFlow;
use std::time::Instant;

use deadpool_postgres::Object;
use posars_event_store::{Position, ReadLog};
use tokio::sync::{Semaphore, SemaphorePermit};

use self::load::Table;
use crate::event::RawEvent;
use crate::faults::Step;
use crate::log_page::PAGE_EVENTS_MAX;
use crate::parked::Parking;
use crate::projection::{AnyProjection, Load, Target};
use crate::subscription::subscription_name;
use crate::{ProjectionError, Projections, registry};

/// Most workers; each holds a connection of the pool.
const WORKERS_MAX: usize = 8;
/// The turn to fill a table. Only one rebuild at a time holds folds: after an update of the program all read models of
/// all companies may have to be rebuilt at once, and each would take its memory. Never closed.
static TURN: Semaphore = Semaphore::const_new(1);

/// What a rebuild may hold in memory, of a log of any size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FoldLimits {
    /// Bytes of the merged fold at which it is written.
    pub(crate) bytes_max: usize,
    /// Events of all ranges that are folded side by side.
    pub(crate) events_max: u64,
}

impl Default for FoldLimits {
    /// A process that rebuilds stays below 256 MiB: the merged fold, as much again in ranges and in what is on its way to
    /// the server, and the rest of the program.
    fn default() -> Self {
        Self {
            bytes_max: 64 * 1_024 * 1_024,
            events_max: 60_000,
        }
    }
}

/// How to rebuild.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RebuildOptions {
    /// How many ranges are folded side by side, 1 to 8. Default 2.
    pub workers: usize,
}

impl Default for RebuildOptions {
    fn default() -> Self {
        Self { workers: 2 }
    }
}

/// How far a rebuild is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RebuildProgress {
    /// Events folded so far.
    pub events: u64,
    /// Events there are to fold.
    pub total: u64,
}

/// Listens to a rebuild; breaking off cancels it.
pub type OnProgress<'a> = &'a (dyn Fn(RebuildProgress) -> ControlFlow<()> + Send + Sync);

/// A listener that lets the rebuild run.
pub(crate) fn ignore_progress(_: RebuildProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// The two builds at the same position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Rows of the table that was live.
    pub live_rows: u64,
    /// Rows of the new table.
    pub new_rows: u64,
    /// Whether they hold the same rows. A new version of the code may well differ.
    pub equal: bool,
}

/// What a rebuild came to.
#[derive(Clone, Debug, PartialEq)]
pub struct RebuildReport {
    /// The projection.
    pub projection: &'static str,
    /// Events folded in parallel.
    pub events: u64,
    /// Events applied while catching up.
    pub caught_up: u64,
    /// The position the new table was swapped in at.
    pub position: Position,
    /// Workers used.
    pub workers: usize,
    /// Events parked by the new build.
    pub parked: usize,
    /// Seconds of the parallel fold alone.
    pub fold_seconds: f64,
    /// Seconds until the new table was full and indexed.
    pub load_seconds: f64,
    /// Seconds of everything, swap included.
    pub seconds: f64,
    /// How the new table compares with the one it replaced; none when that had not come as far.
    pub comparison: Option<Comparison>,
}

/// What a build is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// To take the live one's place.
    Replace,
    /// To be compared with the live one, and dropped.
    Compare,
}

/// A rebuild under way.
pub(super) struct Build<'a> {
    projections: &'a Projections,
    projection: &'static dyn AnyProjection,
    limits: FoldLimits,
    parking: Parking,
    position: Position,
    table: Table,
    load: Load,
    purpose: Purpose,
}

impl Projections {
    /// Builds a read model anew from the whole log and swaps it in; see the module. Queries go on meanwhile.
    ///
    /// # Errors
    /// [`ProjectionError::AlreadyRebuilding`], [`ProjectionError::Cancelled`], [`ProjectionError::SwapBlocked`],
    /// or the database is away. In every case the live read model is as it was.
    pub async fn rebuild(
        &self,
        projection: &str,
        options: &RebuildOptions,
        on_progress: OnProgress<'_>,
    ) -> Result<RebuildReport, ProjectionError> {
        self.rebuild_within(FoldLimits::default(), projection, options, on_progress)
            .await
    }

    /// Builds a read model anew from the log, up to where the live one is, compares the two and drops the new one: the
    /// proof that the live one is what the log says. Queries and the live run go on, but for the time of the comparison.
    ///
    /// # Errors
    /// As [`Projections::rebuild`].
    pub async fn compare(
        &self,
        projection: &str,
        options: &RebuildOptions,
        on_progress: OnProgress<'_>,
    ) -> Result<RebuildReport, ProjectionError> {
        let limits = FoldLimits::default();
        self.build_within(limits, Purpose::Compare, projection, options, on_progress)
            .await
    }

    /// As [`Projections::rebuild`], with limits of the caller's.
    pub(crate) async fn rebuild_within(
        &self,
        limits: FoldLimits,
        projection: &str,
        options: &RebuildOptions,
        on_progress: OnProgress<'_>,
    ) -> Result<RebuildReport, ProjectionError> {
        self.build_within(limits, Purpose::Replace, projection, options, on_progress)
            .await
    }

    async fn build_within(
        &self,
        limits: FoldLimits,
        purpose: Purpose,
        projection: &str,
        options: &RebuildOptions,
        on_progress: OnProgress<'_>,
    ) -> Result<RebuildReport, ProjectionError> {
        let projection = registry::find(projection)?;
        // Before the lock, which takes a connection: a rebuild that waits must not hold what a running one needs.
        let turn = TURN.acquire().await;
        let lock = self.lock_rebuild(projection).await?;
        let mut build = Build {
            purpose,
            ..Build::new(self, projection, limits)
        };
        let workers = options.workers.clamp(1, WORKERS_MAX);
        let outcome = build.run(turn.ok(), workers, on_progress).await;
        self.unlock_rebuild(projection, lock).await;
        if outcome.is_err() || purpose == Purpose::Compare {
            // Best effort: what stays is dropped at the next start.
            let params: [&(dyn tokio_postgres::types::ToSql + Sync); 2] = [&projection.name(), &self.log_id];
            if let Err(error) = self
                .query_as_owner(include_str!("../sql/drop_leftover.sql"), &params)
                .await
            {
                tracing::debug!(%error, "the unfinished table stays until the next start");
            }
        }
        outcome
    }

    /// Takes the lock that keeps a second rebuild, and the clean-up of leftovers, away. It belongs to the
    /// connection: if this process dies, so does the lock.
    async fn lock_rebuild(&self, projection: &'static dyn AnyProjection) -> Result<Object, ProjectionError> {
        let client = self.client().await?;
        let row = client
            .query_one(
                include_str!("../sql/lock_rebuild.sql"),
                &[&projection.name(), &self.log_id],
            )
            .await?;
        if row.get("locked") {
            return Ok(client);
        }
        Err(ProjectionError::AlreadyRebuilding {
            projection: projection.name(),
        })
    }

    async fn unlock_rebuild(&self, projection: &'static dyn AnyProjection, lock: Object) {
        let unlocked = lock
            .query_one(
                include_str!("../sql/unlock_rebuild.sql"),
                &[&projection.name(), &self.log_id],
            )
            .await;
        if unlocked.is_err() {
            // Closing the connection frees it for certain.
            drop(Object::take(lock));
        }
    }
}

impl<'a> Build<'a> {
    fn new(projections: &'a Projections, projection: &'static dyn AnyProjection, limits: FoldLimits) -> Self {
        Self {
            projections,
            projection,
            limits,
            parking: Parking::default(),
            position: Position::START,
            table: Table::None,
            load: projection.load(),
            purpose: Purpose::Replace,
        }
    }

    /// How far the log is folded at first.
    async fn target(&self) -> Result<Position, ProjectionError> {
        let log = &self.projections.log;
        match self.purpose {
            Purpose::Replace => Ok(log.head().await?.position),
            // Beyond the live one there is nothing to compare with.
            Purpose::Compare => {
                let subscription = log.subscription(&subscription_name(self.projection.name()));
                Ok(subscription.position().await?)
            }
        }
    }

    async fn run(
        &mut self,
        turn: Option<SemaphorePermit<'_>>,
        workers: usize,
        on_progress: OnProgress<'_>,
    ) -> Result<RebuildReport, ProjectionError> {
        let began = Instant::now();
        let total = self.target().await?;
        let fold_seconds = self.load(total, workers, on_progress).await?.as_secs_f64();
        let load_seconds = began.elapsed().as_secs_f64();
        // The folds are gone. The swap may wait long for reports on the live table and must not hold up other rebuilds.
        drop(turn);
        let (comparison, caught_up) = self.catch_up_and_swap(total).await?;
        self.projections.faults.reach(Step::SwapCommitted)?;
        Ok(RebuildReport {
            projection: self.projection.name(),
            events: total.get(),
            caught_up,
            position: self.position,
            workers,
            parked: self.parking.added(),
            fold_seconds,
            load_seconds,
            seconds: began.elapsed().as_secs_f64(),
            comparison,
        })
    }

    /// Applies the log to the new table up to a position, a page per transaction.
    async fn catch_up(&mut self, to: Position) -> Result<(), ProjectionError> {
        while self.position < to {
            let mut client = self.projections.client().await?;
            let transaction = client.transaction().await?;
            let mut parking = Parking::with(self.parking.streams().clone());
            let reached = self
                .apply_page(&transaction, &mut parking, self.position, to)
                .await?;
            transaction.commit().await?;
            self.parking.append(parking);
            self.position = reached;
        }
        Ok(())
    }

    /// Folds one page after a position into the new table, inside a transaction of the caller's.
    async fn apply_page(
        &self,
        transaction: &deadpool_postgres::Transaction<'_>,
        parking: &mut Parking,
        after: Position,
        to: Position,
    ) -> Result<Position, ProjectionError> {
        let log_id = self.projections.log_id;
        let page = self
            .projections
            .log
            .read_log(&ReadLog::after(after, PAGE_EVENTS_MAX).up_to(to))
            .await?;
        let mut fold = self.projection.empty();
        for event in &page.events {
            parking.apply(self.projection.name(), &RawEvent::from(event), fold.as_mut());
        }
        transaction
            .query(include_str!("../sql/next_schema.sql"), &[&log_id])
            .await?;
        let target = Target {
            transaction,
            log_id,
            is_new: false,
        };
        fold.write(&target).await?;
        Ok(page.scanned_to)
    }
}
