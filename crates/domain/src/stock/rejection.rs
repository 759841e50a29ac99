//! How a stock can say no.

use crate::{AccessKey, Circumstance, InvalidValue, Quantity, Rejection, RejectionKind, Sku};

/// Why a command to a stock was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StockRejection {
    /// A field breaks its own rule.
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
    /// What is outside the stream stands in the way.
    #[error(transparent)]
    Circumstance(#[from] Circumstance),
    /// The quantity has more decimals than the product's unit.
    #[error("{quantity} of {sku} has more than {decimals} decimals; round it, or change the product")]
    UnitDecimals {
        /// Where it stands in the command.
        field: &'static str,
        /// The product.
        sku: Sku,
        /// The quantity in the command.
        quantity: Quantity,
        /// How many decimals the product has.
        decimals: u8,
    },
    /// Another receipt of goods has this access key.
    #[error("NF-e {access_key} was received already; check for a double entry")]
    DuplicateFiscalKey {
        /// The key.
        access_key: AccessKey,
    },
    /// An adjustment does not say why.
    #[error("an adjustment needs a reason, and a note when the reason is `other`; add it")]
    ReasonRequired,
    /// The quantity would end below zero, which the caller ruled out.
    #[error("{quantity} of {sku} are on hand; {delta} would leave less than none, count again")]
    StockWouldGoNegative {
        /// The product.
        sku: Sku,
        /// On hand.
        quantity: Quantity,
        /// The change asked for.
        delta: Quantity,
    },
    /// The stock has moved since the caller looked.
    #[error("the stock is at version {actual}, not {expected}; read it again and decide anew")]
    EtagMismatch {
        /// The version the caller looked at.
        expected: u64,
        /// The present version.
        actual: u64,
    },
    /// A sum is larger than a quantity or an amount may be.
    #[error("the stock of {sku} would be out of range (9007199254740991); correct the quantity or the value")]
    StockOutOfRange {
        /// The product.
        sku: Sku,
    },
}

impl Rejection for StockRejection {
    fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.reason(),
            Self::Circumstance(circumstance) => circumstance.reason(),
            Self::UnitDecimals { .. } => "UNIT_DECIMALS",
            Self::DuplicateFiscalKey { .. } => "DUPLICATE_FISCAL_KEY",
            Self::ReasonRequired => "REASON_REQUIRED",
            Self::StockWouldGoNegative { .. } => "STOCK_WOULD_GO_NEGATIVE",
            Self::EtagMismatch { .. } => "ETAG_MISMATCH",
            Self::StockOutOfRange { .. } => "STOCK_OUT_OF_RANGE",
        }
    }

    fn kind(&self) -> RejectionKind {
        match self {
            Self::Circumstance(circumstance) => circumstance.kind(),
            Self::Invalid(_)
            | Self::UnitDecimals { .. }
            | Self::ReasonRequired
            | Self::StockOutOfRange { .. } => RejectionKind::Invalid,
            Self::DuplicateFiscalKey { .. } => RejectionKind::Duplicate,
            Self::StockWouldGoNegative { .. } => RejectionKind::State,
            Self::EtagMismatch { .. } => RejectionKind::Conflict,
        }
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        let pair = |key: &'static str, value: &dyn std::fmt::Display| (key, value.to_string());
        match self {
            Self::Invalid(invalid) => invalid.metadata(),
            Self::Circumstance(circumstance) => circumstance.metadata(),
            Self::UnitDecimals {
                sku,
                quantity,
                decimals,
                ..
            } => {
                vec![
                    pair("sku", sku),
                    pair("quantity", quantity),
                    pair("decimals", decimals),
                ]
            }
            Self::DuplicateFiscalKey { access_key } => vec![pair("access_key", access_key)],
            Self::ReasonRequired => Vec::new(),
            Self::StockWouldGoNegative { sku, quantity, delta } => {
                vec![pair("sku", sku), pair("quantity", quantity), pair("delta", delta)]
            }
            Self::EtagMismatch { expected, actual } => {
                vec![pair("expected", expected), pair("actual", actual)]
            }
            Self::StockOutOfRange { sku } => vec![pair("sku", sku)],
        }
    }

    fn field(&self) -> Option<String> {
        let field = match self {
            Self::Invalid(invalid) => return invalid.field(),
            Self::Circumstance(circumstance) => return circumstance.field(),
            Self::UnitDecimals { field, .. } => field,
            Self::StockOutOfRange { .. } => "quantity",
            Self::DuplicateFiscalKey { .. } => "access_key",
            Self::ReasonRequired => "reason",
            Self::StockWouldGoNegative { .. } => "delta",
            Self::EtagMismatch { .. } => "expected_version",
        };
        Some(field.to_owned())
    }
}
