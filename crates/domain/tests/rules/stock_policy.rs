//! The rules of a stock policy.

use crate::fixtures::{given, nowhere, shop, v};
use posars_domain::product::ProductSettings;
use posars_domain::stock_policy::{DefineStockPolicy, StockPolicy, StockPolicyEvent, WatchStock};
use posars_domain::{Aggregate as _, DomainEvent as _, Given, Quantity};
use proptest::prelude::*;

fn define(reorder_point: Option<&str>) -> DefineStockPolicy {
    DefineStockPolicy {
        store_id: v("centro"),
        sku: v("sku_1"),
        reorder_point: reorder_point.map(v),
    }
}

fn defined(history: &[StockPolicyEvent], reorder_point: Option<&str>) -> StockPolicyEvent {
    given::<StockPolicy>(history)
        .when(define(reorder_point), &shop())
        .event()
}

/// Tells of a stock at a place in the log; answers the types of what happens.
fn watched(history: &mut Vec<StockPolicyEvent>, source_position: u64, on_hand: &str) -> Vec<&'static str> {
    let watch = WatchStock {
        store_id: v("centro"),
        sku: v("sku_1"),
        on_hand: v(on_hand),
        source_position,
        occurred_at: v("2026-11-20T15:00:00Z"),
    };
    let events = given::<StockPolicy>(history)
        .when(watch, &shop())
        .accepted()
        .events;
    history.extend(events.clone());
    events.iter().map(|event| event.event_type()).collect()
}

#[test]
fn at_the_reorder_point_the_stock_is_low_and_just_above_it_is_not() {
    let mut history = vec![defined(&[], Some("5"))];
    assert!(watched(&mut history, 2, "5.0001").is_empty());
    assert_eq!(watched(&mut history, 3, "5"), ["LowStockDetected"]);
    assert!(watched(&mut history, 4, "4.9999").is_empty(), "it is told once");
    assert!(watched(&mut history, 5, "-3").is_empty());
    assert!(watched(&mut history, 6, "5").is_empty());
    assert_eq!(watched(&mut history, 7, "5.0001"), ["LowStockResolved"]);
    assert!(watched(&mut history, 8, "6").is_empty());
}

#[test]
fn without_any_stock_even_a_reorder_point_of_zero_is_reached() {
    let mut history = vec![defined(&[], Some("0"))];
    assert_eq!(watched(&mut history, 1, "0"), ["LowStockDetected"]);
    assert_eq!(watched(&mut history, 2, "0.001"), ["LowStockResolved"]);
    assert_eq!(watched(&mut history, 3, "-1"), ["LowStockDetected"]);
}

#[test]
fn another_reorder_point_is_a_crossing_too() {
    let mut history = vec![defined(&[], Some("5"))];
    assert!(watched(&mut history, 2, "8").is_empty());
    history.push(defined(&history, Some("10")));
    assert_eq!(watched(&mut history, 3, "8"), ["LowStockDetected"]);
    history.push(defined(&history, Some("7")));
    assert_eq!(watched(&mut history, 5, "8"), ["LowStockResolved"]);
    history.push(defined(&history, Some("8")));
    assert_eq!(watched(&mut history, 7, "8"), ["LowStockDetected"]);
    history.push(defined(&history, None));
    assert_eq!(watched(&mut history, 9, "8"), ["LowStockResolved"]);
    let StockPolicyEvent::LowStockResolved(resolved) = &history[history.len() - 1] else {
        unreachable!()
    };
    assert_eq!((resolved.reorder_point, resolved.source_position), (None, 9));
    assert!(watched(&mut history, 10, "-1").is_empty(), "nobody minds");
}

#[test]
fn what_was_judged_before_changes_nothing() {
    let mut history = vec![defined(&[], Some("5"))];
    assert_eq!(watched(&mut history, 7, "5"), ["LowStockDetected"]);
    for (position, on_hand) in [(7, "9"), (6, "9"), (1, "9")] {
        assert!(watched(&mut history, position, on_hand).is_empty());
    }
    assert_eq!(watched(&mut history, 8, "9"), ["LowStockResolved"]);
}

proptest! {
    /// Whatever moves: the alarms take turns, each crossing is told once, and dealing with it all again tells nothing.
    #[test]
    fn alarms_take_turns_and_tell_every_crossing_once(
        levels in prop::collection::vec((-3_i32..6, prop::option::of(0_i32..4)), 1..40),
    ) {
        let mut history = Vec::new();
        let mut told = Vec::new();
        let mut was_low = false;
        let mut crossings = 0;
        for (index, (on_hand, reorder_point)) in levels.iter().enumerate() {
            let define = DefineStockPolicy {
                reorder_point: reorder_point.map(Quantity::from_units),
                ..define(None)
            };
            let events = given::<StockPolicy>(&history).when(define, &shop()).accepted().events;
            history.extend(events);
            let position = u64::try_from(index).unwrap() + 1;
            told.extend(watched(&mut history, position, &on_hand.to_string()));
            let is_low = reorder_point.is_some_and(|point| *on_hand <= point);
            crossings += usize::from(is_low != was_low);
            was_low = is_low;
            prop_assert_eq!(StockPolicy::fold(&history).is_low, is_low);
        }
        prop_assert_eq!(told.len(), crossings);
        for (index, kind) in told.iter().enumerate() {
            let expected = if index % 2 == 0 { "LowStockDetected" } else { "LowStockResolved" };
            prop_assert_eq!(*kind, expected);
        }
        let through = StockPolicy::fold(&history).judged_through;
        for position in 1..=through {
            prop_assert!(watched(&mut history, position, "100").is_empty());
        }
    }
}

#[test]
fn the_last_definition_holds_and_the_same_again_changes_nothing() {
    let first = defined(&[], Some("12.5"));
    assert_eq!(
        StockPolicy::fold([&first]).reorder_point,
        Some(v::<Quantity>("12.5"))
    );
    let history = [first];
    given::<StockPolicy>(&history)
        .when(define(Some("12.50")), &shop())
        .nothing();
    let second = defined(&history, Some("0"));
    assert_eq!(
        StockPolicy::fold([&history[0], &second]).reorder_point,
        Some(Quantity::ZERO)
    );
}

#[test]
fn a_policy_that_is_switched_off_is_off_until_it_is_defined_anew() {
    given::<StockPolicy>(&[]).when(define(None), &shop()).nothing();
    let mut history = vec![defined(&[], Some("5"))];
    history.push(defined(&history, None));
    assert_eq!(StockPolicy::fold(&history).reorder_point, None);
    given::<StockPolicy>(&history)
        .when(define(None), &shop())
        .nothing();
    history.push(defined(&history, Some("5")));
    assert_eq!(
        StockPolicy::fold(&history).reorder_point,
        Some(Quantity::from_units(5))
    );
}

#[test]
fn reorder_point_negative() {
    given::<StockPolicy>(&[])
        .when(define(Some("-0.0001")), &shop())
        .rejected("REORDER_POINT_NEGATIVE", Some("reorder_point"));
}

#[test]
fn unit_decimals() {
    let product = ProductSettings {
        sku: v("sku_1"),
        name: "Produto 1".to_owned(),
        gtin: None,
        ncm: None,
        unit: "KG".to_owned(),
        decimals: 1,
        tracked: true,
    };
    let context = Given {
        product: Some(&product),
        ..shop()
    };
    given::<StockPolicy>(&[])
        .when(define(Some("2.5")), &context)
        .event();
    given::<StockPolicy>(&[])
        .when(define(Some("2.55")), &context)
        .rejected("UNIT_DECIMALS", Some("reorder_point"));
}

#[test]
fn unknown_store() {
    given::<StockPolicy>(&[])
        .when(define(Some("1")), &nowhere())
        .rejected("UNKNOWN_STORE", Some("store_id"));
}

#[test]
fn the_sku_of_a_new_policy_can_be_seen() {
    let hidden = DefineStockPolicy {
        sku: v("sku\u{200b}1"),
        ..define(Some("1"))
    };
    given::<StockPolicy>(&[])
        .when(hidden, &shop())
        .rejected("SKU_INVALID", Some("sku"));
}
