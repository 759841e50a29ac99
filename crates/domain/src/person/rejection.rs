//! How what is known of a person can say no.

use crate::{InvalidValue, Rejection, Told, reasons};

/// Why a command about what is known of a person was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PersonRejection {
    /// A field breaks its own rule.
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
    /// Nothing was ever known of such a person. The id stays out of the text: it may be one that its maker made of a name.
    #[error("nothing is known of a person with this id; find people by their tax number")]
    PersonUnknown,
}

impl Rejection for PersonRejection {
    fn told(&self) -> Told {
        match self {
            Self::Invalid(invalid) => invalid.told(),
            Self::PersonUnknown => Told::not_found(reasons::PERSON_UNKNOWN),
        }
    }
}
