//! The read models of people: employees with their terms, wages and leaves, payrolls and what they cost, and which events
//! hold something of a person. Nothing here opens what is sealed.

pub(crate) mod dated_steps;
pub(crate) mod employee_salaries;
pub(crate) mod employee_stints;
pub(crate) mod employee_terms;
pub(crate) mod employees;
mod employment_step;
pub(crate) mod leaves;
pub(crate) mod payroll_costs;
pub(crate) mod payrolls;
pub(crate) mod person_records;
pub(crate) mod sealed_at;

use posars_domain::employee::EmployeeEvent;
use posars_domain::payroll::PayrollEvent;

use crate::{ApplyError, Event, EventKind};

pub use dated_steps::Steps;
pub use employee_salaries::EmployeeSalariesFold;
pub use employee_stints::{EmployeeStintsFold, Stints};
pub use employee_terms::EmployeeTermsFold;
pub use employees::EmployeesFold;
pub use employment_step::StepKind;
pub use leaves::LeavesFold;
pub use payroll_costs::PayrollCostsFold;
pub use payrolls::PayrollsFold;
pub use person_records::PersonRecordsFold;
pub use sealed_at::SealedAt;

/// The event of an employee; none of another category.
fn of_employee(event: &Event<'_>) -> Result<Option<EmployeeEvent>, ApplyError> {
    let EventKind::Employee(kind) = event.kind else {
        return Ok(None);
    };
    let decoded = event.decoded::<EmployeeEvent>(kind)?;
    if matches!(decoded, EmployeeEvent::EmployeeHired(_)) {
        event.must_be_first()?;
    }
    Ok(Some(decoded))
}

/// The event of a payroll; none of another category.
fn of_payroll(event: &Event<'_>) -> Result<Option<PayrollEvent>, ApplyError> {
    let EventKind::Payroll(kind) = event.kind else {
        return Ok(None);
    };
    let decoded = event.decoded::<PayrollEvent>(kind)?;
    if matches!(decoded, PayrollEvent::PayrollRecorded(_)) {
        event.must_be_first()?;
    }
    Ok(Some(decoded))
}
