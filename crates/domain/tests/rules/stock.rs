//! The rules of a stock.

use crate::fixtures::{adjust, cents, given, issue, nowhere, receive, restock, shop, v};
use posars_domain::product::ProductSettings;
use posars_domain::stock::{AdjustmentReason, ReceivedCost, Stock, StockBalance, StockEvent, StockReceived};
use posars_domain::{Aggregate, Amount, Command, Given, Quantity, Rejection, RejectionKind};
use proptest::prelude::*;

fn units(units: i32) -> Quantity {
    Quantity::from_units(units)
}

/// Decides a command after a history and adds what happens to it.
fn apply(history: &mut Vec<StockEvent>, command: impl Command<Of = Stock>) -> Vec<StockEvent> {
    let events = given::<Stock>(history).when(command, &shop()).accepted().events;
    history.extend(events.clone());
    events
}

fn balance(history: &[StockEvent]) -> StockBalance {
    Stock::fold(history).balance
}

fn on_hand(history: &[StockEvent]) -> (Quantity, Amount) {
    (balance(history).quantity, balance(history).value)
}

fn product(decimals: u8) -> Option<ProductSettings> {
    Some(ProductSettings {
        sku: v("sku_1"),
        name: "Produto 1".to_owned(),
        gtin: None,
        ncm: None,
        unit: "UN".to_owned(),
        decimals,
        tracked: true,
    })
}

#[test]
fn the_last_unit_takes_the_remainder() {
    let mut history = Vec::new();
    apply(&mut history, receive(units(3), 1000));
    let mut costs = Vec::new();
    for position in 1..=3 {
        let StockEvent::StockIssued(issued) = &apply(&mut history, issue(position, &[units(1)]))[0] else {
            panic!("{history:?}")
        };
        costs.push(issued.cost);
    }
    assert_eq!(costs, [cents(333), cents(334), cents(333)]);
    assert_eq!(on_hand(&history), (units(0), cents(0)));
    assert_eq!(
        (balance(&history).version, balance(&history).issued_through),
        (4, 3)
    );
}

#[test]
fn a_sale_beyond_the_stock_is_provisional_and_detects_one_shortage() {
    let mut history = Vec::new();
    apply(&mut history, receive(units(3), 3000));
    let events = apply(&mut history, issue(1, &[units(2), units(3)]));
    let [
        StockEvent::StockIssued(issued),
        StockEvent::ShortageDetected(shortage),
    ] = events.as_slice()
    else {
        panic!("{events:?}")
    };
    assert_eq!(
        (issued.lines[0].cost, issued.lines[1].cost, issued.cost),
        (cents(2000), cents(3000), cents(5000))
    );
    assert!(issued.provisional);
    assert_eq!(
        (shortage.missing, shortage.balance.version, issued.balance.version),
        (units(2), 3, 2)
    );
    assert_eq!(on_hand(&history), (units(-2), cents(-2000)));
    assert_eq!(
        apply(&mut history, issue(2, &[units(1)])).len(),
        1,
        "deeper is the same shortage"
    );
}

#[test]
fn the_receipt_that_crosses_zero_settles_and_resolves() {
    let mut history = Vec::new();
    apply(&mut history, receive(units(1), 1000));
    apply(&mut history, issue(1, &[units(6)]));
    assert_eq!(on_hand(&history), (units(-5), cents(-5000)));
    // 8 for 96.00: 5 of them at 12.00 instead of the provisional 10.00.
    let events = apply(&mut history, receive(units(8), 9600));
    let [
        StockEvent::StockReceived(received),
        StockEvent::ShortageResolved(_),
    ] = events.as_slice()
    else {
        panic!("{events:?}")
    };
    assert_eq!(received.negative_settled, cents(1000));
    assert_eq!(on_hand(&history), (units(3), cents(3600)));
}

#[test]
fn a_receipt_that_stays_below_zero_settles_its_part() {
    let mut history = Vec::new();
    apply(&mut history, receive(units(1), 1000));
    apply(&mut history, issue(1, &[units(6)]));
    let events = apply(&mut history, receive(units(2), 2400));
    let [StockEvent::StockReceived(received)] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(received.negative_settled, cents(400));
    assert_eq!(on_hand(&history), (units(-3), cents(-3000)));
    // The newest known cost prices what goes out next.
    let StockEvent::StockIssued(issued) = &apply(&mut history, issue(2, &[units(1)]))[0] else {
        panic!()
    };
    assert_eq!(issued.cost, cents(1200));
}

#[test]
fn stock_that_was_never_received_goes_out_at_nothing() {
    let mut history = Vec::new();
    let events = apply(&mut history, issue(7, &[units(2)]));
    let StockEvent::StockIssued(issued) = &events[0] else {
        panic!("{events:?}")
    };
    assert_eq!(
        (issued.cost, issued.provisional, events.len()),
        (cents(0), true, 2)
    );
}

#[test]
fn a_position_seen_before_is_nothing() {
    let mut history = Vec::new();
    apply(&mut history, issue(7, &[units(2)]));
    for position in [0, 6, 7] {
        given::<Stock>(&history)
            .when(issue(position, &[units(1)]), &shop())
            .nothing();
        given::<Stock>(&history)
            .when(restock(position, units(1), None), &shop())
            .nothing();
    }
}

#[test]
fn a_return_comes_back_at_its_original_cost() {
    let mut history = Vec::new();
    apply(&mut history, receive(units(2), 1000));
    apply(&mut history, issue(1, &[units(1)]));
    apply(&mut history, receive(units(1), 900));
    let events = apply(&mut history, restock(2, units(1), Some(500)));
    let StockEvent::StockReturned(returned) = &events[0] else {
        panic!("{events:?}")
    };
    assert_eq!((returned.value, returned.estimated), (cents(500), false));
    assert_eq!(on_hand(&history), (units(3), cents(1900)));
}

#[test]
fn a_return_without_a_known_cost_comes_back_at_the_average() {
    let mut history = Vec::new();
    apply(&mut history, receive(units(2), 1000));
    let events = apply(&mut history, restock(2, units(1), None));
    let StockEvent::StockReturned(returned) = &events[0] else {
        panic!("{events:?}")
    };
    assert_eq!((returned.value, returned.estimated), (cents(500), true));
}

#[test]
fn a_void_of_a_shortage_leaves_nothing() {
    let mut history = Vec::new();
    apply(&mut history, issue(1, &[units(2)]));
    let events = apply(&mut history, restock(2, units(2), Some(0)));
    assert!(matches!(events[1], StockEvent::ShortageResolved(_)), "{events:?}");
    assert_eq!(on_hand(&history), (units(0), cents(0)));
}

#[test]
fn adjustments_move_at_the_average_or_at_a_stated_value() {
    let mut history = Vec::new();
    let mut opening = adjust(units(4));
    opening.value = Some(cents(1000));
    opening.reason = Some(AdjustmentReason::Opening);
    apply(&mut history, opening);
    apply(&mut history, adjust(units(-1)));
    assert_eq!(on_hand(&history), (units(3), cents(750)));
    apply(&mut history, adjust(units(1)));
    assert_eq!(on_hand(&history), (units(4), cents(1000)));
}

#[test]
fn unit_cost_and_landed_cost_make_the_value() {
    let mut command = receive(v("1.5"), 0);
    command.cost = ReceivedCost::Unit(v("3.33"));
    command.landed = cents(100);
    let event = given::<Stock>(&[]).when(command, &shop()).event();
    let StockEvent::StockReceived(StockReceived { value, .. }) = event else {
        panic!("{event:?}")
    };
    assert_eq!(value, cents(600));
}

#[test]
fn duplicate_fiscal_key() {
    let mut command = receive(units(1), 100);
    command.access_key = Some(v("35261112ABC34501DE35550010000010011000010017"));
    let decision = given::<Stock>(&[]).when(command, &shop()).accepted();
    let claim = &decision.claims[0];
    assert_eq!(claim.key, "purchase:35261112ABC34501DE35550010000010011000010017");
    assert_eq!(
        claim.holder.as_deref(),
        Some("receipt-0193a5f0-0000-7000-8000-000000000200")
    );
    assert_eq!(
        (claim.taken.reason(), claim.taken.kind()),
        ("DUPLICATE_FISCAL_KEY", RejectionKind::Duplicate)
    );
}

#[test]
fn quantity_not_positive() {
    for quantity in [0, -1] {
        given::<Stock>(&[])
            .when(receive(units(quantity), 100), &shop())
            .rejected("QUANTITY_NOT_POSITIVE", Some("quantity"));
        given::<Stock>(&[])
            .when(issue(1, &[units(1), units(quantity)]), &shop())
            .rejected("QUANTITY_NOT_POSITIVE", Some("lines[1].quantity"));
        given::<Stock>(&[])
            .when(restock(1, units(quantity), None), &shop())
            .rejected("QUANTITY_NOT_POSITIVE", Some("lines[0].quantity"));
    }
}

#[test]
fn amount_negative() {
    given::<Stock>(&[])
        .when(receive(units(1), -1), &shop())
        .rejected("AMOUNT_NEGATIVE", Some("cost"));
    given::<Stock>(&[])
        .when(restock(1, units(1), Some(-1)), &shop())
        .rejected("AMOUNT_NEGATIVE", Some("lines[0].original_cost"));
}

#[test]
fn unit_decimals() {
    let product = product(0);
    let context = Given {
        product: product.as_ref(),
        ..shop()
    };
    given::<Stock>(&[]).when(receive(units(1), 100), &context).event();
    given::<Stock>(&[])
        .when(receive(v("0.5"), 100), &context)
        .rejected("UNIT_DECIMALS", Some("quantity"));
    given::<Stock>(&[])
        .when(adjust(v("0.5")), &context)
        .rejected("UNIT_DECIMALS", Some("quantity"));
}

#[test]
fn unknown_store() {
    let context = nowhere();
    given::<Stock>(&[])
        .when(receive(units(1), 100), &context)
        .rejected("UNKNOWN_STORE", Some("store_id"));
    given::<Stock>(&[])
        .when(adjust(units(1)), &context)
        .rejected("UNKNOWN_STORE", Some("store_id"));
    given::<Stock>(&[])
        .when(restock(1, units(1), None), &context)
        .event();
}

#[test]
fn currency_mismatch() {
    let mut command = receive(units(1), 100);
    command.currency = v("USD");
    given::<Stock>(&[])
        .when(command, &shop())
        .rejected("CURRENCY_MISMATCH", Some("currency"));
}

#[test]
fn occurred_in_future() {
    let mut command = receive(units(1), 100);
    command.occurred_at = v("2026-11-20T15:05:06Z");
    given::<Stock>(&[])
        .when(command, &shop())
        .rejected("OCCURRED_IN_FUTURE", Some("occurred_at"));
}

#[test]
fn reason_required() {
    let mut command = adjust(units(1));
    command.reason = None;
    given::<Stock>(&[])
        .when(command.clone(), &shop())
        .rejected("REASON_REQUIRED", Some("reason"));
    command.reason = Some(AdjustmentReason::Other);
    given::<Stock>(&[])
        .when(command.clone(), &shop())
        .rejected("REASON_REQUIRED", Some("reason"));
    command.note = Some("doado à escola".to_owned());
    given::<Stock>(&[]).when(command, &shop()).event();
}

#[test]
fn stock_would_go_negative() {
    let mut history = Vec::new();
    apply(&mut history, receive(units(1), 100));
    let mut command = adjust(units(-2));
    command.allow_negative = false;
    let no = given::<Stock>(&history)
        .when(command.clone(), &shop())
        .rejected("STOCK_WOULD_GO_NEGATIVE", Some("delta"));
    assert_eq!(no.kind(), RejectionKind::State);
    command.allow_negative = true;
    assert_eq!(apply(&mut history, command).len(), 2);
    let mut up = adjust(v("0.5"));
    up.allow_negative = false;
    assert_eq!(apply(&mut history, up).len(), 1, "an increase is no step down");
}

#[test]
fn etag_mismatch() {
    let mut history = Vec::new();
    apply(&mut history, receive(units(1), 100));
    let mut command = adjust(units(1));
    command.expected_version = Some(0);
    let no = given::<Stock>(&history)
        .when(command.clone(), &shop())
        .rejected("ETAG_MISMATCH", Some("expected_version"));
    assert_eq!(no.kind(), RejectionKind::Conflict);
    command.expected_version = Some(1);
    apply(&mut history, command);
}

#[test]
fn delta_is_zero_and_value_not_allowed() {
    given::<Stock>(&[])
        .when(adjust(units(0)), &shop())
        .rejected("DELTA_IS_ZERO", Some("delta"));
    let mut command = adjust(units(-1));
    command.value = Some(cents(1));
    given::<Stock>(&[])
        .when(command, &shop())
        .rejected("VALUE_NOT_ALLOWED", Some("value"));
}

#[test]
fn stock_out_of_range() {
    let full = given::<Stock>(&[])
        .when(receive(Quantity::MAX, 1), &shop())
        .event();
    given::<Stock>(&[full])
        .when(receive(units(1), 1), &shop())
        .rejected("STOCK_OUT_OF_RANGE", Some("quantity"));
}

#[test]
fn list_too_long() {
    given::<Stock>(&[])
        .when(issue(1, &[units(1); 501]), &shop())
        .rejected("LIST_TOO_LONG", Some("lines"));
}

/// One random movement; positions come from its place in the history.
#[derive(Debug, Clone)]
enum Move {
    Receive(i64, i64),
    Issue(Vec<i64>),
    Restock(i64, Option<i64>),
    Adjust(i64, Option<i64>),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let quantity = prop_oneof![(1..20_i64).prop_map(|whole| whole * 10_000), 1..300_000_i64];
    let movement = prop_oneof![
        (quantity.clone(), 0..100_000_i64).prop_map(|(quantity, value)| Move::Receive(quantity, value)),
        prop::collection::vec(quantity.clone(), 1..4).prop_map(Move::Issue),
        (quantity.clone(), prop::option::of(0..100_000_i64)).prop_map(|(q, cost)| Move::Restock(q, cost)),
        (quantity.clone(), prop::option::of(0..100_000_i64)).prop_map(|(q, value)| Move::Adjust(q, value)),
        quantity.prop_map(|quantity| Move::Adjust(-quantity, None)),
    ];
    prop::collection::vec(movement, 1..60)
}

fn run(moves: &[Move]) -> Vec<StockEvent> {
    let mut history = Vec::new();
    for (position, movement) in (1_u64..).zip(moves) {
        let raw = |raw: &i64| Quantity::from_ten_thousandths(*raw);
        match movement {
            Move::Receive(quantity, value) => apply(&mut history, receive(raw(quantity), *value)),
            Move::Issue(lines) => apply(
                &mut history,
                issue(position, &lines.iter().map(raw).collect::<Vec<_>>()),
            ),
            Move::Restock(quantity, cost) => apply(&mut history, restock(position, raw(quantity), *cost)),
            Move::Adjust(delta, value) => {
                let mut command = adjust(raw(delta));
                command.value = value.map(cents);
                apply(&mut history, command)
            }
        };
    }
    history
}

proptest! {
    #[test]
    fn value_is_never_lost(moves in moves()) {
        let history = run(&moves);
        let mut explained = 0;
        for event in &history {
            explained += match event {
                StockEvent::StockReceived(event) => event.value.minor() - event.negative_settled.minor(),
                StockEvent::StockIssued(event) => -event.cost.minor(),
                StockEvent::StockReturned(event) => event.value.minor() - event.negative_settled.minor(),
                StockEvent::StockAdjusted(event) => event.value.minor() - event.negative_settled.minor(),
                StockEvent::ShortageDetected(_) | StockEvent::ShortageResolved(_) => 0,
            };
            let balance = event.balance();
            prop_assert_eq!(balance.value.minor(), explained);
            prop_assert!(!balance.quantity.is_zero() || balance.value.is_zero());
            prop_assert!(!balance.quantity.is_positive() || !balance.value.is_negative());
            prop_assert!(!balance.is_short() || balance.value.minor() <= 0);
        }
    }

    #[test]
    fn the_last_event_is_the_whole_history(moves in moves()) {
        let history = run(&moves);
        prop_assert_eq!(Stock::fold(&history), Stock::fold(history.last()));
        // And the carried balance is what the movements themselves add up to.
        let mut quantity = 0;
        for (version, event) in (1_u64..).zip(&history) {
            quantity += match event {
                StockEvent::StockReceived(event) => event.quantity.ten_thousandths(),
                StockEvent::StockIssued(event) => -event.quantity.ten_thousandths(),
                StockEvent::StockReturned(event) => event.quantity.ten_thousandths(),
                StockEvent::StockAdjusted(event) => event.delta.ten_thousandths(),
                StockEvent::ShortageDetected(_) | StockEvent::ShortageResolved(_) => 0,
            };
            prop_assert_eq!(event.balance().quantity.ten_thousandths(), quantity);
            prop_assert_eq!(event.balance().version, version);
        }
    }

    #[test]
    fn shortages_are_told_exactly_when_zero_is_crossed(moves in moves()) {
        let mut short = false;
        for event in run(&moves) {
            match event {
                StockEvent::ShortageDetected(event) => {
                    prop_assert!(!short && event.balance.is_short());
                    short = true;
                }
                StockEvent::ShortageResolved(event) => {
                    prop_assert!(short && !event.balance.is_short());
                    short = false;
                }
                StockEvent::StockReceived(_)
                | StockEvent::StockIssued(_)
                | StockEvent::StockReturned(_)
                | StockEvent::StockAdjusted(_) => {}
            }
        }
    }
}
