//! Killed between any two steps: what comes after gives the rows of a run that was never disturbed.

use tokio_postgres::Client;

use super::history::history;
use super::world::World;
use crate::faults::Step;
use crate::{ProjectionError, RebuildOptions};

#[tokio::test]
async fn a_live_run_stopped_anywhere_goes_on_as_if_nothing_was() -> anyhow::Result<()> {
    let steps = [
        Step::PageRead,
        Step::CheckpointWritten,
        Step::RowsWritten,
        Step::PageCommitted,
    ];
    let world = World::open().await?;
    let events = history(11, 240, true);
    for (index, part) in events.chunks(20).enumerate() {
        world.say(part).await?;
        // Each of the five projections in turn meets each of the four steps.
        let step = steps[index % steps.len()];
        world
            .projections
            .faults
            .stop_at(step, u32::try_from(index % 5)? + 1);
        let head = world.log.head().await?.position;
        let stopped = world.projections.catch_up_to(head, "killed").await;
        assert!(
            matches!(stopped, Err(ProjectionError::Injected(ref at)) if *at == format!("{step:?}")),
            "{step:?}: {stopped:?}"
        );
        world.catch_up().await?;
    }
    let after = world.rows().await?;
    for name in world.projections.names() {
        let report = world
            .projections
            .rebuild(name, &RebuildOptions::default(), &crate::rebuild::ignore_progress)
            .await?;
        assert!(report.comparison.is_some_and(|both| both.equal), "{report:?}");
    }
    assert_eq!(world.rows().await?, after);
    Ok(())
}

#[tokio::test]
async fn a_rebuild_stopped_anywhere_leaves_the_live_rows() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.say(&history(12, 300, true)).await?;
    world.catch_up().await?;
    let live = world.rows().await?;
    let client = world.sql().await?;
    for step in [
        Step::Folded,
        Step::Copied,
        Step::CaughtUp,
        Step::Swapped,
        Step::SwapCommitted,
    ] {
        for name in world.projections.names() {
            world.projections.faults.stop_at(step, 1);
            let stopped = world
                .projections
                .rebuild(name, &RebuildOptions::default(), &crate::rebuild::ignore_progress)
                .await;
            assert!(
                matches!(stopped, Err(ProjectionError::Injected(ref at)) if *at == format!("{step:?}")),
                "{stopped:?}"
            );
            assert_eq!(world.rows().await?, live, "{name} {step:?}");
            assert_eq!(leftovers(&client).await?, 0, "{name} {step:?}");
        }
    }
    world.say(&history(13, 50, false)).await?;
    world.catch_up().await?;
    let longer = world.rows().await?;
    for name in world.projections.names() {
        let report = world
            .projections
            .rebuild(name, &RebuildOptions::default(), &crate::rebuild::ignore_progress)
            .await?;
        assert!(report.comparison.is_some_and(|both| both.equal), "{report:?}");
    }
    assert_eq!(world.rows().await?, longer);
    Ok(())
}

/// Tables of rebuilds that did not end.
async fn leftovers(client: &Client) -> anyhow::Result<i64> {
    let left = "select count(*) from pg_tables where schemaname like '%\\_next'";
    Ok(client.query_one(left, &[]).await?.get(0))
}

#[tokio::test]
async fn the_leftover_of_a_killed_rebuild_goes_at_the_next_start() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.say(&history(14, 20, false)).await?;
    let client = world.sql().await?;
    // What a kill -9 after the COPY leaves: the table, and no lock.
    client
        .execute(
            "select start_read_model('sales', $1)",
            &[&world.projections.log_id],
        )
        .await?;
    assert_eq!(leftovers(&client).await?, 1);
    world.catch_up().await?;
    assert_eq!(leftovers(&client).await?, 0);
    Ok(())
}
