//! How a register can say no.

use crate::{Circumstance, InvalidValue, RegisterNo, Rejection, StoreId, Told};

/// Why a command to a register was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegisterRejection {
    /// A field breaks its own rule.
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
    /// What is outside the stream stands in the way.
    #[error(transparent)]
    Circumstance(#[from] Circumstance),
    /// The register is defined already, with other content.
    #[error("register {register_no} of store {store_id} exists with other content; choose another number")]
    RegisterExists {
        /// The store.
        store_id: StoreId,
        /// The number.
        register_no: RegisterNo,
    },
}

impl Rejection for RegisterRejection {
    fn told(&self) -> Told {
        match self {
            Self::Invalid(invalid) => invalid.told(),
            Self::Circumstance(circumstance) => circumstance.told(),
            Self::RegisterExists {
                store_id,
                register_no,
            } => Told::duplicate("REGISTER_EXISTS")
                .at("register_no")
                .with("store_id", store_id)
                .with("register_no", register_no),
        }
    }
}
