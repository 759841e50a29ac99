//! The rules of a stock.

use super::{
    Decided, StockCommand, StockContext, StockEvent, StockRejection, StockState, adjusting, receiving,
    selling,
};
use crate::{Decider, Sku, StoreId};

/// The stock's rules.
#[derive(Debug, Clone, Copy)]
pub struct Stock;

impl Stock {
    /// The id part of the stream's name; a store id has no hyphen, so the two parts can be told apart.
    #[must_use]
    pub fn stream_id(store_id: &StoreId, sku: &Sku) -> String {
        format!("{store_id}-{sku}")
    }
}

impl Decider for Stock {
    const CATEGORY: &'static str = "stock";
    type Command = StockCommand;
    type Context = StockContext;
    type Event = StockEvent;
    type State = StockState;
    type Rejection = StockRejection;

    fn decide(state: &StockState, command: &StockCommand, context: &StockContext) -> Decided {
        match command {
            StockCommand::ReceiveStock(command) => receiving::decide(state, command, context),
            StockCommand::IssueForSale(command) => selling::issue(state, command),
            StockCommand::RestockReturn(command) => selling::restock(state, command),
            StockCommand::AdjustStock(command) => adjusting::decide(state, command, context),
            StockCommand::RevalueStock(command) => adjusting::revalue(state, command, context),
        }
    }

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
