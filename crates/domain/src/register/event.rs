//! What can have happened to a register; append-only.

use serde::{Deserialize, Serialize};

use crate::event::events;
use crate::{RegisterNo, StoreId};

events! {
    /// What can have happened to a register.
    pub enum RegisterEvent of RegisterKind {
        /// The register was set up.
        RegisterDefined(RegisterDefined) = 1,
    }
}

/// The register was set up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterDefined {
    /// The store it stands in.
    pub store_id: StoreId,
    /// Its number in the store.
    pub register_no: RegisterNo,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}
