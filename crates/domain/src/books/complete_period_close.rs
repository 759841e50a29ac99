//! A month is closed under its seal.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::{Books, BooksRejection, BooksState, PeriodClosed, TrialBalanceRow, seal_of};
use crate::{Command, Decided, Decision, Given, InvalidValue, Month};

/// The most rows of a sealed trial balance. A row takes up to 400 bytes, and a seal goes into one append.
pub const TRIAL_BALANCE_ROWS_MAX: usize = 10_000;

/// Closes the month whose close has begun, under the trial balance of all that stands in the log before that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompletePeriodClose {
    /// The month.
    pub month: Month,
    /// The version that the books had when the trial balance was read: the close is still the one that it is of.
    pub books_version: u64,
    /// The log position of the event that began the close.
    pub up_to_position: u64,
    /// The trial balance, ordered by account, store and cost centre, at most [`TRIAL_BALANCE_ROWS_MAX`] rows.
    pub trial_balance: Vec<TrialBalanceRow>,
}

impl Command for CompletePeriodClose {
    type Of = Books;
    type Answer = PeriodClosed;

    const NAME: &'static str = "CompletePeriodClose";

    fn stream_id(&self) -> impl Display + Send {
        Books::stream_id()
    }

    fn decide(&self, state: &BooksState, _given: &Given<'_>) -> Decided<Books> {
        state.covers_month(self.month)?;
        if self.books_version != state.version {
            return Err(BooksRejection::EtagMismatch {
                expected: self.books_version,
                actual: state.version,
            });
        }
        let begun = state.begun.as_ref().filter(|_| state.closing == Some(self.month));
        let Some(begun) = begun else {
            return Err(BooksRejection::PeriodNotClosing { month: self.month });
        };
        check(&self.trial_balance)?;
        Ok(Decision::event(PeriodClosed {
            month: self.month,
            currency: begun.currency,
            up_to_position: self.up_to_position,
            sha256: seal_of(&self.trial_balance),
            trial_balance: self.trial_balance.clone(),
        }))
    }
}

/// Refuses a trial balance that is none: a seal is for ever.
fn check(rows: &[TrialBalanceRow]) -> Result<(), InvalidValue> {
    let invalid = |given: String, rule: &'static str| {
        Err(InvalidValue::new("TRIAL_BALANCE_INVALID", given, rule).at("trial_balance"))
    };
    if rows.len() > TRIAL_BALANCE_ROWS_MAX {
        let rule = "a seal holds at most 10000 rows; use fewer cost centres";
        return invalid(format!("{} rows", rows.len()), rule);
    }
    if !rows.is_sorted_by(|one, next| one.key() < next.key()) {
        let rule = "each account, store and cost centre stands once, in their order";
        return invalid(format!("{} rows", rows.len()), rule);
    }
    if let Some(row) = rows.iter().find(|row| !row.adds_up()) {
        let rule = "a row's closing balance is its opening one plus debits less credits";
        return invalid(row.account.to_string(), rule);
    }
    let sum = |of: fn(&TrialBalanceRow) -> i64| rows.iter().map(|row| i128::from(of(row))).sum::<i128>();
    let (opening, debits, credits) = (
        sum(|row| row.opening.minor()),
        sum(|row| row.debit.minor()),
        sum(|row| row.credit.minor()),
    );
    if opening != 0 || debits != credits {
        let rule = "the opening balances come to zero, and the debits to the credits";
        return invalid(format!("{opening}, {debits}, {credits}"), rule);
    }
    Ok(())
}

impl TrialBalanceRow {
    fn key(&self) -> impl Ord + '_ {
        (&self.account, &self.store_id, &self.cost_center)
    }

    fn adds_up(&self) -> bool {
        let closing = self.opening.checked_add(self.debit);
        closing.and_then(|sum| sum.checked_sub(self.credit)) == Some(self.closing)
    }
}
