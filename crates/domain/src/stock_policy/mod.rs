//! What a store wants of its stock of one SKU; stream `stockpolicy-{store_id}-{sku}`.

mod define_stock_policy;
mod event;
mod state;

pub use define_stock_policy::DefineStockPolicy;
pub use event::{StockPolicyDefined, StockPolicyEvent, StockPolicyKind};
pub use state::{StockPolicy, StockPolicyState};
