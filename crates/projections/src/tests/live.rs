//! The live run: woken by appends, one holder at a time, nothing by a holder that lost its lease.

use std::time::Duration;

use posars_event_store::LeaseError;

use super::history::history;
use super::world::{World, sale};
use crate::{Freshness, PageRequest, ProjectionError, SaleFilter, registry};

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_share_the_work_and_double_nothing() -> anyhow::Result<()> {
    let world = World::open().await?;
    let other = world.another().await?;
    let (one, two) = (world.projections.run("one"), other.run("two"));
    for part in history(5, 400, true).chunks(50) {
        world.say(part).await?;
    }
    world
        .projections
        .catch_up_to(world.log.head().await?.position, "three")
        .await?;
    for status in world.projections.status().await? {
        assert_eq!((status.lag_events, status.lag_seconds), (0, 0), "{status:?}");
        assert!(
            matches!(status.holder.as_deref(), Some("one" | "two")),
            "{status:?}"
        );
    }
    one.stop().await;
    two.stop().await;
    let live = world.rows().await?;
    let alone = World::open().await?;
    alone.say(&history(5, 400, true)).await?;
    alone.catch_up().await?;
    // The same but for the time of recording.
    assert_eq!(live.len(), alone.rows().await?.len());
    for name in world.projections.names() {
        let report = world
            .projections
            .rebuild(name, &Default::default(), &crate::rebuild::ignore_progress)
            .await?;
        assert!(report.comparison.is_some_and(|both| both.equal), "{report:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_fenced_holder_commits_nothing() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.say(&[sale(1, "centro", "2026-01-30", "pix", 100)]).await?;
    let sales = registry::find("sales")?;
    let subscription = world.log.subscription("projection.sales");
    let mut asleep = subscription.acquire("asleep", Duration::from_millis(1)).await?;
    let mut awake = loop {
        match subscription.acquire("awake", Duration::from_secs(60)).await {
            Ok(lease) => break lease,
            Err(LeaseError::Held { .. }) => tokio::task::yield_now().await,
            Err(error) => return Err(error.into()),
        }
    };
    let reader = world.projections.pages.reader(sales.name());
    let answer = world.projections.run_page(sales, &mut asleep, &reader).await;
    assert!(
        matches!(answer, Err(ProjectionError::Lease(LeaseError::Fenced { .. }))),
        "{answer:?}"
    );
    assert_eq!(world.rows().await?, Vec::<String>::new());
    world.projections.run_page(sales, &mut awake, &reader).await?;
    assert_eq!(world.rows().await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn what_is_appended_is_soon_to_be_read() -> anyhow::Result<()> {
    let world = World::open().await?;
    let runner = world.projections.run("test");
    for number in 1..=5 {
        let head = world
            .say(&[sale(number, "centro", "2026-01-30", "pix", 100)])
            .await?;
        let fresh = Freshness::at_least(head, Duration::from_secs(20));
        let page = world
            .projections
            .list_sales(&SaleFilter::default(), &PageRequest::first(9), fresh)
            .await?;
        assert_eq!(page.rows.len(), usize::try_from(number)?);
    }
    runner.stop().await;
    for status in world.projections.status().await? {
        assert_eq!(status.holder, None);
    }
    Ok(())
}

#[tokio::test]
async fn two_logs_of_one_database_do_not_mix() -> anyhow::Result<()> {
    let world = World::open().await?;
    let other_log = world
        .store
        .log(&posars_event_store::LogName::parse("other")?)
        .await?;
    let other = crate::Projections::open(world.store.clone(), other_log).await?;
    world.say(&[sale(1, "centro", "2026-01-30", "pix", 100)]).await?;
    world.catch_up().await?;
    other
        .rebuild("sales", &Default::default(), &crate::rebuild::ignore_progress)
        .await?;
    let all = PageRequest::first(9);
    assert_eq!(
        other
            .list_sales(&SaleFilter::default(), &all, Freshness::ANY)
            .await?
            .rows
            .len(),
        0
    );
    let mine = world
        .projections
        .list_sales(&SaleFilter::default(), &all, Freshness::ANY)
        .await?;
    assert_eq!(mine.rows.len(), 1);
    Ok(())
}
