//! The commands of employees, from the wire. What is personal is never repeated in a refusal.

use jiff::civil::Date;
use posars_domain::employee::{
    BankAccount, CancelLeave, ChangePosition, ChangeSalary, ContactFields, CorrectAdmission, EmploymentTerms,
    HireEmployee, LabourFields, RegisterLeave, RehireEmployee, SetPersonalData, TerminateEmployee, Wage,
    WagePeriod, employee_cpf,
};
use posars_domain::product::Edit;
use posars_domain::{Amount, CostCenterId, Currency, Personal, reasons};
use tonic::Status;

use super::{EmployeeName, LeaveName};
use crate::proto::google::r#type as google;
use crate::proto::hr::v1 as pb;
use crate::status::FieldNames;
use crate::wire::reader::FIELD_INVALID;
use crate::wire::value::{given, read_date, read_label, read_optional_date};
use crate::wire::{FromRequest, Reader};

/// Where what is refused of a wage stands.
const SALARY: (&str, &str) = ("salary", "salary.amount");
const CURRENCY: (&str, &str) = ("currency", "salary.amount.currency_code");
const LABOUR: (&str, &str) = ("labour", "personal_data");
const FULL_NAME: (&str, &str) = ("labour.name", "full_name");
const CONTACT: (&str, &str) = ("contact", "personal_data");
const STORE: (&str, &str) = ("store_id", "terms.store_id");
const JOB: (&str, &str) = ("terms.position", "job_title");
const COST_CENTER: (&str, &str) = ("terms.cost_center", "cost_center_id");
/// Of an employee who is in the name.
const NAMED: (&str, &str) = ("employee_id", "name");

impl FromRequest for HireEmployee {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[
        SALARY,
        CURRENCY,
        LABOUR,
        FULL_NAME,
        CONTACT,
        STORE,
        JOB,
        COST_CENTER,
    ]);
}

impl FromRequest for SetPersonalData {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[NAMED, LABOUR, FULL_NAME, CONTACT]);
}

impl FromRequest for ChangePosition {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[
        NAMED,
        ("position", "job_title"),
        ("cost_center", "cost_center_id"),
    ]);
}

impl FromRequest for ChangeSalary {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[NAMED, SALARY, CURRENCY]);
}

impl FromRequest for RegisterLeave {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[
        ("employee_id", "parent"),
        ("from", "start_date"),
        ("to", "end_date"),
    ]);
}

impl FromRequest for CancelLeave {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[NAMED]);
}

impl FromRequest for TerminateEmployee {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[NAMED, ("date", "termination_date")]);
}

impl FromRequest for CorrectAdmission {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[NAMED]);
}

impl FromRequest for RehireEmployee {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[NAMED, SALARY, CURRENCY, STORE, JOB, COST_CENTER]);
}

/// Reads the command of a `HireEmployeeRequest`; the company is in its parent.
pub(crate) fn read_hire_employee(request: pb::HireEmployeeRequest) -> Result<HireEmployee, Status> {
    let mut reader = Reader::new();
    let employee_id = reader.text("employee_id", &request.employee_id);
    let subject_id = reader.optional("subject_id", &request.subject_id);
    let admission_date = read_date(&mut reader, "admission_date", request.admission_date);
    let terms = read_terms(&mut reader, request.terms);
    let salary = read_wage(&mut reader, request.salary);
    let data = read_personal_data(&mut reader, request.personal_data.unwrap_or_default());
    let command = (|| {
        let (labour, contact) = data?;
        Some(HireEmployee {
            employee_id: employee_id?,
            subject_id: subject_id?,
            admission_date: admission_date?,
            terms: terms?,
            salary: salary?,
            labour,
            contact,
        })
    })();
    reader.finish(command)
}

/// Reads the command of a `SetPersonalDataRequest`; the employee is in its name.
pub(crate) fn read_set_personal_data(
    request: pb::SetPersonalDataRequest,
    EmployeeName { employee_id }: EmployeeName,
) -> Result<SetPersonalData, Status> {
    let mut reader = Reader::new();
    let data = reader.required("personal_data", request.personal_data);
    let data = data.and_then(|data| read_personal_data(&mut reader, data));
    let command = data.map(|(labour, contact)| SetPersonalData {
        employee_id,
        labour,
        contact,
    });
    reader.finish(command)
}

/// Reads the command of a `ChangePositionRequest`; the employee is in its name.
pub(crate) fn read_change_position(
    request: pb::ChangePositionRequest,
    EmployeeName { employee_id }: EmployeeName,
) -> Result<ChangePosition, Status> {
    let mut reader = Reader::new();
    let effective_date = read_date(&mut reader, "effective_date", request.effective_date);
    let store_id = reader.optional("store_id", &request.store_id);
    let cost_center = read_cost_center(&mut reader, request.cost_center_id);
    let contract = reader.optional("contract", &request.contract);
    let command = (|| {
        Some(ChangePosition {
            employee_id,
            effective_date: effective_date?,
            position: given(request.job_title),
            store_id: store_id?,
            cost_center: cost_center?,
            contract: contract?,
            reason: given(request.reason),
        })
    })();
    reader.finish(command)
}

/// Absent is as it was, empty is none.
fn read_cost_center(reader: &mut Reader, given: Option<String>) -> Option<Edit<CostCenterId>> {
    let Some(text) = given else {
        return Some(Edit::Keep);
    };
    let cost_center = reader.optional("cost_center_id", &text)?;
    Some(cost_center.map_or(Edit::Clear, Edit::Set))
}

/// Reads the command of a `ChangeSalaryRequest`; the employee is in its name.
pub(crate) fn read_change_salary(
    request: pb::ChangeSalaryRequest,
    EmployeeName { employee_id }: EmployeeName,
) -> Result<ChangeSalary, Status> {
    let mut reader = Reader::new();
    let effective_date = read_date(&mut reader, "effective_date", request.effective_date);
    let salary = read_wage(&mut reader, request.salary);
    let command = (|| {
        Some(ChangeSalary {
            employee_id,
            effective_date: effective_date?,
            salary: salary?,
            reason: given(request.reason),
        })
    })();
    reader.finish(command)
}

/// Reads the command of a `RegisterLeaveRequest`; the employee is in its parent.
pub(crate) fn read_register_leave(
    request: pb::RegisterLeaveRequest,
    EmployeeName { employee_id }: EmployeeName,
) -> Result<RegisterLeave, Status> {
    let mut reader = Reader::new();
    let leave_id = reader.text("leave_id", &request.leave_id);
    let kind = reader.text("kind", &request.kind);
    let from = read_date(&mut reader, "start_date", request.start_date);
    let to = read_date(&mut reader, "end_date", request.end_date);
    let command = (|| {
        Some(RegisterLeave {
            employee_id,
            leave_id: leave_id?,
            kind: kind?,
            from: from?,
            to: to?,
        })
    })();
    reader.finish(command)
}

/// Reads the command of a `CancelLeaveRequest`; the leave is in its name.
pub(crate) fn read_cancel_leave(
    request: pb::CancelLeaveRequest,
    LeaveName {
        employee_id,
        leave_id,
    }: LeaveName,
) -> CancelLeave {
    CancelLeave {
        employee_id,
        leave_id,
        reason: given(request.reason),
    }
}

/// Reads the command of a `TerminateEmployeeRequest`; the employee is in its name.
pub(crate) fn read_terminate_employee(
    request: pb::TerminateEmployeeRequest,
    EmployeeName { employee_id }: EmployeeName,
) -> Result<TerminateEmployee, Status> {
    let mut reader = Reader::new();
    let date = read_date(&mut reader, "termination_date", request.termination_date);
    let reason = read_label(&mut reader, "reason", &request.reason);
    let command = (|| {
        Some(TerminateEmployee {
            employee_id,
            date: date?,
            reason: reason?,
        })
    })();
    reader.finish(command)
}

/// Reads the command of a `CorrectAdmissionRequest`; the employee is in its name.
pub(crate) fn read_correct_admission(
    request: pb::CorrectAdmissionRequest,
    EmployeeName { employee_id }: EmployeeName,
) -> Result<CorrectAdmission, Status> {
    let mut reader = Reader::new();
    let admission_date = read_date(&mut reader, "admission_date", request.admission_date);
    let command = admission_date.map(|admission_date| CorrectAdmission {
        employee_id,
        admission_date,
        reason: given(request.reason),
    });
    reader.finish(command)
}

/// Reads the command of a `RehireEmployeeRequest`; the employee is in its name.
pub(crate) fn read_rehire_employee(
    request: pb::RehireEmployeeRequest,
    EmployeeName { employee_id }: EmployeeName,
) -> Result<RehireEmployee, Status> {
    let mut reader = Reader::new();
    let admission_date = read_date(&mut reader, "admission_date", request.admission_date);
    let terms = read_terms(&mut reader, request.terms);
    let salary = read_wage(&mut reader, request.salary);
    let command = (|| {
        Some(RehireEmployee {
            employee_id,
            admission_date: admission_date?,
            terms: terms?,
            salary: salary?,
        })
    })();
    reader.finish(command)
}

fn read_terms(reader: &mut Reader, terms: Option<pb::EmploymentTerms>) -> Option<EmploymentTerms> {
    let terms = reader.required("terms", terms)?;
    reader.inside("terms", |reader| {
        let position = read_label(reader, "job_title", &terms.job_title);
        let store_id = reader.text("store_id", &terms.store_id);
        let cost_center = reader.optional("cost_center_id", &terms.cost_center_id);
        let contract = reader.text("contract", &terms.contract);
        Some(EmploymentTerms {
            position: position?,
            store_id: store_id?,
            cost_center: cost_center?,
            contract: contract?,
        })
    })
}

fn read_wage(reader: &mut Reader, salary: Option<pb::Wage>) -> Option<Personal<Wage>> {
    let salary = reader.required("salary", salary)?;
    reader.inside("salary", |reader| {
        let per = match pb::WagePeriod::try_from(salary.per) {
            Ok(pb::WagePeriod::Unspecified | pb::WagePeriod::Month) => Some(WagePeriod::Month),
            Ok(pb::WagePeriod::Hour) => Some(WagePeriod::Hour),
            Err(_) => {
                reader.refuse(
                    "per",
                    reasons::WAGE_PERIOD_INVALID,
                    "a wage is for a month or an hour; send 1 or 2",
                );
                None
            }
        };
        let money = reader.required("amount", salary.amount)?;
        let currency = reader.inside("amount", |reader| {
            reader.text::<Currency>("currency_code", &money.currency_code)
        });
        let wage = Wage {
            amount: Amount::from_minor(money.amount_minor),
            currency: currency?,
            per: per?,
        };
        Some(Personal::Clear(wage))
    })
}

fn read_personal_data(reader: &mut Reader, data: pb::PersonalData) -> Option<(LabourFields, ContactFields)> {
    reader.inside("personal_data", |reader| {
        let cpf = given(data.cpf).map(|cpf| reader.accept("cpf", employee_cpf(&cpf)));
        let birth_date = data.birth_date.map(|day| read_birth_date(reader, day));
        let text = |text: String| given(text).map(Personal::Clear);
        let labour = LabourFields {
            name: text(data.full_name),
            cpf: settled(cpf)?.map(Personal::Clear),
            birth_date: settled(birth_date)?.map(Personal::Clear),
            pis: text(data.pis),
            bank_account: data.bank_account.map(read_bank_account).map(Personal::Clear),
        };
        let contact = ContactFields {
            address: text(data.address),
            phone: text(data.phone),
            email: text(data.email),
        };
        Some((labour, contact))
    })
}

/// None when what is there cannot be read.
fn settled<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    match read {
        Some(None) => None,
        Some(Some(value)) => Some(Some(value)),
        None => Some(None),
    }
}

/// Another day would be repeated in its refusal.
fn read_birth_date(reader: &mut Reader, day: google::Date) -> Option<Date> {
    let read = read_optional_date(&mut Reader::new(), "birth_date", Some(day)).flatten();
    if read.is_none() {
        let problem = "no day of the calendar; give year, month and day, or leave it out";
        reader.refuse("birth_date", FIELD_INVALID, problem);
    }
    read
}

fn read_bank_account(account: pb::BankAccount) -> BankAccount {
    BankAccount {
        bank: given(account.bank),
        branch: given(account.branch),
        account: given(account.account),
        pix_key: given(account.pix_key),
    }
}

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt as _;

    use super::*;

    fn money(currency_code: &str) -> Option<crate::proto::money::v1::Money> {
        Some(crate::proto::money::v1::Money {
            currency_code: currency_code.to_owned(),
            amount_minor: 7_654_321,
        })
    }

    #[test]
    fn one_answer_names_all_that_is_wrong_and_shows_nothing_personal() {
        let request = pb::HireEmployeeRequest {
            employee_id: "529.982.247-25 ".to_owned(),
            terms: Some(pb::EmploymentTerms {
                contract: "CLT".to_owned(),
                ..pb::EmploymentTerms::default()
            }),
            salary: Some(pb::Wage {
                amount: money("real"),
                per: 9,
            }),
            personal_data: Some(pb::PersonalData {
                cpf: "529.982.247-26".to_owned(),
                birth_date: Some(google::Date {
                    year: 1987,
                    month: 13,
                    day: 14,
                }),
                ..pb::PersonalData::default()
            }),
            ..pb::HireEmployeeRequest::default()
        };
        let refused = read_hire_employee(request).unwrap_err();
        let details = refused.get_error_details();
        let violations = &details.bad_request().unwrap().field_violations;
        let told: Vec<_> = violations
            .iter()
            .map(|each| (each.field.as_str(), each.reason.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("employee_id", "EMPLOYEE_ID_INVALID"),
                ("admission_date", reasons::FIELD_REQUIRED),
                ("terms.job_title", reasons::FIELD_REQUIRED),
                ("terms.store_id", reasons::FIELD_REQUIRED),
                ("terms.contract", "CONTRACT_KIND_INVALID"),
                ("salary.per", "WAGE_PERIOD_INVALID"),
                ("salary.amount.currency_code", "CURRENCY_INVALID"),
                ("personal_data.cpf", "INVALID_CPF"),
                ("personal_data.birth_date", FIELD_INVALID),
            ]
        );
        let said = format!("{refused:?} {violations:?}");
        for secret in ["982", "1987", "7654321"] {
            assert!(!said.contains(secret), "{secret} in {said}");
        }
    }

    #[test]
    fn a_cost_centre_is_kept_emptied_or_another_one() {
        let read = |given: Option<&str>| read_cost_center(&mut Reader::new(), given.map(str::to_owned));
        assert_eq!(read(None), Some(Edit::Keep));
        assert_eq!(read(Some("")), Some(Edit::Clear));
        assert_eq!(read(Some("loja")), Some(Edit::Set("loja".parse().unwrap())));
        assert_eq!(read(Some("Loja Centro")), None);
    }
}
