//! How a register can say no.

use crate::{InvalidValue, RegisterNo, Rejection, RejectionKind, StoreId};

/// Why a command to a register was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegisterRejection {
    /// A field breaks its own rule.
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
    /// The register is defined already, with other content.
    #[error("register {register_no} of store {store_id} exists with other content; choose another number")]
    RegisterExists {
        /// The store.
        store_id: StoreId,
        /// The number.
        register_no: RegisterNo,
    },
    /// No such store is defined.
    #[error("store {store_id} is not defined; define it first, or correct the id")]
    UnknownStore {
        /// The store.
        store_id: StoreId,
    },
}

impl Rejection for RegisterRejection {
    fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.reason(),
            Self::RegisterExists { .. } => "REGISTER_EXISTS",
            Self::UnknownStore { .. } => "UNKNOWN_STORE",
        }
    }

    fn kind(&self) -> RejectionKind {
        match self {
            Self::Invalid(_) => RejectionKind::Invalid,
            Self::RegisterExists { .. } => RejectionKind::Duplicate,
            Self::UnknownStore { .. } => RejectionKind::NotFound,
        }
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Invalid(invalid) => invalid.metadata(),
            Self::RegisterExists {
                store_id,
                register_no,
            } => {
                vec![
                    ("store_id", store_id.to_string()),
                    ("register_no", register_no.to_string()),
                ]
            }
            Self::UnknownStore { store_id } => vec![("store_id", store_id.to_string())],
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::RegisterExists { .. } => Some("register_no".to_owned()),
            Self::UnknownStore { .. } => Some("store_id".to_owned()),
        }
    }
}
