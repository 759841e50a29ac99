//! The rules of a product.

use crate::fixtures::{given, nowhere, v};
use posars_domain::product::{ChangeProduct, DefineProduct, Edit, Product, ProductEvent, RetireProduct};
use posars_domain::{Aggregate, Gtin, Rejection, RejectionKind};

fn define() -> DefineProduct {
    DefineProduct {
        sku: v("cafe"),
        name: " Café ".to_owned(),
        gtin: Some(v("7891000100103")),
        ncm: Some(v("0901.21.00")),
        unit: "UN".to_owned(),
        decimals: 0,
        tracked: true,
    }
}

fn change() -> ChangeProduct {
    ChangeProduct {
        sku: v("cafe"),
        name: None,
        gtin: Edit::Keep,
        ncm: Edit::Keep,
        unit: None,
        decimals: None,
        tracked: None,
    }
}

fn retire() -> RetireProduct {
    RetireProduct {
        sku: v("cafe"),
        reason: Some("fora de linha".to_owned()),
    }
}

fn defined() -> ProductEvent {
    given::<Product>(&[]).when(define(), &nowhere()).event()
}

fn retired() -> ProductEvent {
    given::<Product>(&[defined()]).when(retire(), &nowhere()).event()
}

#[test]
fn defining_again_the_same_way_is_nothing() {
    given::<Product>(&[defined()])
        .when(define(), &nowhere())
        .nothing();
}

#[test]
fn sku_exists() {
    let other = DefineProduct {
        decimals: 3,
        ..define()
    };
    given::<Product>(&[defined()])
        .when(other, &nowhere())
        .rejected("SKU_EXISTS", Some("sku"));
}

#[test]
fn gtin_in_use() {
    let decision = given::<Product>(&[]).when(define(), &nowhere()).accepted();
    assert_eq!(decision.claims[0].key, "gtin:07891000100103");
    assert_eq!(decision.claims[0].taken.reason(), "GTIN_IN_USE");
    assert_eq!(decision.claims[0].taken.kind(), RejectionKind::Duplicate);
}

#[test]
fn gtin_invalid() {
    let no = "7891000100104".parse::<Gtin>().unwrap_err();
    assert_eq!((no.reason(), no.kind()), ("GTIN_INVALID", RejectionKind::Invalid));
}

#[test]
fn a_change_carries_the_whole_description_and_claims_a_new_gtin() {
    let command = ChangeProduct {
        name: Some("Café moído".to_owned()),
        gtin: Edit::Set(v("96385074")),
        ncm: Edit::Clear,
        ..change()
    };
    let decision = given::<Product>(&[defined()])
        .when(command, &nowhere())
        .accepted();
    assert_eq!(decision.claims[0].key, "gtin:00000096385074");
    // The one it has is its own already.
    let command = ChangeProduct {
        name: Some("Café moído".to_owned()),
        ..change()
    };
    let kept = given::<Product>(&[defined()])
        .when(command, &nowhere())
        .accepted();
    assert_eq!((kept.events.len(), kept.claims.len()), (1, 0));
    let state = Product::fold(&[defined(), decision.events[0].clone()]);
    let settings = state.settings.unwrap();
    assert_eq!(
        (
            settings.name.as_str(),
            settings.ncm,
            settings.unit.as_str(),
            settings.tracked
        ),
        ("Café moído", None, "UN", true)
    );
}

#[test]
fn a_change_of_nothing_is_nothing() {
    given::<Product>(&[defined()])
        .when(change(), &nowhere())
        .nothing();
}

#[test]
fn product_unknown() {
    given::<Product>(&[])
        .when(change(), &nowhere())
        .rejected("PRODUCT_UNKNOWN", Some("sku"));
    given::<Product>(&[])
        .when(retire(), &nowhere())
        .rejected("PRODUCT_UNKNOWN", Some("sku"));
}

#[test]
fn product_retired() {
    let history = [defined(), retired()];
    given::<Product>(&history)
        .when(change(), &nowhere())
        .rejected("PRODUCT_RETIRED", Some("sku"));
    given::<Product>(&history)
        .when(define(), &nowhere())
        .rejected("PRODUCT_RETIRED", Some("sku"));
    given::<Product>(&history).when(retire(), &nowhere()).nothing();
}

#[test]
fn unit_decimals() {
    let command = DefineProduct {
        decimals: 5,
        ..define()
    };
    given::<Product>(&[])
        .when(command, &nowhere())
        .rejected("UNIT_DECIMALS", Some("decimals"));
}

#[test]
fn field_required_and_text_too_long() {
    let command = DefineProduct {
        name: String::new(),
        ..define()
    };
    given::<Product>(&[])
        .when(command, &nowhere())
        .rejected("FIELD_REQUIRED", Some("name"));
    let command = DefineProduct {
        unit: "QUILOGRAMAS".to_owned(),
        ..define()
    };
    given::<Product>(&[])
        .when(command, &nowhere())
        .rejected("TEXT_TOO_LONG", Some("unit"));
}
