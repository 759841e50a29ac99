//! What can have happened to the books; append-only.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::event::events;
use crate::{AccountCode, AccountType, Amount, CostCenterId, Currency, Month, StoreId};

events! {
    /// What can have happened to the books.
    pub enum BooksEvent of BooksKind {
        /// The books began.
        BooksBegun(BooksBegun) = 1,
        /// Nothing more is posted to a month; its seal is being made.
        PeriodCloseBegun(PeriodCloseBegun) = 1,
        /// A month is closed and sealed.
        PeriodClosed(PeriodClosed) = 1,
        /// A month that was closed, or about to be, is open again.
        PeriodReopened(PeriodReopened) = 1,
        /// A month is closed for good.
        PeriodLocked(PeriodLocked) = 1,
    }
}

/// The books began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BooksBegun {
    /// The currency that they are kept in.
    pub currency: Currency,
    /// Their first day; `None` when all that ever happened is posted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins_on: Option<Date>,
    /// What stands in the log up to here and is of a business day before the first is not posted: the opening entry has
    /// it. Zero when all is posted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub up_to_position: u64,
    /// What the goods of each store were worth by what is not posted, where that is not zero: the opening entry, whose
    /// source this event is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opening: Vec<OpeningStock>,
}

/// What the goods of a store are worth when the books begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningStock {
    /// The store.
    pub store_id: StoreId,
    /// What they are worth; below zero where more was sold than had been received.
    pub value: Amount,
}

/// Nothing more is posted to a month; its seal is being made of what stands in the log before this event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodCloseBegun {
    /// The month.
    pub month: Month,
}

/// A month is closed, with all before it, and sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodClosed {
    /// The month.
    pub month: Month,
    /// The currency of every amount here.
    pub currency: Currency,
    /// The log position of the event that began the close: the seal has every entry of the month, and all stand before.
    pub up_to_position: u64,
    /// The trial balance, ordered by account, store and cost centre.
    pub trial_balance: Vec<TrialBalanceRow>,
    /// SHA-256 of the trial balance as it is written here, in lower-case hexadecimal.
    pub sha256: String,
}

/// What one account, in one store and cost centre, came to in a month. Amounts that are zero are left out of the JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialBalanceRow {
    /// The account.
    pub account: AccountCode,
    /// Its name at the time.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub account_type: AccountType,
    /// The store; `None` for what is of no store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_id: Option<StoreId>,
    /// The cost centre; `None` for what is of none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_center: Option<CostCenterId>,
    /// The balance before the month: debit above zero, credit below.
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub opening: Amount,
    /// The month's debits.
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub debit: Amount,
    /// The month's credits.
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub credit: Amount,
    /// The balance after it: opening plus debits less credits.
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub closing: Amount,
}

/// A month that was closed, or about to be, is open again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodReopened {
    /// The month.
    pub month: Month,
    /// Why.
    pub reason: String,
}

/// A month is closed for good, with all before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodLocked {
    /// The month.
    pub month: Month,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
const fn is_zero(position: &u64) -> bool {
    *position == 0
}
