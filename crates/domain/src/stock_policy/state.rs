//! What the events of a stock policy add up to.

use super::{StockPolicyDefined, StockPolicyEvent};
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

    fn evolve(_state: StockPolicyState, event: &StockPolicyEvent) -> StockPolicyState {
        match event {
            StockPolicyEvent::StockPolicyDefined(StockPolicyDefined { reorder_point, .. }) => {
                StockPolicyState {
                    is_begun: true,
                    reorder_point: *reorder_point,
                }
            }
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
}
