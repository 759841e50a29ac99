//! What a caller hears who may touch some stores only.

use std::collections::BTreeSet;
use std::sync::Arc;

use posars_commands::{CommandError, Envelope, Offered, StoreScope, Written};
use posars_domain::product::RetireProduct;
use posars_domain::register::DefineRegister;
use posars_domain::sale::{Disposition, RecordReturn, RecordSale};
use posars_domain::stock::{AdjustStock, AdjustmentReason, RevalueStock};
use posars_domain::stock_policy::DefineStockPolicy;
use posars_domain::{Command, Currency, Quantity, StoreId};

use crate::shop::{
    Shop, api, asked_as, define_product, define_store, delivery, reason, return_of, sale, v, void_of,
};

/// As if from somebody whose role holds for these stores.
fn of_stores(stores: &[&str]) -> Envelope {
    let mut envelope = api();
    let stores: BTreeSet<StoreId> = stores.iter().map(|store| v(store)).collect();
    envelope.stores = StoreScope::Only(Arc::new(stores));
    envelope
}

/// A second store, and a sale of each.
async fn two_stores() -> anyhow::Result<(Shop, RecordSale, RecordSale)> {
    let shop = Shop::open().await?;
    shop.commands.carry_out(&define_store("norte"), &api()).await?;
    let (own, mut foreign) = (sale(&[("cafe", "2")]), sale(&[("cafe", "2")]));
    foreign.store_id = v("norte");
    for sold in [&own, &foreign] {
        shop.commands.carry_out(sold, &api()).await?;
    }
    Ok((shop, own, foreign))
}

fn adjustment(store: &str) -> AdjustStock {
    AdjustStock {
        store_id: v(store),
        sku: v("cafe"),
        adjustment_id: v("0193a5f0-0000-7000-8000-000000000300"),
        occurred_at: v("2026-11-20T14:30:00Z"),
        currency: Currency::BRL,
        delta: Quantity::from_units(1),
        value: None,
        reason: Some(AdjustmentReason::Found),
        note: None,
        allow_negative: true,
        expected_version: None,
    }
}

/// Refused in the very words for a store or sale that is not there.
async fn is_hidden<C: Command>(
    shop: &Shop,
    foreign: &C,
    missing: &C,
    names: [&str; 2],
) -> anyhow::Result<String> {
    let centro = of_stores(&["centro"]);
    let mut heard = Vec::new();
    for (command, name) in [foreign, missing].into_iter().zip(names) {
        let refused = shop.commands.carry_out(command, &centro).await.err();
        let refused = refused.ok_or_else(|| anyhow::anyhow!("{name} was accepted"))?;
        let dry = shop
            .commands
            .validate_only()
            .carry_out(command, &centro)
            .await
            .err();
        assert_eq!(dry.map(|dry| dry.to_string()), Some(refused.to_string()));
        heard.push((
            refused.reason().to_owned(),
            refused.field(),
            refused.to_string().replace(name, "it"),
        ));
    }
    assert_eq!(heard[0], heard[1]);
    Ok(heard.remove(0).0)
}

#[tokio::test]
async fn what_is_in_a_store_of_others_is_not_there() -> anyhow::Result<()> {
    let (shop, own, foreign) = two_stores().await?;
    let head = shop.head().await?;
    let with = |store: &str| RecordSale {
        store_id: v(store),
        ..sale(&[("cafe", "1")])
    };
    let stores = ["norte", "nenhuma"];
    let hidden = is_hidden(&shop, &with("norte"), &with("nenhuma"), stores).await?;
    assert_eq!(hidden, "UNKNOWN_STORE");
    let hidden = is_hidden(&shop, &adjustment("norte"), &adjustment("nenhuma"), stores).await?;
    assert_eq!(hidden, "UNKNOWN_STORE");
    let register = |store: &str| DefineRegister {
        store_id: v(store),
        register_no: v("1"),
        name: None,
    };
    let hidden = is_hidden(&shop, &register("norte"), &register("nenhuma"), stores).await?;
    assert_eq!(hidden, "UNKNOWN_STORE");
    let reorder_point = |store: &str| DefineStockPolicy {
        store_id: v(store),
        sku: v("cafe"),
        reorder_point: Some(Quantity::from_units(1)),
    };
    let hidden = is_hidden(&shop, &reorder_point("norte"), &reorder_point("nenhuma"), stores).await?;
    assert_eq!(hidden, "UNKNOWN_STORE");
    let worth = |store: &str| RevalueStock {
        store_id: v(store),
        sku: v("cafe"),
        adjustment_id: v("0193a5f0-0000-7000-8000-000000000301"),
        occurred_at: v("2026-11-20T14:45:00Z"),
        currency: Currency::BRL,
        value: crate::shop::cents(100),
        note: "Nota fiscal corrigida".to_owned(),
        expected_version: 0,
    };
    let hidden = is_hidden(&shop, &worth("norte"), &worth("nenhuma"), stores).await?;
    assert_eq!(hidden, "UNKNOWN_STORE");

    let unsold = sale(&[("cafe", "2")]);
    let [there, nowhere] = [foreign.sale_id, unsold.sale_id].map(|sale_id| sale_id.to_string());
    let sales = [there.as_str(), nowhere.as_str()];
    let hidden = is_hidden(&shop, &void_of(&foreign), &void_of(&unsold), sales).await?;
    assert_eq!(hidden, "SALE_NOT_FOUND");
    let back = |sale: &RecordSale| -> RecordReturn { return_of(sale, 1, "1", Disposition::Restock) };
    let hidden = is_hidden(&shop, &back(&foreign), &back(&unsold), sales).await?;
    assert_eq!(hidden, "SALE_NOT_FOUND");

    let mut goods = delivery(&[("cafe", "1", 100)]);
    goods.store_id = v("norte");
    let refused = shop
        .commands
        .carry_out_compound(&goods, &of_stores(&["centro"]))
        .await;
    assert_eq!(reason(refused), "UNKNOWN_STORE");
    assert_eq!(shop.head().await?, head, "nothing was written");

    // No key and no claim is used up by it.
    shop.commands.carry_out_compound(&goods, &api()).await?;
    shop.commands
        .carry_out(&back(&foreign), &of_stores(&["centro", "norte"]))
        .await?;
    shop.commands
        .carry_out(&void_of(&own), &of_stores(&["centro"]))
        .await?;
    let again = shop
        .commands
        .carry_out(&void_of(&own), &of_stores(&["centro"]))
        .await?;
    assert!(again.replayed);
    Ok(())
}

#[tokio::test]
async fn what_belongs_to_the_company_is_for_those_with_a_role_in_all_of_it() -> anyhow::Result<()> {
    let (shop, ..) = two_stores().await?;
    let head = shop.head().await?;
    let all = of_stores(&["centro", "norte"]);
    let retire = RetireProduct {
        sku: v("cafe"),
        reason: None,
    };
    let refusals = [
        shop.commands.carry_out(&define_product("novo"), &all).await.err(),
        shop.commands.carry_out(&define_product("cafe"), &all).await.err(),
        shop.commands.carry_out(&retire, &all).await.err(),
    ];
    for refused in refusals {
        assert!(matches!(refused, Some(CommandError::OutOfScope)), "{refused:?}");
    }
    let refused = shop.commands.carry_out(&define_store("sul"), &all).await;
    assert_eq!(reason(refused), "ROLE_LIMITED_TO_STORE");
    assert_eq!(shop.head().await?, head);
    Ok(())
}

#[tokio::test]
async fn a_batch_keeps_each_of_its_commands_to_its_caller() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.commands.carry_out(&define_store("norte"), &api()).await?;
    let offered = |store: &str| {
        let sold = RecordSale {
            store_id: v(store),
            ..sale(&[("cafe", "1")])
        };
        Offered::new(sold, of_stores(&["centro"]))
    };
    let answers = shop
        .commands
        .record_sales(&[offered("norte"), offered("centro")])
        .await;
    let told: Vec<_> = answers
        .iter()
        .map(|answer| answer.as_ref().map_err(CommandError::reason))
        .collect();
    assert_eq!(told, [Err("UNKNOWN_STORE"), Ok(&Written::Now)]);
    let product = Offered::new(define_product("novo"), of_stores(&["centro"]));
    let answers = shop.commands.define_products(&[product]).await;
    assert!(
        matches!(answers.as_slice(), [Err(CommandError::OutOfScope)]),
        "{answers:?}"
    );
    // The key that a refused command brought is free.
    let key = uuid::Uuid::now_v7();
    let mut envelope = asked_as(key);
    envelope.stores = of_stores(&["centro"]).stores;
    let refused = shop.commands.carry_out(&define_product("novo"), &envelope).await;
    assert_eq!(reason(refused), "ROLE_LIMITED_TO_STORE");
    shop.commands
        .carry_out(&define_product("outro"), &asked_as(key))
        .await?;
    Ok(())
}
