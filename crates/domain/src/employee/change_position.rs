//! Giving an employee another job, store, account or contract.

use std::fmt::Display;

use jiff::civil::Date;
use serde::Serialize;

use super::checks::{CHANGES_MAX, cost_center, position, reason};
use super::{ContractKind, Employee, EmployeeState, EmploymentTerms, PositionChanged};
use crate::product::Edit;
use crate::{
    Command, CostCenterId, Decided, Decision, EmployeeId, EventOf, Given, InvalidValue, Needs, Payload as _,
    StoreId, reasons,
};

/// Says as what, where and how an employee works from a day on; what is left out stays as it is on that day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangePosition {
    /// The employee.
    pub employee_id: EmployeeId,
    /// The first day, within an employment.
    pub effective_date: Date,
    /// What the employee works as, 1 to 80 characters.
    pub position: Option<String>,
    /// Where.
    pub store_id: Option<StoreId>,
    /// On whose account; [`Edit::Clear`] is the store's.
    pub cost_center: Edit<CostCenterId>,
    /// Under which contract.
    pub contract: Option<ContractKind>,
    /// Why, at most 500 characters.
    pub reason: Option<String>,
}

impl Command for ChangePosition {
    type Of = Employee;
    type Answer = PositionChanged;

    const NAME: &'static str = "ChangePosition";

    fn stream_id(&self) -> impl Display + Send {
        Employee::stream_id(&self.employee_id)
    }

    fn needs<'a>(&'a self, state: &'a EmployeeState) -> Needs<'a> {
        let needs = state.last_store().map_or(Needs::NOTHING, Needs::store);
        match self.cost_center {
            Edit::Set(_) => needs.and_books(),
            Edit::Keep | Edit::Clear => needs,
        }
    }

    fn stores(&self) -> Vec<&StoreId> {
        self.store_id.iter().collect()
    }

    fn is_answer(&self, event: &EventOf<Self>) -> bool {
        PositionChanged::of(event).is_some_and(|event| event.effective_date == self.effective_date)
    }

    fn decide(&self, state: &EmployeeState, given: &Given<'_>) -> Decided<Employee> {
        state.hired(&self.employee_id)?;
        state.employed_on(&self.employee_id, "effective_date", self.effective_date)?;
        let before = state.terms_on(self.effective_date);
        let before = before.ok_or_else(|| state.unknown(&self.employee_id))?;
        let terms = self.applied_to(before, given)?;
        let reason = reason(self.reason.as_ref())?;
        // Said of this very day before: what holds on the day for another reason is put down all the same, because a
        // change that is told later for a day in between must not reach beyond this one.
        if state.has_assignment(self.effective_date) && *before == terms {
            return Ok(Decision::nothing());
        }
        EmployeeState::has_room(&self.employee_id, "changes", state.assignments.len(), CHANGES_MAX)?;
        Ok(Decision::event(PositionChanged {
            employee_id: self.employee_id.clone(),
            effective_date: self.effective_date,
            terms,
            reason,
        }))
    }
}

impl ChangePosition {
    fn applied_to(
        &self,
        before: &EmploymentTerms,
        given: &Given<'_>,
    ) -> Result<EmploymentTerms, super::EmployeeRejection> {
        if self.position.is_none()
            && self.store_id.is_none()
            && self.contract.is_none()
            && self.cost_center == Edit::Keep
        {
            let rule = "a change names a position, a store, a cost centre or a contract";
            return Err(InvalidValue::new(reasons::FIELD_REQUIRED, "", rule)
                .at("position")
                .into());
        }
        if let Edit::Set(center) = &self.cost_center {
            cost_center("cost_center", Some(center), given)?;
        }
        let position = match &self.position {
            Some(changed) => position("position", changed)?,
            None => before.position.clone(),
        };
        Ok(EmploymentTerms {
            position,
            store_id: self.store_id.clone().unwrap_or_else(|| before.store_id.clone()),
            cost_center: self.cost_center.applied_to(before.cost_center.as_ref()),
            contract: self.contract.clone().unwrap_or_else(|| before.contract.clone()),
        })
    }
}
