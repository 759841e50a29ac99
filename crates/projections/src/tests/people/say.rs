//! Short ways to say what happens to people.

use jiff::civil::Date;
use posars_domain::employee::{
    AbsenceKind, AdmissionCorrected, ContactFields, ContractKind, EmployeeHired, EmployeeRehired,
    EmployeeTerminated, EmploymentTerms, LabourFields, LeaveCancelled, LeaveRegistered, PersonalDataSet,
    PositionChanged, SalaryChanged,
};
use posars_domain::payroll::{PayrollCost, PayrollLine, PayrollRecorded, PayrollVoided, WageAmounts};
use posars_domain::{Amount, EmployeeId, KeyId, LeaveId, Month, PayrollId, Personal, Sealed, SubjectId};
use serde::Serialize;

use crate::tests::world::{Said, id};

pub(super) fn said(stream: String, event_type: &'static str, payload: &impl Serialize) -> Said {
    (stream, event_type, serde_json::to_string(payload).unwrap())
}

pub(super) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// The day on which tests ask.
pub(super) fn today() -> Date {
    day("2026-06-15")
}

pub(super) fn employee(text: &str) -> EmployeeId {
    text.parse().unwrap()
}

/// The person of an employee.
pub(super) fn subject(of: &str) -> SubjectId {
    format!("p-{of}").parse().unwrap()
}

/// Something sealed that can be told from others.
pub(super) fn sealed<T>(what: &str) -> Personal<T> {
    Personal::Sealed(Sealed {
        key: KeyId::new(id(77)),
        sealed: what.into(),
    })
}

/// A job in a store.
pub(super) fn terms(store: &str, job: &str) -> EmploymentTerms {
    EmploymentTerms {
        position: job.to_owned(),
        store_id: store.parse().unwrap(),
        cost_center: None,
        contract: ContractKind::PERMANENT,
    }
}

fn stream(of: &str) -> String {
    format!("employee-{of}")
}

pub(super) fn hired(of: &str, on: &str, terms: EmploymentTerms, salary: &str) -> Said {
    let hired = EmployeeHired {
        employee_id: employee(of),
        subject_id: subject(of),
        admission_date: day(on),
        terms,
        salary: sealed(salary),
    };
    said(stream(of), "EmployeeHired", &hired)
}

pub(super) fn rehired(of: &str, on: &str, terms: EmploymentTerms, salary: &str) -> Said {
    let rehired = EmployeeRehired {
        employee_id: employee(of),
        subject_id: subject(of),
        admission_date: day(on),
        terms,
        salary: sealed(salary),
    };
    said(stream(of), "EmployeeRehired", &rehired)
}

pub(super) fn moved(of: &str, on: &str, terms: EmploymentTerms) -> Said {
    let changed = PositionChanged {
        employee_id: employee(of),
        effective_date: day(on),
        terms,
        reason: Some("promoção".to_owned()),
    };
    said(stream(of), "PositionChanged", &changed)
}

pub(super) fn raised(of: &str, on: &str, salary: &str) -> Said {
    let changed = SalaryChanged {
        employee_id: employee(of),
        subject_id: subject(of),
        effective_date: day(on),
        salary: sealed(salary),
        reason: None,
    };
    said(stream(of), "SalaryChanged", &changed)
}

pub(super) fn terminated(of: &str, on: &str) -> Said {
    let terminated = EmployeeTerminated {
        employee_id: employee(of),
        date: day(on),
        reason: "pediu demissão".to_owned(),
    };
    said(stream(of), "EmployeeTerminated", &terminated)
}

/// The last employment began on another day.
pub(super) fn corrected(of: &str, from: &str, to: &str) -> Said {
    let corrected = AdmissionCorrected {
        employee_id: employee(of),
        from: day(from),
        to: day(to),
        reason: None,
    };
    said(stream(of), "AdmissionCorrected", &corrected)
}

pub(super) fn told(of: &str, labour: LabourFields, contact: ContactFields) -> Said {
    let set = PersonalDataSet {
        employee_id: employee(of),
        subject_id: subject(of),
        set_on: day("2026-01-15"),
        labour,
        contact,
    };
    said(stream(of), "PersonalDataSet", &set)
}

pub(super) fn away(of: &str, leave: u32, kind: AbsenceKind, from: &str, to: &str) -> Said {
    let registered = LeaveRegistered {
        employee_id: employee(of),
        leave_id: LeaveId::new(id(leave)),
        kind,
        from: day(from),
        to: day(to),
    };
    said(stream(of), "LeaveRegistered", &registered)
}

pub(super) fn not_away(of: &str, leave: u32) -> Said {
    let cancelled = LeaveCancelled {
        employee_id: employee(of),
        leave_id: LeaveId::new(id(leave)),
        reason: Some("desistiu".to_owned()),
    };
    said(stream(of), "LeaveCancelled", &cancelled)
}

/// Gross, charges and net.
pub(super) fn amounts(gross: i64, charges: i64, net: i64) -> WageAmounts {
    WageAmounts {
        gross: Amount::from_minor(gross),
        charges: Amount::from_minor(charges),
        net: Amount::from_minor(net),
    }
}

pub(super) fn cost(store: &str, job: &str, employees: u32, amounts: WageAmounts) -> PayrollCost {
    PayrollCost {
        store_id: store.parse().unwrap(),
        cost_center: None,
        position: job.to_owned(),
        employees,
        amounts,
    }
}

/// A payroll with a line for each of some employees.
pub(super) fn payroll(
    number: u32,
    month: &str,
    employees: &[&str],
    costs: Vec<PayrollCost>,
) -> PayrollRecorded {
    let month: Month = month.parse().unwrap();
    let line = |of: &&str| PayrollLine {
        employee_id: employee(of),
        subject_id: subject(of),
        store_id: "centro".parse().unwrap(),
        cost_center: None,
        position: "Caixa".to_owned(),
        amounts: sealed(of),
    };
    PayrollRecorded {
        payroll_id: PayrollId::new(id(number)),
        month,
        business_date: month.last_day(),
        wages_due: day("2026-02-06"),
        charges_due: day("2026-02-20"),
        currency: "BRL".parse().unwrap(),
        memo: None,
        lines: employees.iter().map(line).collect(),
        costs,
    }
}

pub(super) fn recorded(payroll: &PayrollRecorded) -> Said {
    said(
        format!("payroll-{}", payroll.payroll_id),
        "PayrollRecorded",
        payroll,
    )
}

pub(super) fn voided(payroll: &PayrollRecorded) -> Said {
    let voided = PayrollVoided {
        payroll_id: payroll.payroll_id,
        month: payroll.month,
        business_date: payroll.business_date,
        currency: payroll.currency,
        costs: payroll.costs.clone(),
        reason: "em dobro".to_owned(),
    };
    said(
        format!("payroll-{}", payroll.payroll_id),
        "PayrollVoided",
        &voided,
    )
}
