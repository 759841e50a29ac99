//! How a company can say no.

use crate::{CompanyId, InvalidValue, Rejection, Told};

/// Why a command to a company was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompanyRejection {
    /// A field breaks its own rule.
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
    /// The company is defined already, with other content.
    #[error("company {company_id} exists with other content; choose another id or send the same content")]
    CompanyExists {
        /// The company.
        company_id: CompanyId,
    },
    /// The company is not defined yet.
    #[error("company {company_id} is not defined yet; define it first")]
    CompanyNotDefined {
        /// The company.
        company_id: CompanyId,
    },
}

impl Rejection for CompanyRejection {
    fn told(&self) -> Told {
        match self {
            Self::Invalid(invalid) => invalid.told(),
            Self::CompanyExists { company_id } => {
                Told::duplicate("COMPANY_EXISTS").with("company_id", company_id)
            }
            Self::CompanyNotDefined { company_id } => {
                Told::not_found("COMPANY_NOT_DEFINED").with("company_id", company_id)
            }
        }
    }
}
