//! Commands under way at once: enough to fill the log's batches, few enough to bound the memory.

use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use posars_commands::{CommandError, Unavailability, Written};

use super::ImportProgress;
use super::tally::{Fate, ImportTally, RowGroup};
use crate::note::Note;

/// Commands under way: a full batch of the log. About 10 kB each.
pub(super) const UNDER_WAY_MAX: usize = 1_024;
/// Batches under way. With a second one, decided while the log writes the first, recording took a tenth less time and
/// 3 to 8% more CPU, both processors being busy with the same memory; and a shop sells while its history comes in.
const BATCHES_UNDER_WAY_MAX: usize = 1;
/// How long an offer is repeated before the import ends as interrupted; by then somebody should know.
const GIVE_UP_AFTER: Duration = Duration::from_secs(60);
/// First pause after a conflict, which the command itself has tried to resolve before it told; grows with the attempts.
const CONFLICT_PAUSE_MS: u64 = 50;
/// Longest wait between two attempts.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// Offers record after record to the log, `batch_max` at a time, and enters the answers.
///
/// `next` gives the next record, or settles in the tally those that need not be offered. `attempt` offers some, again
/// while the log cannot take them, and answers in their order.
pub(super) async fn deliver_batches<O, P: Fn(ImportProgress)>(
    tally: &mut ImportTally<P>,
    next: impl FnMut(&mut ImportTally<P>) -> Option<(RowGroup, O)>,
    batch_max: usize,
    attempt: impl AsyncFn(&[O]) -> Vec<Result<Written, CommandError>>,
) {
    let desk = Desk(Mutex::new((tally, next)));
    // Lanes that live as long as the import, on this task: a task for each command costs more than its decision.
    let lanes = (0..BATCHES_UNDER_WAY_MAX).map(|_| lane(&desk, batch_max, &attempt));
    let mut lanes: FuturesUnordered<_> = lanes.collect();
    while lanes.next().await.is_some() {}
}

/// Where the lanes fetch records and hand in answers.
struct Desk<'l, N, P>(Mutex<(&'l mut ImportTally<P>, N)>);

impl<'l, N, P: Fn(ImportProgress)> Desk<'l, N, P> {
    fn lock(&self) -> MutexGuard<'_, (&'l mut ImportTally<P>, N)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next records and what is to be offered of them, at most so many; none at the end.
    fn fetch<O>(&self, batch_max: usize) -> (Vec<RowGroup>, Vec<O>)
    where
        N: FnMut(&mut ImportTally<P>) -> Option<(RowGroup, O)>,
    {
        let (tally, next) = &mut *self.lock();
        let (mut records, mut offers) = (Vec::with_capacity(batch_max), Vec::with_capacity(batch_max));
        while records.len() < batch_max && !tally.is_interrupted() {
            let Some((record, offer)) = next(tally) else {
                break;
            };
            records.push(record);
            offers.push(offer);
        }
        (records, offers)
    }

    fn hand_in(&self, record: &RowGroup, answer: Option<Result<Written, CommandError>>) {
        let tally = &mut self.lock().0;
        match answer {
            Some(Ok(Written::Before)) => tally.enter(record, Fate::Duplicate),
            Some(Ok(Written::Now)) => tally.enter(record, Fate::Accepted),
            Some(Err(error)) => tally.enter(record, Fate::Refused(error)),
            None => {
                // A command that panicked has no answer; the same file again will find out.
                tracing::error!(rows = ?record.rows, "a command of the import did not end");
                tally.stop(Note::CommandWithoutAnswer);
            }
        }
    }
}

/// One batch after the other, until there is none left.
async fn lane<O, N, P: Fn(ImportProgress)>(
    desk: &Desk<'_, N, P>,
    batch_max: usize,
    attempt: &impl AsyncFn(&[O]) -> Vec<Result<Written, CommandError>>,
) where
    N: FnMut(&mut ImportTally<P>) -> Option<(RowGroup, O)>,
{
    loop {
        let (records, offers): (Vec<RowGroup>, Vec<O>) = desk.fetch(batch_max);
        if records.is_empty() {
            return;
        }
        let answers = AssertUnwindSafe(insist(attempt, offers)).catch_unwind().await;
        let mut answers = answers.unwrap_or_default().into_iter();
        for record in &records {
            desk.hand_in(record, answers.next());
        }
    }
}

/// Offers those once more that the log could not take; the others have their answers already. The same ids make that
/// safe even where an answer was lost.
async fn insist<O>(
    attempt: &impl AsyncFn(&[O]) -> Vec<Result<Written, CommandError>>,
    offers: Vec<O>,
) -> Vec<Result<Written, CommandError>> {
    let started = Instant::now();
    let mut answers = attempt(&offers).await;
    if answers.iter().all(Result::is_ok) {
        return answers;
    }
    let mut offers: Vec<Option<O>> = offers.into_iter().map(Some).collect();
    let mut attempts = 1;
    loop {
        let pauses = answers
            .iter()
            .map(|answer| answer.as_ref().err().and_then(|error| pause(error, attempts)));
        let again: Vec<(usize, Duration)> = pauses
            .enumerate()
            .filter_map(|(index, pause)| Some((index, pause?)))
            .collect();
        let Some(longest) = again.iter().map(|(_, pause)| *pause).max() else {
            return answers;
        };
        if started.elapsed() >= GIVE_UP_AFTER {
            return answers;
        }
        tokio::time::sleep(longest).await;
        attempts += 1;
        let mut rest = Vec::with_capacity(again.len());
        let mut places = Vec::with_capacity(again.len());
        for (index, _) in again {
            if let Some(offer) = offers.get_mut(index).and_then(Option::take) {
                rest.push(offer);
                places.push(index);
            }
        }
        let answered = attempt(&rest).await;
        for ((index, offer), answer) in places.into_iter().zip(rest).zip(answered) {
            if let (Some(slot), Some(place)) = (answers.get_mut(index), offers.get_mut(index)) {
                (*slot, *place) = (answer, Some(offer));
            }
        }
    }
}

/// How long to wait before an offer is repeated that the log could not take; none when repeating it is no use.
fn pause(error: &CommandError, attempts: u32) -> Option<Duration> {
    let pause_ms = match error {
        // What the database refuses today it refuses in a second too, and nobody puts a lost key back in one; so the arm
        // for waiting comes second.
        CommandError::Unavailable {
            reason: Unavailability::DatabaseRefused | Unavailability::PersonalDataLocked,
            ..
        }
        | CommandError::Rejected(_)
        | CommandError::IdempotencyMismatch { .. }
        | CommandError::OutOfScope
        | CommandError::Unreadable { .. } => return None,
        CommandError::Unavailable { retry_after_ms, .. } => *retry_after_ms,
        CommandError::Conflict { .. } => CONFLICT_PAUSE_MS,
    };
    let pause = Duration::from_millis(pause_ms).saturating_mul(attempts);
    Some(pause.min(WAIT_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{ImportOutcome, ImportState};

    /// Delivers the rows 1 to 10, two at a time.
    async fn delivered(attempt: impl AsyncFn(&[u32]) -> Vec<Result<Written, CommandError>>) -> ImportOutcome {
        let mut tally = ImportTally::new(ImportOutcome::of_nothing(), |_| ());
        let mut rows = 1..=10;
        let next = |_: &mut ImportTally<_>| {
            let row = rows.next()?;
            let record = RowGroup {
                rows: vec![row],
                ..RowGroup::default()
            };
            Some((record, row))
        };
        deliver_batches(&mut tally, next, 2, attempt).await;
        tally.close(false)
    }

    #[tokio::test]
    async fn all_are_delivered() {
        let outcome = delivered(async |rows: &[u32]| rows.iter().map(|_| Ok(Written::Now)).collect()).await;
        assert_eq!(outcome.state, ImportState::Completed);
        assert_eq!(outcome.accepted_rows.ranges(), [(1, 10)]);
    }

    #[tokio::test]
    async fn a_batch_that_panics_interrupts() {
        let outcome = delivered(async |rows: &[u32]| {
            assert!(!rows.contains(&5), "a fault of ours");
            rows.iter().map(|_| Ok(Written::Now)).collect()
        })
        .await;
        assert_eq!(outcome.state, ImportState::Interrupted);
        assert_eq!(outcome.notes, [Note::CommandWithoutAnswer]);
        let accepted = outcome.accepted_rows.ranges();
        assert!(
            accepted.iter().all(|(_, last)| *last < 5 || *last == 8),
            "{accepted:?}"
        );
    }

    #[tokio::test]
    async fn a_record_without_an_answer_interrupts() {
        let outcome =
            delivered(async |rows: &[u32]| rows.iter().skip(1).map(|_| Ok(Written::Now)).collect()).await;
        assert_eq!(outcome.state, ImportState::Interrupted);
        assert_eq!(outcome.notes, [Note::CommandWithoutAnswer]);
    }
}
