//! What can have happened to the terms of payment; append-only.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::event::events;
use crate::{Cnpj, PaymentMethod};

events! {
    /// What can have happened to the terms of payment.
    pub enum TermsEvent of TermsKind {
        /// How sales by a method are paid out was defined.
        ReceiptTermsDefined(ReceiptTermsDefined) = 1,
        /// When a supplier is paid was defined.
        SupplierTermsDefined(SupplierTermsDefined) = 1,
    }
}

/// When, and less which fee, the payments of sales by a method reach the company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptTerms {
    /// The method, such as `credit_card`.
    pub method: PaymentMethod,
    /// Of this acquirer only; `None` for all that have no terms of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acquirer_cnpj: Option<Cnpj>,
    /// Of this brand only, at most 80 characters; `None` for all that have no terms of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// For payments in this many instalments at least, from 1.
    pub installments_from: u16,
    /// For payments in this many instalments at most; [`ReceiptTerms::NO_LIMIT`] for any number.
    pub installments_to: u16,
    /// What is kept, in millionths of the amount: 2.99 % is 29,900; at most a million.
    pub fee_ppm: u32,
    /// Days from the sale to the first instalment, at most 366.
    pub first_days: u16,
    /// Days from one instalment to the next, at most 366.
    pub every_days: u16,
    /// The first business day of sales that they hold for.
    pub valid_from: Date,
}

impl ReceiptTerms {
    /// The most instalments of terms that hold for any number of them.
    pub const NO_LIMIT: u16 = u16::MAX;
}

/// When a supplier is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplierTerms {
    /// The supplier, as deliveries name it, at most 200 characters; `None` for all that have no terms of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplier: Option<String>,
    /// Days from the delivery to each instalment, 1 to 60 of them, each at most 1,830, rising.
    pub due_days: Vec<u16>,
    /// The first business day of deliveries that they hold for.
    pub valid_from: Date,
}

/// How sales by a method are paid out was defined; what is registered stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptTermsDefined {
    /// The terms.
    pub terms: ReceiptTerms,
}

/// When a supplier is paid was defined; what is registered stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplierTermsDefined {
    /// The terms.
    pub terms: SupplierTerms,
}
