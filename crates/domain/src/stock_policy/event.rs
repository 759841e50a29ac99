//! What can have happened to a stock policy; append-only.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::event::events;
use crate::{Quantity, Sku, StoreId};

events! {
    /// What can have happened to a stock policy.
    pub enum StockPolicyEvent of StockPolicyKind {
        /// It was defined anew.
        StockPolicyDefined(StockPolicyDefined) = 1,
        /// The stock has become low.
        LowStockDetected(LowStockDetected) = 1,
        /// The stock is no longer low.
        LowStockResolved(LowStockResolved) = 1,
    }
}

impl StockPolicyEvent {
    /// The store and the product.
    #[must_use]
    pub const fn key(&self) -> (&StoreId, &Sku) {
        match self {
            Self::StockPolicyDefined(event) => (&event.store_id, &event.sku),
            Self::LowStockDetected(event) => (&event.store_id, &event.sku),
            Self::LowStockResolved(event) => (&event.store_id, &event.sku),
        }
    }
}

/// The policy was defined anew; the one before no longer holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockPolicyDefined {
    /// Where.
    pub store_id: StoreId,
    /// What.
    pub sku: Sku,
    /// At this much on hand, or less, the stock is low; `None` when nobody minds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reorder_point: Option<Quantity>,
}

/// The stock has become low: no more than the reorder point is on hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LowStockDetected {
    /// Where.
    pub store_id: StoreId,
    /// What.
    pub sku: Sku,
    /// How much was on hand.
    pub on_hand: Quantity,
    /// The reorder point at that time.
    pub reorder_point: Quantity,
    /// The log position of the movement, or of the definition, that made it low.
    pub source_position: u64,
    /// When that movement took place, or that definition was recorded.
    pub occurred_at: Timestamp,
}

/// The stock is no longer low: more than the reorder point is on hand, or nobody minds any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LowStockResolved {
    /// Where.
    pub store_id: StoreId,
    /// What.
    pub sku: Sku,
    /// How much was on hand.
    pub on_hand: Quantity,
    /// The reorder point at that time; `None` when the policy was off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reorder_point: Option<Quantity>,
    /// The log position of the movement, or of the definition, that ended it.
    pub source_position: u64,
    /// When that movement took place, or that definition was recorded.
    pub occurred_at: Timestamp,
}
