//! Pages of the log: bounded in bytes, read once for all that come past them, nothing lost between two of them.

use std::sync::Arc;

use posars_event_store::Position;

use super::world::{Said, World, sale};
use crate::RebuildOptions;
use crate::log_page::{LogPage, LogPages, PAGE_BYTES_MAX, PageReader};

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
            page.text_bytes() < usize::try_from(PAGE_BYTES_MAX)? + 4 * 1024 * 1024,
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
    let events: Vec<Said> = (1..=1_200).map(|number| large_sale(number, 30_000)).collect();
    for part in events.chunks(100) {
        world.say(part).await?;
    }
    let reader = world.projections.pages.reader("test");
    // Two far pages, ended by their bytes, and what is left near the head.
    let lengths = page_lengths(&world, &reader, Position::START).await?;
    assert_eq!((lengths.len(), lengths.iter().sum()), (3, 1_200), "{lengths:?}");
    assert_eq!(lengths[0], lengths[1]);
    let head = world.log.head().await?.position;
    let few: Vec<Said> = (1_201..=1_208)
        .map(|number| large_sale(number, 3_000_000))
        .collect();
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
    assert_eq!(counts, [1_208, 1_208, 120_800]);
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

/// Events that nobody reads: seven far pages and some.
const FILL: &str = r#"
insert into events (log_id, position, version, recorded_at, event_id, schema_version, stream, type, data, metadata)
select 1, n, n, now(), gen_random_uuid(), 1, 'other-1', 'Noise', '{}', '{}' from generate_series(1, 56600) n;
update log_head set position = 56600, updated_at = now() where log_id = 1;
"#;

async fn filled() -> anyhow::Result<World> {
    let world = World::open().await?;
    world.sql().await?.batch_execute(FILL).await?;
    world.log.watch().wait_past(Position::new(56_599)).await;
    Ok(world)
}

/// The page after so many thousand events.
async fn page(world: &World, reader: &PageReader, thousands: u64) -> anyhow::Result<Arc<LogPage>> {
    Ok(reader.next(&world.log, Position::new(thousands * 1_000)).await?.0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_is_two_pages_ahead_of_the_last_and_reads_for_it() -> anyhow::Result<()> {
    let world = filled().await?;
    let pages = LogPages::default();
    let mut waits = pages.waits();
    let (first, last) = (pages.reader("first"), pages.reader("last"));
    let at_0 = page(&world, &first, 0).await?;
    assert!(
        Arc::ptr_eq(&at_0, &page(&world, &last, 0).await?),
        "a page is read once"
    );
    let at_8 = page(&world, &first, 8).await?;
    let at_16 = page(&world, &first, 16).await?;
    assert_eq!(*waits.borrow_and_update(), 0);

    // The next one would push out what the last is to read.
    let log = world.log.clone();
    let going_on = tokio::spawn(async move {
        let next = first.next(&log, Position::new(24_000)).await;
        (next, first)
    });
    waits.wait_for(|waits| *waits > 0).await?;
    assert!(Arc::ptr_eq(&at_8, &page(&world, &last, 8).await?));
    let (next, first) = going_on.await?;
    let (at_24, _) = next?;
    assert_eq!(at_24.scanned_to.get(), 32_000);
    for kept in [&at_16, &at_24] {
        let after = (kept.scanned_to.get() - 8_000) / 1_000;
        assert!(
            Arc::ptr_eq(kept, &page(&world, &last, after).await?),
            "{after} was not kept"
        );
    }

    // Nothing is kept of a page that all have passed.
    let passed = Arc::downgrade(&at_24);
    drop((at_24, first));
    last.next(&world.log, Position::new(56_200)).await?;
    assert!(passed.upgrade().is_none(), "a page outlives its use");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_stuck_is_awaited_once() -> anyhow::Result<()> {
    let world = filled().await?;
    let pages = LogPages::default();
    let (first, stuck) = (pages.reader("first"), pages.reader("stuck"));
    page(&world, &stuck, 0).await?;
    let all = page_lengths(&world, &first, Position::START).await?;
    assert_eq!(all, [8_000, 8_000, 8_000, 8_000, 8_000, 8_000, 8_000, 600]);
    assert_eq!(*pages.waits().borrow(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_far_behind_and_the_others_are_in_nobodys_way() -> anyhow::Result<()> {
    let world = filled().await?;
    let pages = LogPages::default();
    let (first, second, late) = (
        pages.reader("first"),
        pages.reader("second"),
        pages.reader("late"),
    );
    page(&world, &second, 24).await?;
    page(&world, &late, 0).await?;
    let at_32 = page(&world, &first, 32).await?;
    let at_40 = page(&world, &first, 40).await?;
    for after in [8, 16] {
        page(&world, &late, after).await?;
    }
    assert!(Arc::ptr_eq(&at_32, &page(&world, &second, 32).await?));
    assert!(Arc::ptr_eq(&at_40, &page(&world, &second, 40).await?));
    assert_eq!(*pages.waits().borrow(), 0);
    Ok(())
}
