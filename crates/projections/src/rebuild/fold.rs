//! Folding ranges of the log side by side.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use posars_event_store::{Log, Position, StoreError};
use tokio::task::JoinSet;

use super::{Build, OnProgress, RebuildProgress};
use crate::ProjectionError;
use crate::event::RawEvent;
use crate::parked::Parking;
use crate::projection::{AnyFold, AnyProjection};

/// Most events of one range: after each round the rows may be written, so this bounds what is held.
const RANGE_EVENTS_MAX: u64 = 250_000;
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
    fold: Box<dyn AnyFold>,
    parking: Parking,
}

impl Build<'_> {
    /// Folds the next ranges, one per worker, and adds them to what was folded before.
    pub(super) async fn fold_round(
        &mut self,
        mut before: Box<dyn AnyFold>,
        total: Position,
        workers: usize,
        on_progress: OnProgress<'_>,
    ) -> Result<Box<dyn AnyFold>, ProjectionError> {
        let ranges = self.ranges(total, workers);
        let mut folded = self.fold_all(&ranges, total, on_progress).await?;
        for (range, slot) in ranges.iter().zip(&mut folded) {
            let Some(mut done) = slot.take() else { continue };
            // A stream that was parked by an earlier range of this round: its events here were applied too
            // early. Rare, and folding the range again is simpler than taking them out.
            if range.parked != *self.parking.streams() {
                let again = Range {
                    parked: self.parking.streams().clone(),
                    ..range.clone()
                };
                done = fold_range(
                    self.projections.log.clone(),
                    self.projection,
                    again,
                    Arc::default(),
                )
                .await?;
            }
            self.parking.append(done.parking);
            before.merge(done.fold);
            self.position = range.to;
        }
        Ok(before)
    }

    /// The next ranges: equal parts of what is left, within the limit.
    fn ranges(&self, total: Position, workers: usize) -> Vec<Range> {
        let workers = u64::try_from(workers).unwrap_or(1);
        let left = total.get() - self.position.get();
        let size = left.div_ceil(workers).clamp(1, RANGE_EVENTS_MAX);
        let mut ranges = Vec::new();
        let mut after = self.position;
        while after < total && u64::try_from(ranges.len()).unwrap_or(u64::MAX) < workers {
            let to = after.plus(size).min(total);
            ranges.push(Range {
                after,
                to,
                parked: self.parking.streams().clone(),
            });
            after = to;
        }
        ranges
    }

    async fn fold_all(
        &self,
        ranges: &[Range],
        total: Position,
        on_progress: OnProgress<'_>,
    ) -> Result<Vec<Option<Folded>>, ProjectionError> {
        let done = Arc::new(AtomicU64::new(0));
        let mut folded: Vec<Option<Folded>> = ranges.iter().map(|_| None).collect();
        // Dropped with this future, which ends the workers: a cancelled rebuild leaves none behind.
        let mut tasks = JoinSet::new();
        for (index, range) in ranges.iter().cloned().enumerate() {
            let work = fold_range(
                self.projections.log.clone(),
                self.projection,
                range,
                Arc::clone(&done),
            );
            tasks.spawn(async move { (index, work.await) });
        }
        let mut ticks = tokio::time::interval(TELL_INTERVAL);
        loop {
            tokio::select! {
                ended = tasks.join_next() => match ended {
                    None => break,
                    Some(Ok((index, outcome))) => folded[index] = Some(outcome?),
                    Some(Err(error)) => {
                        return Err(StoreError::Unavailable(format!("a worker of the rebuild died: {error}")).into());
                    }
                },
                _ = ticks.tick() => {}
            }
            let events = self.position.get() + done.load(Ordering::Relaxed);
            if on_progress(RebuildProgress {
                events,
                total: total.get(),
            })
            .is_break()
            {
                return Err(ProjectionError::Cancelled {
                    projection: self.projection.name(),
                });
            }
        }
        Ok(folded)
    }
}

async fn fold_range(
    log: Log,
    projection: &'static dyn AnyProjection,
    range: Range,
    done: Arc<AtomicU64>,
) -> Result<Folded, ProjectionError> {
    let mut export = log.export_payloads(range.after, range.to).await?;
    let mut fold = projection.empty();
    let mut parking = Parking::with(range.parked);
    let mut untold = 0;
    while let Some(event) = export.next().await? {
        parking.apply(projection.name(), &RawEvent::from(event), fold.as_mut());
        untold += 1;
        if untold == TELL_EVENTS {
            done.fetch_add(std::mem::take(&mut untold), Ordering::Relaxed);
        }
    }
    done.fetch_add(untold, Ordering::Relaxed);
    Ok(Folded { fold, parking })
}
