//! Giving an employee another wage.

use std::fmt::Display;

use jiff::civil::Date;
use serde::Serialize;

use super::checks::{CHANGES_MAX, not_erased, reason, wage};
use super::{Employee, EmployeeEvent, EmployeeState, SalaryChanged, Wage};
use crate::{Command, Decided, Decision, EmployeeId, Given, Needs, Personal, RetentionClass, SubjectId};

/// Says what an employee earns from a day on. Of two changes for one day the later one holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeSalary {
    /// The employee.
    pub employee_id: EmployeeId,
    /// The first day, within an employment.
    pub effective_date: Date,
    /// The wage, above zero, in the currency of the store.
    pub salary: Personal<Wage>,
    /// Why, at most 500 characters.
    pub reason: Option<String>,
}

impl Command for ChangeSalary {
    type Of = Employee;
    type Answer = SalaryChanged;

    const NAME: &'static str = "ChangeSalary";

    fn stream_id(&self) -> impl Display + Send {
        Employee::stream_id(&self.employee_id)
    }

    fn needs<'a>(&'a self, state: &'a EmployeeState) -> Needs<'a> {
        match (state.last_store(), state.person_sought(RetentionClass::Labour)) {
            (Some(store_id), Some(person)) => Needs::store(store_id).and_person(person),
            _ => Needs::NOTHING,
        }
    }

    fn afresh(&self, state: &EmployeeState, _given: &Given<'_>) -> Vec<EmployeeEvent> {
        let subject_id = state.subject_id.as_ref();
        let changed = subject_id.map(|subject_id| self.changed(subject_id, self.reason.clone()));
        changed.into_iter().map(Into::into).collect()
    }

    fn decide(&self, state: &EmployeeState, given: &Given<'_>) -> Decided<Employee> {
        let subject_id = state.hired(&self.employee_id)?;
        state.employed_on(&self.employee_id, "effective_date", self.effective_date)?;
        let store_id = state.last_store();
        let store_id = store_id.ok_or_else(|| state.unknown(&self.employee_id))?;
        wage(&self.salary, given.store(store_id)?)?;
        let reason = reason(self.reason.as_ref())?;
        not_erased(given, RetentionClass::Labour)?;
        EmployeeState::has_room(&self.employee_id, "changes", state.salaries.len(), CHANGES_MAX)?;
        Ok(Decision::event(self.changed(subject_id, reason)))
    }
}

impl ChangeSalary {
    fn changed(&self, subject_id: &SubjectId, reason: Option<String>) -> SalaryChanged {
        SalaryChanged {
            employee_id: self.employee_id.clone(),
            subject_id: subject_id.clone(),
            effective_date: self.effective_date,
            salary: self.salary.clone(),
            reason,
        }
    }
}
