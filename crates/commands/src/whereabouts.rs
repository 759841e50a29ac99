//! A company that moves to another database while its commands are carried out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::OwnedSemaphorePermit;

use crate::batch_answers::BatchAnswer;
use crate::{CommandError, Commands, Unavailability};

/// How long a command waits for the end of a move before it is given up unwritten. A log is closed for less; the caller's
/// own deadline may come sooner.
const WAIT: Duration = Duration::from_secs(20);
/// How often one command of the process tries again meanwhile: a move may also be given up, or the log be open only a
/// moment after it was said where it lives.
const RETRY: Duration = Duration::from_millis(40);

/// Where the commands of a company are carried out, through a move.
pub(crate) struct Whereabouts {
    here: Commands,
    since: Instant,
    /// Of the command that tries for all that wait in this process.
    scout: Option<OwnedSemaphorePermit>,
}

impl Whereabouts {
    /// Where they are carried out now.
    pub(crate) fn of(commands: &Commands) -> Self {
        Self {
            here: commands.current(),
            since: Instant::now(),
            scout: None,
        }
    }

    pub(crate) const fn commands(&self) -> &Commands {
        &self.here
    }

    /// Whether the outcome is only that the log is closed: then what was asked is to be done again, where it is to be done
    /// by then.
    pub(crate) async fn is_to_be_done_again<T>(&mut self, outcome: &Result<T, CommandError>) -> bool {
        let is_closed = outcome.as_ref().is_err_and(CommandError::is_of_a_move);
        if !is_closed || self.since.elapsed() > WAIT {
            return false;
        }
        // A further try is the turn of whoever has waited longest.
        self.scout = None;
        let rest = WAIT.saturating_sub(self.since.elapsed());
        self.scout = tokio::time::timeout(rest, self.here.opened_or_turn())
            .await
            .ok()
            .flatten();
        self.here = self.here.current();
        true
    }

    /// The same for many commands that were carried out at once.
    pub(crate) async fn are_to_be_done_again(&mut self, answers: &[BatchAnswer]) -> bool {
        let mut errors = answers.iter().filter_map(|answer| answer.as_ref().err());
        let of_a_move = errors.find(|error| error.is_of_a_move());
        let outcome = of_a_move.and_then(CommandError::repeated).map_or(Ok(()), Err);
        self.is_to_be_done_again(&outcome).await
    }
}

/// Takes the answers of a second try for what met a closed log; what was written before stays written by us.
pub(crate) fn take_second(answers: &mut [BatchAnswer], second: Vec<BatchAnswer>) {
    for (answer, second) in answers.iter_mut().zip(second) {
        if answer.as_ref().is_err_and(CommandError::is_of_a_move) {
            *answer = second;
        }
    }
}

impl CommandError {
    /// Whether nothing was written because the company moves.
    pub(crate) fn is_of_a_move(&self) -> bool {
        matches!(
            self,
            Self::Unavailable {
                reason: Unavailability::CompanyMoving,
                ..
            }
        )
    }
}

impl Commands {
    /// Returns when commands that met a closed log may be carried out: it is open or lives elsewhere. Or when it is this
    /// one's turn to try.
    async fn opened_or_turn(&self) -> Option<OwnedSemaphorePermit> {
        let mut successor = self.shared.successor.subscribe();
        let mut closed = self.shared.log.watch_closed();
        let turn = async {
            let scout = Arc::clone(&self.shared.scout).acquire_owned().await;
            tokio::time::sleep(RETRY).await;
            scout.ok()
        };
        tokio::select! {
            // Nobody is told when a sender is gone, which is never before we are.
            _ = successor.wait_for(Option::is_some) => None,
            _ = closed.wait_for(|closed| !closed) => None,
            scout = turn => scout,
        }
    }

    /// Says that the company has moved: from now on its commands, also those that wait, are carried out by `successor`.
    pub fn succeed(&self, successor: Self) {
        self.shared.successor.send_replace(Some(successor));
    }

    /// These commands, where the company is now.
    #[must_use]
    pub fn current(&self) -> Self {
        let mut current = self.clone();
        loop {
            let successor = current.shared.successor.borrow().clone();
            let Some(successor) = successor else {
                return current;
            };
            current = Self {
                writes: self.writes,
                assumed: self.assumed.clone(),
                assumed_products: self.assumed_products.clone(),
                ..successor
            };
        }
    }
}
