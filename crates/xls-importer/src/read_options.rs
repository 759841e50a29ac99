//! What the caller knows and the sheet does not say.

use jiff::civil::Date;
use posars_domain::{Currency, StoreZone};

/// What the caller knows and the sheet does not say.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// The caller's day; dates after the next one are refused.
    pub today: Date,
    /// Currency of all amounts.
    pub currency: Currency,
    /// Store of every row, where the sheet has no column for it: an id or a name.
    pub store: Option<String>,
    /// Time zone of stores that are defined on the way; in it, a time that the sheet gives in another zone has its day.
    pub time_zone: StoreZone,
}
