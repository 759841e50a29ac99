//! Codes that several rules or readers give, so that each is written once.
//!
//! A code that one rule alone gives stands at that rule.

/// An amount that is none.
pub const AMOUNT_INVALID: &str = "AMOUNT_INVALID";
/// An amount, or a sum of them, is larger than an amount may be.
pub const AMOUNT_OUT_OF_RANGE: &str = "AMOUNT_OUT_OF_RANGE";
/// The books of the company have begun, and begin once.
pub const BOOKS_EXIST: &str = "BOOKS_EXIST";
/// The company has no books yet.
pub const BOOKS_NOT_BEGUN: &str = "BOOKS_NOT_BEGUN";
/// Others wrote first each time.
pub const CONFLICT: &str = "CONFLICT";
/// An amount is not in the currency of the store or the document.
pub const CURRENCY_MISMATCH: &str = "CURRENCY_MISMATCH";
/// A day or a moment that nothing can be of.
pub const DATE_OUT_OF_RANGE: &str = "DATE_OUT_OF_RANGE";
/// More days than there may be to an instalment, or fewer than to the one before.
pub const DAYS_OUT_OF_RANGE: &str = "DAYS_OUT_OF_RANGE";
/// Another document has the same access key.
pub const DUPLICATE_FISCAL_KEY: &str = "DUPLICATE_FISCAL_KEY";
/// The caller decided on an older version than the present one.
pub const ETAG_MISMATCH: &str = "ETAG_MISMATCH";
/// A field that cannot be read.
pub const FIELD_INVALID: &str = "FIELD_INVALID";
/// A field that must be filled is empty.
pub const FIELD_REQUIRED: &str = "FIELD_REQUIRED";
/// The employee does not work here, or did not in that month.
pub const EMPLOYEE_NOT_ACTIVE: &str = "EMPLOYEE_NOT_ACTIVE";
/// The same id with other content.
pub const IDEMPOTENCY_MISMATCH: &str = "IDEMPOTENCY_MISMATCH";
/// A number of instalments below one.
pub const INSTALLMENTS_INVALID: &str = "INSTALLMENTS_INVALID";
/// The month is closed, or about to be.
pub const PERIOD_CLOSED: &str = "PERIOD_CLOSED";
/// A seal came for a month that is not being closed.
pub const PERIOD_NOT_CLOSING: &str = "PERIOD_NOT_CLOSING";
/// A list of lines that is empty or too long.
pub const LINE_COUNT_INVALID: &str = "LINE_COUNT_INVALID";
/// A person of whom nothing was ever known.
pub const PERSON_UNKNOWN: &str = "PERSON_UNKNOWN";
/// A quantity that is none.
pub const QUANTITY_INVALID: &str = "QUANTITY_INVALID";
/// Nobody said why.
pub const REASON_REQUIRED: &str = "REASON_REQUIRED";
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
/// Nobody of this id was ever taken on.
pub const UNKNOWN_EMPLOYEE: &str = "UNKNOWN_EMPLOYEE";
/// An amount of a payroll that is no wage.
pub const WAGE_AMOUNT_INVALID: &str = "WAGE_AMOUNT_INVALID";
/// A wage that is for neither a month nor an hour.
pub const WAGE_PERIOD_INVALID: &str = "WAGE_PERIOD_INVALID";
/// A value where none may be given.
pub const VALUE_NOT_ALLOWED: &str = "VALUE_NOT_ALLOWED";
