//! Cancelling a leave.

use std::fmt::Display;

use serde::Serialize;

use super::checks::reason;
use super::{Employee, EmployeeRejection, EmployeeState, LeaveCancelled};
use crate::{Command, Decided, Decision, EmployeeId, EventOf, Given, LeaveId, Needs, Payload as _};

/// Cancels a leave; one that is cancelled stays so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CancelLeave {
    /// The employee.
    pub employee_id: EmployeeId,
    /// The leave.
    pub leave_id: LeaveId,
    /// Why, at most 500 characters.
    pub reason: Option<String>,
}

impl Command for CancelLeave {
    type Of = Employee;
    type Answer = LeaveCancelled;

    const NAME: &'static str = "CancelLeave";

    fn stream_id(&self) -> impl Display + Send {
        Employee::stream_id(&self.employee_id)
    }

    fn needs<'a>(&'a self, state: &'a EmployeeState) -> Needs<'a> {
        state.last_store().map_or(Needs::NOTHING, Needs::store)
    }

    fn is_answer(&self, event: &EventOf<Self>) -> bool {
        LeaveCancelled::of(event).is_some_and(|event| event.leave_id == self.leave_id)
    }

    fn decide(&self, state: &EmployeeState, _given: &Given<'_>) -> Decided<Employee> {
        state.hired(&self.employee_id)?;
        let reason = reason(self.reason.as_ref())?;
        if state.cancelled_leaves.contains(&self.leave_id) {
            return Ok(Decision::nothing());
        }
        if !state.leaves.contains_key(&self.leave_id) {
            return Err(EmployeeRejection::LeaveUnknown {
                employee_id: self.employee_id.clone(),
                leave_id: self.leave_id,
            });
        }
        Ok(Decision::event(LeaveCancelled {
            employee_id: self.employee_id.clone(),
            leave_id: self.leave_id,
            reason,
        }))
    }
}
