//! The sale: recorded once, perhaps voided or returned in parts; stream `sale-{sale_id}`.
//!
//! A sale at the counter has happened: it is refused for wrong arithmetic, bad identifiers or as a duplicate,
//! never for missing stock, an unknown SKU, a closed till or a late arrival.

mod admission;
mod customer;
mod event;
mod paid_back;
mod record_return;
mod record_sale;
mod rejection;
mod return_rejection;
mod state;
mod unique;
mod void_sale;

pub use customer::Customer;
pub use event::{
    Buyer, Disposition, OrderDiscount, ReturnedLine, SaleEvent, SaleKind, SaleLine, SaleRecorded,
    SaleReturned, SaleVoided, VoidedLine,
};
pub use record_return::{RecordReturn, RecordReturnLine};
pub use record_sale::{RecordSale, RecordSaleLine};
pub use rejection::SaleRejection;
pub use return_rejection::ReturnRejection;
pub use state::{Sale, SaleState};
pub use unique::id_of_receipt;
pub use void_sale::VoidSale;

/// Most lines of one sale or return; a longer receipt is a batch in disguise.
pub const LINES_MAX: usize = 500;
/// Most payments of one sale, or refunds of one return.
pub const PAYMENTS_MAX: usize = 50;
/// Most order discounts, and most taxes, of one sale.
pub const DISCOUNTS_MAX: usize = 50;
/// Most returns of one sale; its state keeps them all.
pub const RETURNS_MAX: usize = 200;
