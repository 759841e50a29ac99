//! What can have happened to a stock; append-only.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{AdjustmentReason, StockBalance};
use crate::event::events;
use crate::{
    AccessKey, AdjustmentId, Amount, Currency, LineId, Quantity, ReceiptId, ReturnId, SaleId, Sku, StoreId,
};

events! {
    /// What can have happened to a stock.
    pub enum StockEvent of StockKind {
        /// Goods came in.
        StockReceived(StockReceived) = 1,
        /// Goods of a sale went out.
        StockIssued(StockIssued) = 1,
        /// Goods of a sale came back.
        StockReturned(StockReturned) = 1,
        /// The quantity was put right.
        StockAdjusted(StockAdjusted) = 1,
        /// The quantity fell below zero.
        ShortageDetected(ShortageDetected) = 1,
        /// The quantity is no longer below zero.
        ShortageResolved(ShortageResolved) = 1,
    }
}

impl StockEvent {
    /// The balance after the event.
    #[must_use]
    pub const fn balance(&self) -> &StockBalance {
        match self {
            Self::StockReceived(event) => &event.balance,
            Self::StockIssued(event) => &event.balance,
            Self::StockReturned(event) => &event.balance,
            Self::StockAdjusted(event) => &event.balance,
            Self::ShortageDetected(event) => &event.balance,
            Self::ShortageResolved(event) => &event.balance,
        }
    }

    /// By how much the value of the stock rises, of which business day that is, and in which currency. `None` when its
    /// value does not move; the amount is `None` beyond the range of amounts.
    #[must_use]
    pub fn value_moved(&self) -> Option<(Option<Amount>, Date, Currency)> {
        let moved =
            |value: Amount, settled: Amount, day, currency| (value.checked_sub(settled), day, currency);
        Some(match self {
            Self::StockReceived(it) => moved(it.value, it.negative_settled, it.business_date, it.currency),
            Self::StockReturned(it) => moved(it.value, it.negative_settled, it.business_date, it.currency),
            Self::StockAdjusted(it) => moved(it.value, it.negative_settled, it.business_date, it.currency),
            Self::StockIssued(it) => moved(Amount::ZERO, it.cost, it.business_date, it.currency),
            Self::ShortageDetected(_) | Self::ShortageResolved(_) => return None,
        })
    }

    /// The sale of which goods came back.
    #[must_use]
    pub const fn returned_sale(&self) -> Option<SaleId> {
        match self {
            Self::StockReturned(event) => Some(event.sale_id),
            Self::StockReceived(_)
            | Self::StockIssued(_)
            | Self::StockAdjusted(_)
            | Self::ShortageDetected(_)
            | Self::ShortageResolved(_) => None,
        }
    }

    /// The store and the product.
    #[must_use]
    pub const fn key(&self) -> (&StoreId, &Sku) {
        match self {
            Self::StockReceived(event) => (&event.store_id, &event.sku),
            Self::StockIssued(event) => (&event.store_id, &event.sku),
            Self::StockReturned(event) => (&event.store_id, &event.sku),
            Self::StockAdjusted(event) => (&event.store_id, &event.sku),
            Self::ShortageDetected(event) => (&event.store_id, &event.sku),
            Self::ShortageResolved(event) => (&event.store_id, &event.sku),
        }
    }
}

/// Goods came in. The balance's value rises by `value` less `negative_settled`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockReceived {
    /// Where.
    pub store_id: StoreId,
    /// What.
    pub sku: Sku,
    /// The receipt of goods.
    pub receipt_id: ReceiptId,
    /// The line of that receipt.
    pub line_id: LineId,
    /// When, as the client told it.
    pub occurred_at: Timestamp,
    /// The trading day it counts for.
    pub business_date: Date,
    /// The currency of every amount here.
    pub currency: Currency,
    /// How much.
    pub quantity: Quantity,
    /// What it cost in all.
    pub value: Amount,
    /// By how much the goods already issued below zero turned out dearer (or, below zero, cheaper) than the
    /// provisional cost they went out at; it goes to the cost of goods sold now.
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub negative_settled: Amount,
    /// Who delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplier: Option<String>,
    /// The access key of the supplier's NF-e.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key: Option<AccessKey>,
    /// The stock afterwards.
    pub balance: StockBalance,
}

/// Goods of a sale went out. The balance's value falls by `cost`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockIssued {
    /// Where.
    pub store_id: StoreId,
    /// What.
    pub sku: Sku,
    /// The sale.
    pub sale_id: SaleId,
    /// The log position of the sale.
    pub source_position: u64,
    /// When the sale took place.
    pub occurred_at: Timestamp,
    /// The trading day the sale counts for.
    pub business_date: Date,
    /// The currency of every amount here.
    pub currency: Currency,
    /// The sale's lines of this SKU.
    pub lines: Vec<IssuedLine>,
    /// How much in all.
    pub quantity: Quantity,
    /// What it had cost in all.
    pub cost: Amount,
    /// Whether some of it went out below zero, at the last known average.
    #[serde(default, skip_serializing_if = "is_false")]
    pub provisional: bool,
    /// The stock afterwards.
    pub balance: StockBalance,
}

/// One line of a sale that went out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedLine {
    /// The line of the sale.
    pub line_id: LineId,
    /// How much.
    pub quantity: Quantity,
    /// What it had cost.
    pub cost: Amount,
}

/// Goods of a sale came back. The balance's value rises by `value` less `negative_settled`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockReturned {
    /// Where.
    pub store_id: StoreId,
    /// What.
    pub sku: Sku,
    /// The sale.
    pub sale_id: SaleId,
    /// The return; `None` when the whole sale was voided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_id: Option<ReturnId>,
    /// The log position of the return or void.
    pub source_position: u64,
    /// The log position of the sale, where some of it had gone out below zero and was still owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale_position: Option<u64>,
    /// When the return or void took place.
    pub occurred_at: Timestamp,
    /// The trading day the return or void counts for.
    pub business_date: Date,
    /// The currency of every amount here.
    pub currency: Currency,
    /// The lines of this SKU.
    pub lines: Vec<RestockedLine>,
    /// How much in all.
    pub quantity: Quantity,
    /// What it is worth in all: what it had cost in the end.
    pub value: Amount,
    /// See [`StockReceived::negative_settled`].
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub negative_settled: Amount,
    /// Whether some line's original cost was unknown and the average stands for it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub estimated: bool,
    /// The stock afterwards.
    pub balance: StockBalance,
}

/// One line of a sale that came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestockedLine {
    /// The line of the sale.
    pub line_id: LineId,
    /// How much.
    pub quantity: Quantity,
    /// What it is worth.
    pub value: Amount,
    /// The part of it that had gone out below zero and that no goods had paid for yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owed: Option<OwedPart>,
}

/// Goods that come back while the stock owes them: they end their debt instead of paying for an older one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwedPart {
    /// How much.
    pub quantity: Quantity,
    /// The provisional cost that goes with it.
    pub value: Amount,
}

/// The quantity was put right, or with a delta of zero only the value. The balance's value changes by `value` less
/// `negative_settled`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockAdjusted {
    /// Where.
    pub store_id: StoreId,
    /// What.
    pub sku: Sku,
    /// The adjustment.
    pub adjustment_id: AdjustmentId,
    /// When, as the client told it.
    pub occurred_at: Timestamp,
    /// The trading day it counts for.
    pub business_date: Date,
    /// The currency of every amount here.
    pub currency: Currency,
    /// By how much, up or down.
    pub delta: Quantity,
    /// What that is worth, up or down.
    pub value: Amount,
    /// See [`StockReceived::negative_settled`].
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub negative_settled: Amount,
    /// Whether some of it went out below zero, at the last known average.
    #[serde(default, skip_serializing_if = "is_false")]
    pub provisional: bool,
    /// Why.
    pub reason: AdjustmentReason,
    /// More on why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The stock afterwards.
    pub balance: StockBalance,
}

/// The quantity fell below zero; the movement is the event before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShortageDetected {
    /// Where.
    pub store_id: StoreId,
    /// What.
    pub sku: Sku,
    /// When the movement took place.
    pub occurred_at: Timestamp,
    /// The trading day the movement counts for.
    pub business_date: Date,
    /// How much is missing, more than zero.
    pub missing: Quantity,
    /// The sale that took it below zero; `None` when it was an adjustment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale_id: Option<SaleId>,
    /// The stock as the movement left it.
    pub balance: StockBalance,
}

/// The quantity is no longer below zero; the movement is the event before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShortageResolved {
    /// Where.
    pub store_id: StoreId,
    /// What.
    pub sku: Sku,
    /// When the movement took place.
    pub occurred_at: Timestamp,
    /// The trading day the movement counts for.
    pub business_date: Date,
    /// The stock as the movement left it.
    pub balance: StockBalance,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
const fn is_false(flag: &bool) -> bool {
    !*flag
}
