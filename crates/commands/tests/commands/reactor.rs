//! Sale -> stock: every line once, whatever is delivered again or killed.

use std::time::Duration;

use posars_commands::reactors::{ReactorRunner, ReactorState};
use posars_domain::name_based_id;
use posars_domain::product::{ChangeProduct, Edit};
use posars_domain::sale::Disposition;
use posars_domain::stock::StockEvent;
use posars_event_store::{
    Append, EventType, ExpectedVersion, JsonText, NewEvent, Position, ReadLog, StreamName,
};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::shop::{Shop, api, decoded, define_product, delivery, return_of, sale, v, void_of};

#[tokio::test]
async fn a_sale_takes_its_goods_out_at_cost_and_says_why() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.commands
        .carry_out_compound(&delivery(&[("cafe", "3", 1_000)]), &api())
        .await?;
    let command = sale(&[("cafe", "1"), ("pao", "2"), ("cafe", "1")]);
    let recorded = shop.commands.carry_out(&command, &api()).await?;
    shop.catch_up().await?;
    assert_eq!(shop.on_hand("cafe").await?, ("1".to_owned(), 333));
    let stored = shop.events("stock-centro-cafe").await?;
    let StockEvent::StockIssued(issued) = decoded(&stored[1]) else {
        unreachable!()
    };
    assert_eq!(
        (issued.sale_id, issued.source_position),
        (command.sale_id, recorded.position.get())
    );
    assert_eq!(issued.lines.len(), 2, "both lines of one SKU are one movement");
    let causation = format!(r#""causation_id":"{}""#, recorded.event_ids[0]);
    assert!(stored[1].metadata.contains(&causation), "{}", stored[1].metadata);
    assert!(stored[1].metadata.contains(r#""actor":"reactor.stock""#));
    Ok(())
}

#[tokio::test]
async fn a_sale_is_never_refused_for_missing_stock() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.commands.carry_out(&sale(&[("cafe", "2")]), &api()).await?;
    shop.catch_up().await?;
    let events = shop.stock_events("cafe").await?;
    assert!(
        matches!(&events[..], [StockEvent::StockIssued(issued), StockEvent::ShortageDetected(short)]
        if issued.provisional && short.missing == v("2")),
        "{events:?}"
    );
    shop.commands
        .carry_out_compound(&delivery(&[("cafe", "5", 500)]), &api())
        .await?;
    assert_eq!(shop.on_hand("cafe").await?, ("3".to_owned(), 300));
    Ok(())
}

#[tokio::test]
async fn what_is_delivered_again_changes_nothing() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.commands
        .carry_out_compound(&delivery(&[("cafe", "50", 1_000)]), &api())
        .await?;
    let mut sales = Vec::new();
    for _ in 0..5 {
        sales.push(sale(&[("cafe", "1"), ("pao", "2"), ("novo", "1")]));
        shop.commands
            .carry_out(&sales[sales.len() - 1].clone(), &api())
            .await?;
    }
    shop.commands.carry_out(&void_of(&sales[0]), &api()).await?;
    let back = return_of(&sales[1], 1, "0.5", Disposition::Restock);
    shop.commands.carry_out(&back, &api()).await?;
    shop.commands.carry_out(&define_product("novo"), &api()).await?;
    shop.catch_up().await?;
    let (head, cafe) = (shop.head().await?, shop.on_hand("cafe").await?);
    assert_eq!(cafe, ("46.5".to_owned(), 930));
    assert_eq!(shop.on_hand("novo").await?.0, "-4");
    // As if it had been killed after its append and before its checkpoint, at any place.
    for position in 0..i64::try_from(head.get())? {
        shop.set_back_to(position).await?;
        shop.catch_up().await?;
        assert_eq!(shop.head().await?, head, "set back to {position}");
    }
    assert_eq!(shop.on_hand("cafe").await?, cafe);
    Ok(())
}

#[tokio::test]
async fn a_void_brings_the_goods_back_at_what_they_had_cost() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.commands
        .carry_out_compound(&delivery(&[("cafe", "2", 200)]), &api())
        .await?;
    let (before, together) = (sale(&[("cafe", "1")]), sale(&[("cafe", "1")]));
    shop.commands.carry_out(&before, &api()).await?;
    shop.catch_up().await?;
    shop.commands
        .carry_out_compound(&delivery(&[("cafe", "9", 2_900)]), &api())
        .await?;
    // One sale is long out of the reactor's memory, the other is on the same page as its void.
    shop.commands.carry_out(&together, &api()).await?;
    shop.commands.carry_out(&void_of(&together), &api()).await?;
    shop.commands.carry_out(&void_of(&before), &api()).await?;
    shop.catch_up().await?;
    let events = shop.stock_events("cafe").await?;
    let values: Vec<i64> = events
        .iter()
        .filter_map(|event| match event {
            StockEvent::StockReturned(event) => {
                assert!(!event.estimated && event.return_id.is_none());
                Some(event.value.minor())
            }
            StockEvent::StockIssued(_)
            | StockEvent::StockReceived(_)
            | StockEvent::StockAdjusted(_)
            | StockEvent::ShortageDetected(_)
            | StockEvent::ShortageResolved(_) => None,
        })
        .collect();
    assert_eq!(values, [300, 100]);
    assert_eq!(shop.on_hand("cafe").await?, ("11".to_owned(), 3_100));
    Ok(())
}

#[tokio::test]
async fn parts_that_come_back_cost_together_what_the_line_had_cost() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.commands
        .carry_out_compound(&delivery(&[("cafe", "3", 1_000)]), &api())
        .await?;
    let command = sale(&[("cafe", "3")]);
    shop.commands.carry_out(&command, &api()).await?;
    shop.catch_up().await?;
    // Many movements in between: the issue must be searched for in the stream.
    for _ in 0..60 {
        shop.commands
            .carry_out_compound(&delivery(&[("cafe", "1", 7_000)]), &api())
            .await?;
        shop.commands.carry_out(&sale(&[("cafe", "1")]), &api()).await?;
    }
    for disposition in [Disposition::Restock, Disposition::Discard, Disposition::Restock] {
        shop.catch_up().await?;
        shop.commands
            .carry_out(&return_of(&command, 1, "1", disposition), &api())
            .await?;
    }
    shop.catch_up().await?;
    let mut values = Vec::new();
    for event in shop.stock_events("cafe").await? {
        if let StockEvent::StockReturned(event) = event {
            assert_eq!((event.sale_id, event.estimated), (command.sale_id, false));
            values.push(event.value.minor());
        }
    }
    // The first and the last third of 1,000; what was thrown away stays away.
    assert_eq!(values, [333, 333]);
    Ok(())
}

#[tokio::test]
async fn untracked_products_move_nothing_from_when_they_are_untracked() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let track = |tracked: bool| ChangeProduct {
        sku: v("cafe"),
        name: None,
        gtin: Edit::Keep,
        ncm: Edit::Keep,
        unit: None,
        decimals: None,
        tracked: Some(tracked),
    };
    let (out, never) = (sale(&[("cafe", "1")]), sale(&[("cafe", "10")]));
    shop.commands.carry_out(&out, &api()).await?;
    shop.commands.carry_out(&track(false), &api()).await?;
    shop.commands.carry_out(&never, &api()).await?;
    shop.commands.carry_out(&void_of(&out), &api()).await?;
    shop.commands.carry_out(&void_of(&never), &api()).await?;
    shop.catch_up().await?;
    assert_eq!(
        shop.on_hand("cafe").await?.0,
        "0",
        "what never went out does not come back"
    );
    shop.commands.carry_out(&track(true), &api()).await?;
    shop.commands.carry_out(&sale(&[("cafe", "3")]), &api()).await?;
    let head = shop.head().await?;
    // From zero, everything is judged by the catalogue of its time.
    shop.set_back_to(0).await?;
    shop.catch_up().await?;
    assert_eq!(shop.on_hand("cafe").await?.0, "-3");
    assert!(shop.head().await? > head);
    Ok(())
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_put_aside_and_stops_nobody() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let broken = NewEvent {
        event_id: Uuid::now_v7(),
        event_type: EventType::parse("SaleRecorded")?,
        schema_version: 1,
        data: JsonText::parse(r#"{"lines":"none"}"#)?,
        metadata: JsonText::parse("{}")?,
    };
    let stream = StreamName::parse("sale-broken")?;
    shop.log
        .append(Append::to(stream, ExpectedVersion::NoStream, vec![broken]))
        .await?;
    shop.commands.carry_out(&sale(&[("cafe", "1")]), &api()).await?;
    let mut runner = ReactorRunner::stock(shop.log.clone(), "test");
    let status = runner.status();
    runner.catch_up_to(shop.head().await?).await?;
    assert_eq!(status.borrow().parked, 1);
    assert_eq!(shop.on_hand("cafe").await?.0, "-1");
    let parked = shop.events("parked-reactor.stock").await?;
    assert_eq!(parked.len(), 1);
    assert!(parked[0].data.contains("EVENT_UNREADABLE") && parked[0].data.contains("sale-broken"));
    shop.set_back_to(0).await?;
    shop.catch_up().await?;
    assert_eq!(shop.events("parked-reactor.stock").await?.len(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runners_share_the_work_and_do_it_once() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let mut ends = Vec::new();
    let mut statuses = Vec::new();
    for (log, holder) in [(shop.log.clone(), "one"), (shop.another_process().await?, "two")] {
        let runner = ReactorRunner::stock(log, holder);
        statuses.push(runner.status());
        let (end, ended) = oneshot::channel::<()>();
        let task = tokio::spawn(runner.run(async move { drop(ended.await) }));
        ends.push((end, task));
    }
    for _ in 0..40 {
        shop.commands.carry_out(&sale(&[("cafe", "1")]), &api()).await?;
        // Somebody else writes to the same stock meanwhile.
        shop.commands
            .carry_out_compound(&delivery(&[("cafe", "1", 100)]), &api())
            .await?;
    }
    let target = shop.head().await?;
    let reached = tokio::time::timeout(Duration::from_secs(30), async {
        while shop.log.subscription("reactor.stock").position().await? < target {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        anyhow::Ok(())
    });
    reached.await??;
    assert_eq!(shop.on_hand("cafe").await?.0, "0");
    let running = statuses
        .iter()
        .filter(|status| status.borrow().state == ReactorState::Running)
        .count();
    assert_eq!(running, 1, "one works, the other stands by");
    for (end, task) in ends {
        drop(end);
        task.await?;
    }
    assert!(
        statuses
            .iter()
            .all(|status| status.borrow().state == ReactorState::Idle)
    );
    // The lease was given back: the next need not wait for its end.
    let next = shop
        .log
        .subscription("reactor.stock")
        .acquire("next", Duration::from_secs(1))
        .await?;
    next.release().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_without_a_lease_between_them_still_move_every_line_once() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    for _ in 0..200 {
        shop.commands
            .carry_out(&sale(&[("cafe", "1"), ("pao", "1")]), &api())
            .await?;
    }
    let head = shop.head().await?;
    // As if one had slept through its lease: the checkpoint is set back and the lease taken away while it works.
    let other = shop.another_process().await?;
    let mut runner = ReactorRunner::stock(other, "sleeper");
    let sleeper = tokio::spawn(async move { runner.catch_up_to(head).await });
    let client = shop.store.pool().get().await?;
    for _ in 0..20 {
        client
            .execute(
                "update checkpoints set lease_until = '-infinity', position = 0",
                &[],
            )
            .await?;
        shop.catch_up().await?;
    }
    // Fenced, or done: either way what it appended counts once.
    drop(sleeper.await?);
    assert_eq!(shop.on_hand("cafe").await?.0, "-200");
    assert_eq!(shop.on_hand("pao").await?.0, "-200");
    Ok(())
}

#[tokio::test]
async fn ids_are_derived_from_the_event_that_led_there() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.commands.carry_out(&sale(&[("cafe", "1")]), &api()).await?;
    shop.catch_up().await?;
    let id = shop.events("stock-centro-cafe").await?[0].event_id;
    let sales = ReadLog::after(Position::START, 100).category("sale");
    let source = shop.log.read_log(&sales).await?.events[0].event_id;
    assert_eq!(id, name_based_id(source, "stock-centro-cafe/0"));
    Ok(())
}
