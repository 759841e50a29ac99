//! Employees: who they are and what is known of them, sealed, one row per employee.
//!
//! The row of a person who was erased stays as it is: its fields are of no use without their key.

use posars_domain::SubjectId;
use posars_domain::employee::{EmployeeEvent, PersonalDataSet};

use super::of_employee;
use super::sealed_at::column_of_maybe;
use crate::fold::{LoneChange, Parts};
use crate::read::sql_position;
use crate::row::table_row;
use crate::{ApplyError, Event, Projection};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct EmployeesFold;

table_row! {
    /// An employee as they were taken on.
    pub struct Hired of employees {
        employee_id: String = TEXT key,
        position: i64 = INT8,
        last_position: i64 = INT8,
        version: i64 = INT8,
        subject_id: String = TEXT,
        name: Option<String> = TEXT,
        cpf: Option<String> = TEXT,
        birth_date: Option<String> = TEXT,
        pis: Option<String> = TEXT,
        bank_account: Option<String> = TEXT,
        address: Option<String> = TEXT,
        phone: Option<String> = TEXT,
        email: Option<String> = TEXT,
    }
}

table_row! {
    /// What was told of one later: each field that is there stands for the one before.
    pub struct Told in Hired {
        employee_id: String = TEXT key,
        last_position: i64 = INT8,
        version: i64 = INT8,
        name: Option<String> = TEXT keep,
        cpf: Option<String> = TEXT keep,
        birth_date: Option<String> = TEXT keep,
        pis: Option<String> = TEXT keep,
        bank_account: Option<String> = TEXT keep,
        address: Option<String> = TEXT keep,
        phone: Option<String> = TEXT keep,
        email: Option<String> = TEXT keep,
    }
}

impl LoneChange for Told {
    /// Who was never taken on is no employee.
    fn alone(&self) -> Option<Hired> {
        None
    }
}

fn version(event: &Event<'_>) -> i64 {
    i64::try_from(event.version.get()).unwrap_or(i64::MAX)
}

fn hired(event: &Event<'_>, employee_id: String, subject_id: &SubjectId) -> Hired {
    Hired {
        employee_id,
        position: sql_position(event.position),
        last_position: sql_position(event.position),
        version: version(event),
        subject_id: subject_id.to_string(),
        name: None,
        cpf: None,
        birth_date: None,
        pis: None,
        bank_account: None,
        address: None,
        phone: None,
        email: None,
    }
}

/// Says no more than that there was an event.
fn moved(event: &Event<'_>, employee_id: String) -> Told {
    Told {
        employee_id,
        last_position: sql_position(event.position),
        version: version(event),
        name: None,
        cpf: None,
        birth_date: None,
        pis: None,
        bank_account: None,
        address: None,
        phone: None,
        email: None,
    }
}

fn set(event: &Event<'_>, data: &PersonalDataSet) -> Result<Told, ApplyError> {
    let (labour, contact) = (&data.labour, &data.contact);
    Ok(Told {
        name: column_of_maybe(event, labour.name.as_ref())?,
        cpf: column_of_maybe(event, labour.cpf.as_ref())?,
        birth_date: column_of_maybe(event, labour.birth_date.as_ref())?,
        pis: column_of_maybe(event, labour.pis.as_ref())?,
        bank_account: column_of_maybe(event, labour.bank_account.as_ref())?,
        address: column_of_maybe(event, contact.address.as_ref())?,
        phone: column_of_maybe(event, contact.phone.as_ref())?,
        email: column_of_maybe(event, contact.email.as_ref())?,
        ..moved(event, data.employee_id.to_string())
    })
}

impl Projection for EmployeesFold {
    const NAME: &'static str = "employees";
    const VERSION: u16 = 1;
    type Fold = Parts<Hired, Told>;

    fn apply(event: &Event<'_>, fold: &mut Parts<Hired, Told>) -> Result<(), ApplyError> {
        let Some(told) = of_employee(event)? else {
            return Ok(());
        };
        let employee_id = match &told {
            EmployeeEvent::EmployeeHired(told) => {
                fold.put(hired(event, told.employee_id.to_string(), &told.subject_id));
                return Ok(());
            }
            EmployeeEvent::PersonalDataSet(data) => {
                fold.change(set(event, data)?);
                return Ok(());
            }
            EmployeeEvent::PositionChanged(told) => &told.employee_id,
            EmployeeEvent::SalaryChanged(told) => &told.employee_id,
            EmployeeEvent::LeaveRegistered(told) => &told.employee_id,
            EmployeeEvent::LeaveCancelled(told) => &told.employee_id,
            EmployeeEvent::EmployeeTerminated(told) => &told.employee_id,
            EmployeeEvent::EmployeeRehired(told) => &told.employee_id,
            EmployeeEvent::AdmissionCorrected(told) => &told.employee_id,
        };
        fold.change(moved(event, employee_id.to_string()));
        Ok(())
    }
}
