//! How a product can say no.

use crate::{Gtin, InvalidValue, Rejection, Sku, Told};

/// Why a command to a product was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProductRejection {
    /// A field breaks its own rule.
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
    /// The SKU is defined already, with other content.
    #[error("SKU {sku} exists with other content; change that product, or choose another SKU")]
    SkuExists {
        /// The SKU.
        sku: Sku,
    },
    /// Another product has this GTIN.
    #[error("GTIN {gtin} belongs to another product; change that one, or leave the GTIN out")]
    GtinInUse {
        /// The number.
        gtin: Gtin,
    },
    /// No such product is defined.
    #[error("product {sku} is not defined; define it first, or correct the SKU")]
    ProductUnknown {
        /// The SKU.
        sku: Sku,
    },
    /// The product has left the catalogue.
    #[error("product {sku} is retired and cannot change; define a new SKU")]
    ProductRetired {
        /// The SKU.
        sku: Sku,
    },
}

impl Rejection for ProductRejection {
    fn told(&self) -> Told {
        let of = |told: Told, sku: &Sku| told.at("sku").with("sku", sku);
        match self {
            Self::Invalid(invalid) => invalid.told(),
            Self::SkuExists { sku } => of(Told::duplicate("SKU_EXISTS"), sku),
            Self::GtinInUse { gtin } => Told::duplicate("GTIN_IN_USE").at("gtin").with("gtin", gtin),
            Self::ProductUnknown { sku } => of(Told::not_found("PRODUCT_UNKNOWN"), sku),
            Self::ProductRetired { sku } => of(Told::state("PRODUCT_RETIRED"), sku),
        }
    }
}
