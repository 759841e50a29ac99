//! A server that answers and cannot do it now: its disk is full, or it has no memory left.

use std::time::Duration;

use posars_event_store::{AppendError, EventStore, StoreConfig, StoreError};
use uuid::Uuid;

use crate::fixture::{World, all, any, name, position, range};

/// Every write to a log fails with this SQLSTATE, as it would where the server has no room.
async fn fail_with(world: &World, code: &str) -> anyhow::Result<()> {
    let function = format!(
        "create or replace function fails() returns trigger language plpgsql as \
         $$ begin raise exception 'could not extend file' using errcode = '{code}'; end $$"
    );
    let client = world.sql().await?;
    client.batch_execute(&function).await?;
    let trigger =
        "create or replace trigger fails before update on log_head for each row execute function fails()";
    client.batch_execute(trigger).await?;
    Ok(())
}

async fn heal(world: &World) -> anyhow::Result<()> {
    Ok(world
        .sql()
        .await?
        .batch_execute("drop trigger fails on log_head")
        .await?)
}

#[tokio::test]
async fn a_full_disk_is_told_at_once_and_what_was_accepted_stays() -> anyhow::Result<()> {
    // With the usual deadline: nobody waits for room.
    let world = World::open().await?;
    world.log.append(any("s-1")).await?;
    assert!(world.log.disk_refusal().is_none());
    for code in ["53100", "58030"] {
        fail_with(&world, code).await?;
        let request = any("s-2").idempotent(Uuid::now_v7(), [1; 32]);
        let error = world.log.append(request.clone()).await.unwrap_err();
        assert!(
            matches!(error, AppendError::Store(StoreError::DiskFull(_))),
            "{code}: {error}"
        );
        assert!(error.to_string().contains("its disk is full"), "{error}");
        let refusal = world.log.disk_refusal();
        assert!(refusal.is_some_and(|refusal| refusal.problem.contains("could not extend file")));
        assert_eq!(
            world.log.head().await?.position,
            all(&world.log).await?.last().unwrap().position
        );
        heal(&world).await?;
        let answer = world.log.append(request.clone()).await?;
        assert!(!answer.replayed, "the first try was not written");
        assert!(world.log.append(request).await?.replayed);
        assert!(
            world.log.disk_refusal().is_none(),
            "the disk takes what is written"
        );
    }
    assert_eq!(all(&world.log).await?.len(), 3);
    assert_eq!(world.log.verify(None, |_| {}).await?.fault, None);
    Ok(())
}

#[tokio::test]
async fn what_passes_is_tried_again_and_then_told_as_what_it_is() -> anyhow::Result<()> {
    let world = World::with(|config| config.append_deadline = Duration::from_millis(200)).await?;
    world.log.append(any("s-1")).await?;
    for (code, is_exhausted) in [
        ("53000", true),
        ("53200", true),
        ("53300", true),
        ("53400", true),
        ("40001", false),
        ("40P01", false),
        ("57014", false),
        ("55P03", false),
    ] {
        fail_with(&world, code).await?;
        let error = world.log.append(any("s-2")).await.unwrap_err();
        let AppendError::Store(error) = error else {
            panic!("{code}: {error}")
        };
        match is_exhausted {
            true => assert!(matches!(error, StoreError::Exhausted(_)), "{code}: {error}"),
            false => assert!(matches!(error, StoreError::Unavailable(_)), "{code}: {error}"),
        }
        assert!(world.log.disk_refusal().is_none(), "{code}");
    }
    fail_with(&world, "42P01").await?;
    let error = world.log.append(any("s-2")).await.unwrap_err();
    assert!(
        matches!(error, AppendError::Store(StoreError::Refused(_))),
        "{error}"
    );
    heal(&world).await?;
    assert_eq!(range(&world.log.append(any("s-2")).await?), (2, 2));
    Ok(())
}

#[tokio::test]
async fn trying_the_disk_writes_there_and_leaves_nothing() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.store.probe_disk().await?;
    let client = world.sql().await?;
    // The server counts what is written: with less room than is asked for it refuses.
    let limit = "do $$ begin execute format('alter database %I set temp_file_limit = ''256kB''', \
                 current_database()); end $$";
    client.batch_execute(limit).await?;
    let limited = EventStore::connect(StoreConfig::new(world.database.url())).await?;
    let error = limited.probe_disk().await.unwrap_err();
    assert!(error.to_string().contains("temp_file_limit"), "{error}");
    let head = limited.log(&name("main")).await?.head().await?;
    assert_eq!(head.position, position(0), "the connection is in order");
    Ok(())
}
