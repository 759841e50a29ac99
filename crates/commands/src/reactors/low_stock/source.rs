//! What the low stock reactor reads of the events that it follows.

use jiff::Timestamp;
use posars_domain::stock::{Stock, StockKind};
use posars_domain::stock_policy::{StockPolicy, StockPolicyEvent};
use posars_domain::{Aggregate as _, Quantity, Sku, StoreId};
use posars_event_store::{InvalidName, RecordedEvent, StreamName, Version};
use serde::Deserialize;

use crate::CommandError;
use crate::event_encoder::EventEncoder;
use crate::keys::stream_of;
use crate::load::{decode, decode_part, kind_of};
use crate::reactors::Reactor as _;
use crate::reactors::cause::Cause;
use crate::reactors::low_stock::LowStockReactor;

/// A product in a store, and the streams about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) store_id: StoreId,
    pub(crate) sku: Sku,
    pub(crate) policy: StreamName,
    pub(crate) stock: StreamName,
}

/// A source event.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) cause: Cause,
    pub(crate) stream: StreamName,
    pub(crate) version: Version,
    pub(crate) read: Result<(Item, Happened), CommandError>,
}

/// What a source event tells.
#[derive(Debug)]
pub(crate) enum Happened {
    /// The stock moved.
    Moved(Moved),
    /// Something about the policy: a person's word, or an alarm of this reactor.
    Policy(StockPolicyEvent),
}

/// A stock after an event of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) on_hand: Quantity,
    pub(crate) occurred_at: Timestamp,
}

#[derive(Deserialize)]
struct StockJson {
    store_id: StoreId,
    sku: Sku,
    occurred_at: Timestamp,
    balance: BalanceJson,
}

#[derive(Deserialize)]
struct BalanceJson {
    quantity: Quantity,
}

impl Item {
    pub(crate) fn new(store_id: &StoreId, sku: &Sku) -> Result<Self, InvalidName> {
        Ok(Self {
            policy: stream_of::<StockPolicy>(StockPolicy::stream_id(store_id, sku))?,
            stock: stream_of::<Stock>(Stock::stream_id(store_id, sku))?,
            store_id: store_id.clone(),
            sku: sku.clone(),
        })
    }
}

impl Input {
    pub(crate) fn of(event: &RecordedEvent, encoder: &mut EventEncoder) -> Result<Self, CommandError> {
        Ok(Self {
            cause: Cause::of(event, LowStockReactor::NAME, encoder)?,
            stream: event.stream.clone(),
            version: event.version,
            read: read(event),
        })
    }
}

/// Reads a source event.
pub(crate) fn read(event: &RecordedEvent) -> Result<(Item, Happened), CommandError> {
    if event.stream.category() == StockPolicy::CATEGORY {
        let event: StockPolicyEvent = decode(event)?;
        let (store_id, sku) = event.key();
        return Ok((Item::new(store_id, sku)?, Happened::Policy(event)));
    }
    let (item, moved) = read_stock(event)?;
    Ok((item, Happened::Moved(moved)))
}

/// Reads an event of a stock; each carries the balance after it.
pub(crate) fn read_stock(event: &RecordedEvent) -> Result<(Item, Moved), CommandError> {
    let kind: StockKind = kind_of(event)?;
    let StockJson {
        store_id,
        sku,
        occurred_at,
        balance,
    } = decode_part(event, kind)?;
    let moved = Moved {
        on_hand: balance.quantity,
        occurred_at,
    };
    Ok((Item::new(&store_id, &sku)?, moved))
}
