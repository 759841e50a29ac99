//! What is read of people: by every role, on both wires, in the caller's stores and in others, erased and locked.

use posars_gateway::proto::hr::v1::employee_service_client::EmployeeServiceClient;
use posars_gateway::proto::hr::v1::payroll_service_client::PayrollServiceClient;
use posars_gateway::proto::hr::v1::{
    BankAccount, ChangePositionRequest, ChangeSalaryRequest, EmploymentTerms, HireEmployeeRequest,
    PayrollLineInput, PersonalData, RecordPayrollRequest, RegisterLeaveRequest, SetPersonalDataRequest,
    TerminateEmployeeRequest, Wage, WagePeriod,
};
use serde_json::Value;
use uuid::Uuid;

use crate::door::{Answer, Caller, House, ROLES, Rpc, Wire};
use crate::shop::{COMPANY, brl, date};

const WIRES: [Wire; 2] = [Wire::Grpc, Wire::Rest];
const PAYROLL: &str = "0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f70";

/// What is personal of the employee `7`, each by a text that stands nowhere else.
const NAME: &str = "Zuleica Quintanilha";
const CPF: &str = "52998224725";
const PIS: &str = "12056412545";
const ADDRESS: &str = "Rua das Jaqueiras";
const PHONE: &str = "98765-1234";
const EMAIL: &str = "zuleica@exemplo.com";
const ACCOUNT: &str = "445566-7";
const WAGE: &str = "3141592";
const PAID: &str = "2718281";
const ABSENCE: &str = "medical";
const WHY: &str = "Mudou de cidade";

const ALL: [&str; 11] = [
    NAME, CPF, PIS, ADDRESS, PHONE, EMAIL, ACCOUNT, WAGE, PAID, ABSENCE, WHY,
];

/// Which of them a role sees, wherever it may call.
fn seen_by(role: &str) -> &'static [&'static str] {
    match role {
        "owner" | "hr" => &ALL,
        "finance" => &[NAME, CPF, PIS, ACCOUNT, WAGE, PAID],
        "manager" => &[NAME, ABSENCE, WHY],
        _ => &[],
    }
}

/// Which of them an answer has for who sees all.
fn told_by(rpc: &str) -> &'static [&'static str] {
    match rpc {
        "GetEmployee" | "ListEmployees" => &[NAME, CPF, PIS, ADDRESS, PHONE, EMAIL, ACCOUNT, WAGE, WHY],
        "ListSalaryHistory" => &[WAGE],
        "ListLeaves" => &[ABSENCE],
        "GetPayroll" => &[PAID],
        _ => &[],
    }
}

fn terms(job_title: &str, store_id: &str) -> Option<EmploymentTerms> {
    Some(EmploymentTerms {
        job_title: job_title.into(),
        store_id: store_id.into(),
        contract: "permanent".into(),
        ..Default::default()
    })
}

fn hire(employee_id: &str, name: &str, terms: Option<EmploymentTerms>, minor: i64) -> HireEmployeeRequest {
    HireEmployeeRequest {
        parent: COMPANY.into(),
        employee_id: employee_id.into(),
        admission_date: date(2026, 1, 5),
        terms,
        salary: Some(Wage {
            amount: brl(minor),
            per: WagePeriod::Month.into(),
        }),
        personal_data: Some(PersonalData {
            full_name: name.into(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn employee(id: &str) -> String {
    format!("{COMPANY}/employees/{id}")
}

impl House {
    /// `7` sold in sp01 and left, `8` sells there, `9` went from sp01 to manage sp02.
    async fn staffed() -> Self {
        let house = Self::open().await;
        let mut employees = EmployeeServiceClient::new(house.channel.clone());
        let zuleica = HireEmployeeRequest {
            personal_data: Some(PersonalData {
                full_name: NAME.into(),
                cpf: CPF.into(),
                birth_date: date(1990, 4, 30),
                pis: PIS.into(),
                bank_account: Some(BankAccount {
                    bank: "001".into(),
                    account: ACCOUNT.into(),
                    ..Default::default()
                }),
                address: format!("{ADDRESS}, 77"),
                phone: PHONE.into(),
                email: EMAIL.into(),
            }),
            ..hire("7", NAME, terms("Vendedora", "sp01"), 3_141_592)
        };
        for request in [
            zuleica,
            hire("8", "João Conceição", terms("Vendedor", "sp01"), 200_000),
            hire("9", "Inês de Sá", terms("Vendedora", "sp01"), 250_000),
        ] {
            employees.hire_employee(house.signed(request)).await.unwrap();
        }
        let moved = ChangePositionRequest {
            name: employee("9"),
            effective_date: date(2026, 6, 1),
            job_title: "Gerente".into(),
            store_id: "sp02".into(),
            ..Default::default()
        };
        employees.change_position(house.signed(moved)).await.unwrap();
        let told = SetPersonalDataRequest {
            name: employee("9"),
            personal_data: Some(PersonalData {
                phone: "5555-0909".into(),
                ..Default::default()
            }),
            ..Default::default()
        };
        employees.set_personal_data(house.signed(told)).await.unwrap();
        let leave = RegisterLeaveRequest {
            parent: employee("7"),
            leave_id: Uuid::now_v7().to_string(),
            kind: ABSENCE.into(),
            start_date: date(2026, 3, 2),
            end_date: date(2026, 3, 6),
            ..Default::default()
        };
        employees.register_leave(house.signed(leave)).await.unwrap();
        house.pay().await;
        let end = TerminateEmployeeRequest {
            name: employee("7"),
            termination_date: date(2026, 9, 30),
            reason: WHY.into(),
            ..Default::default()
        };
        employees.terminate_employee(house.signed(end)).await.unwrap();
        house
    }

    /// What `7` and `9` got for a month.
    async fn pay(&self) {
        let line = |employee_id: &str, gross, charges, net| PayrollLineInput {
            employee_id: employee_id.into(),
            gross: brl(gross),
            charges: brl(charges),
            net: brl(net),
            ..Default::default()
        };
        let payroll = RecordPayrollRequest {
            parent: COMPANY.into(),
            payroll_id: PAYROLL.into(),
            month: "2026-05".into(),
            lines: vec![
                line("7", 3_141_000, 900_000, 2_718_281),
                line("9", 250_000, 90_000, 220_000),
            ],
            ..Default::default()
        };
        let mut payrolls = PayrollServiceClient::new(self.channel.clone());
        payrolls.record_payroll(self.signed(payroll)).await.unwrap();
    }

    /// A query about the employee `7`, at least as new as all that was recorded.
    async fn query(&self, name: &str, fields: &[(&str, &str)]) -> Rpc {
        let position = self.heads().await[0].to_string();
        let rpc = self.rpc(name).in_every_store(0);
        let (name, payroll) = (employee("7"), format!("{COMPANY}/payrolls/{PAYROLL}"));
        let mut all: Vec<(&str, &str)> = match rpc.name() {
            "GetEmployee" => vec![("name", &name)],
            "ListSalaryHistory" => vec![("parent", &name)],
            "GetPayroll" => vec![("name", &payroll)],
            "ListHeadcount" | "ListPayrollCosts" => {
                vec![("start_month", "2026-01"), ("end_month", "2026-12")]
            }
            _ => Vec::new(),
        };
        if rpc.has_field("min_position") {
            all.push(("min_position", &position));
        }
        all.retain(|(field, _)| fields.iter().all(|(own, _)| own != field));
        all.extend(fields);
        rpc.with_fields(&all)
    }

    /// The answer of a query by an owner of the whole company, which is the same on both wires.
    async fn ask_as(&self, caller: &[&str], name: &str, fields: &[(&str, &str)]) -> Answer {
        let rpc = self.query(name, fields).await;
        let caller = self.caller(caller);
        let rest = self.call(Wire::Rest, &rpc, &caller, None).await;
        let grpc = self.call(Wire::Grpc, &rpc, &caller, None).await;
        assert_eq!((&grpc.code, &grpc.reason), (&rest.code, &rest.reason), "{name}");
        grpc
    }
}

fn list<'body>(body: &'body Value, field: &str) -> &'body [Value] {
    body[field].as_array().map_or(&[], Vec::as_slice)
}

fn ids(answer: &Answer) -> Vec<String> {
    list(answer.body(), "employees")
        .iter()
        .map(|employee| employee["employeeId"].as_str().unwrap().to_owned())
        .collect()
}

fn texts(value: &Value) -> Vec<&str> {
    let texts = value.as_array().map_or(&[][..], Vec::as_slice);
    texts.iter().filter_map(Value::as_str).collect()
}

#[tokio::test]
async fn each_role_sees_what_is_its_business_and_no_more_on_both_wires() {
    let house = House::staffed().await;
    let mut answered = 0;
    for name in [
        "GetEmployee",
        "ListEmployees",
        "ListSalaryHistory",
        "ListLeaves",
        "ListHeadcount",
        "GetPayroll",
        "ListPayrolls",
        "ListPayrollCosts",
    ] {
        let rpc = house.query(name, &[]).await;
        for role in ROLES {
            let caller = house.caller(&[&format!("acme/{role}")]);
            for wire in WIRES {
                let answer = house.call(wire, &rpc, &caller, None).await;
                let whole = format!("{answer:?}");
                let may = rpc.roles.contains(role);
                assert_eq!(answer.code == "OK", may, "{name} as {role}: {whole}");
                for text in ALL {
                    let expected = may && seen_by(role).contains(&text) && told_by(name).contains(&text);
                    assert_eq!(
                        whole.contains(text),
                        expected,
                        "{text} in {name} as {role}: {whole}"
                    );
                }
                answered += usize::from(may);
            }
        }
    }
    // Five roles read employees, three read wages and payrolls.
    assert_eq!(answered, WIRES.len() * (4 * 5 + 4 * 3));
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let house = House::staffed().await;
    let masked = async |role: &str, name: &str| {
        let answer = house.ask_as(&[&format!("acme/{role}")], name, &[]).await;
        let body = answer.body().clone();
        let message = match name {
            "GetEmployee" => body["employee"].clone(),
            _ => list(&body, "leaves")[0].clone(),
        };
        assert!(texts(&message["erasedFields"]).is_empty());
        assert!(texts(&message["lockedFields"]).is_empty());
        texts(&message["maskedFields"])
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let personal = |fields: &[&str]| -> Vec<String> {
        fields
            .iter()
            .map(|field| format!("personal_data.{field}"))
            .collect()
    };
    assert!(masked("owner", "GetEmployee").await.is_empty());
    assert!(masked("hr", "GetEmployee").await.is_empty());
    let mut finance = personal(&["address", "phone", "email"]);
    finance.push("termination_reason".to_owned());
    assert_eq!(masked("finance", "GetEmployee").await, finance);
    let mut manager = vec!["salary".to_owned()];
    manager.extend(personal(&[
        "cpf",
        "birth_date",
        "pis",
        "bank_account",
        "address",
        "phone",
        "email",
    ]));
    assert_eq!(masked("manager", "GetEmployee").await, manager);
    let mut auditor = manager;
    auditor.insert(1, "personal_data.full_name".to_owned());
    auditor.push("termination_reason".to_owned());
    assert_eq!(masked("auditor", "GetEmployee").await, auditor);
    assert_eq!(masked("auditor", "ListLeaves").await, ["kind"]);
    assert!(masked("manager", "ListLeaves").await.is_empty());
}

#[tokio::test]
async fn employees_are_found_by_store_state_job_and_name() {
    let house = House::staffed().await;
    let owner = &["acme/owner"][..];
    for (fields, expected) in [
        (&[][..], &["7", "8", "9"][..]),
        (&[("store_id", "sp02")], &["9"]),
        (&[("store_id", "sp01")], &["7", "8"]),
        (&[("state", "EMPLOYMENT_STATE_TERMINATED")], &["7"]),
        (&[("state", "EMPLOYMENT_STATE_ACTIVE")], &["8", "9"]),
        (&[("job_title", "GERENTE")], &["9"]),
        (&[("as_of", "2026-05-31"), ("store_id", "sp01")], &["7", "8", "9"]),
        (
            &[("as_of", "2026-09-30"), ("state", "EMPLOYMENT_STATE_ACTIVE")],
            &["7", "8", "9"],
        ),
        (&[("text", "CONCEICAO")], &["8"]),
        (&[("text", "INES")], &["9"]),
        (&[("text", "zuleica"), ("store_id", "sp02")], &[]),
        (&[("text", "ninguem")], &[]),
    ] {
        let answer = house.ask_as(owner, "ListEmployees", fields).await;
        assert_eq!(ids(&answer), expected, "{fields:?}");
    }
    // A page at a time, the same.
    let mut found = Vec::new();
    let mut token = String::new();
    loop {
        let page = [("page_size", "1"), ("text", "a"), ("page_token", token.as_str())];
        let answer = house.ask_as(owner, "ListEmployees", &page).await;
        found.extend(ids(&answer));
        token = answer.body()["nextPageToken"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        if token.is_empty() {
            break;
        }
        assert!(found.len() <= 3);
    }
    assert_eq!(found, ["7", "8", "9"]);
    // Whoever sees no names does not learn them by asking.
    let refused = house
        .ask_as(&["acme/auditor"], "ListEmployees", &[("text", "zuleica")])
        .await;
    assert_eq!(refused.code, "INVALID_ARGUMENT");
    let manager = house
        .ask_as(&["acme/manager"], "ListEmployees", &[("text", "zuleica")])
        .await;
    assert_eq!(ids(&manager), ["7"]);
    let refused = house
        .ask_as(&["acme/auditor"], "ListLeaves", &[("kind", "medical")])
        .await;
    assert_eq!(refused.code, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn one_store_shows_its_own_employees_and_nothing_that_was_told_elsewhere() {
    let house = House::staffed().await;
    let of_sp01 = &["acme/hr/sp01"][..];
    let answer = house.ask_as(of_sp01, "ListEmployees", &[]).await;
    assert_eq!(ids(&answer), ["7", "8"]);
    let elsewhere = [("name", employee("9")), ("parent", employee("9"))];
    let [name, parent] = elsewhere
        .each_ref()
        .map(|(field, value)| (*field, value.as_str()));
    let missing = employee("70");
    for (rpc, field) in [("GetEmployee", name), ("ListSalaryHistory", parent)] {
        let other = house.ask_as(of_sp01, rpc, &[field]).await;
        let none = house.ask_as(of_sp01, rpc, &[(field.0, missing.as_str())]).await;
        assert_eq!(other.code, "NOT_FOUND", "{rpc}: {other:?}");
        assert_eq!(
            (&other.code, &other.reason, other.message.replace('9', "70")),
            (&none.code, &none.reason, none.message),
            "{rpc}"
        );
    }
    let refused = house
        .ask_as(of_sp01, "ListEmployees", &[("store_id", "sp02")])
        .await;
    assert_eq!(refused.reason.as_deref(), Some("UNKNOWN_STORE"));
    // As of a day on which `9` worked in sp01: the wage and the name of then, nothing that is known since.
    let then = house
        .ask_as(of_sp01, "GetEmployee", &[name, ("as_of", "2026-05-31")])
        .await;
    let shown = &then.body()["employee"];
    assert_eq!(shown["salary"]["amount"]["amountMinor"], "250000");
    assert_eq!(shown["personalData"]["fullName"], "Inês de Sá");
    assert!(shown["personalData"]["phone"].is_null(), "{shown}");
    assert_eq!(texts(&shown["maskedFields"]), ["personal_data.phone"]);
    let of_day = [name, ("as_of", "2026-05-31")];
    let whole = house.ask_as(&["acme/hr"], "GetEmployee", &of_day).await;
    assert_eq!(whole.body()["employee"]["personalData"]["phone"], "5555-0909");
    let now = house.ask_as(&["acme/hr/sp02"], "GetEmployee", &[name]).await;
    assert!(texts(&now.body()["employee"]["maskedFields"]).is_empty());
    // One who stayed is known there on every day.
    let stayed = house
        .ask_as(of_sp01, "GetEmployee", &[("as_of", "2026-05-31")])
        .await;
    assert!(texts(&stayed.body()["employee"]["maskedFields"]).is_empty());
    // Headcount and leaves are those of the store.
    let counts = house
        .ask_as(
            of_sp01,
            "ListHeadcount",
            &[("start_month", "2026-06"), ("end_month", "2026-06")],
        )
        .await;
    let stores: Vec<_> = list(counts.body(), "headcounts")
        .iter()
        .map(|row| row["storeId"].as_str().unwrap())
        .collect();
    assert_eq!(stores, ["sp01", "sp01"]);
    let leaves = house.ask_as(&["acme/manager/sp02"], "ListLeaves", &[]).await;
    assert!(list(leaves.body(), "leaves").is_empty());
}

#[tokio::test]
async fn headcount_and_costs_add_up_by_month_store_and_job() {
    let house = House::staffed().await;
    let owner = &["acme/owner"][..];
    let counts = house
        .ask_as(
            owner,
            "ListHeadcount",
            &[("start_month", "2026-05"), ("end_month", "2026-06")],
        )
        .await;
    let rows: Vec<_> = list(counts.body(), "headcounts")
        .iter()
        .map(|row| {
            let text = |field: &str| row[field].as_str().unwrap().to_owned();
            (
                text("month"),
                text("storeId"),
                text("jobTitle"),
                row["employeeCount"].as_u64().unwrap_or(0),
            )
        })
        .collect();
    let row = |month: &str, store: &str, job: &str, count| {
        (month.to_owned(), store.to_owned(), job.to_owned(), count)
    };
    assert_eq!(
        rows,
        [
            row("2026-05", "sp01", "Vendedor", 1),
            row("2026-05", "sp01", "Vendedora", 2),
            row("2026-06", "sp01", "Vendedor", 1),
            row("2026-06", "sp01", "Vendedora", 1),
            row("2026-06", "sp02", "Gerente", 1),
        ]
    );
    let costs = house.ask_as(owner, "ListPayrollCosts", &[]).await;
    let [cost] = list(costs.body(), "costs") else {
        panic!("{costs:?}")
    };
    assert_eq!(cost["jobTitle"], "Vendedora");
    assert_eq!(cost["employeeCount"], 2);
    for (field, minor) in [
        ("gross", "3391000"),
        ("charges", "990000"),
        ("net", "2938281"),
        ("withheld", "452719"),
        ("cost", "4381000"),
    ] {
        assert_eq!(cost["sums"][field]["amountMinor"], minor, "{field}");
    }
    for (fields, reason) in [
        (&[("start_month", "2026-13")][..], "MONTH_INVALID"),
        (
            &[("start_month", "2026-05"), ("end_month", "2026-04")],
            "DATE_RANGE_INVALID",
        ),
        (
            &[("start_month", "2016-01"), ("end_month", "2026-12")],
            "DATE_RANGE_INVALID",
        ),
    ] {
        let refused = house.ask_as(owner, "ListHeadcount", fields).await;
        assert!(format!("{refused:?}").contains(reason) || refused.code == "INVALID_ARGUMENT");
        assert_eq!(refused.code, "INVALID_ARGUMENT", "{fields:?}");
    }
}

/// Callers keep what a wage is from the logs of a server: no refusal repeats one.
#[tokio::test]
async fn no_refusal_tells_a_wage() {
    let house = House::staffed().await;
    let mut payrolls = PayrollServiceClient::new(house.channel.clone());
    let mut employees = EmployeeServiceClient::new(house.channel.clone());
    let line = PayrollLineInput {
        employee_id: "8".into(),
        gross: brl(7_654_321),
        net: brl(7_654_322),
        ..Default::default()
    };
    for (line, reason) in [
        (line.clone(), "NET_EXCEEDS_GROSS"),
        (
            PayrollLineInput {
                gross: brl(-7_654_321),
                ..line.clone()
            },
            "WAGE_AMOUNT_INVALID",
        ),
        (
            PayrollLineInput {
                net: brl(7_654_321),
                employee_id: "70".into(),
                ..line
            },
            "UNKNOWN_EMPLOYEE",
        ),
    ] {
        let request = RecordPayrollRequest {
            parent: COMPANY.into(),
            payroll_id: Uuid::now_v7().to_string(),
            month: "2026-05".into(),
            lines: vec![line],
            ..Default::default()
        };
        let refused = payrolls.record_payroll(house.signed(request)).await.unwrap_err();
        let told = format!("{refused:?}");
        assert!(!told.contains("765432"), "{told}");
        let text = String::from_utf8_lossy(refused.details()).into_owned();
        assert!(text.contains(reason) && !text.contains("765432"), "{text}");
    }
    let negative = ChangeSalaryRequest {
        name: employee("8"),
        effective_date: date(2026, 5, 1),
        salary: Some(Wage {
            amount: brl(-7_654_321),
            per: WagePeriod::Month.into(),
        }),
        ..Default::default()
    };
    let refused = employees.change_salary(house.signed(negative)).await.unwrap_err();
    let text = String::from_utf8_lossy(refused.details()).into_owned();
    assert!(!format!("{refused:?} {text}").contains("765432"), "{text}");
    let nobody = Caller::nobody();
    for wire in WIRES {
        let rpc = house.query("GetPayroll", &[]).await;
        let answer = house.call(wire, &rpc, &nobody, None).await;
        assert_eq!(answer.code, "UNAUTHENTICATED");
    }
}
