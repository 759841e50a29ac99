//! The live run: one consumer of the log per projection.

use std::time::Duration;

use posars_event_store::{Consume, Consumer, Lease, LeaseError, NotCaughtUp, PageDone, Position, Stuck};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::log_page::PageReader;
use crate::projection::AnyProjection;
use crate::subscription::subscription_name;
use crate::{ProjectionError, Projections, RebuildOptions, registry};

/// Pause after a failure.
const PAUSE: Duration = Duration::from_millis(500);

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
        self.run_some(holder, |_| true)
    }

    /// As [`Projections::run`], with those whose name is `chosen` alone: others are another process's to run.
    #[must_use]
    pub fn run_some(&self, holder: &str, chosen: impl Fn(&str) -> bool) -> Runner {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let all = registry::ALL.iter().copied();
        for projection in all.filter(|projection| chosen(projection.name())) {
            tasks.spawn(self.consumer(projection, holder).run(ended(stopped.clone())));
        }
        Runner { tasks, stop }
    }

    /// Brings every projection up to a position and ends: for the command line. Where another process holds a
    /// lease, waits for that one.
    ///
    /// # Errors
    /// [`ProjectionError::Stuck`] when the holder of a lease stands still for 30 s.
    pub async fn catch_up_to(&self, position: Position, holder: &str) -> Result<(), ProjectionError> {
        let mut tasks = JoinSet::new();
        for projection in registry::ALL.iter().copied() {
            let mut consumer = self.consumer(projection, holder);
            tasks.spawn(async move {
                let caught_up = consumer.catch_up_to(position).await;
                caught_up
                    .map(drop)
                    .map_err(|error| not_caught_up(projection, error))
            });
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

    fn consumer(&self, projection: &'static dyn AnyProjection, holder: &str) -> Consumer<LiveRun> {
        let run = LiveRun {
            projections: self.clone(),
            projection,
            reader: None,
            told_held: false,
        };
        Consumer::new(&self.log, &subscription_name(projection.name()), holder, run)
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
}

/// A projection on its way through the log, live.
struct LiveRun {
    projections: Projections,
    projection: &'static dyn AnyProjection,
    /// There while the lease is held: others read the log at its pace.
    reader: Option<PageReader>,
    /// Whether it was said already that another process runs it.
    told_held: bool,
}

impl Consume for LiveRun {
    type Error = ProjectionError;

    async fn page(&mut self, lease: &mut Lease, _after: Position) -> Result<PageDone, ProjectionError> {
        let (projections, name) = (&self.projections, self.projection.name());
        let reader = self.reader.get_or_insert_with(|| projections.pages.reader(name));
        projections.run_page(self.projection, lease, reader).await
    }

    fn lease_error(error: &ProjectionError) -> Option<&LeaseError> {
        if let ProjectionError::Lease(error) = error {
            Some(error)
        } else {
            None
        }
    }

    fn pause_after(&self, _error: &ProjectionError, _failures: u32) -> Duration {
        PAUSE
    }

    async fn prepare(&mut self) -> Result<(), ProjectionError> {
        self.projections.make_current(self.projection).await
    }

    fn given(&mut self, position: Position) {
        self.told_held = false;
        self.projections.report_progress(self.projection.name(), position);
    }

    fn lapsed(&mut self) {
        self.reader = None;
        self.projections.metrics.ended(self.projection.name());
    }

    async fn stand_by(&mut self, holder: &str) {
        if !std::mem::replace(&mut self.told_held, true) {
            tracing::info!(projection = self.projection.name(), %holder, "another process runs it");
        }
    }

    fn failed(&mut self, error: &ProjectionError) {
        tracing::error!(projection = self.projection.name(), %error, "will try again");
    }
}

fn not_caught_up(
    projection: &'static dyn AnyProjection,
    error: NotCaughtUp<ProjectionError>,
) -> ProjectionError {
    match error {
        NotCaughtUp::Failed(error) => error,
        NotCaughtUp::Stuck(Stuck {
            position,
            holder,
            waited_ms,
            remaining_ms: _,
        }) => ProjectionError::Stuck {
            projection: projection.name(),
            position,
            holder,
            waited_ms,
        },
    }
}

/// Returns when the runner is stopped.
async fn ended(mut stopped: watch::Receiver<bool>) {
    // The guard that this answers must not live across an await.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
