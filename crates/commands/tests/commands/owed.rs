//! What is owed, registered and settled by people, on a real log.

use std::marker::PhantomData;

use posars_commands::StoreScope;
use posars_domain::open_item::{
    CancelItem, DuePart, ItemKind, ItemSide, MatchKeys, Payable, Receivable, RegisterItem, SettleItem,
};
use posars_domain::{Amount, Currency, OpenItemId, SettlementId};
use uuid::Uuid;

use crate::shop::{Shop, api, cents, reason, v};

pub(crate) const BANK: &str = "1.1.01.002";

pub(crate) fn register<S: ItemSide>(kind: ItemKind, amount: i64) -> RegisterItem<S> {
    RegisterItem {
        item_id: OpenItemId::new(Uuid::now_v7()),
        kind,
        store_id: Some(v("centro")),
        party: None,
        party_name: None,
        document: None,
        business_date: v("2026-11-01"),
        currency: Currency::BRL,
        amount: cents(amount),
        installments: vec![DuePart {
            due_date: v("2026-11-30"),
            amount: cents(amount),
            expected_fee: Amount::ZERO,
        }],
        counter: v("3.03"),
        cost_center: None,
        keys: MatchKeys::default(),
        memo: None,
        side: PhantomData,
    }
}

pub(crate) fn settle<S: ItemSide>(item: &RegisterItem<S>, amount: i64) -> SettleItem<S> {
    SettleItem {
        item_id: item.item_id,
        settlement_id: SettlementId::new(Uuid::now_v7()),
        installment: 1,
        business_date: v("2026-11-20"),
        currency: Currency::BRL,
        amount: cents(amount),
        fee: Amount::ZERO,
        discount: Amount::ZERO,
        interest: Amount::ZERO,
        money_account: v(BANK),
        bank_reference: None,
        statement_line: None,
        side: PhantomData,
    }
}

#[tokio::test]
async fn a_payable_is_registered_and_paid_once() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    let rent = register::<Payable>(ItemKind::OtherPayable, 1_000);
    let first = shop.commands.carry_out(&rent, &api()).await?;
    let again = shop.commands.carry_out(&rent, &api()).await?;
    assert_eq!((again.replayed, again.position), (true, first.position));
    let other = RegisterItem {
        memo: Some("Outro".to_owned()),
        ..rent.clone()
    };
    let refused = shop.commands.carry_out(&other, &api()).await;
    assert_eq!(reason(refused), "IDEMPOTENCY_MISMATCH");

    let paid = settle(&rent, 1_000);
    let settled = shop.commands.carry_out(&paid, &api()).await?;
    let again = shop.commands.carry_out(&paid, &api()).await?;
    assert_eq!((again.replayed, again.position), (true, settled.position));
    let refused = shop.commands.carry_out(&settle(&rent, 1), &api()).await;
    assert_eq!(reason(refused), "ALREADY_SETTLED");
    assert_eq!(shop.events(&format!("payable-{}", rent.item_id)).await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_reference_of_the_bank_is_of_one_settlement_whatever_it_pays() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    let (bill, rent) = (
        register::<Receivable>(ItemKind::Boleto, 1_000),
        register::<Payable>(ItemKind::OtherPayable, 1_000),
    );
    shop.commands.carry_out(&bill, &api()).await?;
    shop.commands.carry_out(&rent, &api()).await?;
    let first = SettleItem {
        bank_reference: Some("DOC 77".to_owned()),
        ..settle(&bill, 400)
    };
    shop.commands.carry_out(&first, &api()).await?;
    assert!(shop.commands.carry_out(&first, &api()).await?.replayed);
    let same_item = SettleItem {
        settlement_id: SettlementId::new(Uuid::now_v7()),
        ..first.clone()
    };
    let refused = shop.commands.carry_out(&same_item, &api()).await;
    assert_eq!(reason(refused), "BANK_REFERENCE_IN_USE");
    let other_side = SettleItem {
        bank_reference: first.bank_reference.clone(),
        ..settle(&rent, 400)
    };
    let refused = shop.commands.carry_out(&other_side, &api()).await;
    assert_eq!(reason(refused), "BANK_REFERENCE_IN_USE");
    let of_cash = SettleItem {
        money_account: v("1.1.01.001"),
        ..other_side
    };
    shop.commands.carry_out(&of_cash, &api()).await?;
    Ok(())
}

#[tokio::test]
async fn of_many_who_settle_at_once_no_more_get_through_than_is_open() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    let bill = register::<Receivable>(ItemKind::Boleto, 1_000);
    shop.commands.carry_out(&bill, &api()).await?;
    let payments: Vec<_> = (0..8).map(|_| settle(&bill, 300)).collect();
    let envelope = api();
    let tries = payments
        .iter()
        .map(|payment| shop.commands.carry_out(payment, &envelope));
    let (mut paid, mut refused) = (0, Vec::new());
    for outcome in futures_util::future::join_all(tries).await {
        match outcome {
            Ok(_) => paid += 1,
            Err(error) => refused.push(error.reason()),
        }
    }
    assert_eq!(paid, 3);
    assert!(
        refused.iter().all(|reason| *reason == "SETTLEMENT_EXCEEDS_OPEN"),
        "{refused:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_store_that_is_not_defined_and_a_caller_of_one_store_are_refused() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    let bill = register::<Receivable>(ItemKind::Boleto, 1_000);
    let elsewhere = RegisterItem {
        store_id: Some(v("norte")),
        ..bill.clone()
    };
    let refused = shop.commands.carry_out(&elsewhere, &api()).await;
    assert_eq!(reason(refused), "UNKNOWN_STORE");
    let limited = posars_commands::Envelope {
        stores: StoreScope::Only(std::sync::Arc::new([v("centro")].into())),
        ..api()
    };
    assert_eq!(
        reason(shop.commands.carry_out(&bill, &limited).await),
        "ROLE_LIMITED_TO_STORE"
    );
    shop.commands.carry_out(&bill, &api()).await?;
    let refused = shop.commands.carry_out(&settle(&bill, 1), &limited).await;
    assert_eq!(reason(refused), "ROLE_LIMITED_TO_STORE");
    Ok(())
}

#[tokio::test]
async fn without_books_nothing_is_owed() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let bill = register::<Receivable>(ItemKind::Boleto, 1_000);
    assert_eq!(
        reason(shop.commands.carry_out(&bill, &api()).await),
        "BOOKS_NOT_BEGUN"
    );
    let cancel = CancelItem::<Receivable> {
        item_id: bill.item_id,
        business_date: v("2026-11-20"),
        reason: "Em dobro".to_owned(),
        side: PhantomData,
    };
    assert_eq!(
        reason(shop.commands.carry_out(&cancel, &api()).await),
        "ITEM_UNKNOWN"
    );
    Ok(())
}
