//! Putting down what is known of a person.

use std::fmt::Display;

use jiff::civil::Date;
use serde::Serialize;

use super::checks::not_erased;
use super::{ContactFields, Employee, EmployeeState, LabourFields, PersonalDataSet};
use crate::{
    Command, Decided, Decision, EmployeeId, Given, InvalidValue, Needs, RetentionClass, SubjectId, reasons,
};

/// Puts down what is known of a person, or puts it right: each field that is here stands for the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SetPersonalData {
    /// The employee.
    pub employee_id: EmployeeId,
    /// What an employer has to keep.
    pub labour: LabourFields,
    /// How to reach the person.
    pub contact: ContactFields,
}

impl Command for SetPersonalData {
    type Of = Employee;
    type Answer = PersonalDataSet;

    const NAME: &'static str = "SetPersonalData";

    fn stream_id(&self) -> impl Display + Send {
        Employee::stream_id(&self.employee_id)
    }

    fn needs<'a>(&'a self, state: &'a EmployeeState) -> Needs<'a> {
        let class = if self.labour.is_empty() {
            RetentionClass::Contact
        } else {
            RetentionClass::Labour
        };
        match (state.last_store(), state.person_sought(class)) {
            (Some(store_id), Some(person)) => Needs::store(store_id).and_person(person),
            _ => Needs::NOTHING,
        }
    }

    fn decide(&self, state: &EmployeeState, given: &Given<'_>) -> Decided<Employee> {
        let subject_id = state.hired(&self.employee_id)?;
        let store_id = state
            .last_store()
            .ok_or_else(|| state.unknown(&self.employee_id))?;
        let set_on = given.store(store_id)?.business_date(given.recorded_at);
        let first_day = state.stints.first().map_or(set_on, |stint| stint.admission_date);
        let labour = self.labour.checked(set_on.min(first_day))?;
        let contact = self.contact.checked()?;
        if !labour.is_empty() {
            not_erased(given, RetentionClass::Labour)?;
        }
        if !contact.is_empty() {
            not_erased(given, RetentionClass::Contact)?;
        }
        match data_set(&self.employee_id, subject_id, set_on, (labour, contact)) {
            Some(data) => Ok(Decision::event(data)),
            None => {
                let rule = "at least one field is required; what is left out stays as it was";
                Err(InvalidValue::new(reasons::FIELD_REQUIRED, "", rule)
                    .at("labour")
                    .into())
            }
        }
    }
}

/// The event of what is known, if anything is.
pub(super) fn data_set(
    employee_id: &EmployeeId,
    subject_id: &SubjectId,
    set_on: Date,
    (labour, contact): (LabourFields, ContactFields),
) -> Option<PersonalDataSet> {
    let is_empty = labour.is_empty() && contact.is_empty();
    (!is_empty).then(|| PersonalDataSet {
        employee_id: employee_id.clone(),
        subject_id: subject_id.clone(),
        set_on,
        labour,
        contact,
    })
}
