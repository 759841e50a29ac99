//! The live run: one task per projection, each under its lease, woken when the log grows.

use std::time::{Duration, Instant};

use posars_event_store::{Lease, LeaseError, Position};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::projection::AnyProjection;
use crate::read::subscription_name;
use crate::{ProjectionError, Projections, RebuildOptions, registry};

/// How long a lease lasts without being renewed: a killed holder is replaced after at most this.
const LEASE: Duration = Duration::from_secs(4);
/// Pause after a failure or while somebody else holds the lease.
const PAUSE: Duration = Duration::from_millis(500);
/// How long a holder elsewhere may stand still before a one-shot catch-up gives up on it.
const STUCK: Duration = Duration::from_secs(30);
/// How often a holder elsewhere is looked at.
const POLL: Duration = Duration::from_millis(50);

/// The running projections of one process; dropping it ends them at once, [`Runner::stop`] in order.
#[derive(Debug)]
pub struct Runner {
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Runner {
    /// Ends every projection after its current page and gives the leases back.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Projections {
    /// Runs every projection of the registry until the runner is stopped or dropped. Failures are logged and
    /// tried again; several processes may run the same log, one of them does the work.
    ///
    /// `holder` says who this is, for `status`.
    #[must_use]
    pub fn run(&self, holder: &str) -> Runner {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        for projection in registry::ALL {
            tasks.spawn(
                self.clone()
                    .keep_running(projection, holder.to_owned(), stopped.clone()),
            );
        }
        Runner { tasks, stop }
    }

    async fn keep_running(
        self,
        projection: &'static dyn AnyProjection,
        holder: String,
        mut stopped: watch::Receiver<bool>,
    ) {
        let mut told_held = false;
        while !*stopped.borrow() {
            match self.run_lease(projection, &holder, &mut stopped).await {
                Ok(()) => told_held = false,
                Err(ProjectionError::Lease(LeaseError::Held { holder: other, .. })) => {
                    if !std::mem::replace(&mut told_held, true) {
                        tracing::info!(projection = projection.name(), %other, "another process runs it");
                    }
                }
                Err(ProjectionError::Lease(error @ LeaseError::Fenced { .. })) => {
                    tracing::info!(projection = projection.name(), %error, "looking again where it stands");
                    continue;
                }
                Err(error) => tracing::error!(projection = projection.name(), %error, "will try again"),
            }
            self.metrics.ended(projection.name());
            let _ = tokio::time::timeout(PAUSE, ended(&mut stopped)).await;
        }
        self.metrics.ended(projection.name());
    }

    async fn run_lease(
        &self,
        projection: &'static dyn AnyProjection,
        holder: &str,
        stopped: &mut watch::Receiver<bool>,
    ) -> Result<(), ProjectionError> {
        self.make_current(projection).await?;
        let mut lease = self.acquire(projection, holder).await?;
        let outcome = self.run_pages(projection, &mut lease, stopped).await;
        // Given back also after an error, so that the next try need not wait for its end.
        lease.release().await?;
        outcome
    }

    async fn run_pages(
        &self,
        projection: &'static dyn AnyProjection,
        lease: &mut Lease,
        stopped: &mut watch::Receiver<bool>,
    ) -> Result<(), ProjectionError> {
        let reader = self.pages.reader(projection.name());
        let mut head = self.log.watch();
        while !*stopped.borrow() {
            let done = self.run_page(projection, lease, &reader).await?;
            if !done.at_end {
                continue;
            }
            tokio::select! {
                _ = head.wait_past(done.position) => {}
                () = ended(stopped) => {}
                // A silent log must not cost the lease.
                () = tokio::time::sleep(LEASE / 3) => lease.renew().await?,
            }
        }
        Ok(())
    }

    async fn acquire(
        &self,
        projection: &'static dyn AnyProjection,
        holder: &str,
    ) -> Result<Lease, ProjectionError> {
        let subscription = self.log.subscription(&subscription_name(projection.name()));
        let lease = subscription.acquire(holder, LEASE).await?;
        self.report_progress(projection.name(), lease.position());
        Ok(lease)
    }

    /// Sees to it that the table was filled by this version of the code: drops what a killed rebuild left, and
    /// rebuilds a table of an older version while that is still read.
    async fn make_current(&self, projection: &'static dyn AnyProjection) -> Result<(), ProjectionError> {
        let dropped = self
            .query_as_owner(
                include_str!("sql/drop_leftover.sql"),
                &[&projection.name(), &self.log_id],
            )
            .await?;
        if dropped.first().is_some_and(|row| row.get("dropped")) {
            tracing::info!(
                projection = projection.name(),
                "dropped the leftover of an unfinished rebuild"
            );
        }
        let known = i32::from(projection.version());
        let rows = self
            .query_as_owner(
                include_str!("sql/first_build.sql"),
                &[&projection.name(), &self.log_id, &known],
            )
            .await?;
        // No row: another process wrote it at the same instant, and by the next look it is visible.
        let stored: i32 = rows.first().map_or(known, |row| row.get("version"));
        match stored.cmp(&known) {
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Greater => Err(ProjectionError::Outdated {
                projection: projection.name(),
                stored,
                known: projection.version(),
            }),
            std::cmp::Ordering::Less => {
                tracing::info!(
                    projection = projection.name(),
                    stored,
                    known,
                    "rebuilding for a new version"
                );
                self.rebuild(
                    projection.name(),
                    &RebuildOptions::default(),
                    &crate::rebuild::ignore_progress,
                )
                .await?;
                Ok(())
            }
        }
    }

    /// Brings every projection up to a position and ends: for the command line. Where another process holds a
    /// lease, waits for that one.
    ///
    /// # Errors
    /// [`ProjectionError::Stuck`] when the holder of a lease stands still for 30 s.
    pub async fn catch_up_to(&self, position: Position, holder: &str) -> Result<(), ProjectionError> {
        let mut tasks = JoinSet::new();
        for projection in registry::ALL {
            let (this, holder) = (self.clone(), holder.to_owned());
            tasks.spawn(async move { this.catch_up(projection, position, &holder).await });
        }
        // The others are let end also after a failure, so that they give their leases back.
        let mut first = Ok(());
        while let Some(ended) = tasks.join_next().await {
            // A task ends otherwise only when this future is dropped.
            if let Ok(outcome) = ended {
                first = first.and(outcome);
            }
        }
        first
    }

    async fn catch_up(
        &self,
        projection: &'static dyn AnyProjection,
        target: Position,
        holder: &str,
    ) -> Result<(), ProjectionError> {
        self.make_current(projection).await?;
        let (mut seen, mut moved_at) = (Position::START, Instant::now());
        loop {
            let position = self.checkpoint(projection.name()).await?;
            if position >= target {
                return Ok(());
            }
            if position != seen {
                (seen, moved_at) = (position, Instant::now());
            }
            match self.acquire(projection, holder).await {
                Ok(mut lease) => {
                    let outcome = self.pages_up_to(projection, &mut lease, target).await;
                    lease.release().await?;
                    self.metrics.ended(projection.name());
                    match outcome {
                        Err(ProjectionError::Lease(LeaseError::Fenced { .. })) => continue,
                        outcome => return outcome,
                    }
                }
                Err(ProjectionError::Lease(LeaseError::Held { holder, .. })) => {
                    let waited = moved_at.elapsed();
                    if waited > STUCK {
                        return Err(ProjectionError::Stuck {
                            projection: projection.name(),
                            position,
                            holder,
                            waited_ms: u64::try_from(waited.as_millis()).unwrap_or(u64::MAX),
                        });
                    }
                    tokio::time::sleep(POLL).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn pages_up_to(
        &self,
        projection: &'static dyn AnyProjection,
        lease: &mut Lease,
        target: Position,
    ) -> Result<(), ProjectionError> {
        let reader = self.pages.reader(projection.name());
        while lease.position() < target {
            let done = self.run_page(projection, lease, &reader).await?;
            // Beyond the head there is nothing to wait for here.
            if done.at_end {
                break;
            }
        }
        Ok(())
    }
}

/// Returns when the runner is stopped.
async fn ended(stopped: &mut watch::Receiver<bool>) {
    // The guard that this answers must not live across an await.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
