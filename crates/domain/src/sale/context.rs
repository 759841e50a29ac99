//! What a sale's rules look at beside the sale itself.

use jiff::{SignedDuration, Timestamp};

use super::{CLOCK_AHEAD_MAX_S, SaleRejection};
use crate::StoreId;
use crate::store::StoreSettings;

/// What a sale's decisions need from outside its stream.
#[derive(Debug, Clone)]
pub struct SaleContext {
    /// The store of the sale; `None` when it is not defined.
    pub store: Option<StoreSettings>,
    /// The server's time.
    pub recorded_at: Timestamp,
    /// For how many hours after the sale it may be voided; `None` is for ever.
    pub void_window_hours: Option<u32>,
}

impl SaleContext {
    /// The store of the sale, which must be defined.
    pub(super) fn store(&self, store_id: &StoreId) -> Result<&StoreSettings, SaleRejection> {
        let store = self.store.as_ref().filter(|store| store.store_id == *store_id);
        store.ok_or_else(|| SaleRejection::UnknownStore {
            store_id: store_id.clone(),
        })
    }

    /// A till's clock may run a little ahead; a time further ahead would put the sale on a day that is not here yet.
    pub(super) fn not_in_future(&self, occurred_at: Timestamp) -> Result<(), SaleRejection> {
        let recorded_at = self.recorded_at;
        if occurred_at.duration_since(recorded_at) > SignedDuration::from_secs(CLOCK_AHEAD_MAX_S) {
            return Err(SaleRejection::OccurredInFuture {
                occurred_at,
                recorded_at,
            });
        }
        Ok(())
    }
}
