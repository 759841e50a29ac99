//! Taking somebody on.

use std::fmt::Display;

use jiff::civil::Date;
use serde::Serialize;

use super::checks::{first_or_last_day, not_erased, terms, wage};
use super::set_personal_data::data_set;
use super::{
    ContactFields, Employee, EmployeeEvent, EmployeeHired, EmployeeRejection, EmployeeState, EmploymentTerms,
    LabourFields, Wage,
};
use crate::misplaced::{Refused, not_an_id};
use crate::person::{PersonSought, WhenErased};
use crate::{
    Circumstance, Claim, Command, Cpf, Decided, Decision, EmployeeId, Given, InvalidValue, Needs, Personal,
    RetentionClass, SubjectId, reasons,
};

/// Takes somebody on; the same hire again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HireEmployee {
    /// The employee.
    pub employee_id: EmployeeId,
    /// The person; `None` is whoever has the CPF, or else somebody new.
    pub subject_id: Option<SubjectId>,
    /// The first day of work.
    pub admission_date: Date,
    /// As what, where and how.
    pub terms: EmploymentTerms,
    /// The wage from the first day on, above zero.
    pub salary: Personal<Wage>,
    /// What an employer has to keep.
    pub labour: LabourFields,
    /// How to reach the person.
    pub contact: ContactFields,
}

impl Command for HireEmployee {
    type Of = Employee;
    type Answer = EmployeeHired;

    // The stream is read first: a hire that was carried out before must not make keys for somebody new.
    const NAME: &'static str = "HireEmployee";

    fn stream_id(&self) -> impl Display + Send {
        Employee::stream_id(&self.employee_id)
    }

    fn needs<'a>(&'a self, state: &'a EmployeeState) -> Needs<'a> {
        let needs = Needs::store(&self.terms.store_id);
        let needs = match &self.terms.cost_center {
            Some(_) => needs.and_books(),
            None => needs,
        };
        let cpf = self.labour.clear_cpf().map(Cpf::as_str);
        // Sent again: whoever has the CPF now tells whether it is the one who was hired.
        let named = match &state.subject_id {
            Some(hired) if cpf.is_none() => Some(hired),
            Some(_) => None,
            None => self.subject_id.as_ref(),
        };
        needs.and_person(PersonSought {
            subject: named,
            finder: cpf,
            class: RetentionClass::Labour,
            when_erased: WhenErased::Told,
        })
    }

    fn afresh(&self, _state: &EmployeeState, given: &Given<'_>) -> Vec<EmployeeEvent> {
        let decided = self.decide(&EmployeeState::default(), given);
        decided.map_or_else(|_| Vec::new(), |decision| decision.events)
    }

    fn decide(&self, state: &EmployeeState, given: &Given<'_>) -> Decided<Employee> {
        let store = given.store(&self.terms.store_id)?;
        first_or_last_day("admission_date", self.admission_date, given)?;
        let set_on = store.business_date(given.recorded_at);
        let labour = self.labour.checked(set_on.min(self.admission_date))?;
        let contact = self.contact.checked()?;
        wage(&self.salary, store)?;
        if let Some(hired) = &state.subject_id {
            let is_person = self.subject_id.as_ref().is_none_or(|named| named == hired)
                && given.person.is_none_or(|person| person.subject_id == *hired);
            return self.again(state, is_person);
        }
        let terms = terms(&self.terms, given)?;
        self.employee_id.check_new("employee_id")?;
        let subject_id = self.person(given)?;
        not_erased(given, RetentionClass::Labour)?;
        if !contact.is_empty() {
            not_erased(given, RetentionClass::Contact)?;
        }
        let hired = EmployeeHired {
            employee_id: self.employee_id.clone(),
            subject_id: subject_id.clone(),
            admission_date: self.admission_date,
            terms,
            salary: self.salary.clone(),
        };
        let data = data_set(&self.employee_id, &subject_id, set_on, (labour, contact));
        Ok(Decision {
            events: std::iter::once(hired.into())
                .chain(data.map(Into::into))
                .collect(),
            claims: vec![self.claim(subject_id)],
        })
    }
}

impl HireEmployee {
    /// The id is somebody's: nothing is left to do when it is this very hire.
    fn again(&self, state: &EmployeeState, is_person: bool) -> Decided<Employee> {
        let first = state.stints.first();
        let is_first = first.is_some_and(|stint| stint.admission_date == self.admission_date);
        if is_person && is_first && state.began_with(self.admission_date, &self.terms) {
            return Ok(Decision::nothing());
        }
        Err(state.taken(&self.employee_id))
    }

    fn person(&self, given: &Given<'_>) -> Result<SubjectId, InvalidValue> {
        if let Some(subject_id) = &self.subject_id {
            subject_id.check_new("subject_id")?;
            not_an_id("subject_id", subject_id.as_str(), Refused::Cpf)?;
        }
        let found = given.person.map(|person| &person.subject_id);
        found.or(self.subject_id.as_ref()).cloned().ok_or_else(|| {
            let rule = "nobody was found whose data this is; name the person";
            InvalidValue::new(reasons::FIELD_REQUIRED, "", rule).at("subject_id")
        })
    }

    /// One person is one employee, whatever the id.
    fn claim(&self, subject_id: SubjectId) -> Claim<EmployeeRejection> {
        // Whoever was found by the CPF is known to the caller by nothing else.
        let taken = match (&self.subject_id, &self.labour.cpf) {
            (None, Some(_)) => Circumstance::CpfInUse.into(),
            _ => EmployeeRejection::SubjectInUse {
                subject_id: subject_id.clone(),
            },
        };
        Claim {
            key: format!("employee-subject:{subject_id}"),
            holder: None,
            namesake: None,
            taken,
        }
    }
}
