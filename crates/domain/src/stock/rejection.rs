//! How a stock can say no.

use crate::{AccessKey, Circumstance, InvalidValue, Quantity, Rejection, Sku, Told, reasons};

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
    fn told(&self) -> Told {
        match self {
            Self::Invalid(invalid) => invalid.told(),
            Self::Circumstance(circumstance) => circumstance.told(),
            Self::UnitDecimals {
                sku,
                quantity,
                decimals,
                field,
            } => Told::invalid(reasons::UNIT_DECIMALS)
                .at(*field)
                .with("sku", sku)
                .with_decimal("quantity", quantity)
                .with("decimals", decimals),
            Self::DuplicateFiscalKey { access_key } => Told::duplicate(reasons::DUPLICATE_FISCAL_KEY)
                .at("access_key")
                .with("access_key", access_key),
            Self::ReasonRequired => Told::invalid(reasons::REASON_REQUIRED).at("reason"),
            Self::StockWouldGoNegative { sku, quantity, delta } => Told::state("STOCK_WOULD_GO_NEGATIVE")
                .at("delta")
                .with("sku", sku)
                .with_decimal("quantity", quantity)
                .with_decimal("delta", delta),
            Self::EtagMismatch { expected, actual } => Told::conflict(reasons::ETAG_MISMATCH)
                .at("expected_version")
                .with("expected", expected)
                .with("actual", actual),
            Self::StockOutOfRange { sku } => Told::invalid("STOCK_OUT_OF_RANGE")
                .at("quantity")
                .with("sku", sku),
        }
    }
}
