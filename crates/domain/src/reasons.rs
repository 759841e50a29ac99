//! Codes that several rules or readers give, so that each is written once.
//!
//! A code that one rule alone gives stands at that rule.

/// An amount, or a sum of them, is larger than an amount may be.
pub const AMOUNT_OUT_OF_RANGE: &str = "AMOUNT_OUT_OF_RANGE";
/// Others wrote first each time.
pub const CONFLICT: &str = "CONFLICT";
/// An amount is not in the currency of the store or the document.
pub const CURRENCY_MISMATCH: &str = "CURRENCY_MISMATCH";
/// Another document has the same access key.
pub const DUPLICATE_FISCAL_KEY: &str = "DUPLICATE_FISCAL_KEY";
/// A field that must be filled is empty.
pub const FIELD_REQUIRED: &str = "FIELD_REQUIRED";
/// The same id with other content.
pub const IDEMPOTENCY_MISMATCH: &str = "IDEMPOTENCY_MISMATCH";
/// A number of instalments below one.
pub const INSTALLMENTS_INVALID: &str = "INSTALLMENTS_INVALID";
/// A quantity that is none.
pub const QUANTITY_INVALID: &str = "QUANTITY_INVALID";
/// A reason of an adjustment that is not known.
pub const REASON_UNKNOWN: &str = "REASON_UNKNOWN";
/// The number of a receipt that is none.
pub const RECEIPT_NUMBER_INVALID: &str = "RECEIPT_NUMBER_INVALID";
/// A SKU that is none.
pub const SKU_INVALID: &str = "SKU_INVALID";
/// The id of a store that is none.
pub const STORE_ID_INVALID: &str = "STORE_ID_INVALID";
/// The id of a customer that is none.
pub const SUBJECT_ID_INVALID: &str = "SUBJECT_ID_INVALID";
/// A text with characters that nobody sees or types.
pub const TEXT_HAS_CONTROL: &str = "TEXT_HAS_CONTROL";
/// A text longer than its field.
pub const TEXT_TOO_LONG: &str = "TEXT_TOO_LONG";
/// More decimals than a unit has or may have.
pub const UNIT_DECIMALS: &str = "UNIT_DECIMALS";
/// A unit price that is none.
pub const UNIT_PRICE_INVALID: &str = "UNIT_PRICE_INVALID";
/// A value where none may be given.
pub const VALUE_NOT_ALLOWED: &str = "VALUE_NOT_ALLOWED";
