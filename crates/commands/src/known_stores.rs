//! The settings of stores, kept between commands: nearly every command needs one, and they hardly ever change.
//!
//! A stale one does no harm: the append guards the store's stream at the version the settings were read at.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use posars_domain::StoreId;
use posars_domain::store::StoreSettings;
use posars_event_store::{ExpectedVersion, Guard, StreamName, Version};

/// The most stores kept; about 300 bytes each. Beyond it all are forgotten and read again.
const STORES_MAX: usize = 10_000;

/// A store's settings and where they were read.
#[derive(Debug)]
pub(crate) struct KnownStore {
    pub(crate) settings: StoreSettings,
    pub(crate) stream: StreamName,
    pub(crate) version: Version,
}

impl KnownStore {
    /// Holds while the settings are the present ones.
    pub(crate) fn guard(&self) -> Guard {
        Guard::Stream {
            stream: self.stream.clone(),
            expected: ExpectedVersion::Exact(self.version),
        }
    }
}

/// The stores that this process has read.
#[derive(Debug, Default)]
pub(crate) struct KnownStores(RwLock<HashMap<StoreId, Arc<KnownStore>>>);

impl KnownStores {
    pub(crate) fn get(&self, store_id: &StoreId) -> Option<Arc<KnownStore>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(store_id)
            .cloned()
    }

    pub(crate) fn keep(&self, store: &Arc<KnownStore>) {
        let mut stores = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if stores.len() >= STORES_MAX {
            stores.clear();
        }
        stores.insert(store.settings.store_id.clone(), Arc::clone(store));
    }

    /// Forgets the store whose stream this is, if it is one.
    pub(crate) fn forget(&self, stream: &StreamName) {
        let mut stores = self.0.write().unwrap_or_else(PoisonError::into_inner);
        stores.retain(|_, store| store.stream != *stream);
    }
}
