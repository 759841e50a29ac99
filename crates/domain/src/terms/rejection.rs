//! How the terms of payment can say no.

use jiff::civil::Date;

use crate::{InvalidValue, Rejection, Told};

/// The most terms of a company, with all their versions: whatever posts reads them.
pub const TERMS_MAX: usize = 5_000;

/// Why a command to the terms of payment was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TermsRejection {
    /// A field breaks its own rule.
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
    /// Other terms for the same begin on the same day.
    #[error("other terms for the same begin on {valid_from}; choose another day, or other instalments")]
    Overlap {
        /// Their first day.
        valid_from: Date,
    },
    /// There are as many terms as there may be.
    #[error("a company has at most {TERMS_MAX} terms of payment; those for all replace many")]
    Full,
}

impl Rejection for TermsRejection {
    fn told(&self) -> Told {
        match self {
            Self::Invalid(invalid) => invalid.told(),
            Self::Overlap { valid_from } => Told::state("TERMS_OVERLAP")
                .at("valid_from")
                .with("valid_from", valid_from),
            Self::Full => Told::state("TERMS_FULL").with("count_max", TERMS_MAX),
        }
    }
}
