//! Pages, filters and read-your-writes.

use std::time::{Duration, Instant};

use posars_event_store::Position;

use super::world::{World, sale};
use crate::{DailySalesFilter, Freshness, PageRequest, QueryError, SaleFilter, StockFilter, registry};

#[tokio::test]
async fn pages_hold_still_while_sales_come_in() -> anyhow::Result<()> {
    let world = World::open().await?;
    let sales: Vec<_> = (1..=7)
        .map(|number| sale(number, "centro", "2026-01-31", "pix", 100))
        .collect();
    world.say(&sales).await?;
    world.catch_up().await?;
    let mut request = Some(PageRequest::first(3));
    let mut seen = Vec::new();
    while let Some(asked) = request {
        let page = world
            .projections
            .list_sales(&SaleFilter::default(), &asked, Freshness::ANY)
            .await?;
        seen.push(
            page.rows
                .iter()
                .map(|sale| sale.position.get())
                .collect::<Vec<_>>(),
        );
        request = asked.following(&page);
        // Dated before all others: without the bound position it would come up on the next page or not at all.
        let late = sale(
            100 + u32::try_from(seen.len())?,
            "centro",
            "2026-03-01",
            "pix",
            100,
        );
        world.say(&[late]).await?;
        world.catch_up().await?;
    }
    assert_eq!(seen, [vec![1, 2, 3], vec![4, 5, 6], vec![7]]);
    Ok(())
}

#[tokio::test]
async fn filters_choose_store_and_days() -> anyhow::Result<()> {
    let world = World::open().await?;
    world
        .say(&[
            sale(1, "centro", "2026-01-30", "pix", 100),
            sale(2, "norte", "2026-01-31", "pix", 100),
            sale(3, "centro", "2026-01-31", "cash", 100),
            sale(4, "centro", "2026-02-01", "pix", 100),
        ])
        .await?;
    world.catch_up().await?;
    let filter = SaleFilter {
        from: Some("2026-01-31".parse()?),
        to: Some("2026-01-31".parse()?),
        store_id: Some("centro".parse()?),
    };
    let page = world
        .projections
        .list_sales(&filter, &PageRequest::first(10), Freshness::ANY)
        .await?;
    assert_eq!(
        page.rows
            .iter()
            .map(|sale| sale.position.get())
            .collect::<Vec<_>>(),
        [3]
    );
    let days = DailySalesFilter {
        from: "2026-01-30".parse()?,
        to: "2026-01-31".parse()?,
        store_id: None,
    };
    let first = world
        .projections
        .list_daily_sales(&days, &PageRequest::first(2), Freshness::ANY)
        .await?;
    let stores: Vec<_> = first.rows.iter().map(|row| row.store_id.as_str()).collect();
    assert_eq!(
        (stores, first.next),
        (
            vec!["centro", "centro"],
            Some(vec!["2026-01-31".into(), "centro".into()])
        )
    );
    Ok(())
}

#[tokio::test]
async fn a_query_waits_for_its_position_and_says_when_it_gives_up() -> anyhow::Result<()> {
    let world = World::open().await?;
    let head = world.say(&[sale(1, "centro", "2026-01-30", "pix", 100)]).await?;
    let ask = async |wait_ms| {
        let fresh = Freshness::at_least(head, Duration::from_millis(wait_ms));
        world
            .projections
            .list_sales(&SaleFilter::default(), &PageRequest::first(9), fresh)
            .await
    };
    let began = Instant::now();
    match ask(150).await {
        Err(QueryError::Behind {
            projection: "sales",
            min_position,
            position,
            waited_ms,
        }) => {
            assert_eq!((min_position, position), (head, Position::START));
            assert!(waited_ms >= 150, "{waited_ms}");
        }
        other => panic!("{other:?}"),
    }
    assert!(began.elapsed() >= Duration::from_millis(150));
    let runner = world.projections.run("test");
    let page = ask(20_000).await?;
    assert_eq!((page.rows.len(), page.position), (1, head));
    runner.stop().await;
    Ok(())
}

/// Brings one projection up to the end, and no other.
async fn bring_up(world: &World, name: &str) -> anyhow::Result<()> {
    let projection = registry::find(name)?;
    let subscription = world.log.subscription(&format!("projection.{name}"));
    let mut lease = subscription.acquire("test", Duration::from_secs(60)).await?;
    let reader = world.projections.pages.reader(projection.name());
    world
        .projections
        .run_page(projection, &mut lease, &reader)
        .await?;
    lease.release().await?;
    Ok(())
}

#[tokio::test]
async fn rows_shown_with_names_wait_for_the_names() -> anyhow::Result<()> {
    let world = World::open().await?;
    let head = world.say(&[sale(1, "centro", "2026-01-30", "pix", 100)]).await?;
    let fresh = Freshness::at_least(head, Duration::from_millis(50));
    let first = PageRequest::first(9);
    let days_of_january = DailySalesFilter {
        from: "2026-01-01".parse()?,
        to: "2026-01-31".parse()?,
        store_id: None,
    };
    for name in ["daily_sales", "stock_position"] {
        bring_up(&world, name).await?;
    }
    let days = world
        .projections
        .list_daily_sales(&days_of_january, &first, fresh)
        .await;
    let stock = world
        .projections
        .list_stock(&StockFilter::default(), &first, fresh)
        .await;
    for behind in [days.err(), stock.err()] {
        assert!(
            matches!(
                behind,
                Some(QueryError::Behind {
                    projection: "names",
                    ..
                })
            ),
            "{behind:?}"
        );
    }
    bring_up(&world, "names").await?;
    let days = world
        .projections
        .list_daily_sales(&days_of_january, &first, fresh)
        .await?;
    assert_eq!((days.rows.len(), days.position), (1, head));
    Ok(())
}

#[tokio::test]
async fn a_key_of_another_list_is_refused() -> anyhow::Result<()> {
    let world = World::open().await?;
    for after in [
        vec!["x".to_owned()],
        vec!["2026-01-01".to_owned(), "no number".to_owned()],
    ] {
        let page = PageRequest {
            rows_max: 5,
            after: Some(after),
            at: None,
        };
        let answer = world
            .projections
            .list_sales(&SaleFilter::default(), &page, Freshness::ANY)
            .await;
        assert!(matches!(answer, Err(QueryError::BadPage { .. })), "{answer:?}");
    }
    Ok(())
}

/// A later release adds a column while this one still reads: its statements show all columns, and PostgreSQL refuses a plan
/// whose rows have another shape than when it was prepared.
#[tokio::test]
async fn a_column_that_comes_meanwhile_stops_no_reader() -> anyhow::Result<()> {
    let world = World::configured(|config| config.reader_connections_max = 1).await?;
    world.say(&[sale(1, "centro", "2026-01-31", "pix", 100)]).await?;
    world.catch_up().await?;
    let listed = async || {
        let page = PageRequest::first(9);
        let filter = SaleFilter::default();
        world.projections.list_sales(&filter, &page, Freshness::ANY).await
    };
    let before = listed().await?;
    let more = "alter table sales add column weather text";
    world.sql().await?.batch_execute(more).await?;
    assert_eq!(listed().await?.rows, before.rows);
    Ok(())
}
