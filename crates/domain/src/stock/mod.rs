//! The stock of one SKU in one store, as quantity and total value; stream `stock-{store_id}-{sku}`.
//!
//! Cost is a moving weighted average kept as (quantity, value), never as a rounded unit cost, so no value is
//! ever lost: what came in, less what was settled, less what went out, is the balance. Every event carries the
//! whole balance after it, so the last event is the state.

mod adjusting;
mod balance;
mod command;
mod costing;
mod decide;
mod event;
mod final_cost;
mod receiving;
mod recosting;
mod rejection;
mod selling;
mod shortage;

pub use balance::{AverageBasis, StockBalance, StockState};
pub use command::{
    AdjustStock, AdjustmentReason, IssueForSale, IssueLine, ReceiveStock, ReceivedCost, RestockLine,
    RestockReturn, RevalueStock, StockCommand,
};
pub use decide::{Stock, StockContext};
pub use event::{
    IssuedLine, OwedPart, RestockedLine, ShortageDetected, ShortageResolved, StockAdjusted, StockEvent,
    StockIssued, StockReceived, StockReturned,
};
pub use final_cost::{FinalCost, LineBack, returned_cost};
pub use recosting::Recosting;
pub use rejection::StockRejection;

/// Most lines of one sale or return on one SKU; as many as a sale has lines.
pub const LINES_MAX: usize = 500;
/// How far ahead of the server a client's clock may run, in seconds.
pub const CLOCK_AHEAD_MAX_S: i64 = 300;
