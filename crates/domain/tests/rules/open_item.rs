//! What happens to what is owed, on both sides.

use std::marker::PhantomData;

use crate::fixtures::owed::*;
use crate::fixtures::{cents, given, v};
use posars_domain::open_item::{
    CancelItem, CreditItem, DuePart, InstallmentPart, ItemKind, ItemOrigin, ItemState, OpenItem, Payable,
    PayableEvent, Receivable, ReceivableEvent, RegisterItem, RescheduleItem, ReverseSettlement, SettleItem,
    WriteOffItem,
};
use posars_domain::{Aggregate as _, Amount, Command, DomainEvent as _, Rejection as _};
use proptest::prelude::*;

#[test]
fn an_item_is_registered_once_on_the_account_of_its_kind() {
    let history = registered();
    let PayableEvent::PayableRegistered(event) = &history[0] else {
        unreachable!("{history:?}")
    };
    assert_eq!(event.item.account, v("2.1.06"));
    assert_eq!(
        event.origin,
        ItemOrigin::Hand {
            counter: v("7.2.01"),
            cost_center: None
        }
    );
    given::<OpenItem<Payable>>(&history)
        .when(rent(), &books())
        .nothing();
    let other = RegisterItem {
        memo: Some("Outro".to_owned()),
        ..rent()
    };
    refused(&history, other, "IDEMPOTENCY_MISMATCH", "");
    let mut sold: Vec<ReceivableEvent> = Vec::new();
    then(&mut sold, register::<Receivable>(ItemKind::Boleto));
    assert_eq!(open_of::<Receivable>(&sold), [60_000, 40_000]);
}

#[test]
fn no_more_is_paid_than_is_open() {
    let mut history = registered();
    refused(
        &history,
        settle(1, 1, 60_001),
        "SETTLEMENT_EXCEEDS_OPEN",
        "amount",
    );
    refused(&history, settle(1, 3, 1), "INSTALLMENT_UNKNOWN", "installment");
    then(&mut history, settle::<Payable>(1, 1, 20_000));
    refused(
        &history,
        settle(2, 1, 40_001),
        "SETTLEMENT_EXCEEDS_OPEN",
        "amount",
    );
    then(&mut history, settle::<Payable>(2, 1, 40_000));
    refused(&history, settle(3, 1, 1), "ALREADY_SETTLED", "installment");
    assert_eq!(open_of::<Payable>(&history), [0, 40_000]);
}

#[test]
fn the_same_settlement_again_is_a_replay_and_another_under_its_id_is_refused() {
    let mut history = registered();
    then(&mut history, settle::<Payable>(1, 1, 60_000));
    given::<OpenItem<Payable>>(&history)
        .when(settle(1, 1, 60_000), &books())
        .nothing();
    refused(&history, settle(1, 1, 59_999), "IDEMPOTENCY_MISMATCH", "");
}

#[test]
fn a_reference_of_the_bank_is_claimed_for_its_account() {
    let paid = |number: u32, reference: &str| SettleItem {
        bank_reference: Some(reference.to_owned()),
        ..settle::<Payable>(number, 1, 100)
    };
    let mut history = registered();
    let decision = given::<OpenItem<Payable>>(&history)
        .when(paid(1, " DOC 77 "), &books())
        .accepted();
    let claim = &decision.claims[0];
    assert_eq!(claim.key, "bankref:1.1.01.002:DOC 77");
    assert_eq!(
        claim.holder.as_deref(),
        Some("settlement-0193a5f0-0000-7000-8000-000000000b01")
    );
    assert_eq!(
        (claim.taken.reason(), claim.taken.field().as_deref()),
        ("BANK_REFERENCE_IN_USE", Some("bank_reference"))
    );
    then(&mut history, paid(1, "DOC 77"));
    let other = given::<OpenItem<Payable>>(&history)
        .when(paid(2, "DOC 77"), &books())
        .accepted();
    assert_ne!(
        other.claims[0].holder, claim.holder,
        "another settlement is another holder"
    );
    then(&mut history, reverse::<Payable>(1));
    let again = given::<OpenItem<Payable>>(&history)
        .when(paid(2, "DOC 77"), &books())
        .accepted();
    assert_eq!(
        again.claims[0].holder, claim.holder,
        "what takes the place of one that was undone holds it too"
    );
}

#[test]
fn a_settlement_is_undone_once() {
    let mut history = registered();
    refused(&history, reverse(1), "SETTLEMENT_UNKNOWN", "settlement_id");
    let settled = SettleItem {
        fee: cents(3),
        discount: cents(2),
        interest: cents(1),
        ..settle::<Payable>(1, 1, 60_000)
    };
    then(&mut history, settled);
    refused(
        &history,
        ReverseSettlement {
            reason: " ".to_owned(),
            ..reverse(1)
        },
        "FIELD_REQUIRED",
        "reason",
    );
    then(&mut history, reverse::<Payable>(1));
    assert_eq!(open_of::<Payable>(&history), [60_000, 40_000]);
    let Some(PayableEvent::PayableSettlementReversed(event)) = history.last() else {
        unreachable!("{history:?}")
    };
    assert_eq!(
        [event.fee, event.discount, event.interest].map(Amount::minor),
        [3, 2, 1]
    );
    refused(
        &history,
        reverse(1),
        "SETTLEMENT_ALREADY_REVERSED",
        "settlement_id",
    );
}

#[test]
fn only_what_was_registered_by_hand_and_has_no_settlements_is_cancelled() {
    let mut history = registered();
    let mut paid = history.clone();
    then(&mut paid, settle::<Payable>(1, 1, 1));
    refused(&paid, cancel(), "HAS_SETTLEMENTS", "");
    then(&mut paid, reverse::<Payable>(1));
    then(&mut paid, cancel::<Payable>());
    let mut credited = history.clone();
    then(&mut credited, credit::<Payable>(1));
    refused(&credited, cancel(), "HAS_SETTLEMENTS", "");
    then(&mut history, cancel::<Payable>());
    assert_eq!(open_of::<Payable>(&history), [0, 0]);
    refused(&history, cancel(), "NOTHING_OPEN", "");
    refused(&history, settle(1, 1, 1), "ALREADY_SETTLED", "installment");
    refused(&history, credit(1), "NOTHING_OPEN", "");
    refused(&history, write_off(None), "NOTHING_OPEN", "");
    refused(
        &history,
        reschedule(vec![part("2026-07-31", 1)]),
        "NOTHING_OPEN",
        "",
    );
}

#[test]
fn what_is_owed_for_something_recorded_is_not_cancelled() {
    let mut history = registered();
    let PayableEvent::PayableRegistered(event) = &mut history[0] else {
        unreachable!("{history:?}")
    };
    let origins = [
        ItemOrigin::Delivery {
            receipt_id: v("0193a5f0-0000-7000-8000-000000000200"),
            position: 9,
        },
        ItemOrigin::Refund {
            sale_id: v("0193a5f0-0000-7000-8000-000000000001"),
            return_id: None,
            position: 9,
        },
        ItemOrigin::Sale {
            sale_id: v("0193a5f0-0000-7000-8000-000000000001"),
            payment: 0,
            position: 9,
        },
    ];
    for origin in origins {
        event.origin = origin;
        refused(&[event.clone().into()], cancel(), "ITEM_IS_DERIVED", "");
    }
}

#[test]
fn a_credit_note_begins_with_the_last_instalment_unless_it_names_its_parts() {
    let history = registered();
    let parts = |history: &[PayableEvent]| match history.last() {
        Some(PayableEvent::PayableCredited(event)) => event
            .parts
            .iter()
            .map(|part| (part.number, part.amount.minor()))
            .collect::<Vec<_>>(),
        other => unreachable!("{other:?}"),
    };
    let mut last_first = history.clone();
    then(&mut last_first, credit::<Payable>(50_000));
    assert_eq!(parts(&last_first), [(2, 40_000), (1, 10_000)]);
    let named = |named: &[(u16, i64)], amount: i64| CreditItem {
        parts: named
            .iter()
            .map(|(number, amount)| InstallmentPart {
                number: *number,
                amount: cents(*amount),
            })
            .collect(),
        ..credit::<Payable>(amount)
    };
    let mut first = history.clone();
    then(&mut first, named(&[(1, 60_000)], 60_000));
    assert_eq!(open_of::<Payable>(&first), [0, 40_000]);
    refused(&history, credit(100_001), "AMOUNT_EXCEEDS_OPEN", "amount");
    refused(&history, named(&[(1, 1)], 2), "INSTALLMENTS_MISMATCH", "parts");
    refused(
        &history,
        named(&[(3, 2)], 2),
        "INSTALLMENT_UNKNOWN",
        "installment",
    );
    refused(
        &history,
        named(&[(2, 40_001)], 40_001),
        "AMOUNT_EXCEEDS_OPEN",
        "amount",
    );
    refused(
        &history,
        named(&[(2, 30_000), (2, 20_000)], 50_000),
        "AMOUNT_EXCEEDS_OPEN",
        "amount",
    );
    refused(&history, named(&[(2, 0)], 1), "AMOUNT_ZERO", "parts[0].amount");
    refused(&first, named(&[(1, 1)], 1), "ALREADY_SETTLED", "installment");
}

#[test]
fn a_write_off_takes_all_that_is_open_unless_it_says_how_much() {
    let mut history = registered();
    then(&mut history, settle::<Payable>(1, 1, 10_000));
    refused(&history, write_off(Some(90_001)), "AMOUNT_EXCEEDS_OPEN", "amount");
    let mut some = history.clone();
    then(&mut some, write_off::<Payable>(Some(45_000)));
    assert_eq!(open_of::<Payable>(&some), [45_000, 0]);
    then(&mut history, write_off::<Payable>(None));
    assert_eq!(open_of::<Payable>(&history), [0, 0]);
}

#[test]
fn what_is_open_falls_due_on_other_days_under_new_numbers() {
    let mut history = registered();
    then(&mut history, settle::<Payable>(1, 1, 10_000));
    refused(
        &history,
        reschedule(vec![part("2026-07-31", 100_000)]),
        "INSTALLMENTS_MISMATCH",
        "installments",
    );
    let new = vec![part("2026-07-31", 45_000), part("2026-08-31", 45_000)];
    then(&mut history, reschedule::<Payable>(new.clone()));
    assert_eq!(open_of::<Payable>(&history), [0, 0, 45_000, 45_000]);
    given::<OpenItem<Payable>>(&history)
        .when(reschedule(new), &books())
        .nothing();
    then(&mut history, reverse::<Payable>(1));
    assert_eq!(open_of::<Payable>(&history), [10_000, 0, 45_000, 45_000]);
    let many = vec![part("2026-09-30", 1); 117];
    let full = [many, vec![part("2026-09-30", 99_883)]].concat();
    refused(&history, reschedule(full), "ITEM_FULL", "");
}

#[test]
fn an_item_has_at_most_a_thousand_settlements() {
    let mut history = registered();
    for number in 0..1_000_u32 {
        let settled = SettleItem {
            settlement_id: v(&format!("0193a5f0-0000-7000-8000-00000001{number:04}")),
            ..settle::<Payable>(1, 1, 1)
        };
        history.extend(
            settled
                .decide(&ItemState::default(), &books())
                .map_or_else(|_| Vec::new(), |one| one.events),
        );
        let PayableEvent::PayableRegistered(event) = &history[0] else {
            unreachable!()
        };
        let settled = posars_domain::open_item::Settled::<Payable> {
            item: event.item.clone(),
            settlement_id: settled.settlement_id,
            installment: 1,
            business_date: settled.business_date,
            amount: settled.amount,
            fee: Amount::ZERO,
            discount: Amount::ZERO,
            interest: Amount::ZERO,
            money_account: settled.money_account,
            bank_reference: None,
            statement_line: None,
            side: PhantomData,
        };
        history.push(settled.into());
    }
    refused(&history, settle(1, 1, 1), "ITEM_FULL", "");
}

#[test]
fn the_names_of_commands_are_kept_for_ever() {
    assert_eq!(
        [
            RegisterItem::<Receivable>::NAME,
            SettleItem::<Receivable>::NAME,
            ReverseSettlement::<Receivable>::NAME,
            CreditItem::<Receivable>::NAME,
            CancelItem::<Receivable>::NAME,
            WriteOffItem::<Receivable>::NAME,
            RescheduleItem::<Receivable>::NAME,
            RegisterItem::<Payable>::NAME,
            SettleItem::<Payable>::NAME,
            ReverseSettlement::<Payable>::NAME,
            CreditItem::<Payable>::NAME,
            CancelItem::<Payable>::NAME,
            WriteOffItem::<Payable>::NAME,
            RescheduleItem::<Payable>::NAME,
        ],
        [
            "RegisterReceivable",
            "SettleReceivable",
            "ReverseReceivableSettlement",
            "CreditReceivable",
            "CancelReceivable",
            "WriteOffReceivable",
            "RescheduleReceivable",
            "RegisterPayable",
            "SettlePayable",
            "ReversePayableSettlement",
            "CreditPayable",
            "CancelPayable",
            "WriteOffPayable",
            "ReschedulePayable",
        ]
    );
}

/// Something that somebody tries to do.
#[derive(Debug, Clone)]
enum Try {
    Settle(u16, i64),
    Reverse(usize),
    Credit(i64),
    WriteOff(Option<i64>),
    Reschedule(Vec<i64>),
    Cancel,
}

fn tries() -> impl Strategy<Value = Try> {
    prop_oneof![
        4 => (1_u16..6, 1_i64..70_000).prop_map(|(installment, amount)| Try::Settle(installment, amount)),
        2 => (0_usize..8).prop_map(Try::Reverse),
        2 => (1_i64..50_000).prop_map(Try::Credit),
        1 => prop::option::of(1_i64..50_000).prop_map(Try::WriteOff),
        1 => prop::collection::vec(1_i64..5, 1..4).prop_map(Try::Reschedule),
        1 => Just(Try::Cancel),
    ]
}

/// What the event of a try does to what is open, by the event alone.
fn change(event: &PayableEvent) -> i64 {
    match event {
        PayableEvent::PayableRegistered(event) => event.amount.minor(),
        PayableEvent::PayableIncreased(event) => event.amount.minor(),
        PayableEvent::PayableSettlementReversed(event) => event.amount.minor(),
        PayableEvent::PayableSettled(event) => -event.amount.minor(),
        PayableEvent::PayableCredited(event) => -event.amount.minor(),
        PayableEvent::PayableCancelled(event) => -event.amount.minor(),
        PayableEvent::PayableWrittenOff(event) => -event.amount.minor(),
        PayableEvent::PayableRescheduled(_) => 0,
    }
}

fn attempt(history: &[PayableEvent], what: &Try, number: u32) -> Vec<PayableEvent> {
    let state = OpenItem::<Payable>::fold(history);
    let context = books();
    let decided = match what {
        Try::Settle(installment, amount) => settle(number, *installment, *amount).decide(&state, &context),
        Try::Reverse(index) => match state.settlements.get(*index) {
            Some(one) => ReverseSettlement {
                settlement_id: one.settled.settlement_id,
                ..reverse::<Payable>(1)
            }
            .decide(&state, &context),
            None => return Vec::new(),
        },
        Try::Credit(amount) => credit(*amount).decide(&state, &context),
        Try::WriteOff(amount) => write_off(*amount).decide(&state, &context),
        Try::Reschedule(weights) => {
            let weights: Vec<Amount> = weights
                .iter()
                .map(|weight| cents(weight * state.open().minor()))
                .collect();
            let parts = posars_domain::apportion(state.open(), &weights).unwrap_or_default();
            let due = parts
                .iter()
                .filter(|part| !part.is_zero())
                .map(|part| part_of(*part));
            reschedule(due.collect()).decide(&state, &context)
        }
        Try::Cancel => cancel().decide(&state, &context),
    };
    decided.map_or_else(|_| Vec::new(), |decision| decision.events)
}

fn part_of(amount: Amount) -> DuePart {
    part("2026-08-31", amount.minor())
}

proptest! {
    #[test]
    fn what_is_open_is_never_below_zero_and_is_the_sum_of_what_happened(tries in prop::collection::vec(tries(), 0..24)) {
        let mut history = registered();
        for (what, number) in tries.iter().zip(10..) {
            let events = attempt(&history, what, number);
            history.extend(events);
            let state = OpenItem::<Payable>::fold(&history);
            prop_assert!(state.installments.iter().all(|one| !one.open.is_negative() && one.open <= one.amount));
            prop_assert_eq!(state.open().minor(), history.iter().map(change).sum::<i64>());
            for event in &history {
                let parts = match event {
                    PayableEvent::PayableCredited(event) => (event.amount, &event.parts),
                    PayableEvent::PayableWrittenOff(event) => (event.amount, &event.parts),
                    PayableEvent::PayableCancelled(event) => (event.amount, &event.parts),
                    PayableEvent::PayableRegistered(_)
                    | PayableEvent::PayableIncreased(_)
                    | PayableEvent::PayableSettled(_)
                    | PayableEvent::PayableSettlementReversed(_)
                    | PayableEvent::PayableRescheduled(_) => continue,
                };
                prop_assert_eq!(Some(parts.0), Amount::checked_sum(parts.1.iter().map(|part| part.amount)));
            }
            let last = history.last().unwrap();
            let stored = PayableEvent::from_json(last.event_type(), last.schema_version(), last.to_json().get());
            prop_assert_eq!(&stored.unwrap(), last);
        }
    }
}
