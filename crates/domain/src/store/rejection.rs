//! How a store can say no.

use crate::{Cnpj, InvalidValue, Rejection, RejectionKind, StoreId};

/// Why a command to a store was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreRejection {
    /// A field breaks its own rule.
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
    /// The store is defined already, with other content.
    #[error("store {store_id} exists with other content; choose another id or send the same content")]
    StoreExists {
        /// The store.
        store_id: StoreId,
    },
    /// Another store of the company has this CNPJ.
    #[error("CNPJ {cnpj} belongs to another store; every establishment has its own, check the number")]
    CnpjInUse {
        /// The number.
        cnpj: Cnpj,
    },
}

impl Rejection for StoreRejection {
    fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.reason(),
            Self::StoreExists { .. } => "STORE_EXISTS",
            Self::CnpjInUse { .. } => "CNPJ_IN_USE",
        }
    }

    fn kind(&self) -> RejectionKind {
        match self {
            Self::Invalid(_) => RejectionKind::Invalid,
            Self::StoreExists { .. } | Self::CnpjInUse { .. } => RejectionKind::Duplicate,
        }
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Invalid(invalid) => invalid.metadata(),
            Self::StoreExists { store_id } => vec![("store_id", store_id.to_string())],
            Self::CnpjInUse { cnpj } => vec![("cnpj", cnpj.to_string())],
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::StoreExists { .. } => None,
            Self::CnpjInUse { .. } => Some("cnpj".to_owned()),
        }
    }
}
