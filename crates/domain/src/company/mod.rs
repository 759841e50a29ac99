//! The company: the tenant whose log everything is written to; stream `company-{company_id}`.

mod define_company;
mod event;
mod rejection;
mod set_company_policy;
mod set_retention_policy;
mod state;

pub use define_company::DefineCompany;
pub use event::{CompanyDefined, CompanyEvent, CompanyKind, CompanyPolicySet, RetentionPolicySet};
pub use rejection::CompanyRejection;
pub use set_company_policy::SetCompanyPolicy;
pub use set_retention_policy::SetRetentionPolicy;
pub use state::{Company, CompanyState};
