//! How a store can say no.

use crate::{Cnpj, InvalidValue, Rejection, StoreId, Told};

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
    fn told(&self) -> Told {
        match self {
            Self::Invalid(invalid) => invalid.told(),
            Self::StoreExists { store_id } => Told::duplicate("STORE_EXISTS").with("store_id", store_id),
            Self::CnpjInUse { cnpj } => Told::duplicate("CNPJ_IN_USE").at("cnpj").with("cnpj", cnpj),
        }
    }
}
