//! Products as rows name them: each spelling is turned into a SKU once.

use std::sync::Arc;

use foldhash::HashMap;
use posars_domain::{Quantity, Sku};

use crate::field::Field;
use crate::row_fault::{RowFault, RowReason};

/// A product as a sheet names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductName {
    /// The SKU of the sheet, or one made from the name.
    pub sku: Sku,
    /// The name, or the SKU where there is none.
    pub name: Arc<str>,
    /// The unit of measure, if the sheet says.
    pub unit: Option<Arc<str>>,
    /// Most decimals a quantity of it has in the sheet, 0 to 4.
    pub decimals: u8,
    /// The SKU stands in number cells only, which keep no zeros in front.
    pub may_lack_zeros: bool,
}

/// Spellings seen so far.
#[derive(Debug, Default)]
pub(crate) struct ProductNames {
    by_spelling: HashMap<String, u32>,
    names: Vec<ProductName>,
    spelling: String,
}

impl ProductNames {
    /// The index of the product of a row.
    pub(crate) fn index_of(
        &mut self,
        sku: Option<&str>,
        name: Option<&str>,
        unit: Option<&str>,
    ) -> Result<u32, RowFault> {
        self.spelling.clear();
        for part in [sku, name, unit] {
            self.spelling.push_str(part.unwrap_or_default());
            self.spelling.push('\u{1f}');
        }
        if let Some(index) = self.by_spelling.get(self.spelling.as_str()) {
            return Ok(*index);
        }
        let product = ProductName {
            sku: sku_of(sku, name)?,
            name: name.or(sku).unwrap_or_default().into(),
            unit: unit.map(Arc::from),
            decimals: 0,
            may_lack_zeros: true,
        };
        let index = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(product);
        self.by_spelling.insert(self.spelling.clone(), index);
        Ok(index)
    }

    /// Takes into account whether the cell with the SKU of a product could have dropped zeros.
    pub(crate) fn note_code(&mut self, index: u32, may_lack_zeros: bool) {
        if let Some(name) = usize::try_from(index)
            .ok()
            .and_then(|index| self.names.get_mut(index))
        {
            name.may_lack_zeros &= may_lack_zeros;
        }
    }

    /// Takes a quantity of a product into account.
    pub(crate) fn note_quantity(&mut self, index: u32, quantity: Quantity) {
        let decimals = u8::try_from(quantity.decimals()).unwrap_or(u8::MAX);
        if let Some(name) = usize::try_from(index)
            .ok()
            .and_then(|index| self.names.get_mut(index))
        {
            name.decimals = name.decimals.max(decimals);
        }
    }

    /// All that a row says of its product, by the product's index: SKU, name and unit.
    pub(crate) fn content(&self, index: u32) -> [String; 3] {
        let name = usize::try_from(index)
            .ok()
            .and_then(|index| self.names.get(index));
        let content = name.map(|product| {
            let unit = product.unit.as_deref().unwrap_or_default();
            [product.sku.to_string(), product.name.to_string(), unit.to_owned()]
        });
        content.unwrap_or_default()
    }

    pub(crate) fn into_names(self) -> Vec<ProductName> {
        self.names
    }
}

/// The SKU as written; one with spaces, or none at all, is made from the text.
pub(crate) fn sku_of(sku: Option<&str>, name: Option<&str>) -> Result<Sku, RowFault> {
    if let Some(text) = sku {
        let made = text.parse().or_else(|_| Sku::from_name(text));
        return made.map_err(|_| RowFault::of(RowReason::TextInvalid, Field::Sku, text));
    }
    let Some(text) = name else {
        return Err(RowFault::of(RowReason::RequiredMissing, Field::Sku, ""));
    };
    Sku::from_name(text).map_err(|_| RowFault::of(RowReason::TextInvalid, Field::Description, text))
}
