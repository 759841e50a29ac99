//! Snapshots: a cache that never goes back in time.

use posars_event_store::Snapshot;

use crate::fixture::{World, json, name, stream, version};

#[tokio::test]
async fn the_newest_state_of_a_shape_is_kept() -> anyhow::Result<()> {
    let world = World::open().await?;
    let of = stream("stock-1");
    assert_eq!(world.log.load_snapshot(&of, 1).await?, None);
    let odd = json("{ \"balance\": 1.50, \"balance\":2 }");
    world.log.save_snapshot(&of, version(10), 1, &odd).await?;
    let kept = Snapshot {
        version: version(10),
        schema_version: 1,
        state: odd.as_str().to_owned(),
    };
    assert_eq!(world.log.load_snapshot(&of, 1).await?, Some(kept.clone()));
    // Late writers with older or the same state change nothing.
    for older in [1, 9, 10] {
        world
            .log
            .save_snapshot(&of, version(older), 1, &json("0"))
            .await?;
    }
    assert_eq!(world.log.load_snapshot(&of, 1).await?, Some(kept));
    world.log.save_snapshot(&of, version(11), 1, &json("1")).await?;
    assert_eq!(
        world.log.load_snapshot(&of, 1).await?.unwrap().version,
        version(11)
    );
    Ok(())
}

#[tokio::test]
async fn a_state_of_another_shape_is_as_good_as_none() -> anyhow::Result<()> {
    let world = World::open().await?;
    let of = stream("stock-1");
    world.log.save_snapshot(&of, version(10), 1, &json("1")).await?;
    assert_eq!(world.log.load_snapshot(&of, 2).await?, None);
    // The new code folds from the start and keeps its own, even where it has come less far.
    world.log.save_snapshot(&of, version(5), 2, &json("2")).await?;
    assert_eq!(world.log.load_snapshot(&of, 1).await?, None);
    assert_eq!(world.log.load_snapshot(&of, 2).await?.unwrap().state, "2");
    assert!(
        world
            .log
            .save_snapshot(&of, version(6), 40_000, &json("3"))
            .await
            .is_err()
    );
    Ok(())
}

#[tokio::test]
async fn snapshots_belong_to_their_log() -> anyhow::Result<()> {
    let world = World::open().await?;
    let other = world.store.log(&name("other")).await?;
    world
        .log
        .save_snapshot(&stream("s-1"), version(1), 1, &json("1"))
        .await?;
    assert_eq!(other.load_snapshot(&stream("s-1"), 1).await?, None);
    Ok(())
}
