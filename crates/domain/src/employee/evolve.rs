//! How each event changes an employee.

use jiff::civil::Date;

use super::{
    AdmissionCorrected, Assignment, EmployeeEvent, EmployeeRejection, EmployeeState, EmployeeTerminated,
    EmploymentTerms, Leave, SalaryStep, Stint, Wage,
};
use crate::{Aggregate, EmployeeId, Personal};

/// What an employee is.
#[derive(Debug, Clone, Copy)]
pub struct Employee;

impl Employee {
    /// The id part of the stream's name.
    #[must_use]
    pub fn stream_id(employee_id: &EmployeeId) -> &str {
        employee_id.as_str()
    }
}

impl Aggregate for Employee {
    const CATEGORY: &'static str = "employee";
    type Event = EmployeeEvent;
    type State = EmployeeState;
    type Rejection = EmployeeRejection;

    fn evolve(mut state: EmployeeState, event: &EmployeeEvent) -> EmployeeState {
        match event {
            EmployeeEvent::EmployeeHired(event) => {
                state.subject_id = Some(event.subject_id.clone());
                state.begin(event.admission_date, &event.terms, &event.salary);
            }
            EmployeeEvent::EmployeeRehired(event) => {
                state.begin(event.admission_date, &event.terms, &event.salary);
            }
            EmployeeEvent::PersonalDataSet(_) => {}
            EmployeeEvent::PositionChanged(event) => state.assignments.push(Assignment {
                effective_date: event.effective_date,
                terms: event.terms.clone(),
            }),
            EmployeeEvent::SalaryChanged(event) => state.salaries.push(SalaryStep {
                effective_date: event.effective_date,
                salary: event.salary.clone(),
            }),
            EmployeeEvent::LeaveRegistered(event) => {
                let leave = Leave {
                    kind: event.kind.clone(),
                    from: event.from,
                    to: event.to,
                };
                state.leaves.insert(event.leave_id, leave);
            }
            EmployeeEvent::LeaveCancelled(event) => {
                state.leaves.remove(&event.leave_id);
                state.cancelled_leaves.insert(event.leave_id);
            }
            EmployeeEvent::EmployeeTerminated(event) => state.end(event),
            EmployeeEvent::AdmissionCorrected(event) => state.correct(event),
        }
        state
    }
}

impl EmployeeState {
    fn begin(&mut self, admission_date: Date, terms: &EmploymentTerms, salary: &Personal<Wage>) {
        self.stints.push(Stint {
            admission_date,
            ended_on: None,
            end_reason: None,
        });
        self.assignments.push(Assignment {
            effective_date: admission_date,
            terms: terms.clone(),
        });
        self.salaries.push(SalaryStep {
            effective_date: admission_date,
            salary: salary.clone(),
        });
    }

    fn correct(&mut self, event: &AdmissionCorrected) {
        if let Some(stint) = self.stints.last_mut() {
            stint.admission_date = event.to;
        }
        let days = self.assignments.iter_mut().map(|step| &mut step.effective_date);
        let days = days.chain(self.salaries.iter_mut().map(|step| &mut step.effective_date));
        days.filter(|day| **day == event.from)
            .for_each(|day| *day = event.to);
    }

    /// What was to begin later never does, not even when the employee comes back.
    fn end(&mut self, event: &EmployeeTerminated) {
        if let Some(stint) = self.stints.last_mut() {
            stint.ended_on = Some(event.date);
            stint.end_reason = Some(event.reason.clone());
        }
        self.assignments.retain(|step| step.effective_date <= event.date);
        self.salaries.retain(|step| step.effective_date <= event.date);
    }
}
