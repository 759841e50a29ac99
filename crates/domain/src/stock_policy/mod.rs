//! What a store wants of its stock of one SKU, and whether it has it; stream `stockpolicy-{store_id}-{sku}`.

mod define_stock_policy;
mod event;
mod state;
mod watch_stock;

pub use define_stock_policy::DefineStockPolicy;
pub use event::{LowStockDetected, LowStockResolved, StockPolicyDefined, StockPolicyEvent, StockPolicyKind};
pub use state::{StockPolicy, StockPolicyState};
pub use watch_stock::WatchStock;
