//! The rules of a stock.

use jiff::Timestamp;

use super::{StockCommand, StockEvent, StockRejection, StockState, movement};
use crate::product::ProductSettings;
use crate::store::StoreSettings;
use crate::{Decider, Decision, Sku, StoreId};

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

/// What a stock's decisions need from outside its stream.
#[derive(Debug, Clone)]
pub struct StockContext {
    /// The store; `None` when it is not defined. Issues and restocks do not look at it.
    pub store: Option<StoreSettings>,
    /// The product; `None` when it is not in the catalogue, which is no reason to refuse goods.
    pub product: Option<ProductSettings>,
    /// The server's time.
    pub recorded_at: Timestamp,
}

pub(super) type Decided = Result<Decision<StockEvent, StockRejection>, StockRejection>;

impl Decider for Stock {
    const CATEGORY: &'static str = "stock";
    type Command = StockCommand;
    type Context = StockContext;
    type Event = StockEvent;
    type State = StockState;
    type Rejection = StockRejection;

    fn decide(state: &StockState, command: &StockCommand, context: &StockContext) -> Decided {
        match command {
            StockCommand::ReceiveStock(command) => movement::receive(state, command, context),
            StockCommand::IssueForSale(command) => movement::issue(state, command),
            StockCommand::RestockReturn(command) => movement::restock(state, command),
            StockCommand::AdjustStock(command) => movement::adjust(state, command, context),
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
