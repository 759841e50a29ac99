//! What comes back of what was sold below zero: at what was paid for it, however the reactor gets to know.

use posars_domain::sale::{Disposition, RecordSale};
use posars_domain::stock::{FinalCost, LineBack, Recosting, RevalueStock, StockEvent, StockIssued};
use posars_domain::{AdjustmentId, Currency};
use uuid::Uuid;

use crate::shop::{Shop, api, cents, delivery, return_of, sale, v, void_of};
use crate::volume::Dice;

impl Shop {
    async fn sell(&self, quantity: &str) -> anyhow::Result<RecordSale> {
        let command = sale(&[("cafe", quantity)]);
        self.commands.carry_out(&command, &api()).await?;
        Ok(command)
    }

    async fn receive(&self, quantity: &str, total: i64) -> anyhow::Result<()> {
        let goods = delivery(&[("cafe", quantity, total)]);
        self.commands.carry_out_compound(&goods, &api()).await?;
        Ok(())
    }

    async fn take_back(&self, sale: &RecordSale, quantity: &str) -> anyhow::Result<()> {
        let back = return_of(sale, 1, quantity, Disposition::Restock);
        self.commands.carry_out(&back, &api()).await?;
        Ok(())
    }

    async fn void(&self, sale: &RecordSale) -> anyhow::Result<()> {
        self.commands.carry_out(&void_of(sale), &api()).await?;
        Ok(())
    }

    async fn cafe_is(&self, quantity: &str, value: i64) -> anyhow::Result<()> {
        self.catch_up().await?;
        assert_eq!(self.on_hand("cafe").await?, (quantity.to_owned(), value));
        assert_eq!(recosting(&self.stock_events("cafe").await?).wrong_value(), None);
        Ok(())
    }
}

fn recosting(events: &[StockEvent]) -> Recosting {
    let mut recosting = Recosting::of(events.iter().filter_map(StockEvent::returned_sale).collect());
    for event in events {
        recosting.follow(event).unwrap();
    }
    recosting
}

#[tokio::test]
async fn a_return_after_the_receipt_is_worth_what_was_paid() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let sold = shop.sell("1").await?;
    shop.catch_up().await?;
    shop.receive("2", 1_500).await?;
    shop.take_back(&sold, "1").await?;
    shop.cafe_is("2", 1_500).await
}

#[tokio::test]
async fn one_receipt_for_two_sales_gives_each_its_part() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.sell("2").await?;
    let sold = shop.sell("3").await?;
    shop.catch_up().await?;
    shop.receive("5", 2_000).await?;
    shop.take_back(&sold, "3").await?;
    shop.cafe_is("3", 1_200).await
}

#[tokio::test]
async fn a_void_of_a_sale_partly_below_zero_is_worth_both_parts() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.receive("1", 300).await?;
    let sold = shop.sell("4").await?;
    shop.catch_up().await?;
    shop.receive("10", 8_000).await?;
    shop.void(&sold).await?;
    shop.cafe_is("11", 8_300).await
}

#[tokio::test]
async fn sold_and_taken_back_on_one_page_of_the_log() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    // The reactor has appended nothing of the stock when it comes to the return.
    let sold = shop.sell("3").await?;
    let other = shop.sell("1").await?;
    shop.take_back(&sold, "1").await?;
    shop.void(&other).await?;
    shop.catch_up().await?;
    shop.cafe_is("-2", 0).await?;
    shop.receive("4", 1_000).await?;
    shop.cafe_is("2", 500).await?;
    shop.take_back(&sold, "2").await?;
    shop.cafe_is("4", 1_000).await
}

#[tokio::test]
async fn a_return_while_it_is_owed_moves_the_others_up() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let (first, middle, last) = (
        shop.sell("1").await?,
        shop.sell("1").await?,
        shop.sell("1").await?,
    );
    shop.catch_up().await?;
    shop.take_back(&middle, "1").await?;
    shop.catch_up().await?;
    shop.receive("1", 500).await?;
    shop.receive("1", 900).await?;
    shop.receive("1", 1_300).await?;
    shop.take_back(&last, "1").await?;
    shop.cafe_is("2", 2_200).await?;
    shop.void(&first).await?;
    shop.cafe_is("3", 2_700).await
}

#[tokio::test]
async fn half_settled_parts_come_back_one_by_one() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let sold = shop.sell("4").await?;
    shop.catch_up().await?;
    shop.receive("1", 500).await?;
    shop.take_back(&sold, "1").await?;
    shop.catch_up().await?;
    shop.receive("5", 2_000).await?;
    // One at 5.00 and two at 4.00 are out; one of them is thrown away.
    let discarded = return_of(&sold, 1, "1", Disposition::Discard);
    shop.commands.carry_out(&discarded, &api()).await?;
    shop.cafe_is("3", 1_200).await?;
    shop.take_back(&sold, "1").await?;
    shop.catch_up().await?;
    shop.take_back(&sold, "1").await?;
    shop.cafe_is("5", 2_067).await
}

#[tokio::test]
async fn one_return_may_name_a_line_twice() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let sold = shop.sell("3").await?;
    shop.catch_up().await?;
    shop.receive("2", 1_000).await?;
    let mut back = return_of(&sold, 1, "2", Disposition::Restock);
    let mut other = back.lines[0].clone();
    other.quantity = v("1");
    back.lines.push(other);
    shop.commands.carry_out(&back, &api()).await?;
    shop.cafe_is("2", 1_000).await
}

#[tokio::test]
async fn an_issue_far_back_in_the_stream_is_followed_to_its_receipts() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let sold = shop.sell("2").await?;
    for _ in 0..80 {
        shop.sell("1").await?;
    }
    shop.catch_up().await?;
    shop.receive("1", 700).await?;
    shop.receive("100", 30_000).await?;
    assert_eq!(shop.on_hand("cafe").await?, ("19".to_owned(), 5_700));
    // The runner is another one: nothing is remembered.
    shop.void(&sold).await?;
    shop.cafe_is("21", 6_700).await
}

#[tokio::test]
async fn lines_that_waited_for_their_product_come_back_at_what_was_paid() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let command = sale(&[("novo", "1")]);
    shop.commands.carry_out(&command, &api()).await?;
    shop.catch_up().await?;
    shop.take_back(&command, "1").await?;
    let second = sale(&[("novo", "2"), ("cafe", "1")]);
    shop.commands.carry_out(&second, &api()).await?;
    shop.catch_up().await?;
    let product = crate::shop::define_product("novo");
    shop.commands.carry_out(&product, &api()).await?;
    shop.catch_up().await?;
    let goods = delivery(&[("novo", "3", 999)]);
    shop.commands.carry_out_compound(&goods, &api()).await?;
    shop.void(&second).await?;
    shop.catch_up().await?;
    assert_eq!(shop.on_hand("novo").await?, ("3".to_owned(), 999));
    Ok(())
}

#[tokio::test]
async fn what_is_delivered_again_changes_no_cost() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let (first, second) = (shop.sell("2").await?, shop.sell("2").await?);
    shop.catch_up().await?;
    shop.receive("3", 900).await?;
    shop.take_back(&first, "1").await?;
    shop.take_back(&second, "2").await?;
    shop.cafe_is("2", 600).await?;
    let head = shop.head().await?;
    for position in 0..i64::try_from(head.get())? {
        shop.set_back_to(position).await?;
        shop.catch_up().await?;
        assert_eq!(shop.head().await?, head, "set back to {position}");
    }
    Ok(())
}

/// A return as versions before the final cost wrote it: at what the goods had gone out at.
async fn returned_by_an_earlier_version(shop: &Shop) -> anyhow::Result<()> {
    use posars_event_store::{Append, EventType, ExpectedVersion, JsonText, NewEvent, StreamName};
    let sold = shop.sell("1").await?;
    shop.catch_up().await?;
    shop.receive("2", 1_500).await?;
    let stream = StreamName::parse("stock-centro-cafe")?;
    let version = shop
        .events(stream.as_str())
        .await?
        .last()
        .map(|last| last.version)
        .unwrap();
    let data = format!(
        r#"{{"store_id":"centro","sku":"cafe","sale_id":"{}","source_position":{},"occurred_at":"2026-11-20T15:00:04Z","business_date":"2026-11-20","currency":"BRL","lines":[{{"line_id":1,"quantity":"1","value":0}}],"quantity":"1","value":0,"balance":{{"version":{},"quantity":"2","value":750,"average_basis":{{"quantity":"2","value":750}},"issued_through":{}}}}}"#,
        sold.sale_id,
        shop.head().await?.get(),
        version.plus(1),
        shop.head().await?.get(),
    );
    let event = NewEvent {
        event_id: Uuid::now_v7(),
        event_type: EventType::parse("StockReturned")?,
        schema_version: 1,
        data: JsonText::parse(&data)?,
        metadata: JsonText::parse("{}")?,
    };
    shop.log
        .append(Append::to(stream, ExpectedVersion::Exact(version), vec![event]))
        .await?;
    Ok(())
}

#[tokio::test]
async fn a_stock_that_an_earlier_version_left_wrong_is_put_right_once() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    returned_by_an_earlier_version(&shop).await?;
    let recosting = recosting(&shop.stock_events("cafe").await?);
    let (balance, right) = recosting.wrong_value().unwrap();
    assert_eq!((balance.value, right), (cents(750), cents(1_500)));
    let command = RevalueStock {
        store_id: v("centro"),
        sku: v("cafe"),
        adjustment_id: AdjustmentId::new(Uuid::now_v7()),
        occurred_at: v("2026-11-20T15:00:00Z"),
        currency: Currency::BRL,
        value: right,
        note: "Custo do que voltou".to_owned(),
        expected_version: balance.version,
    };
    let first = shop.commands.carry_out(&command, &api()).await?;
    let again = shop.commands.carry_out(&command, &api()).await?;
    assert!(again.replayed && again.position == first.position);
    shop.cafe_is("2", 1_500).await
}

#[tokio::test]
async fn an_issue_tells_its_final_cost_to_whoever_follows_it() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.sell("3").await?;
    shop.catch_up().await?;
    let events = shop.stock_events("cafe").await?;
    let StockEvent::StockIssued(StockIssued { lines, .. }) = &events[0] else {
        panic!("{events:?}")
    };
    assert_eq!(lines[0].cost, cents(0));
    shop.receive("2", 501).await?;
    shop.receive("1", 300).await?;
    let StockEvent::StockIssued(issued) = &events[0] else {
        panic!("{events:?}")
    };
    let mut cost = FinalCost::of(issued);
    for event in &shop.stock_events("cafe").await?[1..] {
        cost.follow(event);
    }
    assert!(cost.is_final());
    let all = LineBack {
        line_id: lines[0].line_id,
        before: v("0"),
        quantity: v("3"),
    };
    let line = cost.restock(&[all]).remove(0).unwrap();
    assert_eq!((line.original_cost, line.owed), (Some(cents(801)), v("0")));
    Ok(())
}

#[tokio::test]
async fn whatever_happens_in_whatever_order_all_that_was_paid_comes_back() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let mut dice = Dice(7);
    let mut paid = 0;
    let mut out: Vec<(RecordSale, i64)> = Vec::new();
    for _ in 0..250 {
        let units = i64::try_from(1 + dice.below(5))?;
        match dice.below(8) {
            0 | 1 => {
                let total = i64::try_from(dice.below(5_000))?;
                paid += total;
                shop.receive(&units.to_string(), total).await?;
            }
            2..=4 => out.push((shop.sell(&units.to_string()).await?, units)),
            5 if !out.is_empty() => {
                let place = dice.below(out.len());
                let (sold, left) = &mut out[place];
                shop.take_back(sold, "1").await?;
                *left -= 1;
                if *left == 0 {
                    out.remove(place);
                }
            }
            // Of a sale of which something came back, the rest comes back.
            6 if !out.is_empty() => {
                let (sold, left) = out.remove(dice.below(out.len()));
                if shop.commands.carry_out(&void_of(&sold), &api()).await.is_err() {
                    shop.take_back(&sold, &left.to_string()).await?;
                }
            }
            _ => shop.catch_up().await?,
        }
    }
    shop.catch_up().await?;
    while let Some((sold, left)) = out.pop() {
        shop.take_back(&sold, &left.to_string()).await?;
    }
    shop.catch_up().await?;
    let (quantity, value) = shop.on_hand("cafe").await?;
    assert_eq!(value, paid, "{quantity}");
    shop.cafe_is(&quantity, paid).await
}
