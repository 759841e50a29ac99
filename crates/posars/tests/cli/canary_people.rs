//! What is personal of employees and buyers, planted by the calls that take it and by their refusals.

use serde_json::{Value, json};

use crate::canary::Till;

/// Employees', with check digits that agree, as digits and as people write them.
pub(crate) const EMPLOYEE_CPFS: [&str; 4] =
    ["84573920188", "845.739.201-88", "73051826480", "730.518.264-80"];
const CPF_MISTYPED: &str = "845.739.201-89";
/// What a person would know them by: none of it may be said, and none may stand on the disk in the clear.
pub(crate) const SEALED: [&str; 14] = [
    "Zuleica",
    "Quintanilha",
    "39053344705",
    "390.533.447-05",
    "Deolinda",
    "Sacramento",
    "Hermenegildo",
    "12064182359",
    "Canários Amarelos",
    "Pintassilgos",
    "97654-0912",
    "deolinda.sacramento@exemplo.example",
    "99817-4",
    "pix-canario@banco.example",
];
/// A day of birth and wages, as the log and as people write them.
pub(crate) const NUMBERS: [&str; 6] = [
    "1979-07-23",
    "23/07/1979",
    "87351964",
    "873519.64",
    "873.519,64",
    "65432187",
];
/// Reasons stay in the log; nothing else repeats them.
pub(crate) const REASON: &str = "Tico-Tico Reservado";

const EMPLOYEES: &str = "POST /v1/companies/main/employees";
const PAYROLLS: &str = "POST /v1/companies/main/payrolls";

fn employee(path: &str) -> String {
    format!("{EMPLOYEES}/{path}")
}

fn day(year: i32, month: u8, day: u8) -> Value {
    json!({"year": year, "month": month, "day": day})
}

fn brl(amount_minor: &str) -> Value {
    json!({"currencyCode": "BRL", "amountMinor": amount_minor})
}

fn hire(employee_id: &str, name: &str, cpf: &str) -> Value {
    json!({
        "employeeId": employee_id,
        "admissionDate": day(2025, 3, 3),
        "terms": {"jobTitle": "Caixa", "storeId": "sp01", "contract": "permanent"},
        "salary": {"amount": brl("87351964")},
        "personalData": {
            "fullName": name,
            "cpf": cpf,
            "birthDate": day(1979, 7, 23),
            "pis": "12064182359",
            "bankAccount": {
                "bank": "341", "branch": "7712", "account": "99817-4", "pixKey": "pix-canario@banco.example",
            },
            "address": "Rua dos Canários Amarelos 4711, Perdizes",
            "phone": "+55 11 97654-0912",
            "email": "deolinda.sacramento@exemplo.example",
        },
    })
}

fn with(mut body: Value, pointer: &str, value: impl Into<Value>) -> String {
    *body.pointer_mut(pointer).unwrap() = value.into();
    body.to_string()
}

fn payroll(payroll_id: &str, lines: &[(&str, &str, &str)]) -> Value {
    let lines = lines.iter().map(|(employee_id, gross, net)| {
        json!({"employeeId": employee_id, "gross": brl(gross), "charges": brl("100"), "net": brl(net)})
    });
    json!({"payrollId": payroll_id, "month": "2025-11", "lines": lines.collect::<Vec<_>>()})
}

/// The life of two employees, their wages, and requests about their data.
pub(crate) fn employ(till: &mut Till<'_>) {
    till.done(EMPLOYEES, &hire("E-1", "Deolinda Sacramento", EMPLOYEE_CPFS[1]));
    till.done(
        EMPLOYEES,
        &hire("E-2", "Hermenegildo Sacramento", EMPLOYEE_CPFS[2]),
    );
    till.done(
        &employee("E-1:setPersonalData"),
        &json!({"personalData": {"address": "Travessa dos Pintassilgos 88"}}),
    );
    till.done(
        &employee("E-1:changeSalary"),
        &json!({"effectiveDate": day(2025, 6, 1), "salary": {"amount": brl("65432187")}, "reason": REASON}),
    );
    till.done(
        &employee("E-2:terminate"),
        &json!({"terminationDate": day(2025, 12, 19), "reason": REASON}),
    );
    till.done(
        PAYROLLS,
        &payroll(
            "0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f70",
            &[("E-1", "65432187", "50000001"), ("E-2", "87351964", "70000002")],
        ),
    );
    for read in [
        "GET /v1/companies/main/employees/E-1",
        "GET /v1/companies/main/employees",
        "GET /v1/companies/main/employees/E-1/salaryHistory",
        "GET /v1/companies/main/payrolls/0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f70",
    ] {
        till.done(read, &json!({}));
    }
    till.done(
        "POST /v1/companies/main/people:find",
        &json!({"taxId": EMPLOYEE_CPFS[1]}),
    );
    employ_wrongly(till);
}

/// Everything in the wrong place, mistyped, twice and cut off.
fn employ_wrongly(till: &mut Till<'_>) {
    let third = || hire("E-3", "Deolinda Sacramento", EMPLOYEE_CPFS[0]);
    // The CPF is another employee's.
    till.refused(EMPLOYEES, &third().to_string());
    for (pointer, value) in [
        ("/personalData/cpf", CPF_MISTYPED),
        ("/personalData/cpf", "Deolinda Sacramento"),
        ("/personalData/pis", EMPLOYEE_CPFS[3]),
        ("/personalData/birthDate", "23/07/1979"),
        ("/personalData/bankAccount", "99817-4"),
        ("/personalData/bankAccount/bank", "pix-canario@banco.example"),
        ("/salary", "873.519,64"),
        ("/salary/amount/amountMinor", "873519.64"),
        ("/admissionDate", "23/07/1979"),
        ("/employeeId", EMPLOYEE_CPFS[3]),
        ("/terms/jobTitle", EMPLOYEE_CPFS[3]),
    ] {
        till.refused(EMPLOYEES, &with(third(), pointer, value));
    }
    let long = |name: &str| format!("{name} {}", "x".repeat(600));
    for (pointer, name) in [
        ("/personalData/fullName", "Deolinda Sacramento"),
        ("/personalData/address", "Travessa dos Pintassilgos"),
        ("/personalData/email", "deolinda.sacramento@exemplo.example"),
    ] {
        till.refused(EMPLOYEES, &with(third(), pointer, long(name)));
        till.refused(EMPLOYEES, &with(third(), pointer, format!("{name}\u{1}")));
    }
    till.refused(
        EMPLOYEES,
        &json!({"nome": "Deolinda Sacramento", "personalData": {EMPLOYEE_CPFS[3]: 1}}).to_string(),
    );
    let cut_off = third().to_string();
    till.refused(EMPLOYEES, &cut_off[..cut_off.len() - 40]);
    // The same employee is somebody else, or the same id is told otherwise.
    till.refused(
        EMPLOYEES,
        &hire("E-1", "Hermenegildo Sacramento", EMPLOYEE_CPFS[1]).to_string(),
    );
    till.refused(
        &employee("E-1:changeSalary"),
        &json!({"effectiveDate": day(2020, 1, 1), "salary": {"amount": brl("87351964")}, "reason": REASON})
            .to_string(),
    );
    till.refused(
        &employee("E-9:setPersonalData"),
        &json!({"personalData": {"fullName": "Deolinda Sacramento"}}).to_string(),
    );
    till.refused(
        PAYROLLS,
        &payroll(
            "0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f71",
            &[("E-9", "87351964", "1")],
        )
        .to_string(),
    );
    till.refused(
        "POST /v1/companies/main/people:find",
        &json!({"taxId": CPF_MISTYPED}).to_string(),
    );
    till.refused(&format!("GET /v1/companies/main/people/{}", EMPLOYEE_CPFS[3]), "");
    till.refused(
        &format!("GET /v1/companies/main/employees/{}", EMPLOYEE_CPFS[3]),
        "",
    );
    till.refused(
        &format!(
            "GET /v1/companies/main/people?taxId={}&name=Deolinda",
            EMPLOYEE_CPFS[0]
        ),
        "",
    );
}
