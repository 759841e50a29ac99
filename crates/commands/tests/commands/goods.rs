//! Goods received and quantities put right.

use posars_commands::Offered;
use posars_domain::stock::{AdjustStock, AdjustmentReason, StockEvent};
use posars_domain::{AccessKey, AdjustmentId, Currency};
use posars_event_store::Version;
use uuid::Uuid;

use crate::shop::{Shop, api, asked_as, delivery, reason, told, v};

fn adjustment(sku: &str, delta: &str) -> AdjustStock {
    AdjustStock {
        store_id: v("centro"),
        sku: v(sku),
        adjustment_id: AdjustmentId::new(Uuid::now_v7()),
        occurred_at: v("2026-11-20T14:30:00Z"),
        currency: Currency::BRL,
        delta: v(delta),
        value: None,
        reason: Some(AdjustmentReason::Count),
        note: None,
        allow_negative: false,
        expected_version: None,
    }
}

#[tokio::test]
async fn a_delivery_is_taken_in_as_one_and_once() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let goods = delivery(&[
        ("cafe", "10", 5_000),
        ("pao", "4", 400),
        ("cafe", "5", 1_000),
        ("novo", "1", 100),
    ]);
    let receipt = shop.commands.carry_out_compound(&goods, &api()).await?;
    let streams: Vec<&str> = receipt
        .streams
        .iter()
        .map(|(stream, _)| stream.as_str())
        .collect();
    assert_eq!(
        streams,
        ["stock-centro-cafe", "stock-centro-pao", "stock-centro-novo"]
    );
    assert_eq!(receipt.version(), Version::new(2));
    let head = shop.head().await?;
    for envelope in [api(), asked_as(Uuid::now_v7())] {
        let again = shop.commands.carry_out_compound(&goods, &envelope).await?;
        assert!(again.replayed);
        assert_eq!(again.event_ids, receipt.event_ids);
    }
    assert_eq!(shop.head().await?, head);
    assert_eq!(shop.on_hand("cafe").await?, ("15".to_owned(), 6_000));
    let mut other = goods.clone();
    other.lines.truncate(1);
    assert_eq!(
        reason(shop.commands.carry_out_compound(&other, &api()).await),
        "IDEMPOTENCY_MISMATCH"
    );
    Ok(())
}

#[tokio::test]
async fn a_bad_line_refuses_the_whole_delivery_and_says_which() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let head = shop.head().await?;
    let goods = delivery(&[("cafe", "10", 5_000), ("pao", "1.2345", 400)]);
    let refused = shop
        .commands
        .carry_out_compound(&goods, &api())
        .await
        .unwrap_err();
    assert_eq!(
        (refused.reason(), refused.field().as_deref()),
        ("UNIT_DECIMALS", Some("lines[1].quantity"))
    );
    assert_eq!(
        reason(shop.commands.carry_out_compound(&delivery(&[]), &api()).await),
        "LINE_COUNT_INVALID"
    );
    let mut twice = delivery(&[("cafe", "1", 1), ("pao", "1", 1)]);
    twice.lines[1].line_id = twice.lines[0].line_id;
    assert_eq!(
        reason(shop.commands.carry_out_compound(&twice, &api()).await),
        "LINE_ID_DUPLICATE"
    );
    let mut elsewhere = delivery(&[("cafe", "1", 1)]);
    elsewhere.store_id = v("filial");
    assert_eq!(
        reason(shop.commands.carry_out_compound(&elsewhere, &api()).await),
        "UNKNOWN_STORE"
    );
    assert_eq!(shop.head().await?, head);
    shop.be_strict().await?;
    let head = shop.head().await?;
    let unknown = shop
        .commands
        .carry_out_compound(&delivery(&[("cafe", "1", 1), ("novo", "1", 1)]), &api())
        .await
        .unwrap_err();
    assert_eq!(unknown.reason(), "PRODUCT_UNKNOWN");
    assert_eq!(unknown.field().as_deref(), Some("lines[1].sku"));
    assert_eq!(shop.head().await?, head);
    Ok(())
}

#[tokio::test]
async fn an_nfe_serves_one_delivery() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let key = "35261112345678000195550010000012341000012345";
    let mut goods = delivery(&[("cafe", "10", 5_000), ("pao", "4", 400)]);
    goods.access_key = Some(v(key));
    shop.commands.carry_out_compound(&goods, &api()).await?;
    let mut other = delivery(&[("cafe", "10", 5_000)]);
    other.access_key = Some(v(key));
    assert_eq!(
        reason(shop.commands.carry_out_compound(&other, &api()).await),
        "DUPLICATE_FISCAL_KEY"
    );
    Ok(())
}

#[tokio::test]
async fn deliveries_of_a_sheet_move_a_stock_in_their_order() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let costs: Vec<i64> = (1..=20).map(|number| number * 100).collect();
    let mut goods: Vec<_> = costs
        .iter()
        .map(|cost| delivery(&[("cafe", "1", *cost)]))
        .collect();
    // One document for two deliveries, which the first of them has.
    let key: AccessKey = v("35200714200166000187650010000000071000000079");
    for sku in ["pao", "novo"] {
        goods.push(delivery(&[(sku, "1", 100)]));
        goods.last_mut().unwrap().access_key = Some(key.clone());
    }
    let offered: Vec<_> = goods
        .into_iter()
        .map(|goods| Offered::new(goods, api()))
        .collect();
    let deliveries: Vec<_> = offered.iter().collect();
    let mut expected = vec!["now"; 21];
    expected.push("DUPLICATE_FISCAL_KEY");
    assert_eq!(
        told(shop.commands.receive_deliveries(&deliveries).await),
        expected
    );
    let moved = shop.stock_events("cafe").await?;
    let moved = moved.iter().map(|event| {
        let StockEvent::StockReceived(received) = event else {
            panic!("{event:?}")
        };
        received.value.minor()
    });
    assert_eq!(moved.collect::<Vec<_>>(), costs);
    Ok(())
}

#[tokio::test]
async fn an_adjustment_is_made_once_and_minds_the_version_looked_at() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.commands
        .carry_out_compound(&delivery(&[("cafe", "10", 5_000)]), &api())
        .await?;
    let mut down = adjustment("cafe", "-3");
    down.expected_version = Some(1);
    let preview = shop.commands.validate_only().carry_out(&down, &api()).await?;
    let first = shop.commands.carry_out(&down, &api()).await?;
    assert_eq!(preview.events, first.events);
    // The version moved on by the adjustment itself: its retry is no conflict.
    let again = shop.commands.carry_out(&down, &api()).await?;
    assert!(again.replayed);
    assert_eq!((again.events, again.position), (first.events, first.position));
    assert_eq!(shop.on_hand("cafe").await?, ("7".to_owned(), 3_500));
    let mut stale = adjustment("cafe", "1");
    stale.expected_version = Some(1);
    assert_eq!(
        reason(shop.commands.carry_out(&stale, &api()).await),
        "ETAG_MISMATCH"
    );
    let refused = shop
        .commands
        .carry_out(&adjustment("cafe", "-8"), &api())
        .await
        .unwrap_err();
    assert_eq!(
        (refused.reason(), refused.field().as_deref()),
        ("STOCK_WOULD_GO_NEGATIVE", Some("delta"))
    );
    let mut silent = adjustment("cafe", "1");
    silent.reason = None;
    assert_eq!(
        reason(shop.commands.carry_out(&silent, &api()).await),
        "REASON_REQUIRED"
    );
    Ok(())
}
