//! What a company's events add up to.

use super::{CompanyDefined, CompanyEvent, CompanyRejection};
use crate::{Aggregate, CompanyId};

/// What a company is.
#[derive(Debug, Clone, Copy)]
pub struct Company;

impl Company {
    /// The id part of the stream's name.
    #[must_use]
    pub const fn stream_id(company_id: &CompanyId) -> &CompanyId {
        company_id
    }
}

impl Aggregate for Company {
    const CATEGORY: &'static str = "company";
    type Event = CompanyEvent;
    type State = CompanyState;
    type Rejection = CompanyRejection;

    fn evolve(_state: CompanyState, event: &CompanyEvent) -> CompanyState {
        match event {
            CompanyEvent::CompanyDefined(defined) => CompanyState {
                defined: Some(defined.clone()),
            },
        }
    }
}

/// The company as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CompanyState {
    /// The definition; `None` before it.
    pub defined: Option<CompanyDefined>,
}
