//! The company: the tenant whose log everything is written to; stream `company-{company_id}`.

mod define_company;
mod event;
mod rejection;
mod state;

pub use define_company::DefineCompany;
pub use event::{CompanyDefined, CompanyEvent, CompanyKind};
pub use rejection::CompanyRejection;
pub use state::{Company, CompanyState};
