//! Which days and moments a document may bear.
//!
//! A program that has no time sends year 1 or 1970, and a day nobody asks for is in no figure. Whether a moment is yet to
//! come is the business of each aggregate, which knows the server's time.

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};

use crate::store::StoreSettings;
use crate::{InvalidValue, Path, reasons};

/// The first day that a document may bear, by the store's clock: older ones are unset fields and typing errors far more
/// often than facts.
pub const FIRST_DAY: Date = date(2000, 1, 1);
/// The last day on which something may fall due; 9999-12-31 is what programs send for "never".
pub const LAST_DAY: Date = date(2099, 12, 31);

/// A moment, in seconds since 1970, from which on [`FIRST_DAY`] has begun in every zone.
const BEGUN_EVERYWHERE_S: i64 = 946_857_600;

/// How far two clocks may be apart.
const CLOCKS_DIFFER_MAX: SignedDuration = SignedDuration::from_hours(24);

const REASON: &str = reasons::DATE_OUT_OF_RANGE;

/// Refuses a moment before [`FIRST_DAY`] on the store's clock.
pub(crate) fn not_too_early(occurred_at: Timestamp, store: &StoreSettings) -> Result<(), InvalidValue> {
    if occurred_at.as_second() >= BEGUN_EVERYWHERE_S
        || store.time_zone.time_zone().to_datetime(occurred_at).date() >= FIRST_DAY
    {
        return Ok(());
    }
    let rule = "a document is of 2000-01-01 or later, by the store's clock; year 1 and 1970 stand for a time that was \
                not set";
    Err(InvalidValue::new(REASON, occurred_at, rule).at("occurred_at"))
}

/// Refuses a moment at which what happens to a sale cannot have happened, because the sale was more than a day later.
///
/// Two clocks may differ, also by a time zone that one of them was not told; one that lost its battery is years behind.
pub(crate) fn not_before_sale(occurred_at: Timestamp, sold_at: Timestamp) -> Result<(), InvalidValue> {
    if sold_at.duration_since(occurred_at) <= CLOCKS_DIFFER_MAX {
        return Ok(());
    }
    let rule = format!("the sale was at {sold_at}, and this comes after it; set the till's clock");
    Err(InvalidValue::new(REASON, occurred_at, rule).at("occurred_at"))
}

/// Refuses a day on which nothing can fall due.
pub(crate) fn due_day(field: impl Into<Path>, day: Option<Date>) -> Result<(), InvalidValue> {
    let Some(day) = day.filter(|day| *day < FIRST_DAY || *day > LAST_DAY) else {
        return Ok(());
    };
    let rule = "a due date is of 2000-01-01 to 2099-12-31; leave it out when there is none";
    Err(InvalidValue::new(REASON, day, rule).at(field))
}

/// Refuses a day that the books cannot hold.
pub(crate) fn business_day(field: impl Into<Path>, day: Date) -> Result<(), InvalidValue> {
    if (FIRST_DAY..=LAST_DAY).contains(&day) {
        return Ok(());
    }
    let rule = "the books hold days of 2000-01-01 to 2099-12-31; correct the date";
    Err(InvalidValue::new(REASON, day, rule).at(field))
}
