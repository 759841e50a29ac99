//! Pages of the log: bounded in bytes, nothing lost between two of them.

use posars_event_store::Position;

use super::world::{Said, World, sale};
use crate::RebuildOptions;
use crate::log_page::{PAGE_BYTES_MAX, PageReader};

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
