//! Saying for how long personal data is kept.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::{Company, CompanyRejection, CompanyState, RetentionPolicySet};
use crate::{Command, CompanyId, Decided, Decision, Given, InvalidValue, RetentionPolicy};

/// The fewest months of what a law asks to be kept: five years, in which the tax office may ask (CTN, art. 173) and somebody
/// who worked here may sue for wages (Constitution, art. 7, XXIX). A slip of the keyboard destroys nothing for ever.
const HELD_MONTHS_MIN: u32 = 60;

/// Says for how long personal data is kept; a class that is not named stays as it is, and the same again changes nothing.
///
/// It holds at once, also for what is in the log: what was to be kept and no longer is falls due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetRetentionPolicy {
    /// The company, which must be defined.
    pub company_id: CompanyId,
    /// Months of what reaches a person, 1 to 1,200; `None` leaves them as they are.
    pub contact_months: Option<u32>,
    /// Months of who bought, 60 to 1,200.
    pub fiscal_months: Option<u32>,
    /// Months of what an employer has to keep, 60 to 1,200.
    pub labour_months: Option<u32>,
}

impl Command for SetRetentionPolicy {
    type Of = Company;
    type Answer = RetentionPolicySet;

    const NAME: &'static str = "SetRetentionPolicy";

    fn stream_id(&self) -> impl Display + Send {
        &self.company_id
    }

    fn decide(&self, state: &CompanyState, _given: &Given<'_>) -> Decided<Company> {
        in_range("contact_months", self.contact_months, 1)?;
        in_range("fiscal_months", self.fiscal_months, HELD_MONTHS_MIN)?;
        in_range("labour_months", self.labour_months, HELD_MONTHS_MIN)?;
        if state.defined.is_none() {
            return Err(CompanyRejection::CompanyNotDefined {
                company_id: self.company_id.clone(),
            });
        }
        let before = state.retention();
        let set = RetentionPolicySet {
            company_id: self.company_id.clone(),
            contact_months: self.contact_months.unwrap_or(before.contact_months),
            fiscal_months: self.fiscal_months.unwrap_or(before.fiscal_months),
            labour_months: self.labour_months.unwrap_or(before.labour_months),
        };
        if state.retention_set.as_ref() == Some(&set) {
            return Ok(Decision::nothing());
        }
        Ok(Decision::event(set))
    }
}

fn in_range(field: &'static str, months: Option<u32>, months_min: u32) -> Result<(), InvalidValue> {
    let Some(months) = months.filter(|months| !(months_min..=RetentionPolicy::MONTHS_MAX).contains(months))
    else {
        return Ok(());
    };
    let rule = format!(
        "this is kept for {months_min} to {} months; what is erased too early is gone for ever",
        RetentionPolicy::MONTHS_MAX
    );
    Err(InvalidValue::new("RETENTION_MONTHS_INVALID", months, rule).at(field))
}
