//! The read models, one file each: what is folded, the row, the queries.

pub(crate) mod daily_sales;
pub(crate) mod names;
mod payments;
pub(crate) mod places;
pub(crate) mod products;
pub(crate) mod sales;
pub(crate) mod stock_movements;
pub(crate) mod stock_position;

pub use daily_sales::{DailyChanges, DailySales, DailySalesFilter, DailySalesFold, SalesFigures};
pub use names::{Name, NameKind, Names, NamesFold};
pub use places::{Places, PlacesFold, StoreIds};
pub use products::{ProductFilter, ProductRow, Products, ProductsFold};
pub use sales::{SaleFilter, SaleRow, SaleStatus, Sales, SalesFold};
pub use stock_movements::{Cards, MovementFilter, MovementKind, StockMovement, StockMovementsFold};
pub use stock_position::{Balances, StockFilter, StockItem, StockPositionFold};
