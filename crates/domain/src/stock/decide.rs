//! The rules of a stock.

use jiff::{SignedDuration, Timestamp};

use super::{
    CLOCK_AHEAD_MAX_S, StockCommand, StockEvent, StockRejection, StockState, adjusting, receiving, selling,
};
use crate::product::ProductSettings;
use crate::store::StoreSettings;
use crate::{Currency, Decider, Decision, Quantity, Sku, StoreId};

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

/// The store of the movement, which must be defined and trade in the movement's currency.
pub(super) fn store_of<'a>(
    context: &'a StockContext,
    store_id: &StoreId,
    given: Currency,
) -> Result<&'a StoreSettings, StockRejection> {
    let store = context
        .store
        .as_ref()
        .filter(|store| store.store_id == *store_id)
        .ok_or_else(|| StockRejection::UnknownStore {
            store_id: store_id.clone(),
        })?;
    if given != store.currency {
        return Err(StockRejection::CurrencyMismatch {
            given,
            expected: store.currency,
        });
    }
    Ok(store)
}

/// A client's clock may run a little ahead; a time further ahead would fall on a day that is not here yet.
pub(super) fn not_in_future(occurred_at: Timestamp, recorded_at: Timestamp) -> Result<(), StockRejection> {
    if occurred_at.duration_since(recorded_at) > SignedDuration::from_secs(CLOCK_AHEAD_MAX_S) {
        return Err(StockRejection::OccurredInFuture {
            occurred_at,
            recorded_at,
        });
    }
    Ok(())
}

/// Half a bottle cannot be counted: the quantity keeps to the decimals of the product's unit.
pub(super) fn in_product_decimals(
    context: &StockContext,
    sku: &Sku,
    quantity: Quantity,
) -> Result<(), StockRejection> {
    let Some(product) = &context.product else {
        return Ok(());
    };
    let decimals = product.decimals;
    if quantity.decimals() > u32::from(decimals) {
        return Err(StockRejection::UnitDecimals {
            sku: sku.clone(),
            quantity,
            decimals,
        });
    }
    Ok(())
}
