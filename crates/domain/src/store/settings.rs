//! What other aggregates need to know of a store.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use crate::business_date::{hour, trading_day};
use crate::{Currency, StoreId, StoreZone};

/// What other aggregates need to know of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreSettings {
    /// The store.
    pub store_id: StoreId,
    /// Its name.
    pub name: String,
    /// The zone its clocks show.
    pub time_zone: StoreZone,
    /// When its trading day begins; anything earlier counts for the day before.
    pub day_cutover: Time,
    /// The currency it trades in.
    pub currency: Currency,
}

impl StoreSettings {
    /// The trading day of a moment in this store.
    #[must_use]
    pub fn business_date(&self, occurred_at: Timestamp) -> Date {
        self.time_zone.business_date(occurred_at, self.day_cutover)
    }

    /// [`Self::business_date`] and [`Self::local_hour`] of one moment, asking the zone's rules once.
    #[must_use]
    pub fn business_date_and_hour(&self, occurred_at: Timestamp) -> (Date, u8) {
        let local = self.time_zone.time_zone().to_datetime(occurred_at);
        (trading_day(local, self.day_cutover), hour(local))
    }

    /// The hour on the store's wall clock, 0 to 23.
    #[must_use]
    pub fn local_hour(&self, occurred_at: Timestamp) -> u8 {
        self.time_zone.local_hour(occurred_at)
    }
}
