//! The stock of one SKU in one store, as quantity and total value; stream `stock-{store_id}-{sku}`.
//!
//! Cost is a moving weighted average kept as (quantity, value), never as a rounded unit cost, so no value is
//! ever lost: what came in, less what was settled, less what went out, is the balance. Every event carries the
//! whole balance after it, so the last event is the state.

mod adjust_stock;
mod adjustment_reason;
mod balance;
mod costing;
mod decimals;
mod event;
mod final_cost;
mod issue_for_sale;
mod receive_goods;
mod receive_stock;
mod recosting;
mod rejection;
mod restock_return;
mod revalue_stock;
mod shortage;
mod state;

pub(crate) use decimals::in_product_decimals;

pub use adjust_stock::AdjustStock;
pub use adjustment_reason::AdjustmentReason;
pub use balance::{AverageBasis, StockBalance};
pub use event::{
    IssuedLine, OwedPart, RestockedLine, ShortageDetected, ShortageResolved, StockAdjusted, StockEvent,
    StockIssued, StockKind, StockReceived, StockReturned,
};
pub use final_cost::{FinalCost, LineBack, returned_cost};
pub use issue_for_sale::{IssueForSale, IssueLine};
pub use receive_goods::{RECEIPT_LINES_MAX, ReceiveGoods, ReceiveGoodsLine};
pub use receive_stock::{ReceiveStock, ReceivedCost};
pub use recosting::Recosting;
pub use rejection::StockRejection;
pub use restock_return::{RestockLine, RestockReturn};
pub use revalue_stock::RevalueStock;
pub use state::{Stock, StockState};

/// Most lines of one sale or return on one SKU; as many as a sale has lines.
pub const LINES_MAX: usize = 500;
