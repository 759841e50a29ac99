//! How a sale can say no.

use jiff::Timestamp;

use crate::{
    AccessKey, Amount, Circumstance, InvalidValue, LineId, Quantity, ReceiptNumber, Rejection, RejectionKind,
    ReturnId, SaleId,
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
    /// The sale has no such line.
    #[error("the sale has no line {line_id}; name a line of the sale")]
    LineNotFound {
        /// Which line of the command, from 0.
        index: usize,
        /// The line asked for.
        line_id: LineId,
    },
    /// More would come back than was sold.
    #[error(
        "of line {line_id} {sold} were sold and {returned} are back, so {given} more cannot come back; \
         correct the quantity"
    )]
    ReturnExceedsSold {
        /// Which line of the command, from 0.
        index: usize,
        /// The line of the sale.
        line_id: LineId,
        /// How much was sold.
        sold: Quantity,
        /// How much is back already.
        returned: Quantity,
        /// How much is said to come back now.
        given: Quantity,
    },
    /// More would be refunded than was paid.
    #[error(
        "{paid} minor units were paid and {refunded} are refunded, so {given} more cannot be refunded; \
         lower the refund"
    )]
    RefundExceedsPaid {
        /// The sale's total.
        paid: Amount,
        /// What is refunded already.
        refunded: Amount,
        /// What would be refunded now.
        given: Amount,
    },
    /// The sale has as many returns as one sale may have.
    #[error("sale {sale_id} has {returns} returns, the most there may be; return several lines at once")]
    TooManyReturns {
        /// The sale.
        sale_id: SaleId,
        /// How many.
        returns: usize,
        /// The return that was refused.
        return_id: ReturnId,
    },
}

impl Rejection for SaleRejection {
    fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.reason(),
            Self::Circumstance(circumstance) => circumstance.reason(),
            Self::LineTotalOutOfTolerance { .. } => "LINE_TOTAL_OUT_OF_TOLERANCE",
            Self::DiscountExceedsLine { .. } => "DISCOUNT_EXCEEDS_LINE",
            Self::SaleTotalMismatch { .. } => "SALE_TOTAL_MISMATCH",
            Self::PaymentTotalMismatch { .. } => "PAYMENT_TOTAL_MISMATCH",
            Self::AmountOutOfRange { .. } => "AMOUNT_OUT_OF_RANGE",
            Self::DuplicateReceipt { .. } => "DUPLICATE_RECEIPT",
            Self::DuplicateFiscalKey { .. } => "DUPLICATE_FISCAL_KEY",
            Self::PixIdAlreadyUsed { .. } => "PIX_ID_ALREADY_USED",
            Self::IdempotencyMismatch { .. } => "IDEMPOTENCY_MISMATCH",
            Self::SaleNotFound { .. } => "SALE_NOT_FOUND",
            Self::SaleAlreadyVoided { .. } => "SALE_ALREADY_VOIDED",
            Self::SaleHasReturns { .. } => "SALE_HAS_RETURNS",
            Self::VoidWindowExpired { .. } => "VOID_WINDOW_EXPIRED",
            Self::SaleVoided { .. } => "SALE_VOIDED",
            Self::LineNotFound { .. } => "LINE_NOT_FOUND",
            Self::ReturnExceedsSold { .. } => "RETURN_EXCEEDS_SOLD",
            Self::RefundExceedsPaid { .. } => "REFUND_EXCEEDS_PAID",
            Self::TooManyReturns { .. } => "TOO_MANY_RETURNS",
        }
    }

    fn kind(&self) -> RejectionKind {
        match self {
            Self::Circumstance(circumstance) => circumstance.kind(),
            Self::Invalid(_)
            | Self::LineTotalOutOfTolerance { .. }
            | Self::DiscountExceedsLine { .. }
            | Self::SaleTotalMismatch { .. }
            | Self::PaymentTotalMismatch { .. }
            | Self::AmountOutOfRange { .. }
            | Self::LineNotFound { .. } => RejectionKind::Invalid,
            Self::SaleNotFound { .. } => RejectionKind::NotFound,
            Self::DuplicateReceipt { .. }
            | Self::DuplicateFiscalKey { .. }
            | Self::PixIdAlreadyUsed { .. }
            | Self::IdempotencyMismatch { .. } => RejectionKind::Duplicate,
            Self::SaleAlreadyVoided { .. }
            | Self::SaleHasReturns { .. }
            | Self::VoidWindowExpired { .. }
            | Self::SaleVoided { .. }
            | Self::ReturnExceedsSold { .. }
            | Self::RefundExceedsPaid { .. }
            | Self::TooManyReturns { .. } => RejectionKind::State,
        }
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        metadata(self)
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::Circumstance(circumstance) => circumstance.field(),
            Self::LineTotalOutOfTolerance { index, .. } => Some(format!("lines[{index}].net")),
            Self::DiscountExceedsLine {
                index: Some(index), ..
            } => Some(format!("lines[{index}].line_discount")),
            Self::DiscountExceedsLine { index: None, .. } => Some("order_discounts".to_owned()),
            Self::SaleTotalMismatch { .. } => Some("total".to_owned()),
            Self::PaymentTotalMismatch { .. } | Self::PixIdAlreadyUsed { .. } => Some("payments".to_owned()),
            Self::DuplicateReceipt { .. } => Some("receipt".to_owned()),
            Self::DuplicateFiscalKey { .. } => Some("fiscal_ref.access_key".to_owned()),
            Self::SaleNotFound { .. } => Some("sale_id".to_owned()),
            Self::LineNotFound { index, .. } => Some(format!("lines[{index}].line_id")),
            Self::ReturnExceedsSold { index, .. } => Some(format!("lines[{index}].quantity")),
            Self::RefundExceedsPaid { .. } => Some("refunds".to_owned()),
            Self::AmountOutOfRange { .. }
            | Self::IdempotencyMismatch { .. }
            | Self::SaleAlreadyVoided { .. }
            | Self::SaleHasReturns { .. }
            | Self::VoidWindowExpired { .. }
            | Self::SaleVoided { .. }
            | Self::TooManyReturns { .. } => None,
        }
    }
}

/// The named fields as pairs of name and text.
macro_rules! values {
    ($($field:ident),+) => {
        vec![$((stringify!($field), $field.to_string())),+]
    };
}

/// The values behind a rejection.
fn metadata(rejection: &SaleRejection) -> Vec<(&'static str, String)> {
    use SaleRejection as No;
    match rejection {
        No::Invalid(invalid) => invalid.metadata(),
        No::Circumstance(circumstance) => circumstance.metadata(),
        No::LineTotalOutOfTolerance {
            index,
            expected,
            given,
        } => values![index, expected, given],
        No::DiscountExceedsLine {
            index: _,
            discount,
            available,
        } => values![discount, available],
        No::SaleTotalMismatch { expected, given } => values![expected, given],
        No::PaymentTotalMismatch { total, paid } => values![total, paid],
        No::AmountOutOfRange { what } => values![what],
        No::IdempotencyMismatch { what } => values![what],
        No::DuplicateReceipt { receipt } => values![receipt],
        No::DuplicateFiscalKey { access_key } => values![access_key],
        No::PixIdAlreadyUsed { pix_e2e_id } => values![pix_e2e_id],
        No::SaleNotFound { sale_id } | No::SaleAlreadyVoided { sale_id } | No::SaleVoided { sale_id } => {
            values![sale_id]
        }
        No::SaleHasReturns { sale_id, returns } => values![sale_id, returns],
        No::VoidWindowExpired {
            occurred_at,
            window_hours,
        } => values![occurred_at, window_hours],
        No::LineNotFound { index: _, line_id } => values![line_id],
        No::ReturnExceedsSold {
            index: _,
            line_id,
            sold,
            returned,
            given,
        } => {
            values![line_id, sold, returned, given]
        }
        No::RefundExceedsPaid {
            paid,
            refunded,
            given,
        } => values![paid, refunded, given],
        No::TooManyReturns {
            sale_id,
            returns,
            return_id,
        } => values![sale_id, returns, return_id],
    }
}
