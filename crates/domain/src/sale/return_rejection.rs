//! How a sale can say no to what comes back of it.

use crate::{Amount, LineId, Path, Quantity, Rejection, ReturnId, SaleId, Told};

/// Why a return was refused for what it gives back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReturnRejection {
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

impl Rejection for ReturnRejection {
    fn told(&self) -> Told {
        match self {
            Self::LineNotFound { index, line_id } => Told::invalid("LINE_NOT_FOUND")
                .at(Path::line(*index, "line_id"))
                .with("line_id", line_id),
            Self::ReturnExceedsSold {
                index,
                line_id,
                sold,
                returned,
                given,
            } => Told::state("RETURN_EXCEEDS_SOLD")
                .at(Path::line(*index, "quantity"))
                .with("line_id", line_id)
                .with_decimal("sold", sold)
                .with_decimal("returned", returned)
                .with_decimal("given", given),
            Self::RefundExceedsPaid {
                paid,
                refunded,
                given,
            } => Told::state("REFUND_EXCEEDS_PAID")
                .at("refunds")
                .with("paid", paid)
                .with("refunded", refunded)
                .with("given", given),
            Self::TooManyReturns {
                sale_id,
                returns,
                return_id,
            } => Told::state("TOO_MANY_RETURNS")
                .with("sale_id", sale_id)
                .with("returns", returns)
                .with("return_id", return_id),
        }
    }
}
