//! Payrolls over the wire: recorded, read back, voided, erased and locked.

use posars_domain::person::{ErasureCause, PersonEvent, PersonalDataErased};
use posars_domain::{DomainEvent as _, RetentionClass, SubjectId};
use posars_event_store::{Append, EventType, ExpectedVersion, JsonText, NewEvent, StreamName};
use posars_gateway::proto::hr::v1::employee_service_client::EmployeeServiceClient;
use posars_gateway::proto::hr::v1::payroll_service_client::PayrollServiceClient;
use posars_gateway::proto::hr::v1::{
    EmploymentTerms, GetPayrollRequest, HireEmployeeRequest, ListPayrollCostsRequest, ListPayrollsRequest,
    Payroll, PayrollLine, PayrollLineInput, RecordPayrollRequest, RecordPayrollResponse, VoidPayrollRequest,
    Wage, WagePeriod,
};
use tonic::transport::Channel;
use tonic::{Code, Status};
use uuid::Uuid;

use crate::shop::{COMPANY, Shop, brl, date, fields, refused};

const PAYROLL: &str = "0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f70";
const NAME: &str = "companies/acme/payrolls/0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f70";

fn payrolls(shop: &Shop) -> PayrollServiceClient<Channel> {
    PayrollServiceClient::new(shop.channel.clone())
}

/// A shop with the employees `7` and `8`.
async fn staffed() -> Shop {
    let shop = Shop::open().await;
    let mut employees = EmployeeServiceClient::new(shop.channel.clone());
    for id in ["7", "8"] {
        let hire = HireEmployeeRequest {
            parent: COMPANY.into(),
            employee_id: id.into(),
            subject_id: format!("p-{id}"),
            admission_date: date(2026, 1, 5),
            terms: Some(EmploymentTerms {
                job_title: "Caixa".into(),
                store_id: "sp01".into(),
                contract: "permanent".into(),
                ..Default::default()
            }),
            salary: Some(Wage {
                amount: brl(200_000),
                per: WagePeriod::Month.into(),
            }),
            ..Default::default()
        };
        employees.hire_employee(hire).await.unwrap();
    }
    shop
}

fn line(employee_id: &str, gross: i64, charges: i64, net: i64) -> PayrollLineInput {
    PayrollLineInput {
        employee_id: employee_id.into(),
        gross: brl(gross),
        charges: brl(charges),
        net: brl(net),
        ..Default::default()
    }
}

fn may(lines: Vec<PayrollLineInput>) -> RecordPayrollRequest {
    RecordPayrollRequest {
        parent: COMPANY.into(),
        payroll_id: PAYROLL.into(),
        month: "2026-05".into(),
        memo: "Folha de maio".into(),
        lines,
        ..Default::default()
    }
}

async fn record(shop: &Shop, request: RecordPayrollRequest) -> Result<RecordPayrollResponse, Status> {
    Ok(payrolls(shop).record_payroll(request).await?.into_inner())
}

async fn get(shop: &Shop) -> Payroll {
    let request = GetPayrollRequest { name: NAME.into() };
    let answer = payrolls(shop).get_payroll(request).await.unwrap();
    answer.into_inner().payroll.unwrap()
}

/// What a line shows of the amounts, or why it does not.
fn shown(line: &PayrollLine) -> String {
    let hidden = [
        ("masked", &line.masked_fields),
        ("erased", &line.erased_fields),
        ("locked", &line.locked_fields),
    ];
    let hidden = hidden.into_iter().find(|(_, fields)| *fields == &["amounts"]);
    match (&line.amounts, hidden) {
        (Some(sums), None) => sums.gross.as_ref().unwrap().amount_minor.to_string(),
        (None, Some((why, _))) => why.to_owned(),
        other => format!("{other:?}"),
    }
}

fn all_shown(payroll: &Payroll) -> Vec<String> {
    payroll.lines.iter().map(shown).collect()
}

#[tokio::test]
async fn a_payroll_is_read_back_as_it_was_recorded() {
    let shop = staffed().await;
    let lines = || {
        vec![
            line("7", 300_000, 108_000, 250_000),
            line("8", 200_000, 0, 200_000),
        ]
    };
    let tried = RecordPayrollRequest {
        validate_only: true,
        ..may(lines())
    };
    let tried = record(&shop, tried).await.unwrap();
    assert_eq!(tried.recorded.unwrap().position, 0);
    assert_eq!(
        tried.payroll.unwrap().totals.unwrap().gross.unwrap().amount_minor,
        500_000
    );
    let first = record(&shop, may(lines())).await.unwrap();
    let payroll = first.payroll.unwrap();
    assert_eq!(
        (payroll.name.as_str(), payroll.employee_count, payroll.lines.len()),
        (NAME, 2, 0)
    );
    assert_eq!(payroll.wages_due_date, date(2026, 6, 5));
    assert_eq!(payroll.charges_due_date, date(2026, 6, 19));
    let totals = payroll.totals.as_ref().unwrap();
    let minor =
        |money: &Option<posars_gateway::proto::money::v1::Money>| money.as_ref().unwrap().amount_minor;
    assert_eq!(
        [
            minor(&totals.gross),
            minor(&totals.charges),
            minor(&totals.net),
            minor(&totals.withheld),
            minor(&totals.cost)
        ],
        [500_000, 108_000, 450_000, 50_000, 608_000]
    );
    let again = record(&shop, may(lines())).await.unwrap();
    assert!(again.recorded.unwrap().replayed);
    let other = may(vec![
        line("7", 300_001, 108_000, 250_000),
        line("8", 200_000, 0, 200_000),
    ]);
    refused(
        record(&shop, other).await,
        Code::AlreadyExists,
        "IDEMPOTENCY_MISMATCH",
    );
    let read = get(&shop).await;
    assert_eq!(all_shown(&read), ["300000", "200000"]);
    assert_eq!(read.lines[0].employee, "companies/acme/employees/7");
    assert_eq!(read.costs, payroll.costs);
    assert_eq!((read.memo.as_str(), read.voided), ("Folha de maio", false));
    let nothing = GetPayrollRequest {
        name: format!("{COMPANY}/payrolls/{}", Uuid::now_v7()),
    };
    let answer = payrolls(&shop).get_payroll(nothing).await;
    refused(answer, Code::NotFound, "PAYROLL_UNKNOWN");
}

#[tokio::test]
async fn a_void_takes_a_payroll_out_of_the_costs_and_leaves_it_to_be_read() {
    let shop = staffed().await;
    let _work = shop.work();
    record(&shop, may(vec![line("7", 300_000, 0, 300_000)]))
        .await
        .unwrap();
    let void = VoidPayrollRequest {
        name: NAME.into(),
        reason: "Horas extras em falta".into(),
        ..Default::default()
    };
    let voided = payrolls(&shop)
        .void_payroll(void.clone())
        .await
        .unwrap()
        .into_inner();
    let position = voided.recorded.unwrap().position;
    assert!(voided.payroll.unwrap().voided);
    let again = payrolls(&shop)
        .void_payroll(void.clone())
        .await
        .unwrap()
        .into_inner();
    assert!(again.recorded.unwrap().replayed);
    let other = VoidPayrollRequest {
        reason: "Outro motivo".into(),
        ..void
    };
    let answer = payrolls(&shop).void_payroll(other).await;
    refused(answer, Code::FailedPrecondition, "PAYROLL_ALREADY_VOIDED");
    let costs = ListPayrollCostsRequest {
        parent: COMPANY.into(),
        start_month: "2026-05".into(),
        end_month: "2026-05".into(),
        min_position: position,
        ..Default::default()
    };
    let costs = payrolls(&shop)
        .list_payroll_costs(costs)
        .await
        .unwrap()
        .into_inner();
    assert!(costs.costs.is_empty(), "{costs:?}");
    let all = ListPayrollsRequest {
        parent: COMPANY.into(),
        min_position: position,
        ..Default::default()
    };
    let all = payrolls(&shop).list_payrolls(all).await.unwrap().into_inner();
    let [listed] = all.payrolls.as_slice() else {
        unreachable!("{all:?}")
    };
    assert_eq!(
        (listed.name.as_str(), listed.voided, listed.void_reason.as_str()),
        (NAME, true, "Horas extras em falta")
    );
    let read = get(&shop).await;
    assert_eq!(
        (read.voided, read.void_reason.as_str()),
        (true, "Horas extras em falta")
    );
    assert_eq!(all_shown(&read), ["300000"]);
}

#[tokio::test]
async fn refusals_name_the_field_of_the_request() {
    let shop = staffed().await;
    for (line, code, reason, field) in [
        (
            line("7", 1, 0, 2),
            Code::InvalidArgument,
            "NET_EXCEEDS_GROSS",
            "lines[0].net",
        ),
        (
            line("70", 1, 0, 1),
            Code::NotFound,
            "UNKNOWN_EMPLOYEE",
            "lines[0].employee_id",
        ),
        (
            PayrollLineInput {
                job_title: "529.982.247-25".into(),
                ..line("7", 1, 0, 1)
            },
            Code::InvalidArgument,
            "TAX_ID_MISPLACED",
            "lines[0].job_title",
        ),
        (
            PayrollLineInput {
                store_id: "nowhere".into(),
                ..line("7", 1, 0, 1)
            },
            Code::NotFound,
            "UNKNOWN_STORE",
            "lines[0].store_id",
        ),
    ] {
        let answer = record(&shop, may(vec![line])).await;
        let details = refused(answer, code, reason);
        assert_eq!(crate::shop::value(&details, "field"), field);
    }
    let mixed = PayrollLineInput {
        net: Some(posars_gateway::proto::money::v1::Money {
            currency_code: "USD".into(),
            amount_minor: 1,
        }),
        ..line("7", 1, 0, 1)
    };
    let answer = record(&shop, may(vec![mixed])).await;
    let details = refused(answer, Code::InvalidArgument, "CURRENCY_MISMATCH");
    assert_eq!(fields(&details), ["lines[0].net.currency_code"]);
    let empty = RecordPayrollRequest {
        month: "maio".into(),
        ..may(Vec::new())
    };
    let details = refused(
        record(&shop, empty).await,
        Code::InvalidArgument,
        "INVALID_REQUEST",
    );
    assert_eq!(fields(&details), ["month", "lines"]);
}

#[tokio::test]
async fn an_erased_wage_is_gone_and_a_lost_key_is_no_erasure() {
    let shop = staffed().await;
    record(
        &shop,
        may(vec![line("7", 300_000, 0, 300_000), line("8", 5, 0, 5)]),
    )
    .await
    .unwrap();
    let locked = shop.without_master_key().await;
    assert_eq!(all_shown(&get(&locked).await), ["locked", "locked"]);
    let seven: SubjectId = "p-7".parse().unwrap();
    let keyring = shop.commands.keyring();
    // Gone without an erasure, as where an older copy of the keys was restored.
    keyring.destroy(&seven, &[RetentionClass::Labour]).await.unwrap();
    let read = get(&shop).await;
    assert_eq!(all_shown(&read), ["locked", "5"]);
    let costs = read.costs;
    let erased = PersonEvent::from(PersonalDataErased {
        subject_id: seven.clone(),
        classes: vec![RetentionClass::Labour],
        cause: ErasureCause::Retention,
    });
    let event = NewEvent {
        event_id: Uuid::now_v7(),
        event_type: EventType::parse(erased.event_type()).unwrap(),
        schema_version: erased.schema_version(),
        data: JsonText::of(&erased).unwrap(),
        metadata: JsonText::parse("{}").unwrap(),
    };
    let stream = StreamName::parse("person-p-7").unwrap();
    let append = Append::to(stream, ExpectedVersion::Any, vec![event]);
    shop.commands.log().append(append).await.unwrap();
    let read = get(&shop).await;
    assert_eq!(all_shown(&read), ["erased", "5"]);
    assert_eq!(read.costs, costs, "what the store cost stays");
}
