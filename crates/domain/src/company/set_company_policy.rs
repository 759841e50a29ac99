//! Choosing where the rules leave a choice.

use std::fmt::Display;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{Company, CompanyPolicySet, CompanyRejection, CompanyState};
use crate::{Command, CompanyId, Decided, Decision, Given, InvalidValue};

/// The hours that a time for voiding can have: up to a year of 365 days. Longer is for ever.
const VOID_WINDOW_HOURS: RangeInclusive<u32> = 1..=8_760;

/// Sets the company's whole policy; the same policy again changes nothing.
///
/// It holds for what comes in from then on. What is in the log stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetCompanyPolicy {
    /// The company, which must be defined.
    pub company_id: CompanyId,
    /// For how many hours after the sale it may be voided, 1 to 8,760; `None` is for ever.
    pub void_window_hours: Option<u32>,
    /// Refuse sales and receipts of goods whose SKU is not in the catalogue.
    pub strict_catalog: bool,
}

impl Command for SetCompanyPolicy {
    type Of = Company;
    type Answer = CompanyPolicySet;

    const NAME: &'static str = "SetCompanyPolicy";

    fn stream_id(&self) -> impl Display + Send {
        &self.company_id
    }

    fn decide(&self, state: &CompanyState, _given: &Given<'_>) -> Decided<Company> {
        if let Some(hours) = self.void_window_hours
            && !VOID_WINDOW_HOURS.contains(&hours)
        {
            let rule = "a sale may be voided for 1 to 8760 hours, or for ever when nothing is given";
            let invalid = InvalidValue::new("VOID_WINDOW_INVALID", hours, rule);
            return Err(invalid.at("void_window_hours").into());
        }
        if state.defined.is_none() {
            return Err(CompanyRejection::CompanyNotDefined {
                company_id: self.company_id.clone(),
            });
        }
        let set = CompanyPolicySet {
            company_id: self.company_id.clone(),
            void_window_hours: self.void_window_hours,
            strict_catalog: self.strict_catalog,
        };
        if state.policy_set.as_ref() == Some(&set) {
            return Ok(Decision::nothing());
        }
        Ok(Decision::event(set))
    }
}
