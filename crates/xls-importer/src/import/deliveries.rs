//! Commands under way at once: enough to fill the log's batches, few enough to bound the memory.

use std::time::Duration;

use posars_commands::{CommandError, Unavailability};
use tokio::task::JoinSet;

use super::ImportProgress;
use super::ledger::{Answer, Ledger, Record};

/// Commands under way. The log batches what arrives together; beyond this its batches are full.
const UNDER_WAY_MAX: usize = 256;
/// How often a command is offered to a log that is busy or away before the import is given up.
const ATTEMPTS_MAX: u32 = 12;
/// Longest wait between two attempts.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// Commands on their way to the log.
#[derive(Default)]
pub(super) struct Deliveries {
    under_way: JoinSet<(Record, Answer)>,
}

impl Deliveries {
    /// Sends a command as soon as there is room. `attempt` is called again while the log cannot take it; the same ids
    /// make that safe even where an answer was lost. It says whether the command changed nothing.
    pub(super) async fn send<F, A, P>(&mut self, record: Record, attempt: F, ledger: &mut Ledger<P>)
    where
        F: Fn() -> A + Send + 'static,
        A: Future<Output = Result<bool, CommandError>> + Send,
        P: Fn(ImportProgress),
    {
        if self.under_way.len() >= UNDER_WAY_MAX {
            self.take_one(ledger).await;
        }
        self.under_way.spawn(async move {
            let answer = match insist(attempt).await {
                Ok(true) => Answer::Duplicate,
                Ok(false) => Answer::Accepted,
                Err(error) => Answer::Refused(error),
            };
            (record, answer)
        });
    }

    /// Waits for all that are under way.
    pub(super) async fn finish<P: Fn(ImportProgress)>(mut self, ledger: &mut Ledger<P>) {
        while !self.under_way.is_empty() {
            self.take_one(ledger).await;
        }
    }

    async fn take_one<P: Fn(ImportProgress)>(&mut self, ledger: &mut Ledger<P>) {
        match self.under_way.join_next().await {
            Some(Ok((record, answer))) => ledger.enter(&record, answer),
            Some(Err(error)) => {
                // A command that panicked has no answer; the same file again will find out.
                tracing::error!(%error, "a command of the import did not end");
                ledger
                    .outcome
                    .notes
                    .push(format!("a command did not end: {error}; import the file again"));
            }
            None => {}
        }
    }
}

async fn insist<F, A>(attempt: F) -> Result<bool, CommandError>
where
    F: Fn() -> A,
    A: Future<Output = Result<bool, CommandError>>,
{
    let mut attempts = 1;
    loop {
        let error = match attempt().await {
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
        if attempts >= ATTEMPTS_MAX {
            return Err(error);
        }
        let wait = Duration::from_millis(wait_ms)
            .saturating_mul(attempts)
            .min(WAIT_MAX);
        tokio::time::sleep(wait).await;
        attempts += 1;
    }
}
