//! Folding ranges of the log side by side.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use posars_event_store::{Log, Position, StoreError};
use tokio::task::JoinSet;
use tokio::time::{Interval, interval};

use super::{Build, OnProgress, RebuildProgress};
use crate::ProjectionError;
use crate::event::RawEvent;
use crate::parked::Parking;
use crate::projection::{AnyFold, AnyProjection, Load};

/// So many times as long may ranges be whose events gather in rows: those are fewer, and smaller than documents; and each
/// range ends with merging its rows.
const BY_KEY_EVENTS: u64 = 4;
/// How often a worker says how far it is, in events.
const TELL_EVENTS: u64 = 4_096;
/// How often the listener is told.
const TELL_INTERVAL: Duration = Duration::from_millis(100);

/// A range of the log, and what it is folded with.
#[derive(Clone)]
struct Range {
    after: Position,
    to: Position,
    /// Streams that were parked before it.
    parked: HashSet<String>,
}

struct Folded {
    range: Range,
    fold: Box<dyn AnyFold>,
    parking: Parking,
}

/// The ranges of the log up to a position, as many under way as there are workers, given out in the order of the log. What
/// is written meanwhile does not stop the workers, and no more than their ranges wait for it.
pub(super) struct Ranges {
    total: Position,
    workers: usize,
    range_events: u64,
    /// Where the next range begins that nobody works on.
    next: Position,
    /// Dropped with this, which ends the workers: a cancelled rebuild leaves none behind.
    tasks: JoinSet<Result<Folded, ProjectionError>>,
    /// Done out of order, by where they begin.
    done: BTreeMap<Position, Folded>,
    /// Events looked at by all workers.
    events: Arc<AtomicU64>,
    ticks: Interval,
}

impl Ranges {
    pub(super) fn new(build: &Build<'_>, total: Position, workers: usize) -> Self {
        let many = u64::try_from(workers).unwrap_or(1);
        let events_max = match build.load {
            Load::InParts => build.limits.events_max,
            Load::ByKey => build.limits.events_max * BY_KEY_EVENTS,
        };
        let equal = total.get().saturating_sub(build.position.get()).div_ceil(many);
        Self {
            total,
            workers,
            range_events: equal.clamp(1, (events_max / many).max(1)),
            next: build.position,
            tasks: JoinSet::new(),
            done: BTreeMap::new(),
            events: Arc::default(),
            ticks: interval(TELL_INTERVAL),
        }
    }

    /// The fold of the next range, none after the last.
    pub(super) async fn next(
        &mut self,
        build: &mut Build<'_>,
        on_progress: OnProgress<'_>,
    ) -> Result<Option<Box<dyn AnyFold>>, ProjectionError> {
        self.top_up(build);
        if build.position >= self.total {
            return Ok(None);
        }
        let mut folded = self.wait_for(build, on_progress).await?;
        // A stream that was parked by an earlier range meanwhile: its events here were applied too early. Rare, and
        // folding the range again is simpler than taking them out.
        if folded.range.parked != *build.parking.streams() {
            let again = Range {
                parked: build.parking.streams().clone(),
                ..folded.range
            };
            folded = fold_range(
                build.projections.log.clone(),
                build.projection,
                again,
                Arc::default(),
            )
            .await?;
        }
        build.parking.append(folded.parking);
        build.position = folded.range.to;
        // What the caller does with this one the workers need not wait for.
        self.top_up(build);
        Ok(Some(folded.fold))
    }

    /// Gives every worker a range.
    fn top_up(&mut self, build: &Build<'_>) {
        while self.next < self.total && self.tasks.len() + self.done.len() < self.workers {
            let to = self.next.plus(self.range_events).min(self.total);
            let range = Range {
                after: self.next,
                to,
                parked: build.parking.streams().clone(),
            };
            self.tasks.spawn(fold_range(
                build.projections.log.clone(),
                build.projection,
                range,
                Arc::clone(&self.events),
            ));
            self.next = to;
        }
    }

    /// Waits for the range after what was given out, and tells the listener meanwhile.
    async fn wait_for(
        &mut self,
        build: &Build<'_>,
        on_progress: OnProgress<'_>,
    ) -> Result<Folded, ProjectionError> {
        loop {
            let next = self.done.remove(&build.position);
            if next.is_none() {
                tokio::select! {
                    ended = self.tasks.join_next() => match ended {
                        Some(Ok(outcome)) => {
                            let folded = outcome?;
                            self.done.insert(folded.range.after, folded);
                        }
                        Some(Err(error)) => return Err(dead(&error)),
                        None => return Err(dead(&"it gave no answer")),
                    },
                    _ = self.ticks.tick() => {}
                }
            }
            let progress = RebuildProgress {
                events: self.events.load(Ordering::Relaxed),
                total: self.total.get(),
            };
            if on_progress(progress).is_break() {
                return Err(ProjectionError::Cancelled {
                    projection: build.projection.name(),
                });
            }
            if let Some(folded) = next {
                return Ok(folded);
            }
        }
    }
}

fn dead(why: &dyn std::fmt::Display) -> ProjectionError {
    StoreError::Unavailable(format!("a worker of the rebuild died: {why}")).into()
}

async fn fold_range(
    log: Log,
    projection: &'static dyn AnyProjection,
    range: Range,
    done: Arc<AtomicU64>,
) -> Result<Folded, ProjectionError> {
    let mut export = log.export_payloads(range.after, range.to).await?;
    let mut fold = projection.empty();
    let mut parking = Parking::with(range.parked.clone());
    let mut untold = 0;
    while let Some(event) = export.next().await? {
        parking.apply(projection.name(), &RawEvent::from(event), fold.as_mut());
        untold += 1;
        if untold == TELL_EVENTS {
            done.fetch_add(std::mem::take(&mut untold), Ordering::Relaxed);
        }
    }
    done.fetch_add(untold, Ordering::Relaxed);
    Ok(Folded { range, fold, parking })
}
