//! The read models, one file each: what is folded, the row, the queries.

pub(crate) mod books;
pub(crate) mod daily_sales;
pub(crate) mod low_stock;
pub(crate) mod names;
mod payments;
pub(crate) mod people;
pub(crate) mod places;
pub(crate) mod products;
pub(crate) mod sales;
pub(crate) mod shortages;
pub(crate) mod stock_adjustments;
pub(crate) mod stock_movements;
pub(crate) mod stock_position;
pub(crate) mod stock_receipts;
pub(crate) mod waiting_lines;

pub use books::*;
pub use daily_sales::{DailySales, DailySalesFilter, DailySalesFold, SalesFigures};
pub use low_stock::{LowStockFold, StockPolicyFilter, StockPolicyRow};
pub use names::{Name, NameKind, NamesFold};
pub use people::*;
pub use places::{PlacesFold, StoreIds};
pub use products::{ProductFilter, ProductRow, ProductsFold};
pub use sales::{SaleBuyer, SaleFilter, SaleRow, SaleStatus, Sales, SalesFold};
pub use shortages::{Shortage, ShortageFilter, ShortagesFold};
pub use stock_adjustments::{AdjustmentFilter, StockAdjustment, StockAdjustmentsFold};
pub use stock_movements::{Cards, MovementFilter, MovementKind, StockMovement, StockMovementsFold};
pub use stock_position::{StockFilter, StockItem, StockPositionFold};
pub use stock_receipts::{ReceiptFilter, StockReceipt, StockReceiptLine, StockReceiptsFold};
pub use waiting_lines::{WaitingFilter, WaitingLine, WaitingLines, WaitingLinesFold};
