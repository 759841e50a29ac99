//! How a line of a statement can say no.

use crate::open_item::ItemRejection;
use crate::{Amount, Circumstance, InvalidValue, OpenItemId, Rejection, StatementLineId, Told};

/// Why a command to a line of a statement was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineRejection {
    /// A field breaks its own rule.
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
    /// What is outside the stream stands in the way.
    #[error(transparent)]
    Circumstance(#[from] Circumstance),
    /// The receivable that it would pay says no.
    #[error(transparent)]
    Item(#[from] ItemRejection),
    /// The net amount is not the gross less the fee.
    #[error("{gross} less {fee} minor units are not {net}; correct one of gross, fee and net")]
    NetMismatch {
        /// What was paid, before fees.
        gross: Amount,
        /// What was kept.
        fee: Amount,
        /// What moved, as the line says.
        net: Amount,
    },
    /// No statement has this line.
    #[error("line {line_id} is of no statement that was recorded; record it first, or correct the id")]
    LineUnknown {
        /// The line.
        line_id: StatementLineId,
    },
    /// The line has paid something.
    #[error("line {line_id} pays receivable {item_id} already; reverse that settlement first")]
    LineMatched {
        /// The line.
        line_id: StatementLineId,
        /// The receivable.
        item_id: OpenItemId,
    },
    /// The line's money was taken in against an account.
    #[error("line {line_id} is written off already, so it pays nothing more; check the id")]
    LineWrittenOff {
        /// The line.
        line_id: StatementLineId,
    },
}

impl Rejection for LineRejection {
    fn told(&self) -> Told {
        match self {
            Self::Invalid(invalid) => invalid.told(),
            Self::Circumstance(circumstance) => circumstance.told(),
            Self::Item(rejection) => rejection.told(),
            Self::NetMismatch { gross, fee, net } => Told::invalid("NET_MISMATCH")
                .at("net")
                .with("gross", gross)
                .with("fee", fee)
                .with("net", net),
            Self::LineUnknown { line_id } => Told::not_found("STATEMENT_LINE_UNKNOWN")
                .at("line_id")
                .with("line_id", line_id),
            Self::LineMatched { line_id, item_id } => Told::state("STATEMENT_LINE_MATCHED")
                .with("line_id", line_id)
                .with("item_id", item_id),
            Self::LineWrittenOff { line_id } => {
                Told::state("STATEMENT_LINE_WRITTEN_OFF").with("line_id", line_id)
            }
        }
    }
}
