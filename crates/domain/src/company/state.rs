//! What a company's events add up to.

use super::{CompanyDefined, CompanyEvent, CompanyPolicySet, CompanyRejection, RetentionPolicySet};
use crate::{Aggregate, CompanyId, Policy, RetentionPolicy};

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

    fn evolve(state: CompanyState, event: &CompanyEvent) -> CompanyState {
        match event {
            CompanyEvent::CompanyDefined(defined) => CompanyState {
                defined: Some(defined.clone()),
                ..state
            },
            CompanyEvent::CompanyPolicySet(set) => CompanyState {
                policy_set: Some(set.clone()),
                ..state
            },
            CompanyEvent::RetentionPolicySet(set) => CompanyState {
                retention_set: Some(set.clone()),
                ..state
            },
        }
    }
}

/// The company as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CompanyState {
    /// The definition; `None` before it.
    pub defined: Option<CompanyDefined>,
    /// The policy as it was set last; `None` before it.
    pub policy_set: Option<CompanyPolicySet>,
    /// For how long personal data is kept, as it was set last; `None` before it.
    pub retention_set: Option<RetentionPolicySet>,
}

impl CompanyState {
    /// The policy that holds: the default until another is set.
    #[must_use]
    pub fn policy(&self) -> Policy {
        self.policy_set
            .as_ref()
            .map(CompanyPolicySet::policy)
            .unwrap_or_default()
    }

    /// For how long personal data is kept: the default until something else is set.
    #[must_use]
    pub fn retention(&self) -> RetentionPolicy {
        self.retention_set
            .as_ref()
            .map(RetentionPolicySet::policy)
            .unwrap_or_default()
    }
}
