//! What can have happened to a line of a statement; append-only.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::closed_word::closed_word;
use crate::event::events;
use crate::open_item::MatchKeys;
use crate::{AccountCode, Amount, Currency, OpenItemId, SettlementId, StatementLineId};

events! {
    /// What can have happened to a line of a statement.
    pub enum StatementLineEvent of StatementLineKind {
        /// A statement has it.
        StatementLineRecorded(StatementLineRecorded) = 1,
        /// It paid something owed.
        StatementLineMatched(StatementLineMatched) = 1,
        /// Nothing was found that it pays, it does not fit, or what it had paid was undone.
        StatementLineUnmatched(StatementLineUnmatched) = 1,
        /// Its money was taken in without anything that it pays.
        StatementLineWrittenOff(StatementLineWrittenOff) = 1,
    }
}

closed_word!(
    /// Whose statement it is.
    StatementKind, "STATEMENT_KIND_INVALID", "a statement is of an acquirer, a bank or pix", {
        /// An acquirer's: cards.
        Acquirer = "acquirer",
        /// A bank's: bank slips and transfers.
        Bank = "bank",
        /// PIX.
        Pix = "pix",
    }
);

closed_word!(
    /// Why a line of a statement pays nothing.
    UnmatchedReason, "UNMATCHED_REASON_INVALID", "the reason is one that the service gives", {
        /// Nothing owed has its keys.
        NothingFound = "nothing_found",
        /// More than one thing owed has them.
        Ambiguous = "ambiguous",
        /// It is more than is open.
        BeyondOpen = "beyond_open",
        /// What it pays is paid already.
        PaidAlready = "paid_already",
        /// It is in another currency.
        OtherCurrency = "other_currency",
        /// What it had paid was undone.
        Reversed = "reversed",
    }
);

/// A statement has this line; the same line of any statement is the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementLineRecorded {
    /// The line; made of what it says.
    pub line_id: StatementLineId,
    /// Whose statement it is.
    pub kind: StatementKind,
    /// Which acquirer, bank or account, 1 to 80 characters.
    pub source: String,
    /// The day of the payment.
    pub date: Date,
    /// The currency of every amount here.
    pub currency: Currency,
    /// What was paid, before fees.
    pub gross: Amount,
    /// What was kept.
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub fee: Amount,
    /// What moved: gross less fee.
    pub net: Amount,
    /// What it knows the thing owed by.
    pub keys: MatchKeys,
    /// Which instalment, where it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installment: Option<u16>,
    /// The reference of the line itself, at most 80 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The account that the money went to.
    pub money_account: AccountCode,
}

/// It paid something owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementLineMatched {
    /// The line.
    pub line_id: StatementLineId,
    /// The receivable.
    pub item_id: OpenItemId,
    /// Its instalment.
    pub installment: u16,
    /// The settlement that it led to.
    pub settlement_id: SettlementId,
    /// By how much less is open.
    pub amount: Amount,
    /// What the terms had let expect to be kept, where that is something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_fee: Option<Amount>,
    /// Whether somebody chose what it pays.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
}

/// Nothing was found that it pays, or it does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementLineUnmatched {
    /// The line.
    pub line_id: StatementLineId,
    /// Why.
    pub reason: UnmatchedReason,
    /// What it would pay, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_id: Option<OpenItemId>,
}

/// Its money was taken in without anything that it pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementLineWrittenOff {
    /// The line.
    pub line_id: StatementLineId,
    /// The day of the payment.
    pub business_date: Date,
    /// The currency of the amounts.
    pub currency: Currency,
    /// What was paid, before fees.
    pub gross: Amount,
    /// What was kept.
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub fee: Amount,
    /// The account that the money went to.
    pub money_account: AccountCode,
    /// The account on the other side.
    pub counter: AccountCode,
    /// Why.
    pub reason: String,
}
