//! A log that an earlier build wrote: read, added to and followed as if this one had written it.

use posars_domain::sale::{Disposition, RecordReturn, Sale, SaleEvent};
use posars_domain::{Aggregate as _, MethodAmount, PaymentMethod};
use posars_event_store::{Append, ExpectedVersion, JsonText, NewEvent, RecordedEvent, StreamName};

use crate::shop::{
    Shop, api, cents, decoded, define_product, define_store, reason, return_of, sale, void_of,
};

/// The same events in another log, as the build that knew only version 1 of returns had written them.
async fn as_written_before(events: &[RecordedEvent]) -> anyhow::Result<Shop> {
    let shop = Shop::empty().await?;
    for event in events {
        let mut data: serde_json::Value = serde_json::from_str(&event.data)?;
        if event.event_type.as_str() == "SaleReturned" {
            assert_eq!(event.schema_version, 2);
            for line in data["lines"].as_array_mut().into_iter().flatten() {
                assert!(line.as_object_mut().unwrap().remove("paid_back").is_some());
            }
        }
        let before = NewEvent {
            event_id: event.event_id,
            event_type: event.event_type.clone(),
            schema_version: 1,
            data: JsonText::parse(&data.to_string())?,
            metadata: JsonText::parse("{}")?,
        };
        let append = Append::to(event.stream.clone(), ExpectedVersion::Any, vec![before]);
        shop.log.append(append).await?;
    }
    Ok(shop)
}

fn paying(mut back: RecordReturn, amount: i64) -> RecordReturn {
    back.refunds = vec![MethodAmount {
        method: PaymentMethod::CASH,
        amount: cents(amount),
    }];
    back
}

async fn paid_back(shop: &Shop, stream: &StreamName) -> anyhow::Result<Vec<Vec<i64>>> {
    let events = shop.events(stream.as_str()).await?;
    let returns = events.iter().filter_map(|event| match decoded(event) {
        SaleEvent::SaleReturned(back) => Some(back.lines.iter().map(|line| line.paid_back.minor()).collect()),
        SaleEvent::SaleRecorded(_) | SaleEvent::SaleVoided(_) => None,
    });
    Ok(returns.collect())
}

#[tokio::test]
async fn a_return_of_version_1_is_read_added_to_and_followed() -> anyhow::Result<()> {
    let written = Shop::empty().await?;
    written
        .commands
        .carry_out(&define_store("centro"), &api())
        .await?;
    for sku in ["cafe", "pao"] {
        written.commands.carry_out(&define_product(sku), &api()).await?;
    }
    let sold = sale(&[("cafe", "3"), ("pao", "1")]);
    written.commands.carry_out(&sold, &api()).await?;
    let mut first = paying(return_of(&sold, 1, "1", Disposition::Restock), 1_000);
    first
        .lines
        .extend(return_of(&sold, 2, "1", Disposition::Damaged).lines);
    written.commands.carry_out(&first, &api()).await?;
    let sales = StreamName::new(Sale::CATEGORY, sold.sale_id)?;
    let streams = ["store-centro", "product-cafe", "product-pao", sales.as_str()];
    let mut events = Vec::new();
    for stream in streams {
        events.extend(written.events(stream).await?);
    }
    let shop = as_written_before(&events).await?;
    shop.catch_up().await?;
    assert_eq!(shop.on_hand("cafe").await?.0, "-2");
    assert_eq!(shop.on_hand("pao").await?.0, "-1");
    // The command of then is known, a void is refused, and what is left can come back.
    shop.commands.carry_out(&first, &api()).await?;
    assert_eq!(shop.events(sales.as_str()).await?.len(), 2);
    let no = shop.commands.carry_out(&void_of(&sold), &api()).await;
    assert_eq!(reason(no), "SALE_HAS_RETURNS");
    let too_much = paying(return_of(&sold, 1, "2", Disposition::Restock), 3_001);
    let no = shop.commands.carry_out(&too_much, &api()).await;
    assert_eq!(reason(no), "REFUND_EXCEEDS_PAID");
    let second = paying(return_of(&sold, 1, "2", Disposition::Restock), 1_800);
    shop.commands.carry_out(&second, &api()).await?;
    shop.catch_up().await?;
    assert_eq!(shop.on_hand("cafe").await?.0, "0");
    let versions: Vec<u16> = shop
        .events(sales.as_str())
        .await?
        .iter()
        .map(|event| event.schema_version)
        .collect();
    assert_eq!(versions, [1, 1, 2]);
    assert_eq!(paid_back(&shop, &sales).await?, [vec![500, 500], vec![1_800]]);
    // The build that had written everything itself has the same.
    written.commands.carry_out(&second, &api()).await?;
    written.catch_up().await?;
    assert_eq!(
        paid_back(&written, &sales).await?,
        paid_back(&shop, &sales).await?
    );
    for sku in ["cafe", "pao"] {
        assert_eq!(written.on_hand(sku).await?, shop.on_hand(sku).await?);
    }
    assert!(shop.events("parked-reactor.stock").await?.is_empty());
    Ok(())
}
