//! What the lines of statements pay.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::marker::PhantomData;

use crate::fixtures::owed::{BANK, books, part, register};
use crate::fixtures::{cents, given, v};
use posars_domain::open_item::{
    DuePart, ItemKind, ItemState, MatchKeys, OpenItem, Receivable, ReceivableEvent, RegisterItem,
    ReverseSettlement,
};
use posars_domain::statement_line::{
    LineRejection, LineSettled, MatchStatementLine, NewStatementLine, StatementKind, StatementLine,
    StatementLineEvent, StatementLineState, UnmatchedReason, WriteOffStatementLine,
};
use posars_domain::{Aggregate as _, Amount, Command as _, Currency, OpenItemId, Rejection as _};

const SALE: &str = "0193a5f0-0000-7000-8000-000000000a01";
const OTHER: &str = "0193a5f0-0000-7000-8000-000000000a02";

fn keys(nsu: &str) -> MatchKeys {
    MatchKeys {
        nsu: Some(nsu.to_owned()),
        ..MatchKeys::default()
    }
}

/// 100.00 by card in three, of which 2.99 % are kept.
fn sold(id: &str, nsu: &str) -> ItemState<Receivable> {
    let due = |due_date: &str, amount, fee| DuePart {
        expected_fee: cents(fee),
        ..part(due_date, amount)
    };
    let command = RegisterItem::<Receivable> {
        item_id: v(id),
        amount: cents(10_000),
        installments: vec![
            due("2026-05-01", 3_334, 100),
            due("2026-05-31", 3_333, 99),
            due("2026-06-30", 3_333, 100),
        ],
        keys: keys(nsu),
        ..register(ItemKind::Card)
    };
    OpenItem::<Receivable>::fold(
        &given::<OpenItem<Receivable>>(&[])
            .when(command, &books())
            .accepted()
            .events,
    )
}

fn line(date: &str, gross: i64, fee: i64) -> NewStatementLine {
    NewStatementLine {
        kind: StatementKind::Acquirer,
        source: "Cielo".to_owned(),
        date: v(date),
        currency: Currency::BRL,
        gross: cents(gross),
        fee: cents(fee),
        net: cents(gross - fee),
        keys: keys("000123"),
        installment: None,
        reference: None,
        money_account: v(BANK),
        occurrence: 1,
    }
}

fn fold(events: &[StatementLineEvent]) -> StatementLineState {
    StatementLine::fold(events)
}

fn settled(line: &NewStatementLine, candidates: &[&ItemState<Receivable>]) -> LineSettled {
    let recorded = line.recorded(&books()).unwrap();
    StatementLineState::default().settled_by_itself(&recorded, candidates, false)
}

/// Lets the payment happen that a line tells of.
fn pay(item: &mut ItemState<Receivable>, line: &LineSettled) {
    let settle = line.settles.clone().unwrap();
    let decision = settle.decide(item, &books()).unwrap();
    for event in &decision.events {
        *item = OpenItem::<Receivable>::evolve(std::mem::take(item), event);
    }
}

fn unmatched(settled: &LineSettled) -> (UnmatchedReason, Option<OpenItemId>) {
    assert!(settled.settles.is_none(), "{settled:?}");
    match settled.events.last() {
        Some(StatementLineEvent::StatementLineUnmatched(event)) => (event.reason, event.item_id),
        other => unreachable!("{other:?}"),
    }
}

fn paid(settled: &LineSettled) -> (OpenItemId, u16, i64, Option<i64>) {
    match settled.events.last() {
        Some(StatementLineEvent::StatementLineMatched(event)) => (
            event.item_id,
            event.installment,
            event.amount.minor(),
            event.expected_fee.map(Amount::minor),
        ),
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn three_payouts_pay_a_hundred_in_three_to_the_centavo() {
    let mut item = sold(SALE, "123");
    let lines = [
        line("2026-05-01", 3_334, 100),
        line("2026-05-31", 3_333, 99),
        line("2026-06-30", 3_333, 100),
    ];
    assert_eq!(
        lines.each_ref().map(|line| line.net.minor()),
        [3_234, 3_234, 3_233]
    );
    for ((line, number), open) in lines.iter().zip(1..).zip([6_666, 3_333, 0]) {
        let settled = settled(line, &[&item]);
        assert_eq!(paid(&settled), (v(SALE), number, line.gross.minor(), None));
        pay(&mut item, &settled);
        assert_eq!(item.open(), cents(open));
    }
    let fees = item.settlements.iter().map(|one| one.settled.fee.minor());
    assert_eq!(fees.sum::<i64>(), 299);
}

#[test]
fn the_same_line_is_the_same_however_it_is_written_and_wherever_it_stands() {
    let first = line("2026-05-01", 3_334, 100);
    let same = NewStatementLine {
        source: " CIELO ".to_owned(),
        keys: keys("123"),
        money_account: v("1.1.01.001"),
        ..first.clone()
    };
    assert_eq!(first.line_id(), same.line_id());
    assert_eq!(
        first.line_id().to_string(),
        "771f4897-3b9a-55ea-bb1f-1c80e7218e78",
        "never changes"
    );
    for other in [
        NewStatementLine {
            date: v("2026-05-02"),
            ..first.clone()
        },
        NewStatementLine {
            installment: Some(1),
            ..first.clone()
        },
        NewStatementLine {
            reference: Some("77".to_owned()),
            ..first.clone()
        },
        NewStatementLine {
            kind: StatementKind::Bank,
            ..first.clone()
        },
        line("2026-05-01", 3_334, 99),
    ] {
        assert_ne!(first.line_id(), other.line_id(), "{other:?}");
    }
    let nameless = NewStatementLine {
        keys: MatchKeys::default(),
        ..first
    };
    let second = NewStatementLine {
        occurrence: 2,
        ..nameless.clone()
    };
    assert_ne!(
        nameless.line_id(),
        second.line_id(),
        "nothing tells two deposits apart but their number"
    );
}

#[test]
fn lines_that_nothing_tells_apart_are_numbered_in_their_statement() {
    let told = line("2026-05-01", 5_000, 0);
    let nameless = NewStatementLine {
        keys: MatchKeys::default(),
        ..told.clone()
    };
    let mut lines = [
        told.clone(),
        nameless.clone(),
        told.clone(),
        nameless.clone(),
        nameless,
    ];
    lines.iter_mut().for_each(|line| line.occurrence = 0);
    NewStatementLine::number(&mut lines);
    assert_eq!(lines.each_ref().map(|line| line.occurrence), [1, 1, 2, 2, 3]);
    assert_ne!(lines[0].line_id(), lines[2].line_id());
    let named = |occurrence| NewStatementLine {
        installment: Some(1),
        occurrence,
        ..told.clone()
    };
    assert_eq!(
        named(1).line_id(),
        named(2).line_id(),
        "what names an instalment is paid once"
    );
}

#[test]
fn a_reference_of_zeros_is_none() {
    let item = sold(SALE, "123");
    let line = |keys| NewStatementLine {
        kind: StatementKind::Bank,
        keys,
        reference: Some("000.000".to_owned()),
        ..line("2026-05-01", 3_334, 0)
    };
    let mut lines = [line(MatchKeys::default()), line(MatchKeys::default())];
    lines.iter_mut().for_each(|line| line.occurrence = 0);
    NewStatementLine::number(&mut lines);
    assert_ne!(lines[0].line_id(), lines[1].line_id(), "two deposits are two");
    let settles = settled(&line(keys("123")), &[&item]).settles.unwrap();
    assert_eq!(
        settles.bank_reference, None,
        "or the next such line would be taken for a double"
    );
}

#[test]
fn a_line_that_is_dealt_with_changes_nothing() {
    let item = sold(SALE, "123");
    let line = line("2026-05-01", 3_334, 100);
    let first = settled(&line, &[&item]);
    let again = fold(&first.events).settled_by_itself(&line.recorded(&books()).unwrap(), &[&item], false);
    assert_eq!((again.events, again.settles), (Vec::new(), None));
}

#[test]
fn a_line_that_paid_nothing_is_looked_at_anew() {
    let line = line("2026-05-01", 3_334, 100);
    let recorded = line.recorded(&books()).unwrap();
    let first = settled(&line, &[]);
    assert_eq!(unmatched(&first), (UnmatchedReason::NothingFound, None));
    let state = fold(&first.events);
    assert!(
        state.settled_by_itself(&recorded, &[], false).events.is_empty(),
        "for the same reason it says nothing more"
    );
    let found = state.settled_by_itself(&recorded, &[&sold(SALE, "123")], false);
    assert_eq!(paid(&found).0, v(SALE));
    assert_eq!(found.events.len(), 1);
}

#[test]
fn why_a_line_pays_nothing_is_told() {
    let mut item = sold(SALE, "123");
    let named = |number: u16, gross: i64| NewStatementLine {
        installment: Some(number),
        ..line("2026-05-01", gross, 0)
    };
    let told = |line: &NewStatementLine, item: &ItemState<Receivable>| unmatched(&settled(line, &[item]));
    let id = Some(v(SALE));
    assert_eq!(
        told(&line("2026-05-01", 3_335, 0), &item),
        (UnmatchedReason::BeyondOpen, id)
    );
    assert_eq!(told(&named(2, 3_334), &item), (UnmatchedReason::BeyondOpen, id));
    assert_eq!(told(&named(4, 3_334), &item), (UnmatchedReason::NothingFound, id));
    let other = NewStatementLine {
        keys: keys("124"),
        ..line("2026-05-01", 3_334, 0)
    };
    assert_eq!(told(&other, &item), (UnmatchedReason::NothingFound, None));
    assert_eq!(
        told(&line("2026-03-28", 3_334, 0), &item),
        (UnmatchedReason::NothingFound, None),
        "before the sale"
    );
    for number in 1..=3 {
        let amount = item.installment(number).unwrap().open.minor();
        let settled = settled(&named(number, amount), &[&item]);
        pay(&mut item, &settled);
    }
    assert_eq!(told(&named(1, 3_334), &item), (UnmatchedReason::PaidAlready, id));
    assert_eq!(
        told(&line("2026-05-01", 3_334, 0), &item),
        (UnmatchedReason::PaidAlready, id)
    );
    let mut dollars = sold(SALE, "123");
    dollars.registered.as_mut().unwrap().item.currency = v("USD");
    assert_eq!(
        told(&line("2026-05-01", 3_334, 0), &dollars),
        (UnmatchedReason::OtherCurrency, id)
    );
}

#[test]
fn of_several_with_the_same_number_the_one_that_fits_is_meant() {
    let (mut first, second) = (sold(SALE, "123"), sold(OTHER, "0123"));
    let payout = line("2026-05-01", 3_334, 100);
    assert_eq!(
        unmatched(&settled(&payout, &[&first, &second])),
        (UnmatchedReason::Ambiguous, None)
    );
    let settled_first = settled(&payout, &[&first]);
    pay(&mut first, &settled_first);
    assert_eq!(
        paid(&settled(&payout, &[&first, &second])).0,
        v(OTHER),
        "the other has nothing of this amount open"
    );
}

#[test]
fn a_payment_in_part_and_another_fee_are_told_where_a_stronger_key_agrees() {
    let mut item = sold(SALE, "123");
    let half_line = line("2026-05-01", 1_667, 0);
    assert_eq!(
        unmatched(&settled(&half_line, &[&item])),
        (UnmatchedReason::Ambiguous, Some(v(SALE))),
        "a number alone is not enough for another amount"
    );
    item.registered.as_mut().unwrap().keys.authorization = Some("A1B2C3".to_owned());
    let line = |date: &str, gross: i64, fee: i64| {
        let mut line = line(date, gross, fee);
        line.keys.authorization = Some("a1b2c3".to_owned());
        line
    };
    let half = settled(&line("2026-05-01", 1_667, 0), &[&item]);
    assert_eq!(paid(&half), (v(SALE), 1, 1_667, Some(50)));
    pay(&mut item, &half);
    assert_eq!(item.open_parts()[0].amount, cents(1_667));
    let rest = settled(&line("2026-05-02", 1_667, 50), &[&item]);
    assert_eq!(
        paid(&rest),
        (v(SALE), 1, 1_667, None),
        "the parts of a fee sum to it"
    );
    pay(&mut item, &rest);
    let larger = settled(&line("2026-05-03", 3_000, 99), &[&item]);
    assert_eq!(paid(&larger), (v(SALE), 2, 3_000, Some(89)));
}

#[test]
fn a_number_that_began_anew_pays_nothing_of_long_ago() {
    let item = sold(SALE, "123");
    let late = |date: &str| settled(&line(date, 3_334, 0), &[&item]);
    assert_eq!(
        paid(&late("2027-08-04")).0,
        v(SALE),
        "400 days after the last instalment"
    );
    assert_eq!(
        unmatched(&late("2027-08-05")),
        (UnmatchedReason::NothingFound, None)
    );
    let recorded = line("2026-05-01", 3_334, 0).recorded(&books()).unwrap();
    let capped = StatementLineState::default().settled_by_itself(&recorded, &[&item], true);
    assert_eq!(
        unmatched(&capped),
        (UnmatchedReason::Ambiguous, Some(v(SALE))),
        "there are more with this number"
    );
}

#[test]
fn who_the_acquirer_is_matters_and_not_what_it_is_called() {
    let by_cnpj = |source: &str| {
        let mut line = line("2026-05-01", 3_334, 100);
        line.keys.acquirer_cnpj = Some(v("11222333000181"));
        line.source = source.to_owned();
        line.line_id()
    };
    assert_eq!(by_cnpj("Cielo"), by_cnpj("cielo matriz"));
}

#[test]
fn a_payment_that_is_undone_frees_its_line_for_somebody_to_say_what_it_pays() {
    let item = sold(SALE, "123");
    let line = line("2026-05-01", 3_334, 100);
    let mut events = settled(&line, &[&item]).events;
    let state = fold(&events);
    let settlement_id = state.matched.as_ref().unwrap().settlement_id;
    assert_eq!(state.reversed(v("0193a5f0-0000-7000-8000-000000000b99")), None);
    let freed = state.reversed(settlement_id).unwrap();
    assert_eq!(
        (freed.reason, freed.item_id),
        (UnmatchedReason::Reversed, Some(v(SALE)))
    );
    events.push(freed.into());
    let state = fold(&events);
    let recorded = line.recorded(&books()).unwrap();
    assert!(
        state
            .settled_by_itself(&recorded, &[&item], false)
            .events
            .is_empty(),
        "it pays nothing by itself"
    );
    let by_hand = state
        .settled_by_hand(&by_hand(&line, SALE, Some(1)), &item, None)
        .unwrap();
    assert_ne!(by_hand.settles.unwrap().settlement_id, settlement_id);
    given::<StatementLine>(&events)
        .when(write_off(&line), &books())
        .event();
}

/// Refuses a line with one change.
fn refused(reason: &str, field: &str, change: impl FnOnce(&mut NewStatementLine)) {
    let mut line = line("2026-05-01", 100, 3);
    change(&mut line);
    let rejection = line.recorded(&books()).unwrap_err();
    assert_eq!(
        (rejection.reason(), rejection.field().as_deref()),
        (reason, Some(field)),
        "{rejection}"
    );
}

#[test]
fn malformed_lines_are_refused() {
    refused("FIELD_REQUIRED", "source", |line| {
        line.source = " ".to_owned();
    });
    refused("TAX_ID_MISPLACED", "source", |line| {
        line.source = "Ana 529.982.247-25".to_owned();
    });
    refused("DATE_OUT_OF_RANGE", "date", |line| {
        line.date = v("9999-12-31");
    });
    refused("AMOUNT_ZERO", "gross", |line| {
        line.gross = cents(0);
    });
    refused("AMOUNT_NEGATIVE", "gross", |line| {
        line.gross = cents(-100);
    });
    refused("FEE_EXCEEDS_AMOUNT", "fee", |line| {
        line.fee = cents(101);
    });
    refused("NET_MISMATCH", "net", |line| {
        line.net = cents(98);
    });
    refused("INSTALLMENTS_INVALID", "installment", |line| {
        line.installment = Some(0);
    });
    refused("CURRENCY_MISMATCH", "currency", |line| {
        line.currency = v("USD");
    });
    refused("ACCOUNT_UNKNOWN", "money_account", |line| {
        line.money_account = v("9");
    });
    refused("ACCOUNT_NOT_POSTABLE", "money_account", |line| {
        line.money_account = v("1.1");
    });
    refused("ACCOUNT_IS_CONTROLLED", "money_account", |line| {
        line.money_account = v("1.1.02.002");
    });
    refused("TAX_ID_MISPLACED", "reference", |line| {
        line.reference = Some("529.982.247-25".to_owned());
    });
}

fn by_hand(line: &NewStatementLine, item: &str, installment: Option<u16>) -> MatchStatementLine {
    MatchStatementLine {
        line_id: line.line_id(),
        item_id: v(item),
        installment,
    }
}

fn no(result: Result<LineSettled, LineRejection>, reason: &str) {
    assert_eq!(result.unwrap_err().reason(), reason);
}

#[test]
fn somebody_says_what_a_line_pays() {
    let mut item = sold(SALE, "999");
    let line = line("2026-05-01", 3_333, 99);
    let nowhere = StatementLineState::default();
    no(
        nowhere.settled_by_hand(&by_hand(&line, SALE, None), &item, None),
        "STATEMENT_LINE_UNKNOWN",
    );
    let state = fold(&settled(&line, &[]).events);
    no(
        state.settled_by_hand(&by_hand(&line, OTHER, None), &ItemState::default(), None),
        "ITEM_UNKNOWN",
    );
    no(
        state.settled_by_hand(&by_hand(&line, SALE, Some(4)), &item, None),
        "INSTALLMENT_UNKNOWN",
    );
    let matched = state
        .settled_by_hand(&by_hand(&line, SALE, None), &item, None)
        .unwrap();
    assert_eq!(paid(&matched), (v(SALE), 2, 3_333, None));
    pay(&mut item, &matched);
    let state = fold(&[settled(&line, &[]).events, matched.events.clone()].concat());
    let again = state
        .settled_by_hand(&by_hand(&line, SALE, None), &item, Some(&item))
        .unwrap();
    assert!(again.events.is_empty(), "{again:?}");
    no(
        state.settled_by_hand(&by_hand(&line, OTHER, None), &sold(OTHER, "1"), Some(&item)),
        "STATEMENT_LINE_MATCHED",
    );
}

#[test]
fn a_line_whose_settlement_was_reversed_may_pay_something_else_or_be_written_off() {
    let mut item = sold(SALE, "123");
    let line = line("2026-05-01", 3_334, 100);
    let first = settled(&line, &[&item]);
    pay(&mut item, &first);
    let state = fold(&first.events);
    let settlement_id = item.settlements[0].settled.settlement_id;
    let reverse = ReverseSettlement::<Receivable> {
        item_id: v(SALE),
        settlement_id,
        business_date: v("2026-05-05"),
        reason: "Outra venda".to_owned(),
        side: PhantomData,
    };
    let reversed = reverse.decide(&item, &books()).unwrap();
    let reversed: &ReceivableEvent = &reversed.events[0];
    item = OpenItem::<Receivable>::evolve(item, reversed);
    let other = sold(OTHER, "1");
    let second = state
        .settled_by_hand(&by_hand(&line, OTHER, Some(1)), &other, Some(&item))
        .unwrap();
    assert_eq!(paid(&second).0, v(OTHER));
    assert_ne!(second.settles.unwrap().settlement_id, settlement_id);

    given::<StatementLine>(&first.events)
        .when(write_off(&line), &books())
        .rejected("STATEMENT_LINE_MATCHED", None);
    let freed = WriteOffStatementLine {
        reversed: Some(settlement_id),
        ..write_off(&line)
    };
    given::<StatementLine>(&first.events)
        .when(freed, &books())
        .event();
}

fn write_off(line: &NewStatementLine) -> WriteOffStatementLine {
    WriteOffStatementLine {
        line_id: line.line_id(),
        counter: v("4.3.01"),
        reason: "Depósito sem identificação".to_owned(),
        reversed: None,
    }
}

#[test]
fn the_money_of_a_line_that_pays_nothing_is_written_off_once() {
    let line = line("2026-05-01", 3_334, 100);
    given::<StatementLine>(&[])
        .when(write_off(&line), &books())
        .rejected("STATEMENT_LINE_UNKNOWN", Some("line_id"));
    let mut history = settled(&line, &[]).events;
    for (account, reason) in [
        ("9", "ACCOUNT_UNKNOWN"),
        ("4.3", "ACCOUNT_NOT_POSTABLE"),
        ("1.1.02.002", "ACCOUNT_IS_CONTROLLED"),
    ] {
        let counter = v(account);
        given::<StatementLine>(&history)
            .when(
                WriteOffStatementLine {
                    counter,
                    ..write_off(&line)
                },
                &books(),
            )
            .rejected(reason, Some("counter_account"));
    }
    let nobody = WriteOffStatementLine {
        reason: String::new(),
        ..write_off(&line)
    };
    given::<StatementLine>(&history)
        .when(nobody, &books())
        .rejected("FIELD_REQUIRED", Some("reason"));
    let event = given::<StatementLine>(&history)
        .when(write_off(&line), &books())
        .event();
    history.push(event);
    given::<StatementLine>(&history)
        .when(write_off(&line), &books())
        .nothing();
    let other = WriteOffStatementLine {
        counter: v("4.2.02"),
        ..write_off(&line)
    };
    given::<StatementLine>(&history)
        .when(other, &books())
        .rejected("STATEMENT_LINE_WRITTEN_OFF", None);
    no(
        fold(&history).settled_by_hand(&by_hand(&line, SALE, None), &sold(SALE, "1"), None),
        "STATEMENT_LINE_WRITTEN_OFF",
    );
}

#[test]
fn a_line_that_is_written_off_holds_its_banks_reference() {
    let claims = |kind, reference: &str| {
        let line = NewStatementLine {
            kind,
            reference: Some(reference.to_owned()),
            ..line("2026-05-01", 3_334, 0)
        };
        let state = fold(&settled(&line, &[]).events);
        let decision = write_off(&line).decide(&state, &books()).unwrap();
        let claims = decision.claims.into_iter();
        claims
            .map(|claim| {
                (
                    claim.key,
                    claim.holder == Some(format!("statementline-{}", line.line_id())),
                )
            })
            .collect::<Vec<_>>()
    };
    let held = vec![(format!("bankref:{BANK}:DOC 1"), true)];
    assert_eq!(
        claims(StatementKind::Bank, "DOC 1"),
        held,
        "as a settlement would"
    );
    assert_eq!(claims(StatementKind::Pix, "DOC 1"), held);
    assert!(claims(StatementKind::Acquirer, "DOC 1").is_empty());
    assert!(claims(StatementKind::Bank, "000").is_empty());
}

#[test]
fn a_banks_reference_is_that_of_the_settlement_and_an_acquirers_is_not() {
    let item = sold(SALE, "123");
    let reference = |kind| {
        let line = NewStatementLine {
            kind,
            reference: Some("DOC 1".to_owned()),
            ..line("2026-05-01", 3_334, 100)
        };
        settled(&line, &[&item]).settles.unwrap().bank_reference
    };
    assert_eq!(reference(StatementKind::Acquirer), None);
    assert_eq!(reference(StatementKind::Bank).as_deref(), Some("DOC 1"));
    assert_eq!(reference(StatementKind::Pix).as_deref(), Some("DOC 1"));
}
