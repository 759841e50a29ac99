//! How a company can say no.

use crate::{CompanyId, InvalidValue, Rejection, RejectionKind};

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
    fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.reason(),
            Self::CompanyExists { .. } => "COMPANY_EXISTS",
            Self::CompanyNotDefined { .. } => "COMPANY_NOT_DEFINED",
        }
    }

    fn kind(&self) -> RejectionKind {
        match self {
            Self::Invalid(_) => RejectionKind::Invalid,
            Self::CompanyExists { .. } => RejectionKind::Duplicate,
            Self::CompanyNotDefined { .. } => RejectionKind::NotFound,
        }
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Invalid(invalid) => invalid.metadata(),
            Self::CompanyExists { company_id } | Self::CompanyNotDefined { company_id } => {
                vec![("company_id", company_id.to_string())]
            }
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::CompanyExists { .. } | Self::CompanyNotDefined { .. } => None,
        }
    }
}
