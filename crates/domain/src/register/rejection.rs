//! How a register can say no.

use crate::{Circumstance, InvalidValue, RegisterNo, Rejection, RejectionKind, StoreId};

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
    fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.reason(),
            Self::Circumstance(circumstance) => circumstance.reason(),
            Self::RegisterExists { .. } => "REGISTER_EXISTS",
        }
    }

    fn kind(&self) -> RejectionKind {
        match self {
            Self::Circumstance(circumstance) => circumstance.kind(),
            Self::Invalid(_) => RejectionKind::Invalid,
            Self::RegisterExists { .. } => RejectionKind::Duplicate,
        }
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Invalid(invalid) => invalid.metadata(),
            Self::Circumstance(circumstance) => circumstance.metadata(),
            Self::RegisterExists {
                store_id,
                register_no,
            } => {
                vec![
                    ("store_id", store_id.to_string()),
                    ("register_no", register_no.to_string()),
                ]
            }
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::Circumstance(circumstance) => circumstance.field(),
            Self::RegisterExists { .. } => Some("register_no".to_owned()),
        }
    }
}
