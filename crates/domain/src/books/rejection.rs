//! How the books can say no.

use super::BooksCircumstance;
use crate::{Circumstance, InvalidValue, Month, Rejection, Told, reasons};

/// Why a command to the books was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BooksRejection {
    /// A field breaks its own rule.
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
    /// What the books are stands in the way.
    #[error(transparent)]
    Circumstance(#[from] Circumstance),
    /// The books have begun otherwise.
    #[error("the books have begun already, with another currency, day or position; they begin once")]
    BooksExist,
    /// Months close, and open again, in their order.
    #[error("{month} is not next; {next} is: close months in their order, reopen the last one first")]
    PeriodOutOfOrder {
        /// The month asked for.
        month: Month,
        /// The month whose turn it is.
        next: Month,
    },
    /// The close of a month has begun.
    #[error("{month} is being closed; complete that by closing it again, or reopen it")]
    PeriodClosing {
        /// The month.
        month: Month,
    },
    /// No close of the month has begun, or it was undone.
    #[error("{month} is not being closed; close it anew")]
    PeriodNotClosing {
        /// The month.
        month: Month,
    },
    /// The month is not closed.
    #[error("{month} is not closed; close it first")]
    PeriodNotClosed {
        /// The month.
        month: Month,
    },
    /// The month is yet to come.
    #[error("{month} has not begun; close it when it is over")]
    PeriodNotBegun {
        /// The month.
        month: Month,
    },
    /// Nobody said why.
    #[error("a month is not reopened without a reason; add it")]
    ReasonRequired,
    /// The books have changed since the caller looked.
    #[error("the books are at version {actual}, not {expected}; read them again and decide anew")]
    EtagMismatch {
        /// The version the caller looked at.
        expected: u64,
        /// The present version.
        actual: u64,
    },
}

impl From<BooksCircumstance> for BooksRejection {
    fn from(circumstance: BooksCircumstance) -> Self {
        Self::Circumstance(circumstance.into())
    }
}

impl Rejection for BooksRejection {
    fn told(&self) -> Told {
        match self {
            Self::Invalid(invalid) => invalid.told(),
            Self::Circumstance(circumstance) => circumstance.told(),
            Self::BooksExist => Told::duplicate(reasons::BOOKS_EXIST),
            Self::PeriodOutOfOrder { month, next } => Told::state("PERIOD_OUT_OF_ORDER")
                .at("month")
                .with("month", month)
                .with("next", next),
            Self::PeriodClosing { month } => Told::state("PERIOD_CLOSING").with("month", month),
            Self::PeriodNotClosing { month } => Told::state(reasons::PERIOD_NOT_CLOSING)
                .at("month")
                .with("month", month),
            Self::PeriodNotClosed { month } => {
                Told::state("PERIOD_NOT_CLOSED").at("month").with("month", month)
            }
            Self::PeriodNotBegun { month } => {
                Told::state("PERIOD_NOT_BEGUN").at("month").with("month", month)
            }
            Self::ReasonRequired => Told::invalid(reasons::REASON_REQUIRED).at("reason"),
            Self::EtagMismatch { expected, actual } => Told::conflict(reasons::ETAG_MISMATCH)
                .at("expected_version")
                .with("expected", expected)
                .with("actual", actual),
        }
    }
}
