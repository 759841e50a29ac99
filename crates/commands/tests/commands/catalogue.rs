//! Companies, stores, registers and products: saying twice how things should be changes nothing.

use posars_domain::company::DefineCompany;
use posars_domain::product::{ChangeProduct, Edit, RetireProduct};
use posars_domain::register::DefineRegister;
use posars_domain::{Currency, Sku};
use uuid::Uuid;

use crate::shop::{Shop, api, asked_as, define_product, define_store, reason, v};

#[tokio::test]
async fn setting_up_twice_changes_nothing_and_other_content_is_refused() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let company = DefineCompany {
        company_id: v("acme"),
        name: "Acme".to_owned(),
        cnpj: None,
        currency: Currency::BRL,
    };
    let register = DefineRegister {
        store_id: v("centro"),
        register_no: v("1"),
        name: None,
    };
    shop.commands.carry_out(&company, &api()).await?;
    shop.commands.carry_out(&register, &api()).await?;
    let head = shop.head().await?;
    assert!(shop.commands.carry_out(&company, &api()).await?.replayed);
    assert!(shop.commands.carry_out(&register, &api()).await?.replayed);
    let store = shop.commands.carry_out(&define_store("centro"), &api()).await?;
    assert!(store.replayed && store.events.len() == 1);
    assert!(
        shop.commands
            .carry_out(&define_product("cafe"), &api())
            .await?
            .replayed
    );
    let mut other = define_store("centro");
    other.name = "Outra".to_owned();
    assert_eq!(
        reason(shop.commands.carry_out(&other, &api()).await),
        "STORE_EXISTS"
    );
    let mut other = define_product("cafe");
    other.decimals = 0;
    assert_eq!(
        reason(shop.commands.carry_out(&other, &api()).await),
        "SKU_EXISTS"
    );
    let elsewhere = DefineRegister {
        store_id: v("filial"),
        ..register
    };
    assert_eq!(
        reason(shop.commands.carry_out(&elsewhere, &api()).await),
        "UNKNOWN_STORE"
    );
    assert_eq!(shop.head().await?, head);
    Ok(())
}

#[tokio::test]
async fn products_change_and_retire_and_a_gtin_serves_one_of_them() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let change = |sku: &str, gtin: &str| ChangeProduct {
        sku: v(sku),
        name: None,
        gtin: Edit::Set(v(gtin)),
        ncm: Edit::Keep,
        unit: None,
        decimals: None,
        tracked: None,
    };
    shop.commands
        .carry_out(&change("cafe", "7891000100103"), &api())
        .await?;
    let taken = shop
        .commands
        .carry_out(&change("pao", "7891000100103"), &api())
        .await;
    assert_eq!(reason(taken), "GTIN_IN_USE");
    let request_id = Uuid::now_v7();
    let retire = RetireProduct {
        sku: v("cafe"),
        reason: None,
    };
    let first = shop.commands.carry_out(&retire, &asked_as(request_id)).await?;
    let again = shop.commands.carry_out(&retire, &asked_as(request_id)).await?;
    assert!(again.replayed);
    assert_eq!(again.event_ids, first.event_ids);
    let other = RetireProduct {
        sku: v("pao"),
        reason: None,
    };
    assert_eq!(
        reason(shop.commands.carry_out(&other, &asked_as(request_id)).await),
        "IDEMPOTENCY_MISMATCH"
    );
    let skus: Vec<Sku> = vec![v("cafe"), v("nada"), v("pao")];
    let products = shop.commands.products(&skus).await?;
    let gtin = products[0]
        .as_ref()
        .and_then(|product| product.gtin.as_ref())
        .map(ToString::to_string);
    assert_eq!(
        gtin.as_deref(),
        Some("7891000100103"),
        "a retired product keeps its description"
    );
    assert!(products[1].is_none() && products[2].is_some());
    assert!(shop.commands.store_settings(&v("centro")).await?.is_some());
    assert!(shop.commands.store_settings(&v("filial")).await?.is_none());
    Ok(())
}
