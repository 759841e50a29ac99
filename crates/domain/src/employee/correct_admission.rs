//! Putting the first day of an employment right.

use std::fmt::Display;

use jiff::civil::Date;
use serde::Serialize;

use super::checks::{first_or_last_day, reason};
use super::{AdmissionCorrected, Employee, EmployeeRejection, EmployeeState, Stint};
use crate::{Command, Decided, Decision, EmployeeId, EventOf, Given, Needs, Payload as _};

/// Says on which day the last employment began; the same day again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CorrectAdmission {
    /// The employee.
    pub employee_id: EmployeeId,
    /// The first day of work: after the employment before, and not after anything that was told of this one.
    pub admission_date: Date,
    /// Why, at most 500 characters.
    pub reason: Option<String>,
}

impl Command for CorrectAdmission {
    type Of = Employee;
    type Answer = AdmissionCorrected;

    const NAME: &'static str = "CorrectAdmission";

    fn stream_id(&self) -> impl Display + Send {
        Employee::stream_id(&self.employee_id)
    }

    fn needs<'a>(&'a self, state: &'a EmployeeState) -> Needs<'a> {
        state.last_store().map_or(Needs::NOTHING, Needs::store)
    }

    fn is_answer(&self, event: &EventOf<Self>) -> bool {
        AdmissionCorrected::of(event).is_some_and(|event| event.to == self.admission_date)
    }

    fn decide(&self, state: &EmployeeState, given: &Given<'_>) -> Decided<Employee> {
        state.hired(&self.employee_id)?;
        first_or_last_day("admission_date", self.admission_date, given)?;
        let reason = reason(self.reason.as_ref())?;
        let [before @ .., last] = state.stints.as_slice() else {
            return Err(state.unknown(&self.employee_id));
        };
        if last.admission_date == self.admission_date {
            return Ok(Decision::nothing());
        }
        let ended_on = before.last().and_then(|stint| stint.ended_on);
        if let Some(ended_on) = ended_on.filter(|ended_on| self.admission_date <= *ended_on) {
            return Err(EmployeeRejection::EmploymentOverlap {
                admission_date: self.admission_date,
                ended_on,
            });
        }
        if let Some(date) = self.passed(state, last) {
            return Err(EmployeeRejection::AdmissionAfterChange {
                admission_date: self.admission_date,
                date,
            });
        }
        Ok(Decision::event(AdmissionCorrected {
            employee_id: self.employee_id.clone(),
            from: last.admission_date,
            to: self.admission_date,
            reason,
        }))
    }
}

impl CorrectAdmission {
    /// The first day of which something was told that begins no later than the first day of work would.
    fn passed(&self, state: &EmployeeState, stint: &Stint) -> Option<Date> {
        let assignments = state.assignments.iter().map(|step| step.effective_date);
        let salaries = state.salaries.iter().map(|step| step.effective_date);
        let changes = assignments.chain(salaries);
        // A change of the first day itself would stand beside what the employment began with.
        let changes = changes.filter(|day| *day > stint.admission_date && *day <= self.admission_date);
        let leaves = state.leaves.values().map(|leave| leave.from);
        let leaves = leaves.filter(|day| *day >= stint.admission_date);
        let away = leaves.chain(stint.ended_on);
        let away = away.filter(|day| *day < self.admission_date);
        changes.chain(away).min()
    }
}
