//! One line of a sale, as its row gives it.

use jiff::civil::{Date, DateTime, Time};
use posars_domain::{Amount, Quantity, UnitPrice};

/// A line, compact: names are indexes into tables.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) row: u32,
    /// The next line of the same receipt.
    pub(super) next: Option<u32>,
    pub(super) product: u32,
    pub(super) payment: u32,
    pub(super) seller: Option<u32>,
    pub(super) customer: Option<u32>,
    /// The sheet's own number of the line, or its row.
    pub(super) line_number: u32,
    /// By the clock of the store.
    pub(super) date: Date,
    pub(super) time: Option<Time>,
    /// The moment in UTC, where the sheet names the zone of its times.
    pub(super) utc: Option<DateTime>,
    pub(super) quantity: Quantity,
    pub(super) unit_price: UnitPrice,
    /// Quantity times price, where the sheet has a price.
    pub(super) gross: Option<Amount>,
    pub(super) discount: Amount,
    /// It cannot be told whether the discount is an amount or a share.
    pub(super) discount_is_unclear: bool,
    /// The sheet's own total of the line; what it means is decided over all lines.
    pub(super) stated_total: Option<Amount>,
    pub(super) net: Amount,
}
