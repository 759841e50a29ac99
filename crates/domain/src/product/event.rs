//! What can have happened to a product; append-only.

use serde::{Deserialize, Serialize};

use crate::event::events;
use crate::{Gtin, Ncm, Sku};

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
pub struct ProductDefined {
    /// The product.
    pub sku: Sku,
    /// Its name.
    pub name: String,
    /// The number under its bar code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gtin: Option<Gtin>,
    /// Its goods code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ncm: Option<Ncm>,
    /// The unit it is counted in, such as `UN` or `KG`.
    pub unit: String,
    /// How many decimals its quantities may have, 0 to 4.
    pub decimals: u8,
    /// Whether stock is kept of it.
    pub tracked: bool,
}

/// The product's description changed; the event carries all of it, as it stands afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductChanged {
    /// The product.
    pub sku: Sku,
    /// Its name.
    pub name: String,
    /// The number under its bar code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gtin: Option<Gtin>,
    /// Its goods code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ncm: Option<Ncm>,
    /// The unit it is counted in.
    pub unit: String,
    /// How many decimals its quantities may have, 0 to 4.
    pub decimals: u8,
    /// Whether stock is kept of it.
    pub tracked: bool,
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
