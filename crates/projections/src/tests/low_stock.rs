//! Stock policies and alarms: every column, every filter, every page.

use super::rows::twice;
use super::world::{Balance, Said, World, product, short};
use crate::{Freshness, PageRequest, StockPolicyFilter, StockPolicyRow};

const FIRST: PageRequest = PageRequest::first(100);

fn defined(store: &str, sku: &str, reorder_point: Option<&str>) -> Said {
    let point = reorder_point.map_or_else(String::new, |point| format!(r#","reorder_point":"{point}""#));
    let data = format!(r#"{{"store_id":"{store}","sku":"{sku}"{point}}}"#);
    (format!("stockpolicy-{store}-{sku}"), "StockPolicyDefined", data)
}

/// An alarm of a movement at this hour, with another reorder point than the last: the reactor was a little behind.
fn alarm(store: &str, sku: &str, is_low: bool, hour: u8) -> Said {
    let event_type = if is_low {
        "LowStockDetected"
    } else {
        "LowStockResolved"
    };
    let data = format!(
        r#"{{"store_id":"{store}","sku":"{sku}","on_hand":"1","reorder_point":"99","source_position":4,"occurred_at":"2026-01-30T{hour}:00:00Z"}}"#
    );
    (format!("stockpolicy-{store}-{sku}"), event_type, data)
}

async fn policies(world: &World, filter: &StockPolicyFilter) -> anyhow::Result<Vec<StockPolicyRow>> {
    let page = world
        .projections
        .list_stock_policies(filter, &FIRST, Freshness::ANY)
        .await?;
    Ok(page.rows)
}

/// Reorder point, on hand and since when it is low, of all.
async fn told(world: &World) -> anyhow::Result<Vec<(String, String, Option<String>)>> {
    let rows = policies(world, &StockPolicyFilter::default()).await?;
    let told = rows.into_iter().map(|row| {
        (
            row.reorder_point.to_string(),
            row.on_hand.to_string(),
            row.low_since.map(|since| since.to_string()),
        )
    });
    Ok(told.collect())
}

fn row(point: &str, on_hand: &str, since: Option<&str>) -> Vec<(String, String, Option<String>)> {
    vec![(point.to_owned(), on_hand.to_owned(), since.map(str::to_owned))]
}

#[tokio::test]
async fn a_policy_shows_what_is_on_hand_and_since_when_that_is_low() -> anyhow::Result<()> {
    let world = World::open().await?;
    world
        .say(&[product("cafe", "Café"), defined("centro", "cafe", Some("5"))])
        .await?;
    twice(&world).await?;
    assert_eq!(told(&world).await?, row("5", "0", None), "without any stock");
    let first = &policies(&world, &StockPolicyFilter::default()).await?[0];
    assert_eq!(
        (
            first.store_id.as_str(),
            first.sku.as_str(),
            first.product_name.as_str()
        ),
        ("centro", "cafe", "Café")
    );

    let balance = Balance {
        quantity: -3,
        value: -1,
    };
    world
        .say(&[
            short("centro", "cafe", "2026-01-30", balance),
            alarm("centro", "cafe", true, 11),
        ])
        .await?;
    twice(&world).await?;
    let since = Some("2026-01-30T11:00:00Z");
    assert_eq!(told(&world).await?, row("5", "-3", since));

    // Another reorder point does not end the alarm; the reactor does.
    world.say(&[defined("centro", "cafe", Some("2.5"))]).await?;
    twice(&world).await?;
    assert_eq!(told(&world).await?, row("2.5", "-3", since));
    world.say(&[alarm("centro", "cafe", false, 12)]).await?;
    twice(&world).await?;
    assert_eq!(told(&world).await?, row("2.5", "-3", None));
    Ok(())
}

#[tokio::test]
async fn a_policy_that_is_off_is_not_listed_until_it_is_defined_anew() -> anyhow::Result<()> {
    let world = World::open().await?;
    world
        .say(&[
            defined("centro", "cafe", Some("5")),
            alarm("centro", "cafe", true, 11),
            defined("centro", "cafe", None),
        ])
        .await?;
    twice(&world).await?;
    assert_eq!(told(&world).await?, []);
    let low = StockPolicyFilter {
        low_only: true,
        ..StockPolicyFilter::default()
    };
    assert_eq!(policies(&world, &low).await?, []);
    world
        .say(&[
            alarm("centro", "cafe", false, 12),
            defined("centro", "cafe", Some("0")),
            alarm("centro", "cafe", true, 13),
        ])
        .await?;
    twice(&world).await?;
    assert_eq!(told(&world).await?, row("0", "0", Some("2026-01-30T13:00:00Z")));
    Ok(())
}

#[tokio::test]
async fn policies_come_by_store_product_and_need_a_page_at_a_time() -> anyhow::Result<()> {
    let world = World::open().await?;
    let mut said = Vec::new();
    for store in ["centro", "norte"] {
        for sku in ["cafe", "cha", "pao"] {
            said.push(defined(store, sku, Some("1")));
        }
        said.push(alarm(store, "cha", true, 11));
    }
    world.say(&said).await?;
    twice(&world).await?;
    let of = |store: Option<&str>, sku: Option<&str>, low_only| StockPolicyFilter {
        store_id: store.map(|store| store.parse().unwrap()),
        sku: sku.map(|sku| sku.parse().unwrap()),
        low_only,
    };
    let counts = [
        (of(None, None, false), 6),
        (of(Some("norte"), None, false), 3),
        (of(None, Some("cafe"), false), 2),
        (of(Some("norte"), Some("cafe"), false), 1),
        (of(None, None, true), 2),
        (of(Some("centro"), None, true), 1),
        (of(Some("centro"), Some("cafe"), true), 0),
    ];
    for (filter, count) in counts {
        let rows = policies(&world, &filter).await?;
        assert_eq!(rows.len(), count, "{filter:?}: {rows:?}");
        let mut paged = Vec::new();
        let mut page = PageRequest::first(1);
        loop {
            let answer = world
                .projections
                .list_stock_policies(&filter, &page, Freshness::ANY)
                .await?;
            paged.extend(answer.rows);
            let Some(next) = answer.next else { break };
            page.after = Some(next);
        }
        assert_eq!(paged, rows, "{filter:?}");
    }
    Ok(())
}
