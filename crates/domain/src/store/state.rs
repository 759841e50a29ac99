//! What a store's events add up to.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::{StoreDefined, StoreEvent, StoreRejection};
use crate::business_date::{hour, trading_day};
use crate::{Aggregate, Currency, StoreId, StoreZone};

/// What a store is.
#[derive(Debug, Clone, Copy)]
pub struct Store;

impl Store {
    /// The id part of the stream's name.
    #[must_use]
    pub const fn stream_id(store_id: &StoreId) -> &StoreId {
        store_id
    }
}

impl Aggregate for Store {
    const CATEGORY: &'static str = "store";
    type Event = StoreEvent;
    type State = StoreState;
    type Rejection = StoreRejection;

    fn evolve(_state: StoreState, event: &StoreEvent) -> StoreState {
        match event {
            StoreEvent::StoreDefined(defined) => StoreState {
                defined: Some(defined.clone()),
            },
        }
    }
}

/// The store as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoreState {
    /// The definition; `None` before it.
    pub defined: Option<StoreDefined>,
}

impl StoreState {
    /// What other aggregates need to know of the store; `None` before it is defined.
    #[must_use]
    pub fn settings(&self) -> Option<StoreSettings> {
        self.defined.as_ref().map(StoreSettings::from)
    }
}

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

impl From<&StoreDefined> for StoreSettings {
    fn from(defined: &StoreDefined) -> Self {
        Self {
            store_id: defined.store_id.clone(),
            name: defined.name.clone(),
            time_zone: defined.time_zone.clone(),
            day_cutover: defined.day_cutover,
            currency: defined.currency,
        }
    }
}
