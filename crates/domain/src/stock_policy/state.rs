//! What the events of a stock policy add up to.

use super::StockPolicyEvent;
use crate::stock::StockRejection;
use crate::{Aggregate, Quantity, Sku, StoreId};

/// What a stock policy is.
#[derive(Debug, Clone, Copy)]
pub struct StockPolicy;

impl StockPolicy {
    /// The id part of the stream's name; a store id has no hyphen, so the two parts can be told apart.
    #[must_use]
    pub fn stream_id(store_id: &StoreId, sku: &Sku) -> String {
        format!("{store_id}-{sku}")
    }
}

impl Aggregate for StockPolicy {
    const CATEGORY: &'static str = "stockpolicy";
    type Event = StockPolicyEvent;
    type State = StockPolicyState;
    // It is about the same goods, so it says no in the same words.
    type Rejection = StockRejection;

    fn evolve(state: StockPolicyState, event: &StockPolicyEvent) -> StockPolicyState {
        match event {
            StockPolicyEvent::StockPolicyDefined(event) => StockPolicyState {
                is_begun: true,
                reorder_point: event.reorder_point,
                ..state
            },
            StockPolicyEvent::LowStockDetected(event) => StockPolicyState {
                is_low: true,
                judged_through: event.source_position,
                ..state
            },
            StockPolicyEvent::LowStockResolved(event) => StockPolicyState {
                is_low: false,
                judged_through: event.source_position,
                ..state
            },
        }
    }
}

/// The policy as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StockPolicyState {
    /// Whether it was ever defined.
    pub is_begun: bool,
    /// At this much on hand, or less, the stock is low; `None` when nobody minds.
    pub reorder_point: Option<Quantity>,
    /// Whether the stock was low when that was told last.
    pub is_low: bool,
    /// Log position of the movement or definition that this last told was about; 0 before any.
    pub judged_through: u64,
}

impl StockPolicyState {
    /// Whether so much on hand is low.
    #[must_use]
    pub fn calls_low(&self, on_hand: Quantity) -> bool {
        self.reorder_point
            .is_some_and(|reorder_point| on_hand <= reorder_point)
    }
}
