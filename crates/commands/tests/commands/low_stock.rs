//! Stock -> alarm: every crossing of the reorder point once, whatever is delivered again, killed or put aside.

use std::time::Duration;

use posars_commands::reactors::{
    LowStockReactor, ReactorRunner, ReactorState, Retried, count_parked, list_parked, retry_parked,
};
use posars_domain::name_based_id;
use posars_domain::sale::Disposition;
use posars_domain::stock::{AdjustStock, AdjustmentReason};
use posars_domain::stock_policy::{DefineStockPolicy, StockPolicyEvent};
use posars_event_store::{Position, ReadLog, Version};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::shop::{Shop, api, decoded, delivery, return_of, sale, v, void_of};

const REACTOR: &str = "reactor.low_stock";

/// What an alarm says: whether the stock is low, how much is on hand, the reorder point, and because of which event.
type Alarm = (bool, String, Option<String>, u64);

impl Shop {
    async fn want(&self, sku: &str, reorder_point: Option<&str>) -> anyhow::Result<u64> {
        let policy = DefineStockPolicy {
            store_id: v("centro"),
            sku: v(sku),
            reorder_point: reorder_point.map(v),
        };
        Ok(self.commands.carry_out(&policy, &api()).await?.position.get())
    }

    async fn deliver(&self, sku: &str, quantity: &str) -> anyhow::Result<u64> {
        let goods = delivery(&[(sku, quantity, 1_000)]);
        let receipt = self.commands.carry_out_compound(&goods, &api()).await?;
        Ok(receipt.position.get())
    }

    async fn count_again(&self, sku: &str, delta: &str) -> anyhow::Result<u64> {
        let adjust = AdjustStock {
            store_id: v("centro"),
            sku: v(sku),
            adjustment_id: v(&Uuid::now_v7().to_string()),
            occurred_at: v("2026-11-20T14:30:00Z"),
            currency: posars_domain::Currency::BRL,
            delta: v(delta),
            value: None,
            reason: Some(AdjustmentReason::Count),
            note: None,
            allow_negative: true,
            expected_version: None,
        };
        Ok(self.commands.carry_out(&adjust, &api()).await?.position.get())
    }

    /// Lets stock follow the sales, and the alarms the stock.
    async fn watch(&self) -> anyhow::Result<()> {
        self.catch_up().await?;
        let head = self.head().await?;
        let mut runner = ReactorRunner::<LowStockReactor>::new(self.log.clone(), "test");
        assert!(runner.catch_up_to(head).await? >= head);
        Ok(())
    }

    async fn alarms(&self, sku: &str) -> anyhow::Result<Vec<Alarm>> {
        let mut alarms = Vec::new();
        for event in self.events(&format!("stockpolicy-centro-{sku}")).await? {
            match decoded::<StockPolicyEvent>(&event) {
                StockPolicyEvent::StockPolicyDefined(_) => {}
                StockPolicyEvent::LowStockDetected(told) => alarms.push((
                    true,
                    told.on_hand.to_string(),
                    Some(told.reorder_point.to_string()),
                    told.source_position,
                )),
                StockPolicyEvent::LowStockResolved(told) => alarms.push((
                    false,
                    told.on_hand.to_string(),
                    told.reorder_point.map(|point| point.to_string()),
                    told.source_position,
                )),
            }
        }
        Ok(alarms)
    }

    async fn set_watch_back_to(&self, position: i64) -> anyhow::Result<()> {
        let client = self.store.pool().get().await?;
        let sql = "update checkpoints set position = $1 where name = $2";
        assert_eq!(client.execute(sql, &[&position, &REACTOR]).await?, 1);
        Ok(())
    }

    /// As if it had been killed after its append and before its checkpoint, at any place.
    async fn watches_to_nothing(&self) -> anyhow::Result<()> {
        let head = self.head().await?;
        for position in 0..i64::try_from(head.get())? {
            self.set_watch_back_to(position).await?;
            self.watch().await?;
            assert_eq!(self.head().await?, head, "set back to {position}");
        }
        Ok(())
    }

    async fn put_aside(&self) -> anyhow::Result<Vec<String>> {
        let page = list_parked(&self.log, REACTOR, None, Version::START, 100).await?;
        let parked = page.events;
        assert_eq!(
            count_parked(&self.log, REACTOR).await?,
            u64::try_from(parked.len())?
        );
        Ok(parked.into_iter().map(|parked| parked.event.key).collect())
    }

    async fn watch_again(&self) -> anyhow::Result<Vec<Retried>> {
        let mut reactor = LowStockReactor::new(self.log.clone());
        let tried = retry_parked(&mut reactor, &self.log, None, 100).await?;
        Ok(tried.into_iter().map(|(_, outcome)| outcome).collect())
    }
}

fn low(on_hand: &str, reorder_point: &str, source: u64) -> Alarm {
    (true, on_hand.to_owned(), Some(reorder_point.to_owned()), source)
}

fn fine(on_hand: &str, reorder_point: &str, source: u64) -> Alarm {
    (false, on_hand.to_owned(), Some(reorder_point.to_owned()), source)
}

#[tokio::test]
async fn every_way_across_the_reorder_point_is_told_once() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    // Without any stock nothing is on hand, which is low.
    let wanted = shop.want("cafe", Some("5")).await?;
    shop.watch().await?;
    let mut told = vec![low("0", "5", wanted)];
    assert_eq!(shop.alarms("cafe").await?, told);

    let received = shop.deliver("cafe", "10").await?;
    let sold = sale(&[("cafe", "5")]);
    shop.commands.carry_out(&sold, &api()).await?;
    shop.watch().await?;
    let issued = shop.events("stock-centro-cafe").await?[1].position.get();
    told.extend([fine("10", "5", received), low("5", "5", issued)]);
    assert_eq!(shop.alarms("cafe").await?, told, "at the point it is low already");

    // Further down, below zero and part of the way back: nothing new.
    let deep = sale(&[("cafe", "8")]);
    shop.commands.carry_out(&deep, &api()).await?;
    shop.watch().await?;
    shop.commands.carry_out(&void_of(&deep), &api()).await?;
    shop.watch().await?;
    assert_eq!(shop.on_hand("cafe").await?.0, "5");
    assert_eq!(shop.alarms("cafe").await?, told);

    let back = return_of(&sold, 1, "0.001", Disposition::Restock);
    shop.commands.carry_out(&back, &api()).await?;
    shop.watch().await?;
    let returned = shop
        .events("stock-centro-cafe")
        .await?
        .pop()
        .unwrap()
        .position
        .get();
    told.push(fine("5.001", "5", returned));
    let counted = shop.count_again("cafe", "-1").await?;
    shop.watch().await?;
    told.push(low("4.001", "5", counted));
    assert_eq!(shop.alarms("cafe").await?, told);
    assert_eq!(shop.alarms("pao").await?, [], "nobody minds");
    shop.watches_to_nothing().await
}

#[tokio::test]
async fn another_policy_is_judged_by_the_stock_of_its_moment() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.deliver("cafe", "8").await?;
    let high = shop.want("cafe", Some("10")).await?;
    let down = shop.want("cafe", Some("7")).await?;
    let gone = shop.count_again("cafe", "-4").await?;
    let off = shop.want("cafe", None).await?;
    shop.count_again("cafe", "-4").await?;
    let on = shop.want("cafe", Some("0")).await?;
    // All of it is met at once, much later.
    shop.deliver("cafe", "0.5").await?;
    shop.watch().await?;
    let told = shop.alarms("cafe").await?;
    let expected = [
        low("8", "10", high),
        fine("8", "7", down),
        low("4", "7", gone),
        (false, "4".to_owned(), None, off),
        low("0", "0", on),
        fine("0.5", "0", on + 1),
    ];
    assert_eq!(told, expected);
    shop.watches_to_nothing().await
}

#[tokio::test]
async fn the_alarms_do_not_depend_on_when_they_are_looked_for() -> anyhow::Result<()> {
    let (often, once) = (Shop::open().await?, Shop::open().await?);
    for shop in [&often, &once] {
        for round in 0..6 {
            shop.deliver("cafe", "3").await?;
            if round % 2 == 0 {
                shop.want("cafe", Some("4")).await?;
            }
            shop.count_again("cafe", "-2.5").await?;
            if round == 3 {
                shop.want("cafe", Some("1")).await?;
            }
            shop.count_again("cafe", "3").await?;
            if std::ptr::eq(shop, &raw const often) {
                shop.watch().await?;
            }
        }
        shop.watch().await?;
    }
    let without_place = |alarms: Vec<Alarm>| -> Vec<_> {
        alarms
            .into_iter()
            .map(|(low, on_hand, point, _)| (low, on_hand, point))
            .collect()
    };
    let expected = without_place(once.alarms("cafe").await?);
    assert!(expected.len() > 3, "{expected:?}");
    assert_eq!(without_place(often.alarms("cafe").await?), expected);
    Ok(())
}

#[tokio::test]
async fn alarms_say_why_and_their_ids_are_derived() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.want("cafe", Some("5")).await?;
    shop.watch().await?;
    let stored = shop.events("stockpolicy-centro-cafe").await?;
    let (source, alarm) = (&stored[0], &stored[1]);
    assert_eq!(
        alarm.event_id,
        name_based_id(source.event_id, "stockpolicy-centro-cafe/0")
    );
    let causation = format!(r#""causation_id":"{}""#, source.event_id);
    assert!(alarm.metadata.contains(&causation), "{}", alarm.metadata);
    assert!(alarm.metadata.contains(r#""actor":"reactor.low_stock""#));
    Ok(())
}

#[tokio::test]
async fn a_stock_that_cannot_be_read_is_put_aside_and_judged_once_it_can() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.want("cafe", Some("5")).await?;
    shop.deliver("cafe", "9").await?;
    shop.deliver("pao", "9").await?;
    shop.watch().await?;
    let counted = shop.count_again("cafe", "-6").await?;
    let data = shop.spoil("stock-centro-cafe").await?;
    shop.want("pao", Some("9")).await?;
    shop.watch().await?;
    assert_eq!(shop.put_aside().await?, ["stock-centro-cafe"]);
    assert_eq!(shop.alarms("pao").await?.len(), 1, "it stops nobody");
    let told = shop.alarms("cafe").await?;
    assert_eq!(told.len(), 2);

    let outcomes = shop.watch_again().await?;
    assert!(
        matches!(&outcomes[..], [Retried::Failed { reason, .. }] if reason == "EVENT_UNREADABLE"),
        "{outcomes:?}"
    );
    shop.put("stock-centro-cafe", &data).await?;
    assert_eq!(shop.watch_again().await?, [Retried::Done]);
    let expected = [told, vec![low("3", "5", counted)]].concat();
    assert_eq!(shop.alarms("cafe").await?, expected);
    assert_eq!(shop.put_aside().await?, Vec::<String>::new());
    shop.watch().await?;
    assert_eq!(shop.alarms("cafe").await?, expected);
    shop.watches_to_nothing().await
}

#[tokio::test]
async fn what_came_later_was_judged_by_itself() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.want("cafe", Some("5")).await?;
    shop.deliver("cafe", "9").await?;
    shop.watch().await?;
    shop.count_again("cafe", "-6").await?;
    let data = shop.spoil("stock-centro-cafe").await?;
    shop.watch().await?;
    shop.put("stock-centro-cafe", &data).await?;
    shop.deliver("cafe", "9").await?;
    shop.watch().await?;
    let told = shop.alarms("cafe").await?;
    assert_eq!(shop.watch_again().await?, [Retried::Done]);
    assert_eq!(shop.alarms("cafe").await?, told, "it is long over");
    shop.watches_to_nothing().await
}

#[tokio::test]
async fn a_policy_that_cannot_be_read_is_judged_once_it_can() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.deliver("cafe", "9").await?;
    shop.want("cafe", Some("5")).await?;
    let data = shop.spoil("stockpolicy-centro-cafe").await?;
    shop.watch().await?;
    for _ in 0..2 {
        shop.count_again("cafe", "-3").await?;
        shop.watch().await?;
    }
    assert_eq!(shop.put_aside().await?, ["stockpolicy-centro-cafe"; 4]);
    shop.put("stockpolicy-centro-cafe", &data).await?;
    assert_eq!(shop.watch_again().await?, vec![Retried::Done; 4]);
    let counted = shop
        .events("stock-centro-cafe")
        .await?
        .pop()
        .unwrap()
        .position
        .get();
    assert_eq!(shop.alarms("cafe").await?, [low("3", "5", counted)]);
    let received = shop.deliver("cafe", "9").await?;
    shop.watch().await?;
    let told = [low("3", "5", counted), fine("12", "5", received)];
    assert_eq!(shop.alarms("cafe").await?, told);
    shop.watches_to_nothing().await
}

#[tokio::test]
async fn an_alarm_that_had_not_seen_the_latest_is_put_right() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.want("cafe", Some("5")).await?;
    shop.deliver("cafe", "9").await?;
    shop.watch().await?;
    // As a process would that slept between reading and writing: what it says was true a moment ago.
    let counted = shop.count_again("cafe", "-6").await?;
    let received = shop.deliver("cafe", "6").await?;
    let (first, last) = (shop.events("stockpolicy-centro-cafe").await?, shop.head().await?);
    let detected = format!(
        r#"{{"store_id":"centro","sku":"cafe","on_hand":"3","reorder_point":"5","source_position":{counted},"occurred_at":"2026-11-20T14:30:00Z"}}"#
    );
    let alarm = posars_event_store::NewEvent {
        event_id: Uuid::now_v7(),
        event_type: posars_event_store::EventType::parse("LowStockDetected")?,
        schema_version: 1,
        data: posars_event_store::JsonText::parse(&detected)?,
        metadata: posars_event_store::JsonText::parse("{}")?,
    };
    let expected = posars_event_store::ExpectedVersion::Exact(first[first.len() - 1].version);
    let stream = first[0].stream.clone();
    shop.log
        .append(posars_event_store::Append::to(stream, expected, vec![alarm]))
        .await?;
    shop.watch().await?;
    let told = shop.alarms("cafe").await?;
    assert!(received <= last.get());
    assert_eq!(
        told[told.len() - 2..]
            .iter()
            .map(|alarm| alarm.0)
            .collect::<Vec<_>>(),
        [true, false]
    );
    shop.watches_to_nothing().await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_tell_every_crossing_once() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.want("cafe", Some("5")).await?;
    let mut runners = Vec::new();
    let mut statuses = Vec::new();
    for (log, holder) in [(shop.log.clone(), "one"), (shop.another_process().await?, "two")] {
        let runner = ReactorRunner::<LowStockReactor>::new(log, holder);
        statuses.push(runner.status());
        let (end, ended) = oneshot::channel::<()>();
        let task = tokio::spawn(runner.run(async move { drop(ended.await) }));
        runners.push((end, task));
    }
    for round in 0..20 {
        shop.deliver("cafe", "9").await?;
        shop.count_again("cafe", "-9").await?;
        // Somebody else writes to the same stream meanwhile.
        shop.want("cafe", Some(if round % 2 == 0 { "4" } else { "5" }))
            .await?;
    }
    let target = shop.head().await?;
    let reached = tokio::time::timeout(Duration::from_secs(60), async {
        while shop.log.subscription(REACTOR).position().await? < target {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        anyhow::Ok(())
    });
    reached.await??;
    let alarms: Vec<bool> = shop.alarms("cafe").await?.iter().map(|alarm| alarm.0).collect();
    let expected: Vec<bool> = (0..41).map(|index| index % 2 == 0).collect();
    assert_eq!(alarms, expected);
    let running = statuses
        .iter()
        .filter(|status| status.borrow().state == ReactorState::Running)
        .count();
    assert_eq!(running, 1, "one works, the other stands by");
    for (end, task) in runners {
        drop(end);
        task.await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_without_a_lease_between_them_still_tell_it_once() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.want("cafe", Some("5")).await?;
    for _ in 0..50 {
        shop.deliver("cafe", "9").await?;
        shop.count_again("cafe", "-9").await?;
    }
    let head = shop.head().await?;
    let other = shop.another_process().await?;
    let mut runner = ReactorRunner::<LowStockReactor>::new(other, "sleeper");
    let sleeper = tokio::spawn(async move { runner.catch_up_to(head).await });
    let client = shop.store.pool().get().await?;
    for _ in 0..10 {
        let sql = "update checkpoints set lease_until = '-infinity', position = 0";
        client.execute(sql, &[]).await?;
        shop.watch().await?;
    }
    // Fenced, or done: either way what it appended counts once.
    drop(sleeper.await?);
    let alarms: Vec<bool> = shop.alarms("cafe").await?.iter().map(|alarm| alarm.0).collect();
    let expected: Vec<bool> = (0..101).map(|index| index % 2 == 0).collect();
    assert_eq!(alarms, expected);
    Ok(())
}

#[tokio::test]
async fn without_any_policy_no_stock_is_looked_at() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.deliver("cafe", "9").await?;
    shop.spoil("stock-centro-cafe").await?;
    shop.watch().await?;
    assert_eq!(shop.put_aside().await?, Vec::<String>::new());
    let all = ReadLog::after(Position::START, 1_000);
    let streams: Vec<String> = shop
        .log
        .read_log(&all)
        .await?
        .events
        .iter()
        .map(|event| event.stream.to_string())
        .collect();
    assert!(
        !streams.iter().any(|stream| stream.contains("low_stock")),
        "{streams:?}"
    );
    Ok(())
}
