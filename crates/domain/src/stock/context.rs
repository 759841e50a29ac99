//! What a stock's rules look at beside the stock itself.

use jiff::{SignedDuration, Timestamp};

use super::{CLOCK_AHEAD_MAX_S, StockRejection};
use crate::product::ProductSettings;
use crate::store::StoreSettings;
use crate::{Currency, Quantity, Sku, StoreId};

/// What a stock's decisions need from outside its stream.
#[derive(Debug, Clone)]
pub struct StockContext {
    /// The store; `None` when it is not defined. Issues and restocks do not look at it.
    pub store: Option<StoreSettings>,
    /// The product; `None` when it is not in the catalogue, which is no reason to refuse goods.
    pub product: Option<ProductSettings>,
    /// The server's time.
    pub recorded_at: Timestamp,
}

impl StockContext {
    /// The store of the movement, which must be defined and trade in the movement's currency.
    pub(super) fn store(
        &self,
        store_id: &StoreId,
        given: Currency,
    ) -> Result<&StoreSettings, StockRejection> {
        let store = self
            .store
            .as_ref()
            .filter(|store| store.store_id == *store_id)
            .ok_or_else(|| StockRejection::UnknownStore {
                store_id: store_id.clone(),
            })?;
        if given != store.currency {
            return Err(StockRejection::CurrencyMismatch {
                given,
                expected: store.currency,
            });
        }
        Ok(store)
    }

    /// A client's clock may run a little ahead; a time further ahead would fall on a day that is not here yet.
    pub(super) fn not_in_future(&self, occurred_at: Timestamp) -> Result<(), StockRejection> {
        let recorded_at = self.recorded_at;
        if occurred_at.duration_since(recorded_at) > SignedDuration::from_secs(CLOCK_AHEAD_MAX_S) {
            return Err(StockRejection::OccurredInFuture {
                occurred_at,
                recorded_at,
            });
        }
        Ok(())
    }

    /// Half a bottle cannot be counted: the quantity keeps to the decimals of the product's unit.
    pub(super) fn in_product_decimals(&self, sku: &Sku, quantity: Quantity) -> Result<(), StockRejection> {
        let Some(product) = &self.product else {
            return Ok(());
        };
        let decimals = product.decimals;
        if quantity.decimals() > u32::from(decimals) {
            return Err(StockRejection::UnitDecimals {
                sku: sku.clone(),
                quantity,
                decimals,
            });
        }
        Ok(())
    }
}
