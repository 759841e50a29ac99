//! Ending an employment.

use std::fmt::Display;

use jiff::civil::Date;
use serde::Serialize;

use super::checks::first_or_last_day;
use super::{
    Employee, EmployeeEvent, EmployeeRejection, EmployeeState, EmployeeTerminated, LeaveCancelled,
    LeaveRegistered,
};
use crate::misplaced::{Refused, not_in_words};
use crate::text::{self, NOTE_CHARS_MAX};
use crate::{Command, Decided, Decision, EmployeeId, EventOf, Given, Needs, Payload as _};

/// Ends the last employment, and the leaves with it. Of one that has ended already it says when and why it did: the end
/// that was told before no longer holds, but what that one had dropped stays so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TerminateEmployee {
    /// The employee.
    pub employee_id: EmployeeId,
    /// The last day of work, which may be yet to come.
    pub date: Date,
    /// Why, 1 to 500 characters.
    pub reason: String,
}

impl Command for TerminateEmployee {
    type Of = Employee;
    type Answer = EmployeeTerminated;

    const NAME: &'static str = "TerminateEmployee";

    fn stream_id(&self) -> impl Display + Send {
        Employee::stream_id(&self.employee_id)
    }

    fn needs<'a>(&'a self, state: &'a EmployeeState) -> Needs<'a> {
        state.last_store().map_or(Needs::NOTHING, Needs::store)
    }

    fn is_answer(&self, event: &EventOf<Self>) -> bool {
        EmployeeTerminated::of(event).is_some_and(|event| event.date == self.date)
    }

    fn decide(&self, state: &EmployeeState, given: &Given<'_>) -> Decided<Employee> {
        state.hired(&self.employee_id)?;
        first_or_last_day("date", self.date, given)?;
        not_in_words("reason", &self.reason, Refused::Both)?;
        let reason = text::required("reason", &self.reason, NOTE_CHARS_MAX)?;
        let last = state.stints.last();
        let last = last.ok_or_else(|| state.unknown(&self.employee_id))?;
        if last.ended_on == Some(self.date) && last.end_reason.as_ref() == Some(&reason) {
            return Ok(Decision::nothing());
        }
        if self.date < last.admission_date {
            return Err(EmployeeRejection::EffectiveDateBeforeHire {
                path: "date".into(),
                date: self.date,
                admission_date: last.admission_date,
            });
        }
        let mut events = self.leaves_ended(state);
        let terminated = EmployeeTerminated {
            employee_id: self.employee_id.clone(),
            date: self.date,
            reason,
        };
        events.push(terminated.into());
        Ok(Decision {
            events,
            claims: Vec::new(),
        })
    }
}

impl TerminateEmployee {
    /// Nobody is away from a job that is over: what begins later is cancelled, what lasts longer is told again.
    fn leaves_ended(&self, state: &EmployeeState) -> Vec<EmployeeEvent> {
        let beyond = state.leaves.iter().filter(|(_, leave)| leave.to > self.date);
        let ended = beyond.map(|(leave_id, leave)| {
            if leave.from > self.date {
                LeaveCancelled {
                    employee_id: self.employee_id.clone(),
                    leave_id: *leave_id,
                    reason: None,
                }
                .into()
            } else {
                LeaveRegistered {
                    employee_id: self.employee_id.clone(),
                    leave_id: *leave_id,
                    kind: leave.kind.clone(),
                    from: leave.from,
                    to: self.date,
                }
                .into()
            }
        });
        ended.collect()
    }
}
