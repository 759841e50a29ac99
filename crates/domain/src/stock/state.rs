//! What a stock's events add up to.

use super::{StockBalance, StockEvent, StockRejection};
use crate::{Aggregate, Sku, StoreId};

/// What a stock is.
#[derive(Debug, Clone, Copy)]
pub struct Stock;

impl Stock {
    /// The id part of the stream's name; a store id has no hyphen, so the two parts can be told apart.
    #[must_use]
    pub fn stream_id(store_id: &StoreId, sku: &Sku) -> String {
        format!("{store_id}-{sku}")
    }
}

impl Aggregate for Stock {
    const CATEGORY: &'static str = "stock";
    const LAST_EVENT_IS_STATE: bool = true;
    type Event = StockEvent;
    type State = StockState;
    type Rejection = StockRejection;

    fn evolve(_state: StockState, event: &StockEvent) -> StockState {
        // Every event carries the whole balance, so the history before it does not matter.
        let (store_id, sku) = event.key();
        StockState {
            store_id: Some(store_id.clone()),
            sku: Some(sku.clone()),
            balance: *event.balance(),
        }
    }
}

/// The stock as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StockState {
    /// The store; `None` before the first event.
    pub store_id: Option<StoreId>,
    /// The product; `None` before the first event.
    pub sku: Option<Sku>,
    /// The balance of the last event.
    pub balance: StockBalance,
}
