//! The commands of `EmployeeService` on a real socket: what they answer, what they refuse, and in which stores.

use posars_gateway::Principal;
use posars_gateway::proto::hr::v1::employee_service_client::EmployeeServiceClient;
use posars_gateway::proto::hr::v1::{
    BankAccount, CancelLeaveRequest, ChangePositionRequest, ChangeSalaryRequest, CorrectAdmissionRequest,
    EmploymentTerms, HireEmployeeRequest, HireEmployeeResponse, PersonalData, RegisterLeaveRequest,
    RehireEmployeeRequest, SetPersonalDataRequest, TerminateEmployeeRequest, Wage, WagePeriod,
};
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use uuid::Uuid;

use crate::shop::{COMPANY, Shop, brl, date, fields, refused, store, value};

/// A slash in an id is written with a percent code in names.
const ANA: &str = "companies/acme/employees/12%2F7";
const CPF: &str = "529.982.247-25";
const OTHER_CPF: &str = "111.444.777-35";

fn employees(shop: &Shop) -> EmployeeServiceClient<Channel> {
    EmployeeServiceClient::new(shop.channel.clone())
}

fn terms(store_id: &str) -> Option<EmploymentTerms> {
    Some(EmploymentTerms {
        job_title: "Vendedora".into(),
        store_id: store_id.into(),
        contract: "permanent".into(),
        ..Default::default()
    })
}

fn wage(minor: i64) -> Option<Wage> {
    Some(Wage {
        amount: brl(minor),
        per: WagePeriod::Month.into(),
    })
}

fn hire(employee_id: &str, cpf: &str) -> HireEmployeeRequest {
    HireEmployeeRequest {
        parent: COMPANY.into(),
        employee_id: employee_id.into(),
        admission_date: date(2026, 1, 5),
        terms: terms("sp01"),
        salary: wage(7_654_321),
        personal_data: Some(PersonalData {
            full_name: "Ana Quaresma".into(),
            cpf: cpf.into(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn pay(name: &str, day: i32, minor: i64) -> ChangeSalaryRequest {
    ChangeSalaryRequest {
        name: name.into(),
        effective_date: date(2026, 3, day),
        salary: wage(minor),
        ..Default::default()
    }
}

fn end() -> TerminateEmployeeRequest {
    TerminateEmployeeRequest {
        name: ANA.into(),
        termination_date: date(2026, 6, 30),
        reason: "Pedido de demissão".into(),
        ..Default::default()
    }
}

fn back() -> RehireEmployeeRequest {
    RehireEmployeeRequest {
        name: ANA.into(),
        admission_date: date(2026, 9, 1),
        terms: terms("sp01"),
        salary: wage(300_000),
        ..Default::default()
    }
}

/// The field that a refusal is about.
fn at(status: &Status) -> String {
    let details = status.get_error_details();
    details.error_info().unwrap().metadata["field"].clone()
}

async fn hired(shop: &Shop, request: HireEmployeeRequest) -> Result<HireEmployeeResponse, Status> {
    Ok(employees(shop).hire_employee(request).await?.into_inner())
}

/// What is put into a request, the reason of its refusal and the field that it names.
type BadHire = (fn(&mut HireEmployeeRequest), &'static str, &'static str);

#[tokio::test]
async fn takes_somebody_on_once_and_answers_nothing_personal() {
    let shop = Shop::open().await;
    let first = hired(&shop, hire("12/7", CPF)).await.unwrap();
    let employee = first.employee.as_ref().unwrap();
    assert_eq!(
        (employee.name.as_str(), employee.employee_id.as_str()),
        (ANA, "12/7")
    );
    assert!(employee.subject_id.starts_with("p-"));
    assert_eq!(
        (employee.admission_date, &employee.terms),
        (date(2026, 1, 5), &terms("sp01"))
    );
    assert_eq!((&employee.salary, &employee.personal_data), (&None, &None));
    let recorded = first.recorded.as_ref().unwrap();
    assert_eq!(recorded.event_ids.len(), 2);
    let again = hired(&shop, hire("12/7", CPF)).await.unwrap();
    assert_eq!(again.employee, first.employee);
    assert_eq!(again.recorded.unwrap().position, recorded.position);

    let taken = |request| async { hired(&shop, request).await };
    refused(taken(hire("12/8", CPF)).await, Code::AlreadyExists, "CPF_IN_USE");
    refused(
        taken(hire("12/7", OTHER_CPF)).await,
        Code::FailedPrecondition,
        "EMPLOYEE_ALREADY_ACTIVE",
    );
    let other_wage = HireEmployeeRequest {
        salary: wage(7_654_322),
        ..hire("12/7", CPF)
    };
    refused(
        taken(other_wage).await,
        Code::AlreadyExists,
        "IDEMPOTENCY_MISMATCH",
    );
}

#[tokio::test]
async fn a_life_is_told_command_by_command() {
    let shop = Shop::open().await;
    shop.companies().define_store(store("sp02")).await.unwrap();
    let mut employees = employees(&shop);
    employees.hire_employee(hire("12/7", CPF)).await.unwrap();

    let data = SetPersonalDataRequest {
        name: ANA.into(),
        personal_data: Some(PersonalData {
            phone: "(21) 98765-4321".into(),
            bank_account: Some(BankAccount {
                pix_key: "ana@exemplo.com.br".into(),
                ..Default::default()
            }),
            ..Default::default()
        }),
        ..Default::default()
    };
    let set = employees.set_personal_data(data).await.unwrap().into_inner();
    assert_eq!(
        set.set_fields,
        ["personal_data.bank_account", "personal_data.phone"]
    );

    let moved = ChangePositionRequest {
        name: ANA.into(),
        effective_date: date(2026, 3, 1),
        job_title: "Gerente".into(),
        store_id: "sp02".into(),
        reason: "Promoção".into(),
        ..Default::default()
    };
    let assignment = employees
        .change_position(moved.clone())
        .await
        .unwrap()
        .into_inner();
    let assignment = assignment.assignment.unwrap();
    let now = assignment.terms.as_ref().unwrap();
    assert_eq!(
        (assignment.employee.as_str(), assignment.reason.as_str()),
        (ANA, "Promoção")
    );
    assert_eq!(
        (
            now.job_title.as_str(),
            now.store_id.as_str(),
            now.contract.as_str()
        ),
        ("Gerente", "sp02", "permanent")
    );
    let same = employees.change_position(moved).await.unwrap().into_inner();
    assert_eq!(same.assignment, Some(assignment));

    let raise = employees
        .change_salary(pay(ANA, 1, 900_000))
        .await
        .unwrap()
        .into_inner();
    let change = raise.salary_change.unwrap();
    assert_eq!((change.effective_date, &change.salary), (date(2026, 3, 1), &None));
    assert_eq!(change.position, raise.recorded.unwrap().position);
}

#[tokio::test]
async fn leaves_ends_and_returns_are_told_command_by_command() {
    let shop = Shop::open().await;
    let mut employees = employees(&shop);
    employees.hire_employee(hire("12/7", CPF)).await.unwrap();
    let leave_id = Uuid::now_v7().to_string();
    let leave = RegisterLeaveRequest {
        parent: ANA.into(),
        leave_id: leave_id.clone(),
        kind: "vacation".into(),
        start_date: date(2026, 6, 20),
        end_date: date(2026, 7, 19),
        ..Default::default()
    };
    let leave = employees
        .register_leave(leave)
        .await
        .unwrap()
        .into_inner()
        .leave
        .unwrap();
    assert_eq!(leave.name, format!("{ANA}/leaves/{leave_id}"));
    assert_eq!(
        (leave.kind.as_str(), leave.start_date, leave.end_date),
        ("vacation", date(2026, 6, 20), date(2026, 7, 19))
    );

    let ended = employees.terminate_employee(end()).await.unwrap().into_inner();
    let employee = ended.employee.unwrap();
    assert_eq!(
        (employee.termination_date, employee.termination_reason.as_str()),
        (date(2026, 6, 30), "Pedido de demissão")
    );
    // The leave was shortened to the last day.
    assert_eq!(ended.recorded.unwrap().event_ids.len(), 2);
    let cancel = CancelLeaveRequest {
        name: leave.name.clone(),
        reason: "Indenizadas".into(),
        ..Default::default()
    };
    let cancelled = employees
        .cancel_leave(cancel)
        .await
        .unwrap()
        .into_inner()
        .leave
        .unwrap();
    assert!(cancelled.cancelled);
    assert_eq!(
        (cancelled.name, cancelled.cancel_reason.as_str()),
        (leave.name, "Indenizadas")
    );

    let again = employees
        .rehire_employee(back())
        .await
        .unwrap()
        .into_inner()
        .employee
        .unwrap();
    assert_eq!(
        (again.name.as_str(), again.admission_date),
        (ANA, date(2026, 9, 1))
    );
}

#[tokio::test]
async fn first_and_last_days_are_put_right() {
    let shop = Shop::open().await;
    let mut employees = employees(&shop);
    employees.hire_employee(hire("12/7", CPF)).await.unwrap();
    let correct = CorrectAdmissionRequest {
        name: ANA.into(),
        admission_date: date(2026, 1, 7),
        reason: "Erro de digitação".into(),
        ..Default::default()
    };
    let corrected = employees.correct_admission(correct).await.unwrap().into_inner();
    assert_eq!(corrected.employee.unwrap().admission_date, date(2026, 1, 7));
    let ended_again = TerminateEmployeeRequest {
        termination_date: date(2026, 9, 30),
        ..end()
    };
    employees.terminate_employee(ended_again.clone()).await.unwrap();
    let put_off = TerminateEmployeeRequest {
        termination_date: date(2026, 10, 31),
        ..ended_again
    };
    let employee = employees
        .terminate_employee(put_off)
        .await
        .unwrap()
        .into_inner()
        .employee;
    assert_eq!(employee.unwrap().termination_date, date(2026, 10, 31));
}

#[tokio::test]
async fn refusals_name_the_fields_of_the_request_and_show_nothing_personal() {
    let shop = Shop::open().await;
    let mut employees = employees(&shop);
    employees.hire_employee(hire("12/7", CPF)).await.unwrap();
    let unseen = |status: &Status| {
        let said = format!("{status:?}");
        for secret in ["529.982", "52998224725", "7654321", "Quaresma", "1850"] {
            assert!(!said.contains(secret), "{secret} in {said}");
        }
    };
    let bad_hires: [BadHire; 7] = [
        (
            |hire| hire.terms.as_mut().unwrap().store_id = "sp09".into(),
            "UNKNOWN_STORE",
            "terms.store_id",
        ),
        (
            |hire| hire.terms.as_mut().unwrap().job_title = format!("Ana {CPF}"),
            "TAX_ID_MISPLACED",
            "terms.job_title",
        ),
        (
            |hire| hire.terms.as_mut().unwrap().cost_center_id = "nenhum".into(),
            "COST_CENTER_UNKNOWN",
            "terms.cost_center_id",
        ),
        (
            |hire| hire.salary = wage(-7_654_321),
            "SALARY_NOT_POSITIVE",
            "salary.amount",
        ),
        (
            |hire| {
                hire.salary
                    .as_mut()
                    .unwrap()
                    .amount
                    .as_mut()
                    .unwrap()
                    .currency_code = "USD".into();
            },
            "CURRENCY_MISMATCH",
            "salary.amount.currency_code",
        ),
        (
            |hire| hire.personal_data.as_mut().unwrap().full_name = "Quaresma".repeat(30),
            "TEXT_TOO_LONG",
            "personal_data.full_name",
        ),
        (
            |hire| hire.personal_data.as_mut().unwrap().birth_date = date(1850, 1, 1),
            "BIRTH_DATE_INVALID",
            "personal_data.birth_date",
        ),
    ];
    for (change, reason, field) in bad_hires {
        let mut request = hire("12/9", OTHER_CPF);
        change(&mut request);
        let status = employees.hire_employee(request).await.unwrap_err();
        let details = status.get_error_details();
        assert_eq!(details.error_info().unwrap().reason, reason, "{status:?}");
        assert_eq!(at(&status), field);
        unseen(&status);
    }
    let bad_cpf = employees.hire_employee(hire("12/9", "529.982.247-26")).await;
    unseen(bad_cpf.as_ref().unwrap_err());
    let details = refused(bad_cpf, Code::InvalidArgument, "INVALID_CPF");
    assert_eq!(fields(&details), ["personal_data.cpf"]);
}

#[tokio::test]
async fn what_is_told_of_the_wrong_day_is_refused_with_its_field() {
    let shop = Shop::open().await;
    let mut employees = employees(&shop);
    employees.hire_employee(hire("12/7", CPF)).await.unwrap();
    let early = ChangeSalaryRequest {
        effective_date: date(2026, 1, 4),
        ..pay(ANA, 1, 1)
    };
    let status = employees.change_salary(early).await.unwrap_err();
    assert_eq!(at(&status), "effective_date");
    let details = refused(
        Err::<(), _>(status),
        Code::InvalidArgument,
        "EFFECTIVE_DATE_BEFORE_HIRE",
    );
    assert_eq!(value(&details, "admission_date"), "2026-01-05");

    let unknown = employees
        .change_salary(pay("companies/acme/employees/99", 1, 1))
        .await;
    let status = unknown.unwrap_err();
    assert_eq!(at(&status), "name");
    refused(Err::<(), _>(status), Code::NotFound, "UNKNOWN_EMPLOYEE");
}

#[tokio::test]
async fn what_stands_in_the_way_of_leaves_and_employments_is_told() {
    let shop = Shop::open().await;
    let mut employees = employees(&shop);
    employees.hire_employee(hire("12/7", CPF)).await.unwrap();
    let backwards = RegisterLeaveRequest {
        parent: ANA.into(),
        leave_id: Uuid::now_v7().to_string(),
        kind: "medical".into(),
        start_date: date(2026, 6, 20),
        end_date: date(2026, 6, 19),
        ..Default::default()
    };
    let status = employees.register_leave(backwards.clone()).await.unwrap_err();
    assert_eq!(at(&status), "end_date");
    refused(Err::<(), _>(status), Code::InvalidArgument, "LEAVE_DATES_INVALID");
    let leave = RegisterLeaveRequest {
        end_date: date(2026, 6, 25),
        ..backwards
    };
    employees.register_leave(leave.clone()).await.unwrap();
    let overlapping = RegisterLeaveRequest {
        leave_id: Uuid::now_v7().to_string(),
        start_date: date(2026, 6, 25),
        end_date: date(2026, 6, 30),
        ..leave.clone()
    };
    refused(
        employees.register_leave(overlapping).await,
        Code::FailedPrecondition,
        "LEAVE_OVERLAP",
    );
    let missing = CancelLeaveRequest {
        name: format!("{ANA}/leaves/{}", Uuid::now_v7()),
        ..Default::default()
    };
    refused(
        employees.cancel_leave(missing).await,
        Code::NotFound,
        "LEAVE_NOT_FOUND",
    );
    refused(
        employees.rehire_employee(back()).await,
        Code::FailedPrecondition,
        "EMPLOYEE_ALREADY_ACTIVE",
    );
    employees.terminate_employee(end()).await.unwrap();
    let late = ChangeSalaryRequest {
        effective_date: date(2026, 7, 1),
        ..pay(ANA, 1, 1)
    };
    refused(
        employees.change_salary(late).await,
        Code::FailedPrecondition,
        "EMPLOYEE_NOT_ACTIVE",
    );
    let status = employees
        .rehire_employee(RehireEmployeeRequest {
            admission_date: date(2026, 6, 30),
            ..back()
        })
        .await
        .unwrap_err();
    assert_eq!(at(&status), "admission_date");
    refused(
        Err::<(), _>(status),
        Code::FailedPrecondition,
        "EMPLOYMENT_OVERLAP",
    );
}

#[tokio::test]
async fn a_dry_run_shows_the_events_without_what_is_personal() {
    let shop = Shop::open().await;
    let request = HireEmployeeRequest {
        validate_only: true,
        ..hire("12/7", CPF)
    };
    let shown = hired(&shop, request).await.unwrap().recorded.unwrap();
    let types: Vec<_> = shown
        .preview
        .iter()
        .map(|event| event.event_type.as_str())
        .collect();
    assert_eq!(types, ["EmployeeHired", "PersonalDataSet"]);
    let payloads: String = shown
        .preview
        .iter()
        .map(|event| event.payload_json.as_str())
        .collect();
    for secret in ["52998224725", "Quaresma", "7654321"] {
        assert!(!payloads.contains(secret), "{payloads}");
    }
    let name = pay(ANA, 1, 1);
    refused(
        employees(&shop).change_salary(name).await,
        Code::NotFound,
        "UNKNOWN_EMPLOYEE",
    );
}

#[tokio::test]
async fn whoever_keeps_the_employees_of_one_store_keeps_those_alone() {
    let shop = Shop::open().await;
    shop.companies().define_store(store("sp02")).await.unwrap();
    hired(&shop, hire("12/7", CPF)).await.unwrap();
    let there = HireEmployeeRequest {
        terms: terms("sp02"),
        ..hire("there", OTHER_CPF)
    };
    hired(&shop, there.clone()).await.unwrap();
    let memberships = vec!["acme/hr/sp01".parse().unwrap()];
    let limited = shop.for_caller(Principal::with("bia", "test", memberships)).await;
    let mut employees = employees(&limited);

    employees.change_salary(pay(ANA, 1, 900_000)).await.unwrap();
    // Who works elsewhere, and what is elsewhere, looks as if it were not there.
    let foreign = employees
        .change_salary(pay("companies/acme/employees/there", 1, 1))
        .await;
    let missing = employees
        .change_salary(pay("companies/acme/employees/99", 1, 1))
        .await;
    let message = |status: &Status| status.message().replace("there", "X").replace("99", "X");
    let (foreign, missing) = (foreign.unwrap_err(), missing.unwrap_err());
    assert_eq!(message(&foreign), message(&missing));
    refused(Err::<(), _>(foreign), Code::NotFound, "UNKNOWN_EMPLOYEE");
    let hire_there = HireEmployeeRequest {
        employee_id: "new".into(),
        personal_data: None,
        ..there
    };
    refused(
        employees.hire_employee(hire_there).await,
        Code::NotFound,
        "UNKNOWN_STORE",
    );
    let send_there = ChangePositionRequest {
        name: ANA.into(),
        effective_date: date(2026, 4, 1),
        store_id: "sp02".into(),
        ..Default::default()
    };
    refused(
        employees.change_position(send_there).await,
        Code::NotFound,
        "UNKNOWN_STORE",
    );
    let here = HireEmployeeRequest {
        personal_data: None,
        ..hire("here", "")
    };
    employees.hire_employee(here).await.unwrap();
}

#[tokio::test]
async fn whoever_went_to_another_store_is_not_reached_by_a_day_before() {
    let shop = Shop::open().await;
    shop.companies().define_store(store("sp02")).await.unwrap();
    hired(&shop, hire("12/7", CPF)).await.unwrap();
    let moved = ChangePositionRequest {
        name: ANA.into(),
        effective_date: date(2026, 4, 1),
        store_id: "sp02".into(),
        ..Default::default()
    };
    employees(&shop).change_position(moved).await.unwrap();
    let memberships = vec!["acme/hr/sp01".parse().unwrap()];
    let limited = shop.for_caller(Principal::with("bia", "test", memberships)).await;
    let ended = TerminateEmployeeRequest {
        termination_date: date(2026, 3, 31),
        ..end()
    };
    let ended = employees(&limited).terminate_employee(ended).await;
    refused(ended, Code::NotFound, "UNKNOWN_EMPLOYEE");
    let paid = employees(&limited).change_salary(pay(ANA, 1, 1)).await;
    refused(paid, Code::NotFound, "UNKNOWN_EMPLOYEE");
}
