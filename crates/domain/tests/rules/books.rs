//! The rules of the months.

use crate::fixtures::{cents, given, nowhere, v};
use posars_domain::books::{
    BeginBooks, BeginPeriodClose, Books, BooksEvent, CompletePeriodClose, LockPeriod, PeriodClosed,
    ReopenPeriod, TRIAL_BALANCE_ROWS_MAX, TrialBalanceRow, seal_holds,
};
use posars_domain::{AccountType, Aggregate, Amount, Currency, DomainEvent};

fn begin() -> BeginBooks {
    BeginBooks {
        currency: Currency::BRL,
        begins_on: None,
        up_to_position: 0,
        opening: Vec::new(),
    }
}

fn begin_on(date: &str) -> BeginBooks {
    BeginBooks {
        begins_on: Some(v(date)),
        up_to_position: 40,
        ..begin()
    }
}

fn close(month: &str) -> BeginPeriodClose {
    BeginPeriodClose { month: v(month) }
}

fn row(account: &str, opening: i64, debit: i64, credit: i64) -> TrialBalanceRow {
    TrialBalanceRow {
        account: v(account),
        name: format!("Conta {account}"),
        account_type: AccountType::Asset,
        store_id: None,
        cost_center: None,
        opening: cents(opening),
        debit: cents(debit),
        credit: cents(credit),
        closing: cents(opening + debit - credit),
    }
}

fn rows() -> Vec<TrialBalanceRow> {
    let of_store = TrialBalanceRow {
        store_id: Some(v("centro")),
        ..row("1", 500, 1_000, 0)
    };
    vec![row("1", -500, 0, 0), of_store, row("3", 0, 0, 1_000)]
}

fn complete(month: &str, history: &[BooksEvent]) -> CompletePeriodClose {
    CompletePeriodClose {
        month: v(month),
        books_version: Books::fold(history).version,
        up_to_position: 77,
        trial_balance: rows(),
    }
}

fn reopen(month: &str) -> ReopenPeriod {
    ReopenPeriod {
        month: v(month),
        reason: "Nota fiscal em falta".to_owned(),
    }
}

fn lock(month: &str) -> LockPeriod {
    LockPeriod { month: v(month) }
}

/// Books of all that ever happened.
fn begun() -> Vec<BooksEvent> {
    vec![given::<Books>(&[]).when(begin(), &nowhere()).event()]
}

/// The same with these months closed, one after the other.
fn closed(months: &[&str]) -> Vec<BooksEvent> {
    let mut history = begun();
    for month in months {
        let event = given::<Books>(&history).when(close(month), &nowhere()).event();
        history.push(event);
        let seal = complete(month, &history);
        let event = given::<Books>(&history).when(seal, &nowhere()).event();
        history.push(event);
    }
    history
}

fn closing(month: &str) -> Vec<BooksEvent> {
    let mut history = begun();
    history.push(given::<Books>(&history).when(close(month), &nowhere()).event());
    history
}

#[test]
fn books_exist() {
    given::<Books>(&begun()).when(begin(), &nowhere()).nothing();
    given::<Books>(&begun())
        .when(begin_on("2026-11-01"), &nowhere())
        .rejected("BOOKS_EXIST", None);
}

#[test]
fn books_begin_on_a_day_that_has_come() {
    given::<Books>(&[])
        .when(begin_on("2026-11-20"), &nowhere())
        .event();
    given::<Books>(&[])
        .when(begin_on("2026-11-21"), &nowhere())
        .rejected("BOOKS_BEGIN_IN_FUTURE", Some("begins_on"));
}

#[test]
fn books_begin_on_a_day_that_they_can_hold() {
    for date in ["0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31"] {
        given::<Books>(&[])
            .when(begin_on(date), &nowhere())
            .rejected("DATE_OUT_OF_RANGE", Some("begins_on"));
    }
}

#[test]
fn books_not_begun() {
    let nothing = complete("2026-10", &[]);
    given::<Books>(&[])
        .when(close("2026-10"), &nowhere())
        .rejected("BOOKS_NOT_BEGUN", None);
    given::<Books>(&[])
        .when(nothing, &nowhere())
        .rejected("BOOKS_NOT_BEGUN", None);
    given::<Books>(&[])
        .when(reopen("2026-10"), &nowhere())
        .rejected("BOOKS_NOT_BEGUN", None);
    given::<Books>(&[])
        .when(lock("2026-10"), &nowhere())
        .rejected("BOOKS_NOT_BEGUN", None);
}

#[test]
fn date_before_books() {
    let history = [given::<Books>(&[])
        .when(begin_on("2026-10-15"), &nowhere())
        .event()];
    given::<Books>(&history)
        .when(close("2026-09"), &nowhere())
        .rejected("DATE_BEFORE_BOOKS", Some("month"));
    // The month that they begin in is theirs.
    given::<Books>(&history)
        .when(close("2026-10"), &nowhere())
        .event();
}

#[test]
fn a_month_is_sealed_with_its_trial_balance() {
    let history = closed(&["2026-10"]);
    let Some(BooksEvent::PeriodClosed(sealed)) = history.last() else {
        unreachable!("the last event closes the month")
    };
    assert_eq!((sealed.up_to_position, sealed.currency), (77, Currency::BRL));
    assert_eq!(sealed.trial_balance, rows());
    let data = history.last().map(|event| event.to_json().to_string());
    let data = data.unwrap_or_default();
    assert!(seal_holds(&data), "{data}");
    // As `sha256sum` gives it of the list between its brackets.
    assert_eq!(
        sealed.sha256,
        "ef1bbc416f458dc37713ffc52dea0b816a199a9d77b42da194333e81818d00b2"
    );
    for (from, to) in [("1000", "1001"), ("Conta 3", "Conta 4"), ("centro", "centr0")] {
        let changed = data.replacen(from, to, 1);
        assert!(changed != data && !seal_holds(&changed), "{changed}");
    }
    assert!(!seal_holds(&data.replacen("\"sha256\":\"", "\"sha256\":\"0", 1)));
    assert!(!seal_holds("{}") && !seal_holds(""));
    let state = Books::fold(&history);
    assert_eq!((state.closed_through, state.closing), (Some(v("2026-10")), None));
}

#[test]
fn a_close_that_was_cut_off_goes_on() {
    let history = closing("2026-10");
    given::<Books>(&history)
        .when(close("2026-10"), &nowhere())
        .nothing();
    let seal = complete("2026-10", &history);
    given::<Books>(&history).when(seal, &nowhere()).event();
}

#[test]
fn period_out_of_order() {
    for month in ["2026-08", "2026-11"] {
        given::<Books>(&closed(&["2026-09"]))
            .when(close(month), &nowhere())
            .rejected(
                if month == "2026-08" {
                    "PERIOD_CLOSED"
                } else {
                    "PERIOD_OUT_OF_ORDER"
                },
                Some("month"),
            );
    }
    given::<Books>(&closed(&["2026-09"]))
        .when(close("2026-10"), &nowhere())
        .event();
    // The last closed one is reopened first.
    given::<Books>(&closed(&["2026-09", "2026-10"]))
        .when(reopen("2026-09"), &nowhere())
        .rejected("PERIOD_OUT_OF_ORDER", Some("month"));
    let mut history = closed(&["2026-09"]);
    history.push(
        given::<Books>(&history)
            .when(close("2026-10"), &nowhere())
            .event(),
    );
    given::<Books>(&history)
        .when(reopen("2026-09"), &nowhere())
        .rejected("PERIOD_OUT_OF_ORDER", Some("month"));
}

#[test]
fn period_closed() {
    given::<Books>(&closed(&["2026-10"]))
        .when(close("2026-10"), &nowhere())
        .rejected("PERIOD_CLOSED", Some("month"));
}

#[test]
fn period_closing() {
    given::<Books>(&closing("2026-10"))
        .when(close("2026-11"), &nowhere())
        .rejected("PERIOD_CLOSING", None);
}

#[test]
fn period_not_closing() {
    let history = begun();
    let seal = complete("2026-10", &history);
    given::<Books>(&history)
        .when(seal, &nowhere())
        .rejected("PERIOD_NOT_CLOSING", Some("month"));
    let history = closing("2026-10");
    let other = complete("2026-09", &history);
    given::<Books>(&history)
        .when(other, &nowhere())
        .rejected("PERIOD_NOT_CLOSING", Some("month"));
}

#[test]
fn a_seal_is_of_the_close_that_it_was_made_for() {
    let mut history = closing("2026-10");
    let seal = complete("2026-10", &history);
    history.push(
        given::<Books>(&history)
            .when(reopen("2026-10"), &nowhere())
            .event(),
    );
    history.push(
        given::<Books>(&history)
            .when(close("2026-10"), &nowhere())
            .event(),
    );
    given::<Books>(&history)
        .when(seal, &nowhere())
        .rejected("ETAG_MISMATCH", Some("expected_version"));
}

#[test]
fn period_not_begun() {
    // It is 20 November.
    given::<Books>(&begun())
        .when(close("2026-11"), &nowhere())
        .event();
    for month in ["2026-12", "2099-12"] {
        given::<Books>(&begun())
            .when(close(month), &nowhere())
            .rejected("PERIOD_NOT_BEGUN", Some("month"));
    }
}

#[test]
fn trial_balance_invalid() {
    let history = closing("2026-10");
    let mut unbalanced = rows();
    unbalanced[2] = row("3", 0, 0, 999);
    let mut disordered = rows();
    disordered.swap(0, 1);
    let mut twice = rows();
    twice.insert(0, row("1", 0, 0, 0));
    let mut wrong = rows();
    wrong[1].closing = cents(1_499);
    let mut opened = rows();
    opened[0] = row("1", 0, 0, 0);
    let many = (0..=TRIAL_BALANCE_ROWS_MAX).map(|number| row(&format!("{number:05}"), 0, 0, 0));
    for trial_balance in [unbalanced, disordered, twice, wrong, opened, many.collect()] {
        let seal = CompletePeriodClose {
            trial_balance,
            ..complete("2026-10", &history)
        };
        given::<Books>(&history)
            .when(seal, &nowhere())
            .rejected("TRIAL_BALANCE_INVALID", Some("trial_balance"));
    }
    // A month in which nothing happened is closed too.
    let seal = CompletePeriodClose {
        trial_balance: Vec::new(),
        ..complete("2026-10", &history)
    };
    let event = given::<Books>(&history).when(seal, &nowhere()).event();
    assert!(seal_holds(event.to_json().get()));
}

#[test]
fn a_reopened_month_takes_entries_and_is_closed_anew() {
    let mut history = closed(&["2026-09", "2026-10"]);
    history.push(
        given::<Books>(&history)
            .when(reopen("2026-10"), &nowhere())
            .event(),
    );
    let state = Books::fold(&history);
    assert!(state.is_open(v("2026-10")) && !state.is_open(v("2026-09")));
    history.push(
        given::<Books>(&history)
            .when(close("2026-10"), &nowhere())
            .event(),
    );
    let seal = complete("2026-10", &history);
    history.push(given::<Books>(&history).when(seal, &nowhere()).event());
    assert_eq!(Books::fold(&history).closed_through, Some(v("2026-10")));
    // One after the other, all can be opened again.
    for month in ["2026-10", "2026-09"] {
        history.push(given::<Books>(&history).when(reopen(month), &nowhere()).event());
    }
    assert!(Books::fold(&history).is_open(v("2026-09")));
}

#[test]
fn the_first_close_opened_again_leaves_every_month_to_be_closed() {
    let mut history = closed(&["2016-11"]);
    history.push(
        given::<Books>(&history)
            .when(reopen("2016-11"), &nowhere())
            .event(),
    );
    given::<Books>(&history)
        .when(close("2026-10"), &nowhere())
        .event();
    given::<Books>(&history)
        .when(reopen("2016-10"), &nowhere())
        .rejected("PERIOD_NOT_CLOSED", Some("month"));
}

#[test]
fn reason_required() {
    for reason in ["", "  ", "\u{200b}"] {
        let reopen = ReopenPeriod {
            reason: reason.to_owned(),
            ..reopen("2026-10")
        };
        given::<Books>(&closed(&["2026-10"]))
            .when(reopen, &nowhere())
            .rejected("REASON_REQUIRED", Some("reason"));
    }
}

#[test]
fn a_reason_has_no_tax_number_in_it() {
    let reopen = ReopenPeriod {
        reason: "Pedido de 123.456.789-09".to_owned(),
        ..reopen("2026-10")
    };
    given::<Books>(&closed(&["2026-10"]))
        .when(reopen, &nowhere())
        .rejected("TAX_ID_MISPLACED", Some("reason"));
}

#[test]
fn period_not_closed() {
    for history in [begun(), closed(&["2026-09"])] {
        given::<Books>(&history)
            .when(reopen("2026-10"), &nowhere())
            .rejected("PERIOD_NOT_CLOSED", Some("month"));
        given::<Books>(&history)
            .when(lock("2026-10"), &nowhere())
            .rejected("PERIOD_NOT_CLOSED", Some("month"));
    }
    // It is not closed before it is sealed.
    given::<Books>(&closing("2026-10"))
        .when(lock("2026-10"), &nowhere())
        .rejected("PERIOD_NOT_CLOSED", Some("month"));
}

#[test]
fn period_locked() {
    let mut history = closed(&["2026-09", "2026-10"]);
    history.push(given::<Books>(&history).when(lock("2026-10"), &nowhere()).event());
    for month in ["2026-09", "2026-10"] {
        given::<Books>(&history).when(lock(month), &nowhere()).nothing();
    }
    given::<Books>(&history)
        .when(reopen("2026-10"), &nowhere())
        .rejected("PERIOD_LOCKED", Some("month"));
    given::<Books>(&history)
        .when(close("2026-09"), &nowhere())
        .rejected("PERIOD_LOCKED", Some("month"));
    // What is closed after it can be opened again, up to it.
    history.push(
        given::<Books>(&history)
            .when(close("2026-11"), &nowhere())
            .event(),
    );
    history.push(
        given::<Books>(&history)
            .when(reopen("2026-11"), &nowhere())
            .event(),
    );
    given::<Books>(&history)
        .when(reopen("2026-10"), &nowhere())
        .rejected("PERIOD_LOCKED", Some("month"));
}

#[test]
fn a_month_before_the_last_is_locked_without_it() {
    let mut history = closed(&["2026-09", "2026-10"]);
    history.push(given::<Books>(&history).when(lock("2026-09"), &nowhere()).event());
    history.push(
        given::<Books>(&history)
            .when(reopen("2026-10"), &nowhere())
            .event(),
    );
    given::<Books>(&history)
        .when(reopen("2026-09"), &nowhere())
        .rejected("PERIOD_LOCKED", Some("month"));
}

#[test]
fn amounts_of_a_seal_that_are_zero_are_left_out() {
    let event = PeriodClosed {
        month: v("2026-10"),
        currency: Currency::BRL,
        up_to_position: 1,
        trial_balance: vec![row("1", 0, 0, 0)],
        sha256: String::new(),
    };
    let row = serde_json::to_string(&event.trial_balance).unwrap_or_default();
    assert_eq!(row, r#"[{"account":"1","name":"Conta 1","type":"asset"}]"#);
    assert_eq!(event.trial_balance[0].closing, Amount::ZERO);
}
