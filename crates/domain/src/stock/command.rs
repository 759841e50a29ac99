//! What can be asked of a stock.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::text::serde_as_text;
use crate::{
    AccessKey, AdjustmentId, Amount, Currency, InvalidValue, LineId, Quantity, ReceiptId, ReturnId, SaleId,
    Sku, StoreId, UnitPrice,
};

/// What can be asked of a stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StockCommand {
    /// Take in goods from outside.
    ReceiveStock(ReceiveStock),
    /// Take out the goods of a sale; never refused for want of stock.
    IssueForSale(IssueForSale),
    /// Take back the goods of a return or a voided sale.
    RestockReturn(RestockReturn),
    /// Put the quantity right.
    AdjustStock(AdjustStock),
    /// Put the value right.
    RevalueStock(RevalueStock),
}

/// Takes in one line of a receipt of goods.
///
/// Once-ness is the append's: its idempotency key is the receipt's id, whose lines are appended as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiveStock {
    /// Where.
    pub store_id: StoreId,
    /// What.
    pub sku: Sku,
    /// The receipt of goods, an id made by the client.
    pub receipt_id: ReceiptId,
    /// The line, unique in the receipt.
    pub line_id: LineId,
    /// When, by the client's clock; at most five minutes ahead of the server's.
    pub occurred_at: Timestamp,
    /// The currency of every amount here; the store's own.
    pub currency: Currency,
    /// How much, more than zero, in the product's decimals.
    pub quantity: Quantity,
    /// What it cost.
    pub cost: ReceivedCost,
    /// Freight, insurance and taxes of this line on top of the cost.
    pub landed: Amount,
    /// Who delivered, at most 200 characters.
    pub supplier: Option<String>,
    /// The access key of the supplier's NF-e, good for one receipt only.
    pub access_key: Option<AccessKey>,
}

/// What received goods cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReceivedCost {
    /// So much a unit; the line is rounded half-up.
    Unit(UnitPrice),
    /// So much for the line.
    Total(Amount),
}

/// Takes out the goods of one sale, all its lines of this SKU at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueForSale {
    /// Where.
    pub store_id: StoreId,
    /// What.
    pub sku: Sku,
    /// The sale.
    pub sale_id: SaleId,
    /// The log position of the sale, from 1; one that was applied before changes nothing.
    pub source_position: u64,
    /// When the sale took place.
    pub occurred_at: Timestamp,
    /// The trading day the sale counts for.
    pub business_date: Date,
    /// The currency of the sale.
    pub currency: Currency,
    /// The sale's lines of this SKU.
    pub lines: Vec<IssueLine>,
}

/// One line of a sale to take out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueLine {
    /// The line of the sale.
    pub line_id: LineId,
    /// How much, more than zero.
    pub quantity: Quantity,
}

/// Takes back the goods of one return or voided sale, all its lines of this SKU at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestockReturn {
    /// Where.
    pub store_id: StoreId,
    /// What.
    pub sku: Sku,
    /// The sale.
    pub sale_id: SaleId,
    /// The return; `None` when the whole sale was voided.
    pub return_id: Option<ReturnId>,
    /// The log position of the return or void, from 1; one that was applied before changes nothing.
    pub source_position: u64,
    /// The log position of the sale.
    pub sale_position: u64,
    /// When the return or void took place.
    pub occurred_at: Timestamp,
    /// The trading day the return or void counts for.
    pub business_date: Date,
    /// The currency of the sale.
    pub currency: Currency,
    /// The lines of this SKU.
    pub lines: Vec<RestockLine>,
}

/// One line of a sale to take back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestockLine {
    /// The line of the sale.
    pub line_id: LineId,
    /// How much, more than zero.
    pub quantity: Quantity,
    /// What the quantity had cost in the end, but for what is owed; `None` takes the average.
    pub original_cost: Option<Amount>,
    /// How much of it had gone out below zero and is not paid for yet; see [`FinalCost`](super::FinalCost).
    pub owed: Quantity,
}

/// Puts the quantity right, up or down.
///
/// Once-ness is the append's: its idempotency key is the adjustment's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdjustStock {
    /// Where.
    pub store_id: StoreId,
    /// What.
    pub sku: Sku,
    /// The adjustment, an id made by the client.
    pub adjustment_id: AdjustmentId,
    /// When, by the client's clock; at most five minutes ahead of the server's.
    pub occurred_at: Timestamp,
    /// The currency of the value; the store's own.
    pub currency: Currency,
    /// By how much, not zero, in the product's decimals.
    pub delta: Quantity,
    /// What the goods found are worth in all; `None` takes the average. Not for a decrease.
    pub value: Option<Amount>,
    /// Why; required.
    pub reason: Option<AdjustmentReason>,
    /// More on why, at most 500 characters; required for [`AdjustmentReason::Other`].
    pub note: Option<String>,
    /// Whether the quantity may end below zero.
    pub allow_negative: bool,
    /// The version of the stock that the caller looked at; `None` does not mind.
    pub expected_version: Option<u64>,
}

/// Puts the value of what is on hand right; the quantity stays.
///
/// Once-ness is the append's: its idempotency key is the adjustment's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevalueStock {
    /// Where.
    pub store_id: StoreId,
    /// What.
    pub sku: Sku,
    /// The adjustment, an id made by the client.
    pub adjustment_id: AdjustmentId,
    /// When, by the client's clock; at most five minutes ahead of the server's.
    pub occurred_at: Timestamp,
    /// The currency of the value; the store's own.
    pub currency: Currency,
    /// What all that is on hand is worth.
    pub value: Amount,
    /// Why, at most 500 characters.
    pub note: String,
    /// The version of the stock that the value is right for.
    pub expected_version: u64,
}

/// Why a quantity was put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdjustmentReason {
    /// What was there when the books were opened.
    Opening,
    /// A count found another quantity.
    Count,
    /// Broken or spoilt.
    Damage,
    /// Past its date.
    Expiry,
    /// Lost or stolen.
    Loss,
    /// Found again.
    Found,
    /// Used by the shop itself.
    InternalUse,
    /// An earlier entry was wrong.
    Correction,
    /// Anything else; the note says what.
    Other,
}

impl AdjustmentReason {
    /// Every reason there is.
    pub const ALL: [Self; 9] = [
        Self::Opening,
        Self::Count,
        Self::Damage,
        Self::Expiry,
        Self::Loss,
        Self::Found,
        Self::InternalUse,
        Self::Correction,
        Self::Other,
    ];

    /// The word that stands for it in events and requests.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Count => "count",
            Self::Damage => "damage",
            Self::Expiry => "expiry",
            Self::Loss => "loss",
            Self::Found => "found",
            Self::InternalUse => "internal_use",
            Self::Correction => "correction",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for AdjustmentReason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl FromStr for AdjustmentReason {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let rule =
            "a reason is opening, count, damage, expiry, loss, found, internal_use, correction or other";
        Self::ALL
            .into_iter()
            .find(|reason| reason.as_str() == text)
            .ok_or_else(|| InvalidValue::new("REASON_UNKNOWN", text, rule))
    }
}

serde_as_text!(AdjustmentReason);

impl From<ReceiveStock> for StockCommand {
    fn from(command: ReceiveStock) -> Self {
        Self::ReceiveStock(command)
    }
}

impl From<IssueForSale> for StockCommand {
    fn from(command: IssueForSale) -> Self {
        Self::IssueForSale(command)
    }
}

impl From<RestockReturn> for StockCommand {
    fn from(command: RestockReturn) -> Self {
        Self::RestockReturn(command)
    }
}

impl From<AdjustStock> for StockCommand {
    fn from(command: AdjustStock) -> Self {
        Self::AdjustStock(command)
    }
}

impl From<RevalueStock> for StockCommand {
    fn from(command: RevalueStock) -> Self {
        Self::RevalueStock(command)
    }
}
