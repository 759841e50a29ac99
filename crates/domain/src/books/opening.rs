//! What the goods were worth before the books.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::OpeningStock;
use crate::stock::StockEvent;
use crate::{Amount, Currency, StoreId};

/// Sums what the goods of each store were worth before the first day of the books.
#[derive(Debug, Clone)]
pub struct OpeningStocks {
    begins_on: Date,
    currency: Currency,
    values: BTreeMap<StoreId, Amount>,
}

impl OpeningStocks {
    /// Of books in a currency that begin on a day.
    #[must_use]
    pub const fn of(currency: Currency, begins_on: Date) -> Self {
        Self {
            begins_on,
            currency,
            values: BTreeMap::new(),
        }
    }

    /// Adds a movement of a day before the books. What is in another currency is in no books of this one. `None` when a
    /// sum goes beyond the range of amounts.
    #[must_use]
    pub fn follow(&mut self, event: &StockEvent) -> Option<()> {
        let Some((moved, business_date, currency)) = event.value_moved() else {
            return Some(());
        };
        if business_date >= self.begins_on || currency != self.currency {
            return Some(());
        }
        let (store_id, _) = event.key();
        let value = self.values.entry(store_id.clone()).or_default();
        *value = value.checked_add(moved?)?;
        Some(())
    }

    /// What each store had, where that is not nothing; by the ids of the stores.
    #[must_use]
    pub fn opening(self) -> Vec<OpeningStock> {
        let values = self.values.into_iter().filter(|(_, value)| !value.is_zero());
        values
            .map(|(store_id, value)| OpeningStock { store_id, value })
            .collect()
    }
}
