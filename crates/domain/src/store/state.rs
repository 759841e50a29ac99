//! What a store's events add up to.

use super::{StoreDefined, StoreEvent, StoreRejection, StoreSettings};
use crate::{Aggregate, StoreId};

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
