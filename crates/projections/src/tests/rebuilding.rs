//! Rebuilds: the live rows exactly, under readers and writers, and back again.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::history::history;
use super::world::{World, id, sale};
use crate::rebuild::FoldLimits;
use crate::{DailySalesFilter, Freshness, PageRequest, ProjectionError, RebuildOptions, SaleFilter};

#[tokio::test]
async fn a_rebuild_gives_the_live_rows_of_any_history() -> anyhow::Result<()> {
    for seed in 1..=6 {
        let world = World::open().await?;
        // In parts, so that the live rows come from many pages.
        for part in history(seed, 400, seed % 2 == 0).chunks(37) {
            world.say(part).await?;
            world.catch_up().await?;
        }
        let live = world.rows().await?;
        for workers in [1, 2, 7] {
            for name in world.projections.names() {
                let options = RebuildOptions { workers };
                let report = world
                    .projections
                    .rebuild(name, &options, &crate::rebuild::ignore_progress)
                    .await?;
                let both = report.comparison.unwrap();
                assert!(
                    both.equal && both.live_rows == both.new_rows,
                    "seed {seed}: {report:?}"
                );
            }
            assert_eq!(world.rows().await?, live, "seed {seed}, {workers} workers");
        }
    }
    Ok(())
}

/// Small memories: full after every range; full after some, with little left for what is carried on; never full.
const MEMORIES: [FoldLimits; 3] = [
    FoldLimits {
        bytes_max: 1,
        events_max: 60,
    },
    FoldLimits {
        bytes_max: 40_000,
        events_max: 60,
    },
    FoldLimits {
        bytes_max: usize::MAX,
        events_max: 60,
    },
];

#[tokio::test]
async fn a_rebuild_in_parts_gives_the_live_rows_of_any_history() -> anyhow::Result<()> {
    for seed in 51..=54 {
        let world = World::open().await?;
        for part in history(seed, 300, seed % 2 == 0).chunks(37) {
            world.say(part).await?;
            world.catch_up().await?;
        }
        let live = world.rows().await?;
        for (limits, workers) in MEMORIES.into_iter().zip([1, 2, 3]) {
            for name in world.projections.names() {
                let options = RebuildOptions { workers };
                let report = world
                    .projections
                    .rebuild_within(limits, name, &options, &crate::rebuild::ignore_progress)
                    .await?;
                let both = report.comparison.unwrap();
                assert!(both.equal, "seed {seed}: {report:?}");
            }
            assert_eq!(world.rows().await?, live, "seed {seed}, {limits:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_row_that_comes_twice_does_not_stop_a_rebuild_in_parts() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.say(&history(61, 200, false)).await?;
    world
        .say(&[sale(500, "centro", "2026-01-30", "pix", 100)])
        .await?;
    world.say(&history(62, 200, false)).await?;
    // Another stream that names the same sale: no command writes it, but an append of somebody's own may.
    let (_, event_type, data) = sale(500, "norte", "2026-02-03", "cash", 999);
    world
        .say(&[(format!("sale-{}", id(999_999)), event_type, data)])
        .await?;
    world.catch_up().await?;
    let live = world.rows().await?;
    for limits in MEMORIES {
        let report = world
            .projections
            .rebuild_within(
                limits,
                "sales",
                &RebuildOptions::default(),
                &crate::rebuild::ignore_progress,
            )
            .await?;
        assert!(report.comparison.is_some_and(|both| both.equal), "{report:?}");
        assert_eq!(world.rows().await?, live, "{limits:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_see_no_error_and_no_mixture_while_tables_are_swapped() -> anyhow::Result<()> {
    let world = World::open().await?;
    let runner = world.projections.run("runner");
    let head = world.say(&[sale(1, "centro", "2026-01-30", "pix", 100)]).await?;
    world.projections.catch_up_to(head, "test").await?;
    let (stop, reads) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut readers = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (projections, stop, reads) = (world.projections.clone(), Arc::clone(&stop), Arc::clone(&reads));
        readers.spawn(async move {
            let filter = DailySalesFilter {
                from: "2026-01-01".parse()?,
                to: "2026-12-31".parse()?,
                store_id: None,
            };
            let mut last = 0;
            while !stop.load(Ordering::Relaxed) {
                // Every event is a sale of 100: rows and position of one answer must agree, and none goes back.
                let page = projections
                    .list_daily_sales(&filter, &PageRequest::first(9), Freshness::ANY)
                    .await?;
                let sold: i64 = page.rows.iter().map(|row| row.figures.total.minor()).sum();
                anyhow::ensure!(u64::try_from(sold)? == page.position.get() * 100, "{page:?}");
                anyhow::ensure!(page.position.get() >= last, "went back from {last}: {page:?}");
                last = page.position.get();
                reads.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        });
    }
    for round in 0..8_u32 {
        let more: Vec<_> = (0..40)
            .map(|n| sale(100 + round * 40 + n, "sul", "2026-02-01", "cash", 100))
            .collect();
        let options = RebuildOptions::default();
        let (appended, report) = tokio::join!(
            world.say(&more),
            world
                .projections
                .rebuild("daily_sales", &options, &crate::rebuild::ignore_progress),
        );
        appended?;
        assert!(report?.comparison.is_none_or(|both| both.equal));
    }
    world
        .projections
        .catch_up_to(world.log.head().await?.position, "test")
        .await?;
    stop.store(true, Ordering::Relaxed);
    while let Some(reader) = readers.join_next().await {
        reader??;
    }
    assert!(reads.load(Ordering::Relaxed) > 8);
    runner.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_long_reader_delays_the_swap_and_is_not_disturbed() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.say(&history(3, 30, false)).await?;
    world.catch_up().await?;
    let mut reader = world.sql().await?;
    let reading = reader.transaction().await?;
    let before: i64 = reading.query_one("select count(*) from sales", &[]).await?.get(0);
    let projections = world.projections.clone();
    let rebuild = tokio::spawn(async move {
        projections
            .rebuild(
                "sales",
                &RebuildOptions::default(),
                &crate::rebuild::ignore_progress,
            )
            .await
    });
    // Two lock timeouts pass; the reader still reads, and so does everybody else in between.
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert!(!rebuild.is_finished());
    let again: i64 = reading.query_one("select count(*) from sales", &[]).await?.get(0);
    assert_eq!(before, again);
    let all = PageRequest::first(100);
    world
        .projections
        .list_sales(&SaleFilter::default(), &all, Freshness::ANY)
        .await?;
    reading.commit().await?;
    assert!(rebuild.await??.comparison.is_some_and(|both| both.equal));
    Ok(())
}

#[tokio::test]
async fn a_rollback_brings_the_old_build_back_and_it_catches_up() -> anyhow::Result<()> {
    let world = World::open().await?;
    let answer = world.projections.roll_back("sales").await;
    assert!(
        matches!(answer, Err(ProjectionError::NoPrevious { projection: "sales" })),
        "{answer:?}"
    );
    world.say(&history(21, 60, true)).await?;
    world.catch_up().await?;
    // A build gone wrong: the row count differs, and the report says so.
    world
        .sql()
        .await?
        .execute("delete from sales where position % 2 = 0", &[])
        .await?;
    let wrong = world.rows().await?;
    let report = world
        .projections
        .rebuild(
            "sales",
            &RebuildOptions::default(),
            &crate::rebuild::ignore_progress,
        )
        .await?;
    assert!(
        report
            .comparison
            .is_some_and(|both| !both.equal && both.live_rows < both.new_rows),
        "{report:?}"
    );
    let right = world.rows().await?;
    assert_ne!(right, wrong);
    let back_to = world.projections.roll_back("sales").await?;
    assert_eq!((back_to, world.rows().await?), (report.position, wrong));
    world.projections.roll_back("sales").await?;
    assert_eq!(world.rows().await?, right);
    world.say(&history(22, 30, false)).await?;
    world.catch_up().await?;
    let report = world
        .projections
        .rebuild(
            "sales",
            &RebuildOptions::default(),
            &crate::rebuild::ignore_progress,
        )
        .await?;
    assert!(report.comparison.is_some_and(|both| both.equal), "{report:?}");
    Ok(())
}

#[tokio::test]
async fn a_rebuild_can_be_cancelled_and_only_one_runs() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.say(&history(31, 60, false)).await?;
    world.catch_up().await?;
    let live = world.rows().await?;
    let cancelled = world
        .projections
        .rebuild("sales", &RebuildOptions::default(), &|_| ControlFlow::Break(()))
        .await;
    assert!(
        matches!(cancelled, Err(ProjectionError::Cancelled { .. })),
        "{cancelled:?}"
    );
    assert_eq!(world.rows().await?, live);
    let client = world.sql().await?;
    client
        .execute(
            "select pg_advisory_lock(hashtext('posars.rebuild.sales'), $1)",
            &[&world.projections.log_id],
        )
        .await?;
    let second = world
        .projections
        .rebuild(
            "sales",
            &RebuildOptions::default(),
            &crate::rebuild::ignore_progress,
        )
        .await;
    assert!(
        matches!(second, Err(ProjectionError::AlreadyRebuilding { .. })),
        "{second:?}"
    );
    let unknown = world
        .projections
        .rebuild(
            "saels",
            &RebuildOptions::default(),
            &crate::rebuild::ignore_progress,
        )
        .await;
    assert!(unknown.unwrap_err().to_string().contains("daily_sales"));
    Ok(())
}

#[tokio::test]
async fn a_table_of_an_older_version_is_rebuilt_before_it_is_written() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.say(&history(41, 40, false)).await?;
    world.catch_up().await?;
    let rows = world.rows().await?;
    let client = world.sql().await?;
    client
        .batch_execute("update read_model_builds set version = 0; update daily_sales set sales = sales + 5")
        .await?;
    world
        .say(&[sale(900, "centro", "2026-01-30", "pix", 100)])
        .await?;
    world.catch_up().await?;
    let report = world
        .projections
        .rebuild(
            "daily_sales",
            &RebuildOptions::default(),
            &crate::rebuild::ignore_progress,
        )
        .await?;
    assert!(report.comparison.is_some_and(|both| both.equal), "{report:?}");
    assert!(world.rows().await?.len() >= rows.len());
    // And one of a newer version is left alone by this older program.
    client
        .batch_execute("update read_model_builds set version = 99")
        .await?;
    let answer = world
        .projections
        .catch_up_to(world.log.head().await?.position, "old")
        .await;
    assert!(
        matches!(answer, Err(ProjectionError::Outdated { stored: 99, .. })),
        "{answer:?}"
    );
    Ok(())
}
