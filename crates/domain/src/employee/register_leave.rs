//! Registering that an employee is away.

use std::fmt::Display;

use jiff::civil::Date;
use serde::Serialize;

use super::checks::{LEAVES_MAX, employment_day};
use super::{AbsenceKind, Employee, EmployeeRejection, EmployeeState, Leave, LeaveRegistered};
use crate::{
    Command, Decided, Decision, EmployeeId, EventOf, Given, InvalidValue, LeaveId, Needs, OwnKey,
    Payload as _,
};

/// Registers that an employee is away for a while; the same leave again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegisterLeave {
    /// The employee.
    pub employee_id: EmployeeId,
    /// The leave; made by the client, and its idempotency key for ever.
    pub leave_id: LeaveId,
    /// Why.
    pub kind: AbsenceKind,
    /// The first day.
    pub from: Date,
    /// The last day, in the same employment.
    pub to: Date,
}

impl Command for RegisterLeave {
    type Of = Employee;
    type Answer = LeaveRegistered;

    const NAME: &'static str = "RegisterLeave";

    fn stream_id(&self) -> impl Display + Send {
        Employee::stream_id(&self.employee_id)
    }

    fn own_key(&self) -> OwnKey {
        OwnKey::Named(self.leave_id.uuid())
    }

    fn needs<'a>(&'a self, state: &'a EmployeeState) -> Needs<'a> {
        state.last_store().map_or(Needs::NOTHING, Needs::store)
    }

    fn is_answer(&self, event: &EventOf<Self>) -> bool {
        LeaveRegistered::of(event).is_some_and(|event| event.leave_id == self.leave_id)
    }

    fn decide(&self, state: &EmployeeState, _given: &Given<'_>) -> Decided<Employee> {
        state.hired(&self.employee_id)?;
        employment_day("to", self.to)?;
        if self.to < self.from {
            let rule = "the last day of a leave is its first day or later";
            return Err(InvalidValue::new("LEAVE_DATES_INVALID", self.to, rule)
                .at("to")
                .into());
        }
        if let Some(before) = state.leaves.get(&self.leave_id) {
            let is_same = *before == self.leave();
            return if is_same {
                Ok(Decision::nothing())
            } else {
                Err(self.exists())
            };
        }
        if state.cancelled_leaves.contains(&self.leave_id) {
            return Err(self.exists());
        }
        let stint = state.employed_on(&self.employee_id, "from", self.from)?;
        if let Some(ended_on) = stint.ended_on.filter(|ended_on| *ended_on < self.to) {
            return Err(EmployeeRejection::EmployeeNotActive {
                employee_id: self.employee_id.clone(),
                ended_on,
            });
        }
        let other = state
            .leaves
            .iter()
            .find(|(_, leave)| leave.shares_a_day(self.from, self.to));
        if let Some((leave_id, leave)) = other {
            return Err(EmployeeRejection::LeaveOverlap {
                leave_id: *leave_id,
                from: leave.from,
                to: leave.to,
            });
        }
        let count = state.leaves.len() + state.cancelled_leaves.len();
        EmployeeState::has_room(&self.employee_id, "leaves", count, LEAVES_MAX)?;
        Ok(Decision::event(LeaveRegistered {
            employee_id: self.employee_id.clone(),
            leave_id: self.leave_id,
            kind: self.kind.clone(),
            from: self.from,
            to: self.to,
        }))
    }
}

impl RegisterLeave {
    fn leave(&self) -> Leave {
        Leave {
            kind: self.kind.clone(),
            from: self.from,
            to: self.to,
        }
    }

    fn exists(&self) -> EmployeeRejection {
        EmployeeRejection::LeaveExists {
            leave_id: self.leave_id,
        }
    }
}
