//! How a product can say no.

use crate::{Gtin, InvalidValue, Rejection, RejectionKind, Sku};

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
    fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.reason(),
            Self::SkuExists { .. } => "SKU_EXISTS",
            Self::GtinInUse { .. } => "GTIN_IN_USE",
            Self::ProductUnknown { .. } => "PRODUCT_UNKNOWN",
            Self::ProductRetired { .. } => "PRODUCT_RETIRED",
        }
    }

    fn kind(&self) -> RejectionKind {
        match self {
            Self::Invalid(_) => RejectionKind::Invalid,
            Self::SkuExists { .. } | Self::GtinInUse { .. } => RejectionKind::Duplicate,
            Self::ProductUnknown { .. } => RejectionKind::NotFound,
            Self::ProductRetired { .. } => RejectionKind::State,
        }
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Invalid(invalid) => invalid.metadata(),
            Self::SkuExists { sku } | Self::ProductUnknown { sku } | Self::ProductRetired { sku } => {
                vec![("sku", sku.to_string())]
            }
            Self::GtinInUse { gtin } => vec![("gtin", gtin.to_string())],
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::SkuExists { .. } | Self::ProductUnknown { .. } | Self::ProductRetired { .. } => {
                Some("sku".to_owned())
            }
            Self::GtinInUse { .. } => Some("gtin".to_owned()),
        }
    }
}
