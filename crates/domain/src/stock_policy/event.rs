//! What can have happened to a stock policy; append-only.

use serde::{Deserialize, Serialize};

use crate::event::events;
use crate::{Quantity, Sku, StoreId};

events! {
    /// What can have happened to a stock policy.
    pub enum StockPolicyEvent of StockPolicyKind {
        /// It was defined anew.
        StockPolicyDefined(StockPolicyDefined) = 1,
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
