//! The rules of payrolls.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use crate::fixtures::owed::books;
use crate::fixtures::payroll::{amounts, examples, hired, left, line, moved, payroll, rehired, staff, terms};
use crate::fixtures::{given, nowhere, v};
use posars_domain::chart::{
    Chart, ChartDefined, ChartEvent, ChartState, CostCenter, CostCenterDefined, CostCenterRetired,
};
use posars_domain::employee::{EmployeeState, GivenEmployees};
use posars_domain::payroll::{
    PAYROLL_LINES_MAX, Payroll, PayrollEvent, PayrollRecorded, PayrollRejection, PayrollState, RecordPayroll,
    VoidPayroll, WageAmounts,
};
use posars_domain::{
    Aggregate as _, Amount, Command as _, DomainEvent as _, Given, HoldsPersonal as _, Needs, RetentionClass,
};
use proptest::prelude::*;
use std::sync::LazyLock;

fn with(employees: &GivenEmployees) -> Given<'_> {
    Given {
        employees: Some(employees),
        ..nowhere()
    }
}

fn one(state: EmployeeState) -> GivenEmployees {
    std::iter::once((v("7"), state)).collect()
}

fn recorded(command: RecordPayroll, employees: &GivenEmployees) -> PayrollRecorded {
    let event = given::<Payroll>(&[]).when(command, &with(employees)).event();
    let PayrollEvent::PayrollRecorded(recorded) = event else {
        unreachable!("{event:?}")
    };
    recorded
}

fn refused(command: RecordPayroll, reason: &str, field: Option<&str>) -> PayrollRejection {
    let staff = staff();
    given::<Payroll>(&[])
        .when(command, &with(&staff))
        .rejected(reason, field)
}

#[test]
fn costs_are_the_sums_of_the_lines_by_store_cost_centre_and_position() {
    let mut lent = line("8", 100_000, 36_000, 90_000);
    lent.store_id = Some(v("norte"));
    let lines = vec![
        line("9", 250_000, 90_000, 220_000),
        line("7", 200_001, 72_000, 180_003),
        lent,
    ];
    let event = recorded(payroll(lines), &staff());
    assert_eq!(event.business_date, v("2026-10-31"));
    assert_eq!(
        (event.wages_due, event.charges_due),
        (v("2026-11-06"), v("2026-11-20"))
    );
    let costs: Vec<_> = event
        .costs
        .iter()
        .map(|cost| {
            let center = cost.cost_center.as_ref().map(ToString::to_string);
            (
                cost.store_id.to_string(),
                center,
                cost.position.as_str(),
                cost.employees,
                cost.amounts,
            )
        })
        .collect();
    assert_eq!(
        costs,
        [
            (
                "centro".to_owned(),
                None,
                "vendedor",
                1,
                amounts(200_001, 72_000, 180_003)
            ),
            (
                "centro".to_owned(),
                Some("frota".to_owned()),
                "motorista",
                1,
                amounts(250_000, 90_000, 220_000)
            ),
            (
                "norte".to_owned(),
                None,
                "vendedor",
                1,
                amounts(100_000, 36_000, 90_000)
            ),
        ]
    );
    assert_eq!(event.lines[2].subject_id, v("p-8"));
}

#[test]
fn what_each_got_is_personal_of_them_and_shown_nowhere() {
    let mut event = recorded(
        payroll(vec![line("7", 314_159, 1, 271_828), line("8", 1, 0, 1)]),
        &staff(),
    );
    event.costs.clear();
    let shown = format!("{event:?} {}", PayrollEvent::from(event.clone()).to_json().get());
    assert!(!shown.contains("314159") && !shown.contains("271828"), "{shown}");
    let fields = event.personal();
    let told: Vec<_> = fields
        .iter()
        .map(|field| {
            (
                field.path.to_string(),
                field.subject.to_string(),
                field.class,
                field.used_on,
                field.finds,
            )
        })
        .collect();
    let field = |index, subject: &str| {
        (
            format!("lines[{index}].amounts"),
            subject.to_owned(),
            RetentionClass::Labour,
            v("2026-10-31"),
            false,
        )
    };
    assert_eq!(told, [field(0, "p-7"), field(1, "p-8")]);
    let command = payroll(vec![line("7", 314_159, 1, 271_828)]);
    let json = serde_json::to_string(&command).unwrap();
    assert!(
        !format!("{command:?} {json}").contains("314159"),
        "a fingerprint covers no wage"
    );
}

#[test]
fn the_place_is_that_of_the_last_day_of_the_month() {
    let state = hired("7", "2026-01-05", terms("vendedor", "centro", Some("salao")));
    let state = moved(
        state,
        "7",
        "2026-10-31",
        terms("gerente", "norte", Some("direcao")),
    );
    let state = moved(state, "7", "2026-11-01", terms("diretor", "sul", None));
    let event = recorded(payroll(vec![line("7", 100, 0, 100)]), &one(state));
    let line = &event.lines[0];
    assert_eq!(
        (&line.store_id, line.cost_center.as_ref(), line.position.as_str()),
        (&v("norte"), Some(&v("direcao")), "gerente")
    );
}

/// The books, in which the cost centre `obra` is in use and `antigo` is not any more.
fn with_centers(employees: &GivenEmployees) -> Given<'_> {
    static CHART: LazyLock<ChartState> = LazyLock::new(|| {
        let define = |id: &str| {
            ChartEvent::from(CostCenterDefined {
                cost_center: CostCenter {
                    cost_center_id: v(id),
                    name: id.to_owned(),
                },
            })
        };
        let retired = CostCenterRetired {
            cost_center_id: v("antigo"),
        };
        Chart::fold(&[
            ChartDefined::brazilian_retail().into(),
            define("obra"),
            define("antigo"),
            retired.into(),
        ])
    });
    let books = books();
    let mut given_books = books.books.unwrap();
    given_books.chart = &CHART;
    Given {
        books: Some(given_books),
        employees: Some(employees),
        ..nowhere()
    }
}

#[test]
fn a_cost_centre_that_a_line_names_is_in_use() {
    let staff = staff();
    let named = |center: &str| {
        let mut line = line("7", 100, 0, 100);
        line.cost_center = Some(v(center));
        payroll(vec![line])
    };
    assert_eq!(
        named("obra").needs(&PayrollState::default()),
        Needs::COMPANY.and_books()
    );
    for unusable in ["nenhum", "antigo"] {
        given::<Payroll>(&[])
            .when(named(unusable), &with_centers(&staff))
            .rejected("COST_CENTER_UNKNOWN", Some("lines[0].cost_center"));
    }
    given::<Payroll>(&[])
        .when(named("obra"), &with_centers(&staff))
        .accepted();
    given::<Payroll>(&[])
        .when(named("obra"), &with(&staff))
        .rejected("BOOKS_NOT_BEGUN", None);
    // An employee's own was right when it was told.
    let own = payroll(vec![line("9", 100, 0, 100)]);
    assert_eq!(own.needs(&PayrollState::default()), Needs::COMPANY);
    assert_eq!(recorded(own, &staff).costs[0].cost_center, Some(v("frota")));
}

#[test]
fn a_line_may_say_where_it_belongs() {
    let state = || hired("7", "2026-01-05", terms("vendedor", "centro", Some("salao")));
    let placed = |store: Option<&str>, center: Option<&str>, position: Option<&str>| {
        let mut line = line("7", 100, 0, 100);
        line.store_id = store.map(v);
        line.cost_center = center.map(v);
        line.position = position.map(str::to_owned);
        let employees = one(state());
        let history = given::<Payroll>(&[]);
        let event = history
            .when(payroll(vec![line]), &with_centers(&employees))
            .event();
        let PayrollEvent::PayrollRecorded(event) = event else {
            unreachable!("{event:?}")
        };
        let cost = event.costs[0].clone();
        (
            cost.store_id.to_string(),
            cost.cost_center.map(|center| center.to_string()),
            cost.position,
        )
    };
    let place = |store: &str, center: Option<&str>, position: &str| {
        (store.to_owned(), center.map(str::to_owned), position.to_owned())
    };
    assert_eq!(
        placed(None, None, None),
        place("centro", Some("salao"), "vendedor")
    );
    assert_eq!(
        placed(Some("centro"), None, None),
        place("centro", Some("salao"), "vendedor")
    );
    // The cost centre of a store goes with that store.
    assert_eq!(
        placed(Some("norte"), None, None),
        place("norte", None, "vendedor")
    );
    assert_eq!(
        placed(Some("norte"), Some("obra"), Some(" pedreiro ")),
        place("norte", Some("obra"), "pedreiro")
    );
    assert_eq!(
        placed(None, Some("obra"), Some("")),
        place("centro", Some("obra"), "vendedor")
    );
}

#[test]
fn whoever_worked_on_a_day_of_the_month_gets_a_line() {
    let seller = || terms("vendedor", "centro", None);
    let got = |state: EmployeeState| {
        let employees = one(state);
        let command = payroll(vec![line("7", 100, 0, 100)]);
        let history = given::<Payroll>(&[]);
        history.when(command, &with(&employees))
    };
    let left_on = |from: &str, to: &str| left(hired("7", from, seller()), "7", to);
    // The month is October 2026.
    got(hired("7", "2026-10-31", seller())).accepted();
    got(left_on("2020-01-01", "2026-10-01")).accepted();
    got(rehired(
        left_on("2020-01-01", "2026-10-01"),
        "7",
        "2027-01-01",
        seller(),
    ))
    .accepted();
    for away in [
        hired("7", "2026-11-01", seller()),
        left_on("2020-01-01", "2026-09-30"),
        rehired(left_on("2020-01-01", "2026-09-30"), "7", "2026-11-01", seller()),
    ] {
        got(away).rejected("EMPLOYEE_NOT_ACTIVE", Some("lines[0].employee_id"));
    }
}

#[test]
fn somebody_who_was_never_taken_on_gets_nothing() {
    let lines = vec![line("7", 100, 0, 100), line("70", 100, 0, 100)];
    refused(payroll(lines), "UNKNOWN_EMPLOYEE", Some("lines[1].employee_id"));
    let lines = vec![line("7", 100, 0, 100)];
    given::<Payroll>(&[])
        .when(payroll(lines.clone()), &nowhere())
        .rejected("UNKNOWN_EMPLOYEE", Some("lines[0].employee_id"));
    given::<Payroll>(&[])
        .when(payroll(lines), &with(&one(EmployeeState::default())))
        .rejected("UNKNOWN_EMPLOYEE", Some("lines[0].employee_id"));
}

#[test]
fn no_more_is_paid_out_than_was_earned_and_no_refusal_tells_how_much() {
    let lines = vec![line("7", 100, 0, 100), line("8", 123_456, 0, 123_457)];
    let no = refused(payroll(lines), "NET_EXCEEDS_GROSS", Some("lines[1].net"));
    assert!(!format!("{no} {no:?}").contains("12345"), "{no}");
}

#[test]
fn amounts_are_neither_below_zero_nor_all_nothing() {
    for (gross, charges, net, field) in [
        (-123_456, 0, -123_456, "lines[0].gross"),
        (123_456, -123_456, 0, "lines[0].charges"),
        (123_456, 0, -123_456, "lines[0].net"),
        (0, 0, 0, "lines[0].gross"),
        (i64::MAX, 0, 0, "lines[0].gross"),
    ] {
        let lines = vec![line("7", gross, charges, net)];
        let no = refused(payroll(lines), "WAGE_AMOUNT_INVALID", Some(field));
        assert!(!format!("{no} {no:?}").contains("12345"), "{no}");
    }
    for (gross, charges, net) in [(0, 1, 0), (1, 0, 0), (1, 0, 1)] {
        recorded(payroll(vec![line("7", gross, charges, net)]), &staff());
    }
}

#[test]
fn a_sum_beyond_the_range_of_amounts_is_refused() {
    let most = (1..=60)
        .rev()
        .map(|bits| (1_i64 << bits) - 1)
        .find(|minor| Amount::from_minor(*minor).is_in_range());
    let most = most.unwrap();
    let lines = ["7", "8", "9"].map(|employee| line(employee, most, most, 0));
    refused(payroll(lines.to_vec()), "AMOUNT_OUT_OF_RANGE", Some("lines"));
}

#[test]
fn a_payroll_has_lines_and_not_too_many_and_each_employee_once() {
    refused(payroll(Vec::new()), "LINE_COUNT_INVALID", Some("lines"));
    let many = |count: usize| (0..count).map(|_| line("7", 1, 0, 1)).collect();
    refused(
        payroll(many(PAYROLL_LINES_MAX + 1)),
        "LINE_COUNT_INVALID",
        Some("lines"),
    );
    refused(
        payroll(many(2)),
        "PAYROLL_EMPLOYEE_TWICE",
        Some("lines[1].employee_id"),
    );
    let employees: GivenEmployees = (0..PAYROLL_LINES_MAX)
        .map(|number| {
            let employee = format!("e{number}");
            let state = hired(&employee, "2026-01-01", terms("vendedor", "centro", None));
            (v(&employee), state)
        })
        .collect();
    let lines = (0..PAYROLL_LINES_MAX).map(|number| line(&format!("e{number}"), 1, 0, 1));
    let most = payroll(lines.collect());
    assert_eq!(most.employees().len(), PAYROLL_LINES_MAX);
    let event = recorded(most, &employees);
    assert_eq!(event.costs[0].employees, 1_000);
    let size = PayrollEvent::from(event).to_json().get().len();
    assert!(size < 1024 * 1024, "{size} bytes are much for one event");
}

#[test]
fn a_month_that_has_yet_to_begin_is_refused() {
    // It is 20 November.
    let in_month = |month: &str| RecordPayroll {
        month: v(month),
        ..payroll(vec![line("7", 1, 0, 1)])
    };
    recorded(in_month("2026-11"), &staff());
    refused(in_month("2026-12"), "PAYROLL_MONTH_IN_FUTURE", Some("month"));
}

#[test]
fn days_and_texts_are_checked() {
    let good = || payroll(vec![line("7", 1, 0, 1)]);
    let mut command = good();
    command.wages_due = Some(v("9999-12-31"));
    refused(command, "DATE_OUT_OF_RANGE", Some("wages_due"));
    let mut command = good();
    command.charges_due = Some(v("1999-12-31"));
    refused(command, "DATE_OUT_OF_RANGE", Some("charges_due"));
    let mut command = good();
    command.memo = Some("x".repeat(81));
    refused(command, "TEXT_TOO_LONG", Some("memo"));
    let mut command = good();
    command.memo = Some("Rescisão 529.982.247-25".to_owned());
    refused(command, "TAX_ID_MISPLACED", Some("memo"));
    let mut command = good();
    command.lines[0].position = Some("52998224725".to_owned());
    refused(command, "TAX_ID_MISPLACED", Some("lines[0].position"));
    let mut command = good();
    (command.wages_due, command.charges_due) = (Some(v("2026-10-30")), Some(v("2026-10-30")));
    command.memo = Some(" 13º salário ".to_owned());
    let event = recorded(command, &staff());
    assert_eq!(
        (event.wages_due, event.charges_due, event.memo.as_deref()),
        (v("2026-10-30"), v("2026-10-30"), Some("13º salário"))
    );
}

#[test]
fn the_id_is_used_once() {
    let [recorded, voided] = examples();
    let staff = staff();
    for history in [vec![recorded.clone()], vec![recorded, voided]] {
        given::<Payroll>(&history)
            .when(payroll(vec![line("7", 1, 0, 1)]), &with(&staff))
            .rejected("PAYROLL_EXISTS", None);
    }
}

fn void(reason: &str) -> VoidPayroll {
    VoidPayroll {
        payroll_id: v("0193a5f0-0000-7000-8000-000000000701"),
        reason: reason.to_owned(),
    }
}

#[test]
fn a_payroll_is_taken_back_once_with_all_that_it_came_to() {
    let [recorded, voided] = examples();
    let history = [recorded];
    let event = given::<Payroll>(&history)
        .when(void(" Horas extras em falta "), &nowhere())
        .event();
    assert_eq!(event, voided);
    let [recorded] = history;
    given::<Payroll>(&[recorded, voided])
        .when(void("De novo"), &nowhere())
        .rejected("PAYROLL_ALREADY_VOIDED", None);
}

#[test]
fn a_void_says_why_and_is_of_something() {
    let [recorded, _] = examples();
    given::<Payroll>(&[])
        .when(void("Engano"), &nowhere())
        .rejected("PAYROLL_UNKNOWN", None);
    let history = [recorded];
    given::<Payroll>(&history)
        .when(void(" "), &nowhere())
        .rejected("FIELD_REQUIRED", Some("reason"));
    given::<Payroll>(&history)
        .when(void("CPF 529.982.247-25 errado"), &nowhere())
        .rejected("TAX_ID_MISPLACED", Some("reason"));
}

proptest! {
    /// Whatever the wages, what stores cost is what employees got, to the cent.
    #[test]
    fn costs_tie_to_the_lines(wages in proptest::collection::vec((0_usize..3, 1_i64..9_999_999, 0_i64..9_999_999, 0_i64..100), 1..40)) {
        let mut states = Vec::new();
        let mut lines = Vec::new();
        for (number, (place, gross, charges, kept)) in wages.iter().enumerate() {
            let employee = format!("e{number}");
            let (store, center) = [("centro", None), ("centro", Some("frota")), ("norte", None)][*place];
            let position = ["vendedor", "caixa"][number % 2];
            states.push((v(&employee), hired(&employee, "2026-01-01", terms(position, store, center))));
            lines.push(line(&employee, *gross, *charges, gross - gross * kept / 100));
        }
        let event = recorded(payroll(lines), &states.into_iter().collect());
        let got = event.lines.iter().map(|line| *line.amounts.clear().unwrap());
        let cost = event.costs.iter().map(|cost| cost.amounts);
        let sum = |mut amounts: Box<dyn Iterator<Item = WageAmounts>>| amounts.try_fold(WageAmounts::default(), WageAmounts::checked_add).unwrap();
        prop_assert_eq!(sum(Box::new(got.collect::<Vec<_>>().into_iter())), sum(Box::new(cost.collect::<Vec<_>>().into_iter())));
        let counted: u32 = event.costs.iter().map(|cost| cost.employees).sum();
        prop_assert_eq!(usize::try_from(counted).unwrap(), event.lines.len());
        let keys: Vec<_> = event.costs.iter().map(|cost| (&cost.store_id, &cost.cost_center, &cost.position)).collect();
        prop_assert!(keys.is_sorted());
    }
}
