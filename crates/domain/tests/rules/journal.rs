//! The rules of entries by hand.

use crate::fixtures;
use std::sync::LazyLock;

use crate::fixtures::{cents, given, v};
use posars_domain::books::{
    Books, BooksBegun, BooksEvent, BooksState, GivenBooks, PeriodCloseBegun, PeriodClosed, PeriodLocked,
};
use posars_domain::chart::{
    Account, AccountDefined, AccountRetired, AccountRoleAssigned, Chart, ChartEvent, ChartState, CostCenter,
    CostCenterDefined, CostCenterRetired, RoleAccount,
};
use posars_domain::journal::{
    ENTRY_LINES_MAX, Entry, EntryEvent, EntrySource, JournalEntryPosted, JournalEntryReversed,
    PostJournalEntry, PostLine, ReverseJournalEntry, check_balance, entry_id_of, reversal_id_of,
};
use posars_domain::{AccountRole, AccountType, Aggregate, Amount, Currency, EntryId, Given, Month};
use uuid::Uuid;

fn chart() -> ChartState {
    let account = |code: &str, account_type: AccountType, postable: bool| {
        ChartEvent::AccountDefined(AccountDefined {
            account: Account {
                code: v(code),
                name: format!("Conta {code}"),
                account_type,
                nature: account_type.nature(),
                parent: None,
                postable,
                liquid: false,
            },
        })
    };
    let role = |role: AccountRole, code: &str| {
        ChartEvent::AccountRoleAssigned(AccountRoleAssigned {
            assigned: RoleAccount {
                role,
                store_id: None,
                code: v(code),
            },
        })
    };
    let center = |id: &str| {
        ChartEvent::CostCenterDefined(CostCenterDefined {
            cost_center: CostCenter {
                cost_center_id: v(id),
                name: id.to_owned(),
            },
        })
    };
    Chart::fold(&[
        account("1", AccountType::Asset, false),
        account("1.1", AccountType::Asset, true),
        account("1.2", AccountType::Asset, true),
        account("5.1", AccountType::Expense, true),
        account("5.9", AccountType::Expense, true),
        ChartEvent::AccountRetired(AccountRetired { code: v("5.9") }),
        role(AccountRole::BANK, "1.1"),
        role(AccountRole::INVENTORY, "1.2"),
        center("loja"),
        center("antigo"),
        ChartEvent::CostCenterRetired(CostCenterRetired {
            cost_center_id: v("antigo"),
        }),
    ])
}

fn begun(begins_on: Option<&str>) -> BooksEvent {
    BooksEvent::BooksBegun(BooksBegun {
        currency: Currency::BRL,
        begins_on: begins_on.map(v),
        up_to_position: 0,
        opening: Vec::new(),
    })
}

/// Books from 16 August on: August is locked, September closed, October's close has begun.
fn months() -> BooksState {
    let closed = |month: &str| {
        BooksEvent::PeriodClosed(PeriodClosed {
            month: v(month),
            currency: Currency::BRL,
            up_to_position: 1,
            trial_balance: Vec::new(),
            sha256: String::new(),
        })
    };
    Books::fold(&[
        begun(Some("2026-08-16")),
        closed("2026-08"),
        BooksEvent::PeriodLocked(PeriodLocked { month: v("2026-08") }),
        closed("2026-09"),
        BooksEvent::PeriodCloseBegun(PeriodCloseBegun { month: v("2026-10") }),
    ])
}

fn with_months(months: &'static BooksState) -> Given<'static> {
    static CHART: LazyLock<ChartState> = LazyLock::new(chart);
    Given {
        books: Some(GivenBooks {
            chart: &CHART,
            months,
        }),
        ..fixtures::nowhere()
    }
}

fn books() -> Given<'static> {
    static MONTHS: LazyLock<BooksState> = LazyLock::new(months);
    with_months(&MONTHS)
}

fn id() -> EntryId {
    v("0193a5f0-0000-7000-8000-000000000401")
}

fn line(account: &str, debit: i64, credit: i64) -> PostLine {
    PostLine {
        account_code: v(account),
        debit: cents(debit),
        credit: cents(credit),
        store_id: None,
        cost_center_id: None,
        party_id: None,
        document: None,
        due_date: None,
    }
}

/// The rent, paid on 20 November.
fn rent() -> PostJournalEntry {
    PostJournalEntry {
        entry_id: id(),
        accounting_date: v("2026-11-20"),
        business_date: None,
        currency: Currency::BRL,
        memo: "Aluguel de novembro".to_owned(),
        lines: vec![line("5.1", 1_500, 0), line("1.1", 0, 1_500)],
        late_allowed: false,
    }
}

fn rent_on(accounting_date: &str, business_date: Option<&str>) -> PostJournalEntry {
    PostJournalEntry {
        accounting_date: v(accounting_date),
        business_date: business_date.map(v),
        ..rent()
    }
}

fn reverse() -> ReverseJournalEntry {
    ReverseJournalEntry {
        entry_id: id(),
        accounting_date: v("2026-11-25"),
        business_date: None,
        reason: "Lançado em dobro".to_owned(),
        late_allowed: false,
    }
}

fn posted(command: PostJournalEntry) -> JournalEntryPosted {
    match given::<Entry>(&[]).when(command, &books()).event() {
        EntryEvent::JournalEntryPosted(posted) => posted,
        EntryEvent::JournalEntryReversed(reversed) => unreachable!("{reversed:?}"),
    }
}

fn reversed(command: ReverseJournalEntry) -> JournalEntryReversed {
    let history = [EntryEvent::from(posted(rent()))];
    match given::<Entry>(&history).when(command, &books()).event() {
        EntryEvent::JournalEntryReversed(reversed) => reversed,
        EntryEvent::JournalEntryPosted(posted) => unreachable!("{posted:?}"),
    }
}

fn refused(command: PostJournalEntry, reason: &str, field: Option<&str>) {
    given::<Entry>(&[])
        .when(command, &books())
        .rejected(reason, field);
}

fn month(text: &str) -> Option<Month> {
    Some(v(text))
}

#[test]
fn an_entry_counts_for_the_day_it_says() {
    let entry = posted(rent());
    assert_eq!(entry.accounting_date, v("2026-11-20"));
    assert_eq!(entry.business_date, v("2026-11-20"));
    assert_eq!((entry.late_for, entry.source), (None, None));
    assert_eq!(entry.lines.len(), 2);
    // An invoice of an open month is booked later in it, and is not late for that.
    let entry = posted(rent_on("2026-12-10", Some("2026-11-02")));
    assert_eq!(entry.accounting_date, v("2026-12-10"));
    assert_eq!((entry.business_date, entry.late_for), (v("2026-11-02"), None));
    // That of a closed one is.
    let entry = posted(rent_on("2026-11-03", Some("2026-09-30")));
    assert_eq!(
        (entry.accounting_date, entry.late_for),
        (v("2026-11-03"), month("2026-09"))
    );
}

#[test]
fn the_same_entry_again_is_nothing_new_also_when_its_month_is_closed_by_then() {
    let history = [EntryEvent::from(posted(rent()))];
    given::<Entry>(&history).when(rent(), &books()).nothing();
    static CLOSED: LazyLock<BooksState> = LazyLock::new(|| {
        let close = BooksEvent::PeriodCloseBegun(PeriodCloseBegun { month: v("2026-11") });
        Books::fold(&[begun(None), close])
    });
    let closed = with_months(&CLOSED);
    given::<Entry>(&history).when(rent(), &closed).nothing();
    // One that came late counts for another day than it asked for.
    let late = PostJournalEntry {
        late_allowed: true,
        ..rent_on("2026-10-30", None)
    };
    let history = [EntryEvent::from(posted(late.clone()))];
    given::<Entry>(&history).when(late, &books()).nothing();
}

#[test]
fn entry_exists() {
    let history = [EntryEvent::from(posted(rent()))];
    let other = PostJournalEntry {
        memo: "Outro".to_owned(),
        ..rent()
    };
    given::<Entry>(&history)
        .when(other, &books())
        .rejected("ENTRY_EXISTS", None);
}

#[test]
fn entry_unbalanced() {
    for credit in [1_499, 1_501] {
        let entry = PostJournalEntry {
            lines: vec![line("5.1", 1_500, 0), line("1.1", 0, credit)],
            ..rent()
        };
        refused(entry, "ENTRY_UNBALANCED", Some("lines"));
    }
}

#[test]
fn entry_lines_invalid() {
    let with = |lines: Vec<PostLine>| PostJournalEntry { lines, ..rent() };
    refused(with(Vec::new()), "ENTRY_LINES_INVALID", Some("lines"));
    refused(
        with(vec![line("5.1", 1, 0)]),
        "ENTRY_LINES_INVALID",
        Some("lines"),
    );
    let many =
        |count: usize| (0..count).map(|at| line("5.1", i64::from(at % 2 == 0), i64::from(at % 2 == 1)));
    assert_eq!(posted(with(many(ENTRY_LINES_MAX).collect())).lines.len(), 500);
    let too_many = with(many(ENTRY_LINES_MAX + 2).collect());
    refused(too_many, "ENTRY_LINES_INVALID", Some("lines"));
    for (debit, credit) in [(0, 0), (5, 5), (-5, 0), (0, -5), (5, -5), (-5, 5)] {
        let lines = vec![line("5.1", 1, 0), line("1.1", debit, credit)];
        refused(with(lines), "ENTRY_LINES_INVALID", Some("lines[1]"));
    }
}

#[test]
fn amount_out_of_range() {
    let max = Amount::MAX.minor();
    let lines = vec![line("5.1", max, 0), line("5.1", 1, 0), line("1.1", 0, max)];
    refused(
        PostJournalEntry { lines, ..rent() },
        "AMOUNT_OUT_OF_RANGE",
        Some("lines[1]"),
    );
}

#[test]
fn currency_mismatch() {
    let entry = PostJournalEntry {
        currency: v("USD"),
        ..rent()
    };
    refused(entry, "CURRENCY_MISMATCH", Some("currency"));
}

fn on_account(code: &str) -> PostJournalEntry {
    PostJournalEntry {
        lines: vec![line("5.1", 1_500, 0), line(code, 0, 1_500)],
        ..rent()
    }
}

#[test]
fn account_unknown() {
    refused(
        on_account("7.7"),
        "ACCOUNT_UNKNOWN",
        Some("lines[1].account_code"),
    );
}

#[test]
fn account_not_postable() {
    for heading_or_retired in ["1", "5.9"] {
        refused(
            on_account(heading_or_retired),
            "ACCOUNT_NOT_POSTABLE",
            Some("lines[1].account_code"),
        );
    }
}

#[test]
fn account_is_controlled() {
    refused(
        on_account("1.2"),
        "ACCOUNT_IS_CONTROLLED",
        Some("lines[1].account_code"),
    );
}

#[test]
fn cost_center_unknown() {
    let with = |cost_center: &str| {
        let mut entry = rent();
        entry.lines[0].cost_center_id = Some(v(cost_center));
        entry
    };
    assert_eq!(posted(with("loja")).lines[0].cost_center, Some(v("loja")));
    for unknown_or_retired in ["nenhum", "antigo"] {
        refused(
            with(unknown_or_retired),
            "COST_CENTER_UNKNOWN",
            Some("lines[0].cost_center_id"),
        );
    }
}

#[test]
fn period_closed() {
    // One is closed, of the other the close has begun.
    for date in ["2026-09-30", "2026-10-01", "2026-10-31"] {
        refused(rent_on(date, None), "PERIOD_CLOSED", Some("accounting_date"));
    }
}

#[test]
fn period_locked() {
    refused(
        rent_on("2026-08-31", None),
        "PERIOD_LOCKED",
        Some("accounting_date"),
    );
}

#[test]
fn date_before_books() {
    for date in ["2026-08-15", "2000-01-01"] {
        refused(rent_on(date, None), "DATE_BEFORE_BOOKS", Some("accounting_date"));
    }
}

#[test]
fn what_may_come_late_counts_for_the_first_open_day() {
    for (date, late_for) in [
        ("2026-10-31", "2026-10"),
        ("2026-08-31", "2026-08"),
        ("2000-01-01", "2000-01"),
    ] {
        let entry = posted(PostJournalEntry {
            late_allowed: true,
            ..rent_on(date, None)
        });
        assert_eq!(entry.accounting_date, v("2026-11-01"));
        assert_eq!((entry.business_date, entry.late_for), (v(date), month(late_for)));
    }
    let entry = posted(PostJournalEntry {
        late_allowed: true,
        ..rent()
    });
    assert_eq!((entry.accounting_date, entry.late_for), (v("2026-11-20"), None));
}

#[test]
fn no_month_is_open_after_the_last_one_of_all() {
    static LAST: LazyLock<BooksState> = LazyLock::new(|| {
        let close = BooksEvent::PeriodCloseBegun(PeriodCloseBegun { month: v("2099-12") });
        Books::fold(&[begun(None), close])
    });
    let entry = PostJournalEntry {
        late_allowed: true,
        ..rent_on("2099-12-31", None)
    };
    given::<Entry>(&[])
        .when(entry, &with_months(&LAST))
        .rejected("PERIOD_CLOSED", Some("accounting_date"));
}

#[test]
fn date_out_of_range() {
    for date in ["0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31"] {
        refused(rent_on(date, None), "DATE_OUT_OF_RANGE", Some("accounting_date"));
        let reverse = ReverseJournalEntry {
            accounting_date: v(date),
            ..reverse()
        };
        given::<Entry>(&[EntryEvent::from(posted(rent()))])
            .when(reverse, &books())
            .rejected("DATE_OUT_OF_RANGE", Some("accounting_date"));
        let mut due = rent();
        due.lines[1].due_date = Some(v(date));
        refused(due, "DATE_OUT_OF_RANGE", Some("lines[1].due_date"));
    }
    refused(
        rent_on("2026-11-20", Some("1970-01-01")),
        "DATE_OUT_OF_RANGE",
        Some("business_date"),
    );
}

#[test]
fn date_order_invalid() {
    let entry = rent_on("2026-11-20", Some("2026-11-21"));
    refused(entry, "DATE_ORDER_INVALID", Some("business_date"));
    let reverse = ReverseJournalEntry {
        accounting_date: v("2026-11-19"),
        ..reverse()
    };
    given::<Entry>(&[EntryEvent::from(posted(rent()))])
        .when(reverse, &books())
        .rejected("DATE_ORDER_INVALID", Some("accounting_date"));
}

#[test]
fn books_not_begun() {
    static NONE: LazyLock<BooksState> = LazyLock::new(BooksState::default);
    for nothing in [fixtures::nowhere(), with_months(&NONE)] {
        given::<Entry>(&[])
            .when(rent(), &nothing)
            .rejected("BOOKS_NOT_BEGUN", None);
    }
}

#[test]
fn what_stays_for_ever_has_no_tax_number_of_a_person_in_it() {
    let mut entry = rent();
    entry.memo = "Aluguel de 123.456.789-09".to_owned();
    refused(entry, "TAX_ID_MISPLACED", Some("memo"));
    let mut entry = rent();
    entry.lines[1].party_id = Some(v("123.456.789-09"));
    refused(entry, "TAX_ID_MISPLACED", Some("lines[1].party_id"));
    let mut entry = rent();
    entry.lines[1].document = Some("123.456.789-09".to_owned());
    refused(entry, "TAX_ID_MISPLACED", Some("lines[1].document"));
    // A company's number is no secret.
    let mut entry = rent();
    entry.lines[1].party_id = Some(v("11222333000181"));
    entry.lines[1].document = Some(" NF 42 ".to_owned());
    assert_eq!(posted(entry).lines[1].document.as_deref(), Some("NF 42"));
}

#[test]
fn a_reversal_is_the_mirror_and_an_entry_of_its_own() {
    let mirror = reversed(reverse());
    assert_eq!(mirror.reversal_id, reversal_id_of(id()));
    assert_ne!(mirror.reversal_id, id());
    assert_eq!(mirror.accounting_date, v("2026-11-25"));
    let sides: Vec<_> = mirror
        .lines
        .iter()
        .map(|line| (line.debit, line.credit))
        .collect();
    assert_eq!(
        sides,
        [(Amount::ZERO, cents(1_500)), (cents(1_500), Amount::ZERO)]
    );
    assert!(check_balance(&mirror.lines).is_ok());
}

#[test]
fn an_entry_on_a_retired_account_can_be_undone() {
    let mut retired = posted(rent());
    retired.lines[1].account = v("5.9");
    retired.lines[1].cost_center = Some(v("antigo"));
    let history = [EntryEvent::from(retired)];
    let event = given::<Entry>(&history).when(reverse(), &books()).event();
    assert!(matches!(event, EntryEvent::JournalEntryReversed(_)));
}

#[test]
fn entry_already_reversed() {
    let history = [posted(rent()).into(), reversed(reverse()).into()];
    given::<Entry>(&history).when(reverse(), &books()).nothing();
    let again = ReverseJournalEntry {
        reason: "Outra razão".to_owned(),
        ..reverse()
    };
    given::<Entry>(&history)
        .when(again, &books())
        .rejected("ENTRY_ALREADY_REVERSED", None);
}

#[test]
fn entry_is_derived() {
    let sale = Uuid::from_u128(7);
    let derived = JournalEntryPosted {
        entry_id: entry_id_of(sale),
        source: Some(EntrySource {
            event_type: "SaleRecorded".to_owned(),
            position: 7,
            event_id: sale,
        }),
        ..posted(rent())
    };
    given::<Entry>(&[derived.into()])
        .when(reverse(), &books())
        .rejected("ENTRY_IS_DERIVED", None);
}

#[test]
fn entry_unknown() {
    given::<Entry>(&[])
        .when(reverse(), &books())
        .rejected("ENTRY_UNKNOWN", None);
}

#[test]
fn reason_required() {
    let history = [EntryEvent::from(posted(rent()))];
    for reason in ["", " \t"] {
        let reverse = ReverseJournalEntry {
            reason: reason.to_owned(),
            ..reverse()
        };
        given::<Entry>(&history)
            .when(reverse, &books())
            .rejected("REASON_REQUIRED", Some("reason"));
    }
}

#[test]
fn a_reversal_obeys_the_months() {
    let history = [EntryEvent::from(JournalEntryPosted {
        accounting_date: v("2026-09-20"),
        business_date: v("2026-09-20"),
        ..posted(rent())
    })];
    let in_october = ReverseJournalEntry {
        accounting_date: v("2026-10-20"),
        ..reverse()
    };
    given::<Entry>(&history)
        .when(in_october.clone(), &books())
        .rejected("PERIOD_CLOSED", Some("accounting_date"));
    let late = ReverseJournalEntry {
        late_allowed: true,
        ..in_october
    };
    let mirror = given::<Entry>(&history).when(late, &books()).event();
    let EntryEvent::JournalEntryReversed(mirror) = mirror else {
        unreachable!("{mirror:?}")
    };
    assert_eq!(mirror.accounting_date, v("2026-11-01"));
    assert_eq!(
        (mirror.business_date, mirror.late_for),
        (v("2026-10-20"), month("2026-10"))
    );
}

/// The id of the entry of an event is kept for ever: a reactor whose ids change would post everything twice.
#[test]
fn an_event_has_the_same_entry_for_ever() {
    let event_id = v("0193a5f0-0000-7000-8000-000000000001");
    assert_eq!(
        entry_id_of(event_id).to_string(),
        "c3fea6d1-f0b2-57b0-ac82-a9f57c23cecb"
    );
    assert_eq!(
        reversal_id_of(id()).to_string(),
        "120b7532-0ea7-5c6f-9f9c-659c391b2357"
    );
}
