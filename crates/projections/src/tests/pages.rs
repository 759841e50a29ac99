//! Pages of the log: bounded in bytes, read once for all that come past them, nothing lost between two of them.

use std::sync::Arc;
use std::time::Duration;

use posars_event_store::Position;

use super::world::{Said, World, sale};
use crate::RebuildOptions;
use crate::log_page::{LogPages, PACE_WAIT, PAGE_BYTES_MAX, PageReader};

/// A sale with so many bytes more than it needs.
fn large_sale(number: u32, bytes: usize) -> Said {
    let (stream, event_type, data) = sale(number, "centro", "2026-01-31", "pix", 100);
    let data = data.replacen('{', &format!(r#"{{"more":"{}","#, "x".repeat(bytes)), 1);
    (stream, event_type, data)
}

/// Reads on to the end. Answers the number of events of each page.
async fn page_lengths(world: &World, reader: &PageReader, from: Position) -> anyhow::Result<Vec<usize>> {
    let (mut after, mut lengths) = (from, Vec::new());
    loop {
        let (page, at_end) = reader.next(&world.log, after).await?;
        for event in page.events() {
            assert_eq!(event.position, after.plus(1), "an event is lost or doubled");
            after = event.position;
        }
        assert_eq!(page.scanned_to, after);
        assert!(
            page.text_bytes() < PAGE_BYTES_MAX + 4 * 1024 * 1024,
            "{} bytes",
            page.text_bytes()
        );
        lengths.push(page.len());
        if at_end {
            return Ok(lengths);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_events_come_in_several_pages_and_each_once() -> anyhow::Result<()> {
    let world = World::open().await?;
    let events: Vec<Said> = (1..=600).map(|number| large_sale(number, 40_000)).collect();
    for part in events.chunks(80) {
        world.say(part).await?;
    }
    let reader = world.projections.pages.reader("test");
    let far = page_lengths(&world, &reader, Position::START).await?;
    assert_eq!((far.len(), far.iter().sum()), (2, 600), "{far:?}");
    let head = world.log.head().await?.position;
    let few: Vec<Said> = (601..=608).map(|number| large_sale(number, 3_000_000)).collect();
    for event in &few {
        world.say(std::slice::from_ref(event)).await?;
    }
    let near = page_lengths(&world, &reader, head).await?;
    assert_eq!(near, [6, 2]);
    drop(reader);

    world.catch_up().await?;
    let client = world.sql().await?;
    let row = client
        .query_one(
            "select (select count(*) from sales), sum(sales)::bigint, sum(total_minor)::bigint from daily_sales",
            &[],
        )
        .await?;
    let counts: [i64; 3] = [row.get(0), row.get(1), row.get(2)];
    assert_eq!(counts, [608, 608, 60_800]);
    let report = world
        .projections
        .rebuild(
            "daily_sales",
            &RebuildOptions::default(),
            &crate::rebuild::ignore_progress,
        )
        .await?;
    assert!(report.comparison.is_some_and(|both| both.equal), "{report:?}");
    Ok(())
}

/// Events that nobody reads: three far pages and some.
const FILL: &str = r#"
insert into events (log_id, position, version, recorded_at, event_id, schema_version, stream, type, data, metadata)
select 1, n, n, now(), gen_random_uuid(), 1, 'other-1', 'Noise', '{}', '{}' from generate_series(1, 24600) n;
update log_head set position = 24600, updated_at = now() where log_id = 1;
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_is_one_page_ahead_of_the_last_and_reads_for_it() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.sql().await?.batch_execute(FILL).await?;
    world.log.watch().wait_past(Position::new(24_599)).await;
    let pages = LogPages::default();
    let (first, last) = (pages.reader("first"), pages.reader("last"));
    let (zero, one, two) = (Position::START, Position::new(8_000), Position::new(16_000));

    let (page, _) = first.next(&world.log, zero).await?;
    let (same, _) = last.next(&world.log, zero).await?;
    assert!(Arc::ptr_eq(&page, &same), "a page is read once");

    // One page ahead without a wait, two only when the last has left its page.
    let ahead = tokio::time::timeout(PACE_WAIT, first.next(&world.log, one)).await??;
    let log = world.log.clone();
    let going_on = tokio::spawn(async move { first.next(&log, two).await });
    tokio::time::sleep(PACE_WAIT / 4).await;
    assert!(!going_on.is_finished(), "the first does not wait for the last");
    let (same, _) = last.next(&world.log, one).await?;
    assert!(
        Arc::ptr_eq(&ahead.0, &same),
        "the page of the first is kept for the last"
    );
    let (page, _) = tokio::time::timeout(PACE_WAIT / 2, going_on).await???;
    assert_eq!(page.scanned_to.get(), 24_000);

    // Near the head nothing is kept of a page that all have passed.
    let passed = Arc::downgrade(&page);
    drop(page);
    assert!(passed.upgrade().is_some(), "it is kept for the last");
    last.next(&world.log, Position::new(24_200)).await?;
    assert!(passed.upgrade().is_none(), "a page outlives its use");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_stuck_holds_up_nobody_for_long() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.sql().await?.batch_execute(FILL).await?;
    world.log.watch().wait_past(Position::new(24_599)).await;
    let pages = LogPages::default();
    let (first, stuck) = (pages.reader("first"), pages.reader("stuck"));
    stuck.next(&world.log, Position::START).await?;
    let all = tokio::time::timeout(PACE_WAIT + Duration::from_secs(20), async {
        page_lengths(&world, &first, Position::START).await
    });
    assert_eq!(all.await??, [8_000, 8_000, 8_000, 600]);
    Ok(())
}
