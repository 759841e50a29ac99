//! What is told of which day of an employee: changes out of order, leaves, ends and returns.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use crate::fixtures::employee::{
    Life, back_on, cancel, correct, end_on, hire_on, hr, leave, leave_id, move_on, pay_on, wage,
};
use crate::fixtures::payroll::terms;
use crate::fixtures::{given, v};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use posars_domain::employee::{
    CHANGES_MAX, Employee, EmployeeEvent, EmployeeState, LEAVES_MAX, LeaveCancelled, LeaveRegistered,
    RegisterLeave, RehireEmployee, SalaryChanged, TerminateEmployee,
};
use posars_domain::{Aggregate as _, Command, DomainEvent as _, Rejection as _};
use proptest::prelude::*;

fn refused(life: &Life, command: impl Command<Of = Employee>, reason: &str, field: Option<&str>) {
    given(&life.0).when(command, &hr()).rejected(reason, field);
}

/// The wage of a day in centavos.
fn wage_on(life: &Life, day: &str) -> Option<i64> {
    paid_on(&Employee::fold(&life.0), v(day))
}

fn paid_on(state: &EmployeeState, day: Date) -> Option<i64> {
    let salary = state.salary_on(day)?;
    Some(salary.clear().unwrap().amount.minor())
}

#[test]
fn days_of_an_employment_are_days_of_a_life() {
    for day in ["1939-12-31", "2100-01-01", "0001-01-01"] {
        let nobody = given::<Employee>(&[]);
        nobody
            .when(hire_on(day), &hr())
            .rejected("DATE_OUT_OF_RANGE", Some("admission_date"));
        let life = Life::since("2026-01-05");
        refused(&life, pay_on(day, 1), "DATE_OUT_OF_RANGE", Some("effective_date"));
        refused(&life, end_on(day), "DATE_OUT_OF_RANGE", Some("date"));
        let away = RegisterLeave {
            to: v(day),
            ..leave(1, "2026-01-05", "2026-01-05")
        };
        refused(&life, away, "DATE_OUT_OF_RANGE", Some("to"));
        let life = life.then(end_on("2026-02-01"));
        refused(&life, back_on(day), "DATE_OUT_OF_RANGE", Some("admission_date"));
    }
    // Whoever began long ago or will begin next year is taken on today.
    for day in ["1940-01-01", "1987-03-02", "2027-01-04", "2027-11-20"] {
        Life::since(day);
    }
}

#[test]
fn nobody_begins_or_leaves_more_than_a_year_ahead() {
    // Today is 20 November 2026. A year that was mistyped would lock the person out until then.
    let far = "2060-12-20";
    let at = Some("admission_date");
    let nobody = given::<Employee>(&[]);
    nobody.when(hire_on(far), &hr()).rejected("DATE_OUT_OF_RANGE", at);
    let life = Life::since("2026-01-05");
    refused(&life, end_on(far), "DATE_OUT_OF_RANGE", Some("date"));
    refused(&life, correct(far), "DATE_OUT_OF_RANGE", at);
    let life = life.then(end_on("2026-06-30"));
    refused(&life, back_on(far), "DATE_OUT_OF_RANGE", at);
}

#[test]
fn nothing_takes_effect_before_the_first_day_of_work() {
    let life = Life::since("2026-01-05");
    let before = "EFFECTIVE_DATE_BEFORE_HIRE";
    refused(&life, pay_on("2026-01-04", 1), before, Some("effective_date"));
    refused(
        &life,
        move_on("2026-01-04", "caixa"),
        before,
        Some("effective_date"),
    );
    refused(&life, leave(1, "2026-01-04", "2026-01-06"), before, Some("from"));
    refused(&life, end_on("2026-01-04"), before, Some("date"));
    // The first day itself is one.
    let life = life
        .then(pay_on("2026-01-05", 210_000))
        .then(move_on("2026-01-05", "caixa"))
        .then(leave(1, "2026-01-05", "2026-01-05"))
        .then(end_on("2026-01-05"));
    assert_eq!(wage_on(&life, "2026-01-05"), Some(210_000));
    assert_eq!(wage_on(&life, "2026-01-04"), None);
}

#[test]
fn changes_that_are_told_out_of_order_hold_from_their_day_on() {
    let life = Life::since("2026-01-05")
        .then(pay_on("2026-09-01", 300_000))
        .then(pay_on("2026-03-01", 220_000))
        .then(pay_on("2026-06-01", 250_000))
        // A correction of the day: the one that is told later holds.
        .then(pay_on("2026-03-01", 230_000));
    let days = [
        ("2026-01-05", 200_000),
        ("2026-02-28", 200_000),
        ("2026-03-01", 230_000),
        ("2026-05-31", 230_000),
        ("2026-06-01", 250_000),
        ("2026-08-31", 250_000),
        ("2026-09-01", 300_000),
        ("2099-12-31", 300_000),
    ];
    for (day, expected) in days {
        assert_eq!(wage_on(&life, day), Some(expected), "{day}");
    }
}

#[test]
fn a_position_that_is_told_twice_of_one_day_is_told_once() {
    let life = Life::since("2026-01-05").then(move_on("2026-03-01", "gerente"));
    given(&life.0)
        .when(move_on("2026-03-01", "gerente"), &hr())
        .nothing();
    given(&life.0)
        .when(move_on("2026-03-01", " gerente "), &hr())
        .nothing();
    // Of another day it is: what comes between later must not reach beyond it.
    let life = life
        .then(move_on("2026-06-01", "gerente"))
        .then(move_on("2026-04-01", "caixa"));
    let state = Employee::fold(&life.0);
    let on = |day: &str| state.terms_on(v(day)).unwrap().position.clone();
    assert_eq!(
        [on("2026-03-31"), on("2026-04-30"), on("2026-06-01")],
        ["gerente", "caixa", "gerente"]
    );
}

#[test]
fn after_the_last_day_nothing_more_takes_effect_but_what_was_is_put_right() {
    let life = Life::since("2026-01-05").then(end_on("2026-06-30"));
    let over = "EMPLOYEE_NOT_ACTIVE";
    refused(&life, pay_on("2026-07-01", 1), over, None);
    refused(&life, move_on("2026-07-01", "caixa"), over, None);
    refused(&life, leave(1, "2026-07-01", "2026-07-02"), over, None);
    refused(&life, leave(1, "2026-06-30", "2026-07-01"), over, None);
    // A raise that was agreed on for days before, and a doctor's note that came late.
    let life = life
        .then(pay_on("2026-05-01", 215_000))
        .then(move_on("2026-06-30", "caixa"))
        .then(leave(1, "2026-06-29", "2026-06-30"));
    assert_eq!(wage_on(&life, "2026-06-30"), Some(215_000));
    let rejection = given(&life.0)
        .when(pay_on("2026-07-01", 1), &hr())
        .rejected(over, None);
    assert!(
        rejection
            .metadata()
            .contains(&("ended_on", "2026-06-30".to_owned())),
        "{rejection:?}"
    );
}

#[test]
fn until_the_last_day_of_a_notice_the_employment_goes_on() {
    // The last day is yet to come: today is 20 November 2026.
    let life = Life::since("2026-01-05").then(end_on("2026-12-19"));
    let life = life
        .then(pay_on("2026-12-01", 250_000))
        .then(leave(1, "2026-12-10", "2026-12-19"));
    assert_eq!(wage_on(&life, "2026-12-19"), Some(250_000));
    let state = Employee::fold(&life.0);
    assert!(state.stint_on(v("2026-12-19")).is_some() && state.stint_on(v("2026-12-20")).is_none());
}

#[test]
fn the_end_that_is_told_last_is_the_end() {
    let life = Life::since("2026-01-05").then(end_on("2026-06-30"));
    given(&life.0).when(end_on("2026-06-30"), &hr()).nothing();
    let ended = |life: &Life| {
        let stint = Employee::fold(&life.0).stints.remove(0);
        (stint.ended_on.unwrap(), stint.end_reason.unwrap())
    };
    // She stayed for the whole of the notice, or was dismissed.
    let life = life.then(end_on("2026-07-31"));
    assert_eq!(ended(&life).0, date(2026, 7, 31));
    let dismissed = TerminateEmployee {
        reason: "Justa causa".to_owned(),
        ..end_on("2026-06-15")
    };
    let life = life.then(leave(1, "2026-06-10", "2026-06-20")).then(dismissed);
    assert_eq!(ended(&life), (date(2026, 6, 15), "Justa causa".to_owned()));
    let leaves = Employee::fold(&life.0).leaves;
    assert_eq!(leaves.values().next().unwrap().to, date(2026, 6, 15));
    // Of two employments it is the last one that ends, not before it has begun.
    let life = life.then(back_on("2026-09-01"));
    refused(
        &life,
        end_on("2026-06-30"),
        "EFFECTIVE_DATE_BEFORE_HIRE",
        Some("date"),
    );
    let life = life.then(end_on("2026-09-01")).then(end_on("2026-09-30"));
    let ends = Employee::fold(&life.0).stints;
    let ends: Vec<_> = ends.iter().map(|stint| stint.ended_on.unwrap()).collect();
    assert_eq!(ends, [date(2026, 6, 15), date(2026, 9, 30)]);
}

#[test]
fn a_first_day_that_was_mistyped_is_put_right() {
    let life = Life::since("2025-12-17")
        .then(pay_on("2025-12-17", 210_000))
        .then(pay_on("2026-03-01", 250_000))
        .then(correct("2021-12-17"));
    given(&life.0).when(correct("2021-12-17"), &hr()).nothing();
    let wages = ["2021-12-16", "2021-12-17", "2025-12-17", "2026-03-01"].map(|day| wage_on(&life, day));
    assert_eq!(wages, [None, Some(210_000), Some(210_000), Some(250_000)]);
    let state = Employee::fold(&life.0);
    assert_eq!(state.terms_on(v("2021-12-17")).unwrap().position, "vendedor");
    // The hire as it was told is another one now.
    refused(&life, hire_on("2025-12-17"), "EMPLOYEE_ALREADY_ACTIVE", None);
    given(&life.0).when(hire_on("2021-12-17"), &hr()).nothing();
    // Forward, too, but not past what was told of a later day.
    let life = life.then(correct("2026-02-28"));
    let (after, at) = ("ADMISSION_AFTER_CHANGE", Some("admission_date"));
    refused(&life, correct("2026-03-01"), after, at);
    let life = Life::since("2026-01-05").then(leave(1, "2026-02-10", "2026-02-12"));
    refused(&life, correct("2026-02-11"), after, at);
    let life = life.then(correct("2026-02-10")).then(end_on("2026-02-20"));
    refused(&life, correct("2026-02-21"), after, at);
    let life = life.then(back_on("2026-05-01"));
    refused(&life, correct("2026-02-20"), "EMPLOYMENT_OVERLAP", at);
    let stints = Employee::fold(&life.then(correct("2026-02-21")).0).stints;
    let days: Vec<_> = stints.iter().map(|stint| stint.admission_date).collect();
    assert_eq!(days, [date(2026, 2, 10), date(2026, 2, 21)]);
}

#[test]
fn only_who_has_left_is_taken_on_again_and_after_the_last_day() {
    let life = Life::since("2026-01-05");
    refused(&life, back_on("2026-09-01"), "EMPLOYEE_ALREADY_ACTIVE", None);
    let life = life.then(end_on("2026-06-30"));
    for day in ["2026-06-30", "2026-01-05", "2025-12-01"] {
        refused(&life, back_on(day), "EMPLOYMENT_OVERLAP", Some("admission_date"));
    }
    let life = life.then(back_on("2026-07-01"));
    given(&life.0).when(back_on("2026-07-01"), &hr()).nothing();
    // Also when the position has changed since; with another day or other terms it is another one.
    let life = life.then(move_on("2026-07-01", "gerente"));
    given(&life.0).when(back_on("2026-07-01"), &hr()).nothing();
    refused(&life, back_on("2026-07-02"), "EMPLOYEE_ALREADY_ACTIVE", None);
    let other = RehireEmployee {
        terms: terms("gerente", "centro", None),
        ..back_on("2026-07-01")
    };
    refused(&life, other, "EMPLOYEE_ALREADY_ACTIVE", None);
    let state = Employee::fold(&life.0);
    let afresh = back_on("2026-07-01").afresh(&state, &hr());
    let told = life
        .0
        .iter()
        .find(|event| event.event_type() == "EmployeeRehired");
    assert_eq!(afresh.first(), told, "the door compares the wage");
}

#[test]
fn a_day_between_two_employments_is_of_none() {
    let life = Life::since("2026-01-05")
        .then(end_on("2026-06-30"))
        .then(back_on("2026-09-01"));
    let before = "EFFECTIVE_DATE_BEFORE_HIRE";
    refused(&life, pay_on("2026-08-31", 1), before, Some("effective_date"));
    refused(
        &life,
        move_on("2026-07-01", "caixa"),
        before,
        Some("effective_date"),
    );
    refused(&life, leave(1, "2026-08-31", "2026-09-02"), before, Some("from"));
    // A leave is of one employment, though the last day is one of the next.
    refused(
        &life,
        leave(1, "2026-06-30", "2026-09-01"),
        "EMPLOYEE_NOT_ACTIVE",
        None,
    );
    // What was of the first is still put right, and does not reach the second.
    let life = life.then(pay_on("2026-06-01", 240_000));
    assert_eq!(wage_on(&life, "2026-06-30"), Some(240_000));
    assert_eq!(wage_on(&life, "2026-09-01"), Some(250_000));
}

#[test]
fn what_was_to_change_after_the_end_never_does() {
    let life = Life::since("2026-01-05")
        .then(pay_on("2026-10-01", 900_000))
        .then(move_on("2026-10-01", "diretora"))
        .then(end_on("2026-06-30"));
    assert_eq!(wage_on(&life, "2026-12-31"), Some(200_000));
    let life = life.then(back_on("2026-09-01"));
    assert_eq!(wage_on(&life, "2026-10-01"), Some(250_000));
    let state = Employee::fold(&life.0);
    assert_eq!(state.terms_on(v("2026-10-01")).unwrap().position, "vendedor");
}

#[test]
fn two_leaves_share_no_day() {
    let life = Life::since("2026-01-05").then(leave(1, "2026-03-10", "2026-03-20"));
    for (from, to) in [
        ("2026-03-10", "2026-03-20"),
        ("2026-03-01", "2026-03-10"),
        ("2026-03-20", "2026-03-31"),
        ("2026-03-12", "2026-03-12"),
        ("2026-02-01", "2026-04-30"),
    ] {
        let rejection = given(&life.0)
            .when(leave(2, from, to), &hr())
            .rejected("LEAVE_OVERLAP", None);
        assert!(
            rejection
                .metadata()
                .contains(&("leave_id", leave_id(1).to_string())),
            "{rejection:?}"
        );
    }
    life.then(leave(2, "2026-03-01", "2026-03-09"))
        .then(leave(3, "2026-03-21", "2026-03-21"));
}

#[test]
fn a_leave_ends_on_its_first_day_or_later() {
    let life = Life::since("2026-01-05");
    refused(
        &life,
        leave(1, "2026-03-10", "2026-03-09"),
        "LEAVE_DATES_INVALID",
        Some("to"),
    );
}

#[test]
fn the_id_of_a_leave_is_its_own_for_ever() {
    let life = Life::since("2026-01-05").then(leave(1, "2026-03-10", "2026-03-20"));
    given(&life.0)
        .when(leave(1, "2026-03-10", "2026-03-20"), &hr())
        .nothing();
    refused(
        &life,
        leave(1, "2026-05-10", "2026-05-20"),
        "LEAVE_EXISTS",
        Some("leave_id"),
    );
    let life = life.then(cancel(1));
    refused(
        &life,
        leave(1, "2026-03-10", "2026-03-20"),
        "LEAVE_EXISTS",
        Some("leave_id"),
    );
    life.then(leave(2, "2026-03-10", "2026-03-20"));
}

#[test]
fn a_leave_is_cancelled_once_and_must_be_there() {
    let life = Life::since("2026-01-05").then(leave(1, "2026-03-10", "2026-03-20"));
    refused(&life, cancel(2), "LEAVE_NOT_FOUND", None);
    let life = life.then(cancel(1));
    given(&life.0).when(cancel(1), &hr()).nothing();
    assert!(Employee::fold(&life.0).leaves.is_empty());
}

#[test]
fn an_end_takes_the_leaves_beyond_it_along() {
    let life = Life::since("2026-01-05")
        .then(leave(1, "2026-02-01", "2026-02-10"))
        .then(leave(2, "2026-06-20", "2026-07-19"))
        .then(leave(3, "2026-12-01", "2026-12-30"));
    let ended = given(&life.0).when(end_on("2026-06-30"), &hr()).accepted().events;
    let [
        EmployeeEvent::LeaveRegistered(LeaveRegistered {
            leave_id: shortened,
            from,
            to,
            ..
        }),
        EmployeeEvent::LeaveCancelled(LeaveCancelled {
            leave_id: cancelled, ..
        }),
        EmployeeEvent::EmployeeTerminated(_),
    ] = ended.as_slice()
    else {
        unreachable!("{ended:?}")
    };
    assert_eq!(
        (*shortened, *from, *to),
        (leave_id(2), v("2026-06-20"), v("2026-06-30"))
    );
    assert_eq!(*cancelled, leave_id(3));
    // Whoever comes back in between is free to be away on those days.
    let life = life.then(end_on("2026-06-30")).then(back_on("2026-07-10"));
    let life = life
        .then(leave(4, "2026-07-10", "2026-07-12"))
        .then(leave(5, "2026-12-01", "2026-12-05"));
    assert_eq!(Employee::fold(&life.0).leaves.len(), 4);
    // The one that was shortened is told to be another one, for the door to look at its key.
    refused(
        &life,
        leave(2, "2026-06-20", "2026-07-19"),
        "LEAVE_EXISTS",
        Some("leave_id"),
    );
}

#[test]
fn an_employee_has_a_bounded_number_of_changes_and_leaves() {
    let mut life = Life::since("2000-01-03");
    let day = |count: usize| {
        date(2000, 1, 3)
            .checked_add(i64::try_from(count).unwrap().days())
            .unwrap()
    };
    let change = |count: usize| SalaryChanged {
        employee_id: v("e-7"),
        subject_id: v("p-ana"),
        effective_date: day(count),
        salary: wage(200_000),
        reason: None,
    };
    life.0.extend((1..CHANGES_MAX).map(|count| change(count).into()));
    refused(&life, pay_on("2020-01-01", 1), "EMPLOYEE_FULL", None);
    let away = |count: usize| {
        let number = u32::try_from(count).unwrap();
        LeaveRegistered {
            employee_id: v("e-7"),
            leave_id: leave_id(number),
            kind: v("medical"),
            from: day(count),
            to: day(count),
        }
    };
    life.0.extend((0..LEAVES_MAX).map(|count| away(count).into()));
    refused(
        &life,
        leave(9_999, "2020-01-01", "2020-01-02"),
        "EMPLOYEE_FULL",
        None,
    );
}

/// Something that somebody tells of the employee, on the so-manieth day after the hire.
#[derive(Debug, Clone)]
enum Told {
    Pay(i64, i64),
    Move(i64, u8),
    Away(u32, i64, i64),
    Cancel(u32),
    End(i64),
    Back(i64),
    Correct(i64),
}

fn told() -> impl Strategy<Value = Told> {
    let day = -5_i64..400;
    prop_oneof![
        4 => (day.clone(), 1_i64..9_999).prop_map(|(day, amount)| Told::Pay(day, amount)),
        2 => (day.clone(), 0_u8..4).prop_map(|(day, job)| Told::Move(day, job)),
        3 => (0_u32..12, day.clone(), 0_i64..40).prop_map(|(id, from, days)| Told::Away(id, from, from + days)),
        1 => (0_u32..12).prop_map(Told::Cancel),
        2 => day.clone().prop_map(Told::End),
        2 => day.clone().prop_map(Told::Back),
        2 => day.prop_map(Told::Correct),
    ]
}

const HIRED_ON: Date = date(2026, 1, 5);

fn at(day: i64) -> Date {
    HIRED_ON.checked_add(day.days()).unwrap()
}

/// What is told of a life, as far as the rules take it.
fn live(told: &[Told]) -> Vec<EmployeeEvent> {
    let mut history = Life::since("2026-01-05").0;
    for each in told {
        let text = |day: i64| at(day).to_string();
        let decided = match each.clone() {
            Told::Pay(day, amount) => decide(&history, pay_on(&text(day), amount)),
            Told::Move(day, job) => decide(&history, move_on(&text(day), &format!("cargo {job}"))),
            Told::Away(id, from, to) => decide(&history, leave(id, &text(from), &text(to))),
            Told::Cancel(id) => decide(&history, cancel(id)),
            Told::End(day) => decide(&history, end_on(&text(day))),
            Told::Back(day) => decide(&history, back_on(&text(day))),
            Told::Correct(day) => decide(&history, correct(&text(day))),
        };
        history.extend(decided);
    }
    history
}

fn decide(history: &[EmployeeEvent], command: impl Command<Of = Employee>) -> Vec<EmployeeEvent> {
    let decided = command.decide(&Employee::fold(history), &hr());
    decided.map_or_else(|_| Vec::new(), |decision| decision.events)
}

/// The wage of a day from the events alone: the last change that took effect on or before it, of those that no end came
/// before.
fn plain_wage(history: &[EmployeeEvent], day: Date) -> Option<i64> {
    let mut steps: Vec<(Date, i64)> = Vec::new();
    for event in history {
        let step = match event {
            EmployeeEvent::EmployeeHired(event) => (event.admission_date, &event.salary),
            EmployeeEvent::EmployeeRehired(event) => (event.admission_date, &event.salary),
            EmployeeEvent::SalaryChanged(event) => (event.effective_date, &event.salary),
            EmployeeEvent::EmployeeTerminated(event) => {
                steps.retain(|(from, _)| *from <= event.date);
                continue;
            }
            EmployeeEvent::AdmissionCorrected(event) => {
                let moved = steps.iter_mut().filter(|(from, _)| *from == event.from);
                moved.for_each(|(from, _)| *from = event.to);
                continue;
            }
            EmployeeEvent::PersonalDataSet(_)
            | EmployeeEvent::PositionChanged(_)
            | EmployeeEvent::LeaveRegistered(_)
            | EmployeeEvent::LeaveCancelled(_) => continue,
        };
        steps.push((step.0, step.1.clear().unwrap().amount.minor()));
    }
    // In the order of their days; of one day in the order in which they were told.
    steps.sort_by_key(|(from, _)| *from);
    let until = steps.iter().rev().find(|(from, _)| *from <= day);
    until.map(|(_, amount)| *amount)
}

proptest! {
    /// However the events of a life are read, page by page, they add up to the same.
    #[test]
    fn a_life_adds_up_to_the_same_at_any_page_size(told in prop::collection::vec(told(), 0..60)) {
        let history = live(&told);
        let whole = Employee::fold(&history);
        for page in 1..=history.len() {
            let mut state = EmployeeState::default();
            for events in history.chunks(page) {
                state = events.iter().fold(state, Employee::evolve);
            }
            prop_assert_eq!(&state, &whole);
        }
    }

    /// The wage of any day is that of the last change that took effect on or before it.
    #[test]
    fn the_wage_of_a_day_is_that_of_the_last_change(told in prop::collection::vec(told(), 0..60), day in -10_i64..450) {
        let history = live(&told);
        prop_assert_eq!(paid_on(&Employee::fold(&history), at(day)), plain_wage(&history, at(day)));
    }

    /// Whatever is told: employments follow each other and share no day, every leave lies in one of them, no two leaves
    /// share a day, every change is of a day of work, and on each such day there are terms and a wage.
    #[test]
    fn a_life_is_always_in_order(told in prop::collection::vec(told(), 0..80)) {
        let state = Employee::fold(&live(&told));
        for pair in state.stints.windows(2) {
            prop_assert!(pair[0].ended_on.is_some_and(|ended_on| ended_on < pair[1].admission_date));
        }
        let leaves: Vec<_> = state.leaves.values().collect();
        for (index, one) in leaves.iter().enumerate() {
            let stint = state.stint_on(one.from);
            prop_assert!(one.from <= one.to && stint.is_some_and(|stint| stint.holds(one.to)), "{:?}", one);
            for other in &leaves[index + 1..] {
                prop_assert!(one.to < other.from || other.to < one.from);
            }
        }
        let days = state.salaries.iter().map(|step| step.effective_date);
        for day in days.chain(state.assignments.iter().map(|step| step.effective_date)) {
            prop_assert!(state.stint_on(day).is_some(), "{} is of no employment", day);
        }
        for stint in &state.stints {
            for day in [Some(stint.admission_date), stint.ended_on].into_iter().flatten() {
                prop_assert!(state.terms_on(day).is_some() && state.salary_on(day).is_some());
            }
        }
    }

    /// Telling the last thing again changes nothing more of what a leave, an end or a return is.
    #[test]
    fn what_is_told_twice_is_told_once(told in prop::collection::vec(told(), 1..40)) {
        let history = live(&told);
        let again = told.iter().rfind(|each| !matches!(each, Told::Pay(..))).cloned();
        let once = [told.clone(), again.clone().into_iter().collect()].concat();
        let twice = [once.clone(), again.into_iter().collect()].concat();
        prop_assert!(live(&once).len() >= history.len());
        prop_assert_eq!(live(&once), live(&twice));
    }
}
