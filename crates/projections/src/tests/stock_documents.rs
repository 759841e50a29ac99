//! Stock receipts and adjustments: every column, every filter, every page.

use posars_domain::stock::AdjustmentReason;
use posars_domain::{AdjustmentId, ReceiptId};

use super::rows::twice;
use super::world::{Said, World, id, product};
use crate::{AdjustmentFilter, Freshness, PageRequest, ReceiptFilter, StockAdjustment, StockReceipt};

const FIRST: PageRequest = PageRequest::first(100);
const ACCESS_KEY: &str = "35261112ABC34501DE35550010000010011000010017";

/// A line of a delivery; its figures follow from the numbers of both.
fn line(receipt: u32, line: u32, sku: &str, store: &str, day: &str, header: &str) -> Said {
    let data = format!(
        r#"{{"store_id":"{store}","sku":"{sku}","receipt_id":"{}","line_id":{line},"occurred_at":"{day}T10:00:00Z","business_date":"{day}","currency":"BRL","quantity":"{line}.5","value":{},"negative_settled":{}{header},"balance":{{"version":1,"quantity":"9","value":9}}}}"#,
        id(receipt),
        1000 * receipt + line,
        10 * line,
    );
    (format!("stock-{store}-{sku}"), "StockReceived", data)
}

fn adjusted(number: u32, sku: &str, store: &str, day: &str, reason: &str, note: &str) -> Said {
    let data = format!(
        r#"{{"store_id":"{store}","sku":"{sku}","adjustment_id":"{}","occurred_at":"{day}T11:00:00Z","business_date":"{day}","currency":"BRL","delta":"-{number}","value":-{number}00,"negative_settled":{number}0,"provisional":true,"reason":"{reason}"{note},"balance":{{"version":7,"quantity":"-2.5","value":-833}}}}"#,
        id(number),
    );
    (format!("stock-{store}-{sku}"), "StockAdjusted", data)
}

async fn receipts(world: &World, filter: &ReceiptFilter) -> anyhow::Result<Vec<StockReceipt>> {
    let page = world
        .projections
        .list_stock_receipts(filter, &FIRST, Freshness::ANY)
        .await?;
    Ok(page.rows)
}

/// Id, SKU, quantity, value and what it settled of each line.
fn lines_of(receipt: &StockReceipt) -> Vec<(u32, String, String, i64, i64)> {
    let shown = |line: &crate::StockReceiptLine| {
        (
            line.line_id.0,
            line.sku.to_string(),
            line.quantity.to_string(),
            line.value.minor(),
            line.settled.minor(),
        )
    };
    receipt.lines.iter().map(shown).collect()
}

async fn adjustments(world: &World, filter: &AdjustmentFilter) -> anyhow::Result<Vec<StockAdjustment>> {
    let page = world
        .projections
        .list_stock_adjustments(filter, &FIRST, Freshness::ANY)
        .await?;
    Ok(page.rows)
}

#[tokio::test]
async fn a_receipt_is_the_sum_of_its_lines_whichever_page_they_come_in() -> anyhow::Result<()> {
    let world = World::open().await?;
    let header = format!(r#","supplier":"Torrefação \"Sul\"","access_key":"{ACCESS_KEY}""#);
    world
        .say(&[line(1, 2, "cafe", "centro", "2026-01-30", &header)])
        .await?;
    world.catch_up().await?;
    world
        .say(&[
            line(1, 1, "pao", "centro", "2026-01-30", &header),
            line(1, 10, "cafe", "centro", "2026-01-30", &header),
            line(2, 1, "cafe", "norte", "2026-01-31", ""),
        ])
        .await?;
    twice(&world).await?;
    let (one, position) = world
        .projections
        .stock_receipt(ReceiptId::new(id(1)), Freshness::ANY)
        .await?;
    let one = one.unwrap();
    assert_eq!(position.get(), 4);
    assert_eq!(
        (
            one.supplier.as_deref(),
            one.access_key.as_ref().map(ToString::to_string).as_deref()
        ),
        (Some("Torrefação \"Sul\""), Some(ACCESS_KEY))
    );
    assert_eq!(
        (one.items, one.value.minor(), one.settled.minor()),
        (3, 3000 + 13, 130)
    );
    assert_eq!((one.position.get(), one.last_position.get()), (1, 3));
    assert_eq!(
        (
            one.store_id.as_str(),
            one.business_date.to_string().as_str(),
            one.currency.to_string().as_str()
        ),
        ("centro", "2026-01-30", "BRL")
    );
    assert_eq!(one.occurred_at.to_string(), "2026-01-30T10:00:00Z");
    let listed = receipts(&world, &ReceiptFilter::default()).await?;
    assert_eq!((listed.len(), &listed[0].lines), (2, &Vec::new()));
    assert_eq!(
        listed[0],
        StockReceipt {
            lines: Vec::new(),
            ..one.clone()
        }
    );
    assert_eq!(
        (listed[1].supplier.as_deref(), &listed[1].access_key),
        (None, &None)
    );
    assert_eq!(
        lines_of(&one),
        [
            (1, "pao".into(), "1.5".into(), 1001, 10),
            (2, "cafe".into(), "2.5".into(), 1002, 20),
            (10, "cafe".into(), "10.5".into(), 1010, 100),
        ]
    );
    let unknown = ReceiptId::new(id(9));
    let (unknown, _) = world.projections.stock_receipt(unknown, Freshness::ANY).await?;
    assert_eq!(unknown, None);
    Ok(())
}

#[tokio::test]
async fn receipts_are_found_by_store_days_supplier_and_access_key() -> anyhow::Result<()> {
    let world = World::open().await?;
    let of = |supplier: &str| format!(r#","supplier":"{supplier}""#);
    let with_key = format!(r#","supplier":"Sul","access_key":"{ACCESS_KEY}""#);
    world
        .say(&[
            line(1, 1, "a", "centro", "2026-01-30", &of("Sul")),
            line(2, 1, "b", "norte", "2026-01-29", &with_key),
            line(3, 1, "c", "centro", "2026-01-31", &of("Norte")),
            line(4, 1, "d", "centro", "2026-01-30", ""),
        ])
        .await?;
    world.catch_up().await?;
    let found = async |change: fn(&mut ReceiptFilter)| -> anyhow::Result<Vec<u64>> {
        let mut filter = ReceiptFilter::default();
        change(&mut filter);
        let found = receipts(&world, &filter).await?;
        Ok(found.iter().map(|receipt| receipt.position.get()).collect())
    };
    assert_eq!(found(|_| {}).await?, [2, 1, 4, 3]);
    assert_eq!(found(|f| f.store_id = centro()).await?, [1, 4, 3]);
    assert_eq!(found(|f| f.from = day(30)).await?, [1, 4, 3]);
    assert_eq!(found(|f| f.to = day(30)).await?, [2, 1, 4]);
    assert_eq!(found(|f| (f.from, f.to) = (day(30), day(30))).await?, [1, 4]);
    assert_eq!(found(|f| f.supplier = sul()).await?, [2, 1]);
    let both = found(|f| (f.supplier, f.store_id) = (sul(), centro())).await?;
    assert_eq!(both, [1]);
    assert_eq!(found(|f| f.access_key = key()).await?, [2]);
    let elsewhere = found(|f| (f.access_key, f.store_id) = (key(), centro())).await?;
    assert_eq!(elsewhere, [0; 0]);
    Ok(())
}

fn centro() -> Option<posars_domain::StoreId> {
    "centro".parse().ok()
}

fn key() -> Option<posars_domain::AccessKey> {
    ACCESS_KEY.parse().ok()
}

fn sul() -> Option<String> {
    Some("Sul".to_owned())
}

fn day(day: i8) -> Option<jiff::civil::Date> {
    Some(jiff::civil::date(2026, 1, day))
}

#[tokio::test]
async fn a_receipt_whose_lines_were_parked_is_whole_after_the_retry() -> anyhow::Result<()> {
    let world = World::open().await?;
    let (stream, event_type, data) = line(1, 1, "pao", "centro", "2026-01-30", "");
    let broken = data.replace("\"quantity\":\"1.5\"", "\"quantity\":\"?\"");
    world
        .say(&[
            (stream.clone(), event_type, broken),
            line(1, 2, "cafe", "centro", "2026-01-30", ""),
            line(1, 3, "pao", "centro", "2026-01-30", ""),
        ])
        .await?;
    world.catch_up().await?;
    assert_eq!(receipts(&world, &ReceiptFilter::default()).await?[0].items, 1);
    assert_eq!(world.projections.parked("stock_receipts", None).await?.len(), 2);
    let mended = "update events set data = replace(data, '\"?\"', '\"1.5\"') where position = 1";
    world.sql().await?.batch_execute(mended).await?;
    let retried = world.projections.retry_parked("stock_receipts", None).await?;
    assert_eq!((retried.applied, retried.parked), (2, 0));
    let whole = receipts(&world, &ReceiptFilter::default()).await?;
    assert_eq!((whole[0].items, whole[0].position.get()), (3, 1));
    let report = world
        .projections
        .rebuild(
            "stock_receipts",
            &Default::default(),
            &crate::rebuild::ignore_progress,
        )
        .await?;
    assert!(report.comparison.is_some_and(|both| both.equal), "{report:?}");
    Ok(())
}

#[tokio::test]
async fn an_adjustment_says_why_and_is_found_by_it() -> anyhow::Result<()> {
    let world = World::open().await?;
    world
        .say(&[
            product("cafe", "Café"),
            adjusted(2, "cafe", "centro", "2026-01-31", "other", r#","note":"Doado""#),
            adjusted(3, "pao", "norte", "2026-01-30", "loss", ""),
            adjusted(4, "cafe", "centro", "2026-01-30", "loss", ""),
        ])
        .await?;
    twice(&world).await?;
    let (one, position) = world
        .projections
        .stock_adjustment(AdjustmentId::new(id(2)), Freshness::ANY)
        .await?;
    let one = one.unwrap();
    assert_eq!(position.get(), 4);
    assert_eq!(
        (one.store_id.as_str(), one.sku.as_str(), one.product_name.as_str()),
        ("centro", "cafe", "Café")
    );
    assert_eq!(
        (
            one.delta.to_string().as_str(),
            one.value.minor(),
            one.settled.minor()
        ),
        ("-2", -200, 20)
    );
    assert_eq!(
        (
            one.balance_quantity.to_string().as_str(),
            one.balance_value.minor()
        ),
        ("-2.5", -833)
    );
    assert_eq!(
        (one.reason, one.note.as_deref(), one.provisional),
        (AdjustmentReason::Other, Some("Doado"), true)
    );
    assert_eq!((one.position.get(), one.version.get()), (2, 1));
    assert_eq!(one.occurred_at.to_string(), "2026-01-31T11:00:00Z");
    Ok(())
}

#[tokio::test]
async fn adjustments_are_found_by_store_days_and_reason() -> anyhow::Result<()> {
    let world = World::open().await?;
    world
        .say(&[
            adjusted(1, "cafe", "centro", "2026-01-31", "other", ""),
            adjusted(2, "pao", "norte", "2026-01-30", "loss", ""),
            adjusted(3, "cafe", "centro", "2026-01-30", "loss", ""),
        ])
        .await?;
    world.catch_up().await?;
    let found = async |change: fn(&mut AdjustmentFilter)| -> anyhow::Result<Vec<u64>> {
        let mut filter = AdjustmentFilter::default();
        change(&mut filter);
        let found = adjustments(&world, &filter).await?;
        Ok(found.iter().map(|adjustment| adjustment.position.get()).collect())
    };
    assert_eq!(found(|_| {}).await?, [2, 3, 1]);
    assert_eq!(found(|f| f.reason = Some(AdjustmentReason::Loss)).await?, [2, 3]);
    let both = found(|f| (f.reason, f.store_id) = (Some(AdjustmentReason::Loss), centro())).await?;
    assert_eq!(both, [3]);
    assert_eq!(found(|f| f.store_id = centro()).await?, [3, 1]);
    assert_eq!(found(|f| f.from = day(31)).await?, [1]);
    Ok(())
}

#[tokio::test]
async fn documents_come_in_pages_that_new_ones_do_not_move() -> anyhow::Result<()> {
    let world = World::open().await?;
    for number in 1..=5 {
        world
            .say(&[
                line(number, 1, "cafe", "centro", "2026-01-30", ""),
                adjusted(number, "pao", "centro", "2026-01-30", "count", ""),
            ])
            .await?;
    }
    world.catch_up().await?;
    let (mut received, mut put_right) = (Vec::new(), Vec::new());
    let mut next = Some(PageRequest::first(2));
    while let Some(request) = next {
        let page = world
            .projections
            .list_stock_receipts(&ReceiptFilter::default(), &request, Freshness::ANY)
            .await?;
        assert!(page.rows.len() <= 2);
        next = request.following(&page);
        received.extend(page.rows.iter().map(|receipt| receipt.position.get()));
        let page = world
            .projections
            .list_stock_adjustments(&AdjustmentFilter::default(), &request, Freshness::ANY)
            .await?;
        put_right.extend(page.rows.iter().map(|adjustment| adjustment.position.get()));
        // Dated so that it would come first.
        world
            .say(&[
                line(50, 1, "cha", "centro", "2026-01-01", ""),
                adjusted(50, "cha", "centro", "2026-01-01", "count", ""),
            ])
            .await?;
        world.catch_up().await?;
    }
    assert_eq!(received, [1, 3, 5, 7, 9]);
    // The key of a page of receipts is one of adjustments too: a day and a position.
    assert_eq!(put_right, [2, 4, 4, 6, 8, 10]);
    Ok(())
}
