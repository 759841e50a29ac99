//! What can have happened to a store; append-only.

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use crate::event::events;
use crate::{Cnpj, Currency, StoreId, StoreZone};

events! {
    /// What can have happened to a store.
    pub enum StoreEvent of StoreKind {
        /// The store was set up.
        StoreDefined(StoreDefined) = 1,
    }
}

/// The store was set up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreDefined {
    /// The store.
    pub store_id: StoreId,
    /// Its name.
    pub name: String,
    /// Its own CNPJ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnpj: Option<Cnpj>,
    /// The zone its clocks show.
    pub time_zone: StoreZone,
    /// When its trading day begins; anything earlier counts for the day before.
    pub day_cutover: Time,
    /// The currency it trades in.
    pub currency: Currency,
}
