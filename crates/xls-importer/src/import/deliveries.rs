//! Commands under way at once: enough to fill the log's batches, few enough to bound the memory.

use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use posars_commands::{CommandError, Unavailability};

use super::ImportProgress;
use super::ledger::{Answer, Ledger, Record};

/// Commands under way: a full batch of the log, of sales at least. About 10 kB each.
const UNDER_WAY_MAX: usize = 1_024;
/// How long an offer is repeated before the import ends as interrupted; by then somebody should know.
const GIVE_UP_AFTER: Duration = Duration::from_secs(60);
/// Longest wait between two attempts.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// Offers record after record to the log, many at once, and enters the answers.
///
/// `next` gives the next record, or settles in the ledger those that need not be offered. `attempt` offers one, again
/// while the log cannot take it, and says whether it changed nothing.
pub(super) async fn deliver<O, P: Fn(ImportProgress)>(
    ledger: &mut Ledger<P>,
    next: impl FnMut(&mut Ledger<P>) -> Option<(Record, O)>,
    attempt: impl AsyncFn(&O) -> Result<bool, CommandError>,
) {
    let desk = Desk(Mutex::new((ledger, next)));
    // Lanes that live as long as the import, on this task: a task for each command costs more than its decision.
    let mut lanes: FuturesUnordered<_> = (0..UNDER_WAY_MAX).map(|_| lane(&desk, &attempt)).collect();
    while lanes.next().await.is_some() {}
}

/// Where the lanes fetch records and hand in answers.
struct Desk<'l, N, P>(Mutex<(&'l mut Ledger<P>, N)>);

impl<'l, N, P: Fn(ImportProgress)> Desk<'l, N, P> {
    fn lock(&self) -> MutexGuard<'_, (&'l mut Ledger<P>, N)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fetch<O>(&self) -> Option<(Record, O)>
    where
        N: FnMut(&mut Ledger<P>) -> Option<(Record, O)>,
    {
        let (ledger, next) = &mut *self.lock();
        if ledger.is_interrupted() {
            None
        } else {
            next(ledger)
        }
    }

    fn hand_in(&self, record: &Record, answer: Option<Result<bool, CommandError>>) {
        let ledger = &mut self.lock().0;
        match answer {
            Some(Ok(true)) => ledger.enter(record, Answer::Duplicate),
            Some(Ok(false)) => ledger.enter(record, Answer::Accepted),
            Some(Err(error)) => ledger.enter(record, Answer::Refused(error)),
            None => {
                // A command that panicked has no answer; the same file again will find out.
                tracing::error!(rows = ?record.rows, "a command of the import did not end");
                let note = "a command did not end: it panicked; import the file again";
                ledger.outcome.notes.push(note.to_owned());
            }
        }
    }
}

/// One record after the other, until there is none left.
async fn lane<O, N, P: Fn(ImportProgress)>(
    desk: &Desk<'_, N, P>,
    attempt: &impl AsyncFn(&O) -> Result<bool, CommandError>,
) where
    N: FnMut(&mut Ledger<P>) -> Option<(Record, O)>,
{
    while let Some((record, offer)) = desk.fetch() {
        let answer = AssertUnwindSafe(insist(attempt, &offer)).catch_unwind().await;
        desk.hand_in(&record, answer.ok());
    }
}

/// Offers once more while the log cannot take it; the same ids make that safe even where an answer was lost.
async fn insist<O>(
    attempt: &impl AsyncFn(&O) -> Result<bool, CommandError>,
    offer: &O,
) -> Result<bool, CommandError> {
    let started = Instant::now();
    let mut attempts = 1;
    loop {
        let error = match attempt(offer).await {
            Ok(replayed) => return Ok(replayed),
            Err(error) => error,
        };
        let wait_ms = match &error {
            // What the database refuses today it refuses in a second too; so the arm for waiting comes second.
            CommandError::Unavailable {
                reason: Unavailability::DatabaseRefused,
                ..
            }
            | CommandError::Rejected(_)
            | CommandError::IdempotencyMismatch { .. }
            | CommandError::Unreadable { .. } => return Err(error),
            CommandError::Unavailable { retry_after_ms, .. } => *retry_after_ms,
            CommandError::Conflict { .. } => 0,
        };
        if started.elapsed() >= GIVE_UP_AFTER {
            return Err(error);
        }
        let wait = Duration::from_millis(wait_ms)
            .saturating_mul(attempts)
            .min(WAIT_MAX);
        tokio::time::sleep(wait).await;
        attempts += 1;
    }
}
