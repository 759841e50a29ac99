//! Changing a product's description.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::{Product, ProductChanged, ProductEvent, ProductRejection, ProductSettings, ProductState};
use crate::misplaced::{Refused, not_in_words};
use crate::{Command, Decided, Decision, Given, Gtin, Ncm, Sku};

/// Changes a product's description; what is `None` or [`Edit::Keep`] stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeProduct {
    /// The product.
    pub sku: Sku,
    /// A new name, 1 to 200 characters.
    pub name: Option<String>,
    /// What to do with the GTIN.
    pub gtin: Edit<Gtin>,
    /// What to do with the goods code.
    pub ncm: Edit<Ncm>,
    /// A new unit, 1 to 10 characters.
    pub unit: Option<String>,
    /// A new number of decimals, 0 to 4.
    pub decimals: Option<u8>,
    /// Whether stock is kept of it from now on.
    pub tracked: Option<bool>,
}

/// What a change does to an optional field.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Edit<T> {
    /// Leave it as it is.
    #[default]
    Keep,
    /// Empty it.
    Clear,
    /// Give it this value.
    Set(T),
}

impl<T: Clone> Edit<T> {
    pub(crate) fn applied_to(&self, before: Option<&T>) -> Option<T> {
        match self {
            Self::Keep => before.cloned(),
            Self::Clear => None,
            Self::Set(value) => Some(value.clone()),
        }
    }
}

impl Command for ChangeProduct {
    type Of = Product;
    // Any event of the product made it as it is.
    type Answer = ProductEvent;

    const NAME: &'static str = "ChangeProduct";

    fn stream_id(&self) -> impl Display + Send {
        &self.sku
    }

    fn decide(&self, state: &ProductState, _given: &Given<'_>) -> Decided<Product> {
        let before = state.present(&self.sku)?;
        if state.retired {
            return Err(ProductRejection::ProductRetired {
                sku: self.sku.clone(),
            });
        }
        let wanted = ProductSettings {
            sku: before.sku.clone(),
            name: self.name.clone().unwrap_or_else(|| before.name.clone()),
            gtin: self.gtin.applied_to(before.gtin.as_ref()),
            ncm: self.ncm.applied_to(before.ncm.as_ref()),
            unit: self.unit.clone().unwrap_or_else(|| before.unit.clone()),
            decimals: self.decimals.unwrap_or(before.decimals),
            tracked: self.tracked.unwrap_or(before.tracked),
        }
        .checked()?;
        if wanted == *before {
            return Ok(Decision::nothing());
        }
        if wanted.name != before.name {
            not_in_words("name", &wanted.name, Refused::Both)?;
        }
        // The one it has is claimed already.
        let has_new_gtin = wanted.gtin != before.gtin;
        let claims = wanted.gtin_claim().filter(|_| has_new_gtin).into_iter().collect();
        Ok(Decision {
            events: vec![ProductChanged { settings: wanted }.into()],
            claims,
        })
    }
}
