//! The sale: recorded once, perhaps voided or returned in parts; stream `sale-{sale_id}`.
//!
//! A sale at the counter has happened: it is refused for wrong arithmetic, bad identifiers or as a duplicate,
//! never for missing stock, an unknown SKU, a closed till or a late arrival.

mod admission;
mod command;
mod decide;
mod event;
mod receipt;
mod record;
mod rejection;
mod returning;
mod state;
mod voiding;

pub use command::{
    Customer, RecordReturn, RecordReturnLine, RecordSale, RecordSaleLine, SaleCommand, VoidSale,
};
pub use decide::{Sale, SaleContext};
pub use event::{
    Disposition, OrderDiscount, ReturnedLine, SaleEvent, SaleLine, SaleRecorded, SaleReturned, SaleVoided,
    VoidedLine,
};
pub use receipt::id_of_receipt;
pub use rejection::SaleRejection;
pub use state::SaleState;

/// Most lines of one sale or return; a longer receipt is a batch in disguise.
pub const LINES_MAX: usize = 500;
/// Most payments of one sale, or refunds of one return.
pub const PAYMENTS_MAX: usize = 50;
/// Most order discounts, and most taxes, of one sale.
pub const DISCOUNTS_MAX: usize = 50;
/// Most returns of one sale; its state keeps them all.
pub const RETURNS_MAX: usize = 200;
/// How far ahead of the server a till's clock may run, in seconds.
pub const CLOCK_AHEAD_MAX_S: i64 = 300;
