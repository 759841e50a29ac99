//! What can have happened to a product; append-only.

use serde::{Deserialize, Serialize};

use super::ProductSettings;
use crate::Sku;
use crate::event::events;

events! {
    /// What can have happened to a product.
    pub enum ProductEvent of ProductKind {
        /// The product entered the catalogue.
        ProductDefined(ProductDefined) = 1,
        /// The product's description changed.
        ProductChanged(ProductChanged) = 1,
        /// The product left the catalogue.
        ProductRetired(ProductRetired) = 1,
    }
}

/// The product entered the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProductDefined {
    /// The description.
    pub settings: ProductSettings,
}

/// The product's description changed; the event carries all of it, as it stands afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProductChanged {
    /// The description.
    pub settings: ProductSettings,
}

/// The product left the catalogue; sales of it are still recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductRetired {
    /// The product.
    pub sku: Sku,
    /// Why, if anybody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
