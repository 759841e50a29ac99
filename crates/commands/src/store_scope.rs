//! The stores that a caller may touch.

use std::collections::BTreeSet;
use std::sync::Arc;

use posars_domain::StoreId;

/// The stores that a caller may touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StoreScope {
    /// Every store, also those to come, and what belongs to the company as a whole.
    #[default]
    All,
    /// These alone; at least one.
    Only(Arc<BTreeSet<StoreId>>),
}

impl StoreScope {
    /// Whether the caller may touch this store.
    #[must_use]
    pub fn holds(&self, store_id: &StoreId) -> bool {
        match self {
            Self::All => true,
            Self::Only(stores) => stores.contains(store_id),
        }
    }

    /// Whether the caller may touch some stores only, and nothing that belongs to the company as a whole.
    #[must_use]
    pub const fn is_limited(&self) -> bool {
        match self {
            Self::All => false,
            Self::Only(_) => true,
        }
    }
}
