//! Events that cannot be applied: set aside with their stream, live and in a rebuild alike.

use super::world::{Said, World, broken, give_back, id, sale, void};
use crate::{RebuildOptions, SaleFilter};

const SALES: &str = "sales";

fn one_broken() -> Vec<Said> {
    let mut events = vec![
        sale(1, "centro", "2026-01-30", "pix", 100),
        broken(2),
        sale(3, "centro", "2026-01-30", "cash", 300),
        void(2, "centro", "2026-01-30", "pix", 200),
        give_back(2, "centro", "2026-01-30", "pix", 20),
    ];
    // Far enough apart that two workers have the failing event and those behind it in different ranges.
    events.extend((10..40).map(|number| sale(number, "norte", "2026-01-31", "cash", 50)));
    events.push(give_back(2, "centro", "2026-01-31", "pix", 30));
    events
}

async fn parked(world: &World) -> anyhow::Result<Vec<(u64, bool)>> {
    let parked = world.projections.parked(SALES, None).await?;
    Ok(parked
        .iter()
        .map(|event| (event.position.get(), event.problem.is_some()))
        .collect())
}

#[tokio::test]
async fn a_failing_event_holds_its_stream_and_no_other() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.say(&one_broken()).await?;
    world.catch_up().await?;
    let behind = [(2, true), (4, false), (5, false), (36, false)];
    assert_eq!(parked(&world).await?, behind);
    let live = world.rows().await?;
    assert_eq!(live.iter().filter(|row| row.starts_with("sales ")).count(), 32);
    let status = world.projections.status().await?;
    let sales = status.iter().find(|status| status.projection == SALES).unwrap();
    assert_eq!((sales.parked, sales.lag_events), (4, 0));
    assert!(sales.oldest_parked_at.is_some());
    // A rebuild parks the same and gives the same rows, however many workers it has.
    for workers in [1, 2, 5] {
        for name in world.projections.names() {
            let options = RebuildOptions { workers };
            let report = world
                .projections
                .rebuild(name, &options, &crate::rebuild::ignore_progress)
                .await?;
            assert!(report.comparison.is_some_and(|both| both.equal), "{report:?}");
        }
        assert_eq!(
            (parked(&world).await?, world.rows().await?),
            (behind.to_vec(), live.clone())
        );
    }
    // Later events of the stream queue up live too, after the rebuild.
    world
        .say(&[give_back(2, "centro", "2026-02-01", "pix", 10)])
        .await?;
    world.catch_up().await?;
    assert_eq!(parked(&world).await?.last(), Some(&(37, false)));
    Ok(())
}

#[tokio::test]
async fn a_retry_applies_what_can_be_read_by_now() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.say(&one_broken()).await?;
    world.catch_up().await?;
    let retried = world.projections.retry_parked(SALES, None).await?;
    assert_eq!((retried.applied, retried.parked), (0, 4));
    // As if a newer version of the program could read it.
    let good = sale(2, "centro", "2026-01-30", "pix", 200).2;
    world
        .sql()
        .await?
        .execute("update events set data = $1 where position = 2", &[&good])
        .await?;
    let stream = format!("sale-{}", id(2));
    let retried = world.projections.retry_parked(SALES, Some(&stream)).await?;
    assert_eq!((retried.applied, retried.parked), (4, 0));
    let page = world
        .projections
        .list_sales(
            &SaleFilter::default(),
            &crate::PageRequest::first(100),
            crate::Freshness::ANY,
        )
        .await?;
    let two = page
        .rows
        .iter()
        .find(|sale| sale.sale_id.uuid() == id(2))
        .unwrap();
    assert_eq!(
        (two.refunded.minor(), two.last_position.get(), two.version.get()),
        (50, 36, 4)
    );
    // Nobody holds the stream up any more.
    world
        .say(&[give_back(2, "centro", "2026-02-01", "pix", 10)])
        .await?;
    world.catch_up().await?;
    assert_eq!(parked(&world).await?, []);
    let report = world
        .projections
        .rebuild(SALES, &Default::default(), &crate::rebuild::ignore_progress)
        .await?;
    assert!(report.comparison.is_some_and(|both| both.equal), "{report:?}");
    Ok(())
}

#[tokio::test]
async fn an_event_of_a_newer_build_is_parked_and_one_of_no_concern_is_not() -> anyhow::Result<()> {
    let world = World::open().await?;
    world
        .say(&[
            ("sale-x".into(), "SaleGiftWrapped", "{}".into()),
            ("badge-1".into(), "BadgePrinted", "{}".into()),
            (
                "product-x".into(),
                "ProductRetired",
                r#"{"sku":"a\u0000b"}"#.into(),
            ),
        ])
        .await?;
    world.catch_up().await?;
    for name in world.projections.names() {
        let parked = world.projections.parked(name, None).await?;
        let positions: Vec<_> = parked.iter().map(|event| event.position.get()).collect();
        let expected: &[u64] = match name {
            "names" | "products" => &[1, 3],
            _ => &[1],
        };
        assert_eq!(positions, expected, "{name}");
        assert!(
            parked[0]
                .problem
                .as_deref()
                .is_some_and(|text| text.contains("unknown to this build"))
        );
    }
    Ok(())
}
