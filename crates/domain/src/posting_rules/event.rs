//! What can have happened to the posting rules; append-only.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::AccountRole;
use crate::closed_word::closed_word;
use crate::event::events;

events! {
    /// What can have happened to the posting rules.
    pub enum PostingRulesEvent of PostingRulesKind {
        /// The rules began as these.
        PostingRulesDefined(PostingRulesDefined) = 1,
        /// A rule was added, or one that is there was given a successor.
        PostingRuleDefined(PostingRuleDefined) = 1,
    }
}

closed_word!(
    /// An event that moves value, by its stored type.
    PostedEvent, "POSTED_EVENT_UNKNOWN", "the event is one that moves value, such as SaleRecorded", {
        /// A sale took place.
        SaleRecorded = "SaleRecorded",
        /// A sale was undone.
        SaleVoided = "SaleVoided",
        /// Goods of a sale came back.
        SaleReturned = "SaleReturned",
        /// Goods came in.
        StockReceived = "StockReceived",
        /// Goods of a sale went out.
        StockIssued = "StockIssued",
        /// Goods of a sale are back in stock.
        StockReturned = "StockReturned",
        /// A stock was put right.
        StockAdjusted = "StockAdjusted",
        /// Something is owed to the company.
        ReceivableRegistered = "ReceivableRegistered",
        /// Something owed to the company was paid.
        ReceivableSettled = "ReceivableSettled",
        /// That was undone.
        ReceivableSettlementReversed = "ReceivableSettlementReversed",
        /// Something owed to the company is less, by a credit note.
        ReceivableCredited = "ReceivableCredited",
        /// Something is not owed to the company after all.
        ReceivableCancelled = "ReceivableCancelled",
        /// Nobody will pay it.
        ReceivableWrittenOff = "ReceivableWrittenOff",
        /// The company owes something.
        PayableRegistered = "PayableRegistered",
        /// Something that the company owes was paid.
        PayableSettled = "PayableSettled",
        /// That was undone.
        PayableSettlementReversed = "PayableSettlementReversed",
        /// Something that the company owes is less, by a credit note.
        PayableCredited = "PayableCredited",
        /// The company does not owe something after all.
        PayableCancelled = "PayableCancelled",
        /// Nobody will ask for it.
        PayableWrittenOff = "PayableWrittenOff",
        /// Money of a statement that belongs to nothing.
        StatementLineWrittenOff = "StatementLineWrittenOff",
        /// The wages of a month were worked out.
        PayrollRecorded = "PayrollRecorded",
        /// They were taken back.
        PayrollVoided = "PayrollVoided",
    }
);

closed_word!(
    /// A part of an event's value, which is posted to one account on one side.
    PostingPart, "POSTING_PART_UNKNOWN", "the part is one that the event has, such as payment", {
        /// Goods sold before discounts: credit.
        Gross = "gross",
        /// Discounts on a sale: debit.
        Discount = "discount",
        /// What was paid, by method: debit of a sale, credit of a void or return.
        Payment = "payment",
        /// What a void takes back: debit.
        Cancelled = "cancelled",
        /// What was given back for a return: debit.
        Returned = "returned",
        /// Goods: debit when they come, credit when they go.
        Inventory = "inventory",
        /// What goods sold had cost: debit when they go, credit when they are back.
        Cost = "cost",
        /// What is owed for goods that came in: credit.
        Supplied = "supplied",
        /// Goods that are gone without a sale, by reason: debit.
        Loss = "loss",
        /// Goods that came without a delivery, by reason: credit.
        Gain = "gain",
        /// What is kept by who pays, by kind of item: debit, also of a payable.
        Fee = "fee",
        /// A discount for paying early: debit of a receivable, credit of a payable.
        EarlyDiscount = "early_discount",
        /// Interest and fines: credit of a receivable, debit of a payable.
        Interest = "interest",
        /// A credit note, by kind of item: debit of a receivable, credit of a payable.
        Credit = "credit",
        /// A write-off, by kind of item: debit of a receivable, credit of a payable.
        WriteOff = "write_off",
        /// Wages before anything is kept, by store and cost centre: debit of a payroll, credit of its void.
        Wages = "wages",
        /// What the employer pays on top of wages, by store and cost centre: debit of a payroll, credit of its void.
        Charges = "charges",
        /// Wages that are paid out: credit of a payroll, debit of its void.
        NetWages = "net_wages",
        /// Charges and what was kept of wages, owed to the state and others: credit of a payroll, debit of its void.
        Levies = "levies",
    }
);

/// To which role a part of an event's value is posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostingRule {
    /// The event.
    pub event: PostedEvent,
    /// The part of it.
    pub part: PostingPart,
    /// Only where the part is of this sort: a payment method, the reason of an adjustment, a kind of item. `None` is for
    /// all that have no rule of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<String>,
    /// Where it is posted.
    pub role: AccountRole,
    /// The first business day that it holds for; until the next rule for the same.
    pub valid_from: Date,
}

/// The rules began as these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostingRulesDefined {
    /// The rules.
    pub rules: Vec<PostingRule>,
}

/// A rule was added, or one that is there was given a successor; entries that are posted stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostingRuleDefined {
    /// The rule.
    pub rule: PostingRule,
}
