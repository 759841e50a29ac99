//! Employees as they are read: what is sealed of them is opened by who answers, as far as the caller sees it.

use posars_domain::employee::{BankAccount, Wage, WagePeriod};
use posars_domain::{CompanyId, Personal, Sealable, SubjectId};
use posars_projections::{
    EmployeeRow, EmploymentRow, EmploymentState, LeaveRow, PersonFields, SalaryStepRow, SealedAt,
};

use super::LeaveName;
use super::employee_answer::{employee_name, write_terms};
use crate::proto::hr::v1 as pb;
use crate::visibility::{Hidden, SealedField, Sees, Sort};
use crate::wire::Reader;
use crate::wire::names::ResourceName as _;
use crate::wire::reader::FIELD_INVALID;
use crate::wire::value::{write_date, write_money, write_time};

/// A sealed field of a row.
fn sealed<'a, T>(
    subject: &'a SubjectId,
    (sort, name): (Sort, &'static str),
    field: &'a mut SealedAt<T>,
) -> SealedField<'a>
where
    Personal<T>: Sealable,
{
    SealedField {
        sort,
        name,
        subject: Some(subject),
        stream: &field.stream,
        event_id: field.event_id,
        path: field.path,
        data: &mut field.data,
    }
}

/// The name of an employee, if it is known.
pub(crate) fn sealed_name(employee: &mut EmployeeRow) -> Option<SealedField<'_>> {
    let (subject, name) = (&employee.subject_id, employee.data.name.as_mut());
    name.map(|name| sealed(subject, (Sort::Name, "personal_data.full_name"), name))
}

/// All that is sealed of an employee.
pub(crate) fn sealed_of_employee(employee: &mut EmployeeRow) -> Vec<SealedField<'_>> {
    let subject = &employee.subject_id;
    let PersonFields {
        name,
        cpf,
        birth_date,
        pis,
        bank_account,
        address,
        phone,
        email,
    } = &mut employee.data;
    let known = [
        Some(sealed(subject, (Sort::Wage, "salary"), &mut employee.salary)),
        name.as_mut()
            .map(|name| sealed(subject, (Sort::Name, "personal_data.full_name"), name)),
        cpf.as_mut()
            .map(|cpf| sealed(subject, (Sort::Identity, "personal_data.cpf"), cpf)),
        birth_date
            .as_mut()
            .map(|day| sealed(subject, (Sort::Identity, "personal_data.birth_date"), day)),
        pis.as_mut()
            .map(|pis| sealed(subject, (Sort::Identity, "personal_data.pis"), pis)),
        bank_account
            .as_mut()
            .map(|account| sealed(subject, (Sort::Bank, "personal_data.bank_account"), account)),
        address
            .as_mut()
            .map(|address| sealed(subject, (Sort::Contact, "personal_data.address"), address)),
        phone
            .as_mut()
            .map(|phone| sealed(subject, (Sort::Contact, "personal_data.phone"), phone)),
        email
            .as_mut()
            .map(|email| sealed(subject, (Sort::Contact, "personal_data.email"), email)),
    ];
    known.into_iter().flatten().collect()
}

/// Writes an employee, whose fields are open as far as the caller sees them, with what is not shown.
pub(crate) fn write_employee(
    company: &CompanyId,
    employee: &EmployeeRow,
    employments: &[EmploymentRow],
    (sees, mut hidden): (&Sees, Hidden),
) -> pb::Employee {
    let sees_why = sees.sees(Sort::Absence);
    if !sees_why && (employment_ended(&employee.employment) || employments.iter().any(employment_ended)) {
        hidden.masked.push("termination_reason".to_owned());
    }
    let EmployeeRow {
        employee_id,
        subject_id,
        state,
        employment,
        terms,
        terms_since: _,
        salary,
        store_today: _,
        data,
        version: _,
        position: _,
        last_position: _,
    } = employee;
    pb::Employee {
        name: employee_name(company, employee_id),
        employee_id: employee_id.to_string(),
        subject_id: subject_id.to_string(),
        state: write_state(*state).into(),
        admission_date: Some(write_date(employment.admission_date)),
        termination_date: employment.ended_on.map(write_date),
        termination_reason: write_reason(employment, sees_why),
        terms: Some(write_terms(terms)),
        salary: salary.data.clear().map(write_wage),
        personal_data: write_personal_data(data),
        employments: employments
            .iter()
            .map(|employment| write_employment(employment, sees_why))
            .collect(),
        masked_fields: hidden.masked,
        erased_fields: hidden.erased,
        locked_fields: hidden.locked,
    }
}

/// What is open of what is known of a person; absent when that is nothing.
fn write_personal_data(data: &PersonFields) -> Option<pb::PersonalData> {
    let shown = pb::PersonalData {
        full_name: shown(data.name.as_ref()),
        cpf: shown(data.cpf.as_ref()),
        birth_date: open(data.birth_date.as_ref()).map(|day| write_date(*day)),
        pis: shown(data.pis.as_ref()),
        bank_account: open(data.bank_account.as_ref()).map(write_bank_account),
        address: shown(data.address.as_ref()),
        phone: shown(data.phone.as_ref()),
        email: shown(data.email.as_ref()),
    };
    Some(shown).filter(|shown| *shown != pb::PersonalData::default())
}

/// A field that is in the clear.
fn open<T>(field: Option<&SealedAt<T>>) -> Option<&T> {
    field?.data.clear()
}

fn shown<T: ToString>(field: Option<&SealedAt<T>>) -> String {
    open(field).map(ToString::to_string).unwrap_or_default()
}

fn write_bank_account(account: &BankAccount) -> pb::BankAccount {
    let BankAccount {
        bank,
        branch,
        account,
        pix_key,
    } = account;
    pb::BankAccount {
        bank: bank.clone().unwrap_or_default(),
        branch: branch.clone().unwrap_or_default(),
        account: account.clone().unwrap_or_default(),
        pix_key: pix_key.clone().unwrap_or_default(),
    }
}

fn write_wage(wage: &Wage) -> pb::Wage {
    let per = match wage.per {
        WagePeriod::Month => pb::WagePeriod::Month,
        WagePeriod::Hour => pb::WagePeriod::Hour,
    };
    pb::Wage {
        amount: write_money(wage.amount, wage.currency),
        per: per.into(),
    }
}

const fn employment_ended(employment: &EmploymentRow) -> bool {
    employment.end_reason.is_some()
}

/// Why an employment ended, if that is for the caller.
fn write_reason(employment: &EmploymentRow, sees_why: bool) -> String {
    let reason = employment.end_reason.clone().filter(|_| sees_why);
    reason.unwrap_or_default()
}

fn write_employment(employment: &EmploymentRow, sees_why: bool) -> pb::Employment {
    pb::Employment {
        admission_date: Some(write_date(employment.admission_date)),
        termination_date: employment.ended_on.map(write_date),
        termination_reason: write_reason(employment, sees_why),
    }
}

const fn write_state(state: EmploymentState) -> pb::EmploymentState {
    match state {
        EmploymentState::Upcoming => pb::EmploymentState::Upcoming,
        EmploymentState::Active => pb::EmploymentState::Active,
        EmploymentState::Terminated => pb::EmploymentState::Terminated,
    }
}

/// Reads how employments of a list stand; `Some(None)` when that is not said.
pub(crate) fn read_state(reader: &mut Reader, field: &str, number: i32) -> Option<Option<EmploymentState>> {
    match pb::EmploymentState::try_from(number) {
        Ok(pb::EmploymentState::Unspecified) => Some(None),
        Ok(pb::EmploymentState::Upcoming) => Some(Some(EmploymentState::Upcoming)),
        Ok(pb::EmploymentState::Active) => Some(Some(EmploymentState::Active)),
        Ok(pb::EmploymentState::Terminated) => Some(Some(EmploymentState::Terminated)),
        Err(_) => {
            let problem = format!("{number} is none that this server knows; send one of the document's");
            reader.refuse(field, FIELD_INVALID, problem);
            None
        }
    }
}

/// The wage of a step of an employee's history.
pub(crate) fn sealed_of_step<'a>(
    subject: &'a SubjectId,
    step: &'a mut SalaryStepRow,
) -> Vec<SealedField<'a>> {
    vec![sealed(subject, (Sort::Wage, "salary"), &mut step.salary)]
}

/// Writes a step of what an employee earns, whose wage is open if the caller sees it.
pub(crate) fn write_salary_step(employee: &str, step: &SalaryStepRow, hidden: Hidden) -> pb::SalaryChange {
    pb::SalaryChange {
        employee: employee.to_owned(),
        effective_date: Some(write_date(step.effective_date)),
        salary: step.salary.data.clear().map(write_wage),
        reason: step.reason.clone().unwrap_or_default(),
        superseded: step.superseded,
        position: step.position.get(),
        record_time: Some(write_time(step.recorded_at)),
        masked_fields: hidden.masked,
        erased_fields: hidden.erased,
        locked_fields: hidden.locked,
    }
}

/// Writes a leave of the calendar; why somebody is away only where that is for the caller.
pub(crate) fn write_leave_row(company: &CompanyId, leave: &LeaveRow, sees: &Sees) -> pb::Leave {
    let sees_why = sees.sees(Sort::Absence);
    let masked: &[&str] = match (sees_why, &leave.cancel_reason) {
        (true, _) => &[],
        (false, None) => &["kind"],
        (false, Some(_)) => &["kind", "cancel_reason"],
    };
    let name = LeaveName {
        employee_id: leave.employee_id.clone(),
        leave_id: leave.leave_id,
    };
    let store = leave.store_id.as_ref();
    pb::Leave {
        name: name.of(company),
        leave_id: leave.leave_id.to_string(),
        employee: employee_name(company, &leave.employee_id),
        kind: if sees_why {
            leave.kind.as_str().to_owned()
        } else {
            String::new()
        },
        start_date: Some(write_date(leave.from)),
        end_date: Some(write_date(leave.to)),
        cancelled: leave.cancelled,
        cancel_reason: leave
            .cancel_reason
            .clone()
            .filter(|_| sees_why)
            .unwrap_or_default(),
        store_id: store.map(ToString::to_string).unwrap_or_default(),
        masked_fields: masked.iter().map(|field| (*field).to_owned()).collect(),
    }
}
