//! What a product's events add up to.

use crate::{Gtin, Ncm, Sku};

/// The product as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProductState {
    /// The present description; `None` before it is defined.
    pub settings: Option<ProductSettings>,
    /// Whether it has left the catalogue.
    pub retired: bool,
}

/// What is known of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductSettings {
    /// The product.
    pub sku: Sku,
    /// Its name.
    pub name: String,
    /// The number under its bar code.
    pub gtin: Option<Gtin>,
    /// Its goods code.
    pub ncm: Option<Ncm>,
    /// The unit it is counted in.
    pub unit: String,
    /// How many decimals its quantities may have, 0 to 4.
    pub decimals: u8,
    /// Whether stock is kept of it.
    pub tracked: bool,
}
