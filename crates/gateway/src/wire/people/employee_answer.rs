//! What the commands of employees answer: what they made so, without anything personal.

use posars_commands::Completed;
use posars_domain::employee::{
    AdmissionCorrected, EmployeeEvent, EmployeeHired, EmployeeRehired, EmployeeTerminated, EmploymentTerms,
    LeaveCancelled, LeaveRegistered, PersonalDataSet, PositionChanged, SalaryChanged,
};
use posars_domain::{CompanyId, EmployeeId, LeaveId};

use super::{EmployeeName, LeaveName};
use crate::proto::hr::v1 as pb;
use crate::wire::ResourceName as _;
use crate::wire::value::{write_date, write_time};

/// The name of an employee.
pub(crate) fn employee_name(company: &CompanyId, employee_id: &EmployeeId) -> String {
    EmployeeName {
        employee_id: employee_id.clone(),
    }
    .of(company)
}

fn leave_name(company: &CompanyId, employee_id: &EmployeeId, leave_id: LeaveId) -> String {
    LeaveName {
        employee_id: employee_id.clone(),
        leave_id,
    }
    .of(company)
}

/// Writes as what, where and how an employee works.
pub(crate) fn write_terms(terms: &EmploymentTerms) -> pb::EmploymentTerms {
    let EmploymentTerms {
        position,
        store_id,
        cost_center,
        contract,
    } = terms;
    pb::EmploymentTerms {
        job_title: position.clone(),
        store_id: store_id.to_string(),
        cost_center_id: cost_center.as_ref().map(ToString::to_string).unwrap_or_default(),
        contract: contract.to_string(),
    }
}

/// An employee who was taken on.
pub(crate) fn write_hired(company: &CompanyId, hired: &EmployeeHired) -> pb::Employee {
    pb::Employee {
        subject_id: hired.subject_id.to_string(),
        admission_date: Some(write_date(hired.admission_date)),
        terms: Some(write_terms(&hired.terms)),
        ..write_named(company, &hired.employee_id)
    }
}

/// An employee who was taken on again.
pub(crate) fn write_rehired(company: &CompanyId, rehired: &EmployeeRehired) -> pb::Employee {
    pb::Employee {
        subject_id: rehired.subject_id.to_string(),
        admission_date: Some(write_date(rehired.admission_date)),
        terms: Some(write_terms(&rehired.terms)),
        ..write_named(company, &rehired.employee_id)
    }
}

/// An employee whose employment ended.
pub(crate) fn write_terminated(company: &CompanyId, terminated: &EmployeeTerminated) -> pb::Employee {
    pb::Employee {
        termination_date: Some(write_date(terminated.date)),
        termination_reason: terminated.reason.clone(),
        ..write_named(company, &terminated.employee_id)
    }
}

/// An employee whose first day of work was put right.
pub(crate) fn write_corrected(company: &CompanyId, corrected: &AdmissionCorrected) -> pb::Employee {
    pb::Employee {
        admission_date: Some(write_date(corrected.to)),
        ..write_named(company, &corrected.employee_id)
    }
}

fn write_named(company: &CompanyId, employee_id: &EmployeeId) -> pb::Employee {
    pb::Employee {
        name: employee_name(company, employee_id),
        employee_id: employee_id.to_string(),
        ..pb::Employee::default()
    }
}

/// The paths of what was put down.
pub(crate) fn write_set_fields(set: &PersonalDataSet) -> Vec<String> {
    let (labour, contact) = (&set.labour, &set.contact);
    let fields = [
        ("full_name", labour.name.is_some()),
        ("cpf", labour.cpf.is_some()),
        ("birth_date", labour.birth_date.is_some()),
        ("pis", labour.pis.is_some()),
        ("bank_account", labour.bank_account.is_some()),
        ("address", contact.address.is_some()),
        ("phone", contact.phone.is_some()),
        ("email", contact.email.is_some()),
    ];
    let set = fields.into_iter().filter(|(_, is_set)| *is_set);
    set.map(|(name, _)| format!("personal_data.{name}")).collect()
}

/// As what, where and how an employee works from a day on.
pub(crate) fn write_assignment(company: &CompanyId, changed: &PositionChanged) -> pb::Assignment {
    pb::Assignment {
        employee: employee_name(company, &changed.employee_id),
        effective_date: Some(write_date(changed.effective_date)),
        terms: Some(write_terms(&changed.terms)),
        reason: changed.reason.clone().unwrap_or_default(),
    }
}

/// That an employee earns another wage from a day on.
pub(crate) fn write_salary_changed(
    company: &CompanyId,
    changed: &SalaryChanged,
    completed: &Completed<EmployeeEvent>,
) -> pb::SalaryChange {
    pb::SalaryChange {
        employee: employee_name(company, &changed.employee_id),
        effective_date: Some(write_date(changed.effective_date)),
        reason: changed.reason.clone().unwrap_or_default(),
        position: completed.position.get(),
        record_time: completed.recorded_at.map(write_time),
        ..pb::SalaryChange::default()
    }
}

/// A leave that was registered.
pub(crate) fn write_registered_leave(company: &CompanyId, leave: &LeaveRegistered) -> pb::Leave {
    pb::Leave {
        name: leave_name(company, &leave.employee_id, leave.leave_id),
        leave_id: leave.leave_id.to_string(),
        employee: employee_name(company, &leave.employee_id),
        kind: leave.kind.to_string(),
        start_date: Some(write_date(leave.from)),
        end_date: Some(write_date(leave.to)),
        ..pb::Leave::default()
    }
}

/// A leave that was cancelled.
pub(crate) fn write_cancelled_leave(company: &CompanyId, leave: &LeaveCancelled) -> pb::Leave {
    pb::Leave {
        name: leave_name(company, &leave.employee_id, leave.leave_id),
        leave_id: leave.leave_id.to_string(),
        employee: employee_name(company, &leave.employee_id),
        cancelled: true,
        cancel_reason: leave.reason.clone().unwrap_or_default(),
        ..pb::Leave::default()
    }
}
