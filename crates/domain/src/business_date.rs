//! The trading day that a moment belongs to.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// The trading day of a moment: the store's calendar day, or the day before when it is earlier than the cut-over.
///
/// Computed once, when the event is written, and stored: a later change of the zone's rules moves no old sale.
#[must_use]
pub fn business_date(occurred_at: Timestamp, zone: &TimeZone, day_cutover: Time) -> Date {
    trading_day(zone.to_datetime(occurred_at), day_cutover)
}

/// The trading day of a reading of the store's clock.
pub(crate) fn trading_day(local: DateTime, day_cutover: Time) -> Date {
    if local.time() < day_cutover {
        local.date().saturating_sub(1.day())
    } else {
        local.date()
    }
}

/// The hour on the store's wall clock, 0 to 23.
#[must_use]
pub fn local_hour(occurred_at: Timestamp, zone: &TimeZone) -> u8 {
    hour(zone.to_datetime(occurred_at))
}

/// The hour of a reading of the store's clock, 0 to 23.
pub(crate) fn hour(local: DateTime) -> u8 {
    u8::try_from(local.hour()).unwrap_or(0)
}
