//! Closing a month: everything of it is in the books, then nothing more goes in, then it is sealed.
//!
//! The event that begins the close stands between the two: whoever posts guards the months, so every entry of the month is
//! in the log before that event, and none comes after it. The seal is read behind it, when nothing of the month moves any
//! more; so its figures are the same whenever it is made, also by the next try after a crash. The names of the accounts
//! are those of the moment.

use std::time::Duration;

use posars_commands::{CommandError, Completed, Envelope};
use posars_domain::books::{BeginPeriodClose, BooksEvent, BooksState, CompletePeriodClose};
use posars_domain::{Month, reasons};

use crate::patience::Patience;
use crate::pending::{Pending, PeriodHasPendingWork};
use crate::{Bookkeeping, BookkeepingError};

/// How often a close is tried when others close or reopen the month meanwhile.
const ATTEMPTS_MAX: u32 = 3;

impl Bookkeeping {
    /// Closes a month, with all before it, and seals its trial balance. A close that was cut off goes on where it was; of the
    /// month that was closed last, the seal that is there is the answer.
    ///
    /// It waits at most so long for reactors and read models.
    ///
    /// # Errors
    /// [`CommandError::Rejected`] with [`PeriodHasPendingWork`] while something of these months is not in the books, and with
    /// what the books refuse; otherwise as [`posars_commands::Commands::carry_out`] and [`posars_projections::QueryError`].
    pub async fn close_period(
        &self,
        month: Month,
        envelope: &Envelope,
        wait: Duration,
    ) -> Result<Completed<BooksEvent>, BookkeepingError> {
        let patience = Patience::of(wait);
        // The two commands answer for themselves; one key cannot name both.
        let envelope = Envelope {
            request_id: None,
            ..envelope.clone()
        };
        let mut attempts = 0;
        loop {
            attempts += 1;
            if let Some(sealed) = self.commands.sealed(month).await? {
                return Ok(sealed);
            }
            match self.try_to_close(month, &envelope, patience).await {
                Err(BookkeepingError::Command(error)) if attempts < ATTEMPTS_MAX && was_overtaken(&error) => {
                }
                outcome => return outcome,
            }
        }
    }

    /// Whether a month could be closed now; nothing is written.
    ///
    /// # Errors
    /// As [`Bookkeeping::close_period`].
    pub async fn check_close(
        &self,
        month: Month,
        envelope: &Envelope,
        wait: Duration,
    ) -> Result<(), BookkeepingError> {
        if self.commands.sealed(month).await?.is_some() {
            return Ok(());
        }
        let state = self.commands.books().await?;
        self.ready(month, &state, envelope, Patience::of(wait)).await
    }

    async fn try_to_close(
        &self,
        month: Month,
        envelope: &Envelope,
        patience: Patience,
    ) -> Result<Completed<BooksEvent>, BookkeepingError> {
        let state = self.commands.books().await?;
        self.ready(month, &state, envelope, patience).await?;
        self.seal(month, envelope, patience).await
    }

    async fn ready(
        &self,
        month: Month,
        state: &BooksState,
        envelope: &Envelope,
        patience: Patience,
    ) -> Result<(), BookkeepingError> {
        // What the books refuse needs no look at anything else.
        let begin = BeginPeriodClose { month };
        self.commands.validate_only().carry_out(&begin, envelope).await?;
        if state.closing == Some(month) {
            return Ok(());
        }
        refuse(month, self.pending(month, patience).await?)
    }

    async fn seal(
        &self,
        month: Month,
        envelope: &Envelope,
        patience: Patience,
    ) -> Result<Completed<BooksEvent>, BookkeepingError> {
        let begun = self
            .commands
            .carry_out(&BeginPeriodClose { month }, envelope)
            .await?;
        tracing::info!(%month, position = %begun.position, "the close of a month has begun");
        let rows = self
            .projections
            .seal_rows(month, patience.at_least(begun.position))
            .await;
        let (trial_balance, _) = rows?;
        // After the rows: one that was set aside since would be of a later month.
        refuse(month, self.parked().await?)?;
        let complete = CompletePeriodClose {
            month,
            books_version: begun.version().get(),
            up_to_position: begun.position.get(),
            trial_balance,
        };
        let sealed = self.commands.carry_out(&complete, envelope).await?;
        tracing::info!(%month, position = %sealed.position, "a month is closed");
        Ok(sealed)
    }
}

fn refuse(month: Month, pending: Vec<Pending>) -> Result<(), BookkeepingError> {
    if pending.is_empty() {
        return Ok(());
    }
    let refusal = PeriodHasPendingWork { month, pending };
    Err(CommandError::Rejected(Box::new(refusal)).into())
}

/// Whether somebody closed or reopened the month, or did something else to the books, while its seal was made.
fn was_overtaken(error: &CommandError) -> bool {
    let overtaken = [
        reasons::ETAG_MISMATCH,
        reasons::PERIOD_CLOSED,
        reasons::PERIOD_NOT_CLOSING,
    ];
    overtaken.contains(&error.reason())
}
