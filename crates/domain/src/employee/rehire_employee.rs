//! Taking somebody on again who had left.

use std::fmt::Display;

use jiff::civil::Date;
use serde::Serialize;

use super::checks::{CHANGES_MAX, first_or_last_day, not_erased, terms, wage};
use super::{
    Employee, EmployeeEvent, EmployeeRehired, EmployeeRejection, EmployeeState, EmploymentTerms, Stint, Wage,
};
use crate::{
    Command, Decided, Decision, EmployeeId, EventOf, Given, Needs, Payload as _, Personal, RetentionClass,
    StoreId, SubjectId,
};

/// Takes somebody on again who had left; the same again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RehireEmployee {
    /// The employee.
    pub employee_id: EmployeeId,
    /// The first day of work, after the last day of the employment before.
    pub admission_date: Date,
    /// As what, where and how.
    pub terms: EmploymentTerms,
    /// The wage from that day on, above zero.
    pub salary: Personal<Wage>,
}

impl Command for RehireEmployee {
    type Of = Employee;
    type Answer = EmployeeRehired;

    const NAME: &'static str = "RehireEmployee";

    fn stream_id(&self) -> impl Display + Send {
        Employee::stream_id(&self.employee_id)
    }

    fn needs<'a>(&'a self, state: &'a EmployeeState) -> Needs<'a> {
        let person = state.person_sought(RetentionClass::Labour);
        let (Some(person), Some(store_id)) = (person, state.last_store()) else {
            return Needs::NOTHING;
        };
        let needs = Needs::store(store_id).and_person(person);
        match &self.terms.cost_center {
            Some(_) => needs.and_books(),
            None => needs,
        }
    }

    fn stores(&self) -> Vec<&StoreId> {
        vec![&self.terms.store_id]
    }

    fn is_answer(&self, event: &EventOf<Self>) -> bool {
        EmployeeRehired::of(event).is_some_and(|event| event.admission_date == self.admission_date)
    }

    fn afresh(&self, state: &EmployeeState, _given: &Given<'_>) -> Vec<EmployeeEvent> {
        let subject_id = state.subject_id.as_ref();
        let rehired = subject_id.map(|subject_id| self.rehired(subject_id, self.terms.clone()));
        rehired.into_iter().map(Into::into).collect()
    }

    fn decide(&self, state: &EmployeeState, given: &Given<'_>) -> Decided<Employee> {
        let subject_id = state.hired(&self.employee_id)?;
        let last_store = state.last_store();
        let last_store = last_store.ok_or_else(|| state.unknown(&self.employee_id))?;
        let store = given.store(last_store)?;
        first_or_last_day("admission_date", self.admission_date, given)?;
        wage(&self.salary, store)?;
        if self.is_begun(state) {
            return Ok(Decision::nothing());
        }
        let ended_on = state.stints.last().and_then(|stint| stint.ended_on);
        let ended_on = ended_on.ok_or_else(|| state.taken(&self.employee_id))?;
        if self.admission_date <= ended_on {
            return Err(EmployeeRejection::EmploymentOverlap {
                admission_date: self.admission_date,
                ended_on,
            });
        }
        let terms = terms(&self.terms, given)?;
        not_erased(given, RetentionClass::Labour)?;
        let count = state.assignments.len().max(state.salaries.len());
        EmployeeState::has_room(&self.employee_id, "changes", count, CHANGES_MAX)?;
        Ok(Decision::event(self.rehired(subject_id, terms)))
    }
}

impl RehireEmployee {
    fn rehired(&self, subject_id: &SubjectId, terms: EmploymentTerms) -> EmployeeRehired {
        EmployeeRehired {
            employee_id: self.employee_id.clone(),
            subject_id: subject_id.clone(),
            admission_date: self.admission_date,
            terms,
            salary: self.salary.clone(),
        }
    }

    /// Whether the last employment is this very one.
    fn is_begun(&self, state: &EmployeeState) -> bool {
        let [_, .., Stint { admission_date, .. }] = state.stints.as_slice() else {
            return false;
        };
        *admission_date == self.admission_date && state.began_with(*admission_date, &self.terms)
    }
}
