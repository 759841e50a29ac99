//! The rules of a stock policy.

mod fixtures;

use fixtures::{given, nowhere, shop, v};
use posars_domain::product::ProductSettings;
use posars_domain::stock_policy::{DefineStockPolicy, StockPolicy, StockPolicyEvent};
use posars_domain::{Aggregate as _, Given, Quantity};

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
