//! The company: the tenant whose log everything is written to; stream `company-{company_id}`.

mod decide;
mod event;
mod rejection;
mod state;

pub use decide::{Company, CompanyCommand, CompanyContext, DefineCompany};
pub use event::{CompanyDefined, CompanyEvent, CompanyKind};
pub use rejection::CompanyRejection;
pub use state::CompanyState;
