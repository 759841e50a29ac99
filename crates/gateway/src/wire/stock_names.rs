//! The names of what was written about stock.

use posars_domain::{AdjustmentId, ReceiptId, StoreId};

use super::names::{NameIds, ResourceName};

/// `companies/{company}/stores/{store}/stockReceipts/{receipt}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StockReceiptName {
    pub(crate) store_id: StoreId,
    pub(crate) receipt_id: ReceiptId,
}

impl ResourceName for StockReceiptName {
    const COLLECTIONS: &'static [&'static str] = &["companies", "stores", "stockReceipts"];

    fn read(ids: &mut NameIds<'_>) -> Option<Self> {
        let (store_id, receipt_id) = (ids.take(), ids.take());
        Some(Self {
            store_id: store_id?,
            receipt_id: receipt_id?,
        })
    }

    fn ids(&self) -> Vec<String> {
        vec![self.store_id.to_string(), self.receipt_id.to_string()]
    }

    fn store(&self) -> Option<&StoreId> {
        Some(&self.store_id)
    }
}

/// `companies/{company}/stores/{store}/stockAdjustments/{adjustment}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StockAdjustmentName {
    pub(crate) store_id: StoreId,
    pub(crate) adjustment_id: AdjustmentId,
}

impl ResourceName for StockAdjustmentName {
    const COLLECTIONS: &'static [&'static str] = &["companies", "stores", "stockAdjustments"];

    fn read(ids: &mut NameIds<'_>) -> Option<Self> {
        let (store_id, adjustment_id) = (ids.take(), ids.take());
        Some(Self {
            store_id: store_id?,
            adjustment_id: adjustment_id?,
        })
    }

    fn ids(&self) -> Vec<String> {
        vec![self.store_id.to_string(), self.adjustment_id.to_string()]
    }

    fn store(&self) -> Option<&StoreId> {
        Some(&self.store_id)
    }
}
