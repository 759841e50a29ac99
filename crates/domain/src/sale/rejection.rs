//! How a sale can say no.

use jiff::Timestamp;

use super::ReturnRejection;
use crate::{
    AccessKey, Amount, Circumstance, InvalidValue, Path, ReceiptNumber, Rejection, SaleId, Told, reasons,
};

/// Why a command to a sale was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SaleRejection {
    /// A field breaks its own rule.
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
    /// What is outside the stream stands in the way.
    #[error(transparent)]
    Circumstance(#[from] Circumstance),
    /// The client's figure for a line is too far from quantity times price.
    #[error(
        "lines[{index}] comes to {expected} minor units before discount, the client says {given}; \
         1 is tolerated, correct the quantity, the price or the net"
    )]
    LineTotalOutOfTolerance {
        /// Which line of the command, from 0.
        index: usize,
        /// Quantity times price.
        expected: Amount,
        /// The client's net with the line's discount added back.
        given: Amount,
    },
    /// A discount is more than what it is taken from.
    #[error("a discount of {discount} minor units is more than the {available} it is taken from; lower it")]
    DiscountExceedsLine {
        /// Which line of the command, from 0; `None` for the order's discounts.
        index: Option<usize>,
        /// The discount.
        discount: Amount,
        /// What it is taken from.
        available: Amount,
    },
    /// The client's total is not the sum of the lines.
    #[error("the lines come to {expected} minor units, the client's total is {given}; correct either")]
    SaleTotalMismatch {
        /// The sum of the lines.
        expected: Amount,
        /// The client's total.
        given: Amount,
    },
    /// The payments do not cover the total exactly.
    #[error("the payments less change come to {paid} minor units, the total is {total}; correct either")]
    PaymentTotalMismatch {
        /// The total.
        total: Amount,
        /// The payments less change.
        paid: Amount,
    },
    /// A sum is larger than an amount may be.
    #[error("{what} is out of range: at most 9007199254740991 minor units; correct the quantities or prices")]
    AmountOutOfRange {
        /// What was being added up.
        what: &'static str,
    },
    /// Another sale has this receipt number.
    #[error("receipt {receipt} of this store and register belongs to another sale; check for a double entry")]
    DuplicateReceipt {
        /// The number.
        receipt: Box<ReceiptNumber>,
    },
    /// Another document has this access key.
    #[error("access key {access_key} belongs to another sale; check for a double entry")]
    DuplicateFiscalKey {
        /// The key.
        access_key: AccessKey,
    },
    /// Another payment has this PIX end-to-end id.
    #[error("PIX {pix_e2e_id} pays for another sale already; check for a double entry")]
    PixIdAlreadyUsed {
        /// The end-to-end id.
        pix_e2e_id: String,
    },
    /// The sale, or the return, is recorded already, with other content.
    #[error("{what} is recorded with other content; use a new id, or send exactly what was sent before")]
    IdempotencyMismatch {
        /// The sale or return.
        what: String,
    },
    /// No such sale is recorded.
    #[error("sale {sale_id} is not recorded; record it first, or correct the id")]
    SaleNotFound {
        /// The sale.
        sale_id: SaleId,
    },
    /// The sale is voided already.
    #[error("sale {sale_id} is voided already; nothing is left to void")]
    SaleAlreadyVoided {
        /// The sale.
        sale_id: SaleId,
    },
    /// The sale has returns, so it cannot be undone as a whole.
    #[error("sale {sale_id} has {returns} returns and cannot be voided; record a return of the rest")]
    SaleHasReturns {
        /// The sale.
        sale_id: SaleId,
        /// How many.
        returns: usize,
    },
    /// The policy's time for voiding is over.
    #[error("the sale of {occurred_at} could be voided for {window_hours} hours; record a return instead")]
    VoidWindowExpired {
        /// When the sale took place.
        occurred_at: Timestamp,
        /// The policy.
        window_hours: u32,
    },
    /// The sale is voided, so nothing of it can come back.
    #[error("sale {sale_id} is voided, so its goods and money are back already; check the id")]
    SaleVoided {
        /// The sale.
        sale_id: SaleId,
    },
    /// It is about what comes back.
    #[error(transparent)]
    Return(#[from] ReturnRejection),
}

impl Rejection for SaleRejection {
    fn told(&self) -> Told {
        match self {
            Self::Invalid(invalid) => invalid.told(),
            Self::Circumstance(circumstance) => circumstance.told(),
            Self::LineTotalOutOfTolerance {
                index,
                expected,
                given,
            } => expectation("LINE_TOTAL_OUT_OF_TOLERANCE", *expected, *given)
                .with("index", index)
                .at(Path::line(*index, "net")),
            Self::DiscountExceedsLine {
                index,
                discount,
                available,
            } => Told::invalid("DISCOUNT_EXCEEDS_LINE")
                .with("discount", discount)
                .with("available", available)
                .at(index.map_or(Path::field("order_discounts"), |index| {
                    Path::line(index, "line_discount")
                })),
            Self::SaleTotalMismatch { expected, given } => {
                expectation("SALE_TOTAL_MISMATCH", *expected, *given).at("total")
            }
            Self::PaymentTotalMismatch { total, paid } => Told::invalid("PAYMENT_TOTAL_MISMATCH")
                .at("payments")
                .with("total", total)
                .with("paid", paid),
            Self::AmountOutOfRange { what } => Told::invalid(reasons::AMOUNT_OUT_OF_RANGE).with("what", what),
            Self::DuplicateReceipt { receipt } => Told::duplicate("DUPLICATE_RECEIPT")
                .with("receipt", receipt)
                .at("receipt"),
            Self::DuplicateFiscalKey { access_key } => Told::duplicate(reasons::DUPLICATE_FISCAL_KEY)
                .with("access_key", access_key)
                .at(Path::field("fiscal_ref").then("access_key")),
            Self::PixIdAlreadyUsed { pix_e2e_id } => Told::duplicate("PIX_ID_ALREADY_USED")
                .with("pix_e2e_id", pix_e2e_id)
                .at("payments"),
            Self::IdempotencyMismatch { what } => {
                Told::duplicate(reasons::IDEMPOTENCY_MISMATCH).with("what", what)
            }
            Self::SaleNotFound { sale_id } => of(sale_id, Told::not_found("SALE_NOT_FOUND")).at("sale_id"),
            Self::SaleAlreadyVoided { sale_id } => of(sale_id, Told::state("SALE_ALREADY_VOIDED")),
            Self::SaleHasReturns { sale_id, returns } => {
                of(sale_id, Told::state("SALE_HAS_RETURNS")).with("returns", returns)
            }
            Self::VoidWindowExpired {
                occurred_at,
                window_hours,
            } => Told::state("VOID_WINDOW_EXPIRED")
                .with_moment("occurred_at", *occurred_at)
                .with("window_hours", window_hours),
            Self::SaleVoided { sale_id } => of(sale_id, Told::state("SALE_VOIDED")),
            Self::Return(refused) => refused.told(),
        }
    }
}

/// A figure that is not the one expected.
fn expectation(reason: &'static str, expected: Amount, given: Amount) -> Told {
    Told::invalid(reason)
        .with("expected", expected)
        .with("given", given)
}

fn of(sale_id: &SaleId, told: Told) -> Told {
    told.with("sale_id", sale_id)
}
