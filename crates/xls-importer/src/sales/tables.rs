//! Names that many rows repeat, each kept once: stores, products, means of payment, sellers, customers.

use foldhash::HashMap;
use posars_domain::PaymentMethod;

use super::customers::Customers;
use crate::field::Field;
use crate::payment_words::payment_method;
use crate::product_names::ProductNames;
use crate::reading::StoreName;
use crate::row_fault::RowFault;
use crate::row_reason::RowReason;

/// Names met so far. An index stays good for ever.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) stores: Vec<StoreName>,
    pub(super) products: ProductNames,
    pub(super) payments: Vec<PaymentMethod>,
    pub(super) sellers: Vec<String>,
    pub(super) customers: Customers,
    store_spellings: HashMap<String, u32>,
    payment_spellings: HashMap<String, u32>,
    /// The payment of rows that name none: all rows of many sheets.
    payment_not_told: Option<u32>,
    seller_spellings: HashMap<String, u32>,
    /// Receipt numbers with a row whose store cannot be read: every receipt of that number is in doubt.
    pub(super) doubtful_numbers: Vec<String>,
}

impl Tables {
    /// The index of a store; two spellings of one id are one store.
    pub(super) fn store(&mut self, text: &str) -> Result<u32, RowFault> {
        if let Some(index) = self.store_spellings.get(text) {
            return Ok(*index);
        }
        let name = StoreName::of(text)?;
        let known = self
            .stores
            .iter()
            .position(|known| known.store_id == name.store_id);
        let index = known.unwrap_or_else(|| {
            self.stores.push(name);
            self.stores.len() - 1
        });
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        self.store_spellings.insert(text.to_owned(), index);
        Ok(index)
    }

    /// The store of an index.
    pub(super) fn store_at(&self, index: u32) -> Option<&StoreName> {
        self.stores.get(usize::try_from(index).ok()?)
    }

    /// The index of a means of payment; an empty text says that the sheet does not tell.
    pub(super) fn payment(&mut self, text: &str) -> Result<u32, RowFault> {
        if text.is_empty() {
            if let Some(index) = self.payment_not_told {
                return Ok(index);
            }
            let index = self.payment_index(PaymentMethod::NOT_INFORMED);
            self.payment_not_told = Some(index);
            return Ok(index);
        }
        if let Some(index) = self.payment_spellings.get(text) {
            return Ok(*index);
        }
        let method =
            payment_method(text).ok_or_else(|| RowFault::of(RowReason::UnknownCode, Field::Payment, text))?;
        let index = self.payment_index(method);
        self.payment_spellings.insert(text.to_owned(), index);
        Ok(index)
    }

    fn payment_index(&mut self, method: PaymentMethod) -> u32 {
        let known = self.payments.iter().position(|known| *known == method);
        let index = known.unwrap_or_else(|| {
            self.payments.push(method);
            self.payments.len() - 1
        });
        u32::try_from(index).unwrap_or(u32::MAX)
    }

    /// The word of a means of payment, for content keys.
    pub(super) fn payment_word(&self, index: u32) -> String {
        let method = usize::try_from(index)
            .ok()
            .and_then(|index| self.payments.get(index));
        method.map(PaymentMethod::to_string).unwrap_or_default()
    }

    pub(super) fn seller_name(&self, index: Option<u32>) -> String {
        let index = index.and_then(|index| usize::try_from(index).ok());
        let name = index.and_then(|index| self.sellers.get(index));
        name.cloned().unwrap_or_default()
    }

    /// The index of a seller.
    pub(super) fn seller(&mut self, text: &str) -> u32 {
        if let Some(index) = self.seller_spellings.get(text) {
            return *index;
        }
        let index = u32::try_from(self.sellers.len()).unwrap_or(u32::MAX);
        self.sellers.push(text.to_owned());
        self.seller_spellings.insert(text.to_owned(), index);
        index
    }
}
