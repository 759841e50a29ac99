//! What can have happened to a company; append-only.

use serde::{Deserialize, Serialize};

use crate::event::events;
use crate::{Cnpj, CompanyId, Currency};

events! {
    /// What can have happened to a company.
    pub enum CompanyEvent of CompanyKind {
        /// The company was set up.
        CompanyDefined(CompanyDefined) = 1,
    }
}

/// The company was set up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyDefined {
    /// The company.
    pub company_id: CompanyId,
    /// Its name.
    pub name: String,
    /// The CNPJ of its head office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnpj: Option<Cnpj>,
    /// The currency its books are kept in.
    pub currency: Currency,
}
