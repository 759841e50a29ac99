//! Two logs of one database know nothing of each other.

use posars_event_store::{Append, AppendError, ExpectedVersion};
use uuid::Uuid;

use crate::fixture::{Gate, World, all, any, at, claim, name, range, unclaimed, whole};

#[tokio::test]
async fn two_logs_share_nothing() -> anyhow::Result<()> {
    let world = World::open().await?;
    let other = world.store.log(&name("other")).await?;
    assert_ne!(world.log.head().await?.hash, other.head().await?.hash);
    let key = Uuid::now_v7();
    let append = at("s-1", ExpectedVersion::NoStream)
        .guard(claim("receipt:1", "s-1"))
        .idempotent(key, [1; 32]);
    for log in [&world.log, &other] {
        let appended = log.append(append.clone()).await?;
        assert!(!appended.replayed);
        assert_eq!(range(&appended), (1, 1));
    }
    other.append(any("s-1")).await?;
    assert_eq!(
        (
            whole(&world.log, "s-1").await?.len(),
            whole(&other, "s-1").await?.len()
        ),
        (1, 2)
    );
    assert!(world.log.append(append.clone()).await?.replayed);
    let taken = any("s-2").guard(claim("receipt:1", "s-2"));
    assert!(matches!(
        other.append(taken).await,
        Err(AppendError::ClaimTaken { .. })
    ));
    for log in [&world.log, &other] {
        assert_eq!(log.verify(None, |_| {}).await?.fault, None);
        assert_eq!(log.last_events(&[crate::fixture::stream("s-1")]).await?.len(), 1);
    }
    Ok(())
}

/// Keys wanted free are looked for as a range first, in which another log may hold some.
#[tokio::test]
async fn a_key_of_one_log_is_free_in_another() -> anyhow::Result<()> {
    let world = World::open().await?;
    let other = world.store.log(&name("other")).await?;
    for log in [&world.log, &other] {
        log.append(any("s-5").guard(claim("receipt:5", "s-5"))).await?;
    }
    other.append(any("s-7").guard(claim("receipt:7", "s-7"))).await?;
    let wants = |keys: &[(&str, &str)]| {
        let guards = keys.iter().map(|(key, holder)| unclaimed(key, holder));
        guards.fold(any("s-1"), Append::guard)
    };
    let around = [("receipt:4", "s-4"), ("receipt:6", "s-6")];
    let by_its_holder = [("receipt:4", "s-4"), ("receipt:5", "s-5"), ("receipt:6", "s-6")];
    let of_the_other_log = [("receipt:6", "s-6"), ("receipt:7", "s-9")];
    for keys in [&around[..], &by_its_holder, &of_the_other_log] {
        world.log.append(wants(keys)).await?;
    }
    let taken = world
        .log
        .append(wants(&[("receipt:4", "s-4"), ("receipt:5", "s-9")]));
    match taken.await.unwrap_err() {
        AppendError::ClaimTaken { key, holder } => {
            assert_eq!((key.as_str(), holder.as_str()), ("receipt:5", "s-5"));
        }
        error => panic!("{error}"),
    }
    assert_eq!(world.log.head().await?.position.get(), 4);
    Ok(())
}

#[tokio::test]
async fn a_log_that_is_stuck_does_not_hold_up_another() -> anyhow::Result<()> {
    let world = World::open().await?;
    let other = world.store.log(&name("other")).await?;
    let gate = Gate::hold(&world).await?;
    let log = world.log.clone();
    let stuck = tokio::spawn(async move { log.append(any("s-1")).await });
    Gate::wait_for_a_batch(&world).await?;
    for number in 1..=5 {
        assert_eq!(range(&other.append(any("s-1")).await?), (number, number));
    }
    assert!(!stuck.is_finished());
    gate.open().await?;
    stuck.await??;
    Ok(())
}

#[tokio::test]
async fn a_log_opened_twice_is_one_log() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.log.append(any("s-1")).await?;
    let again = world.store.log(&name("main")).await?;
    let (_second, elsewhere) = world.another_store().await?;
    assert_eq!(range(&again.append(any("s-1")).await?), (2, 2));
    assert_eq!(range(&elsewhere.append(any("s-1")).await?), (3, 3));
    assert_eq!(all(&world.log).await?.len(), 3);
    assert_eq!(world.count("log_head").await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_log_made_by_many_at_once_is_made_once() -> anyhow::Result<()> {
    let world = World::open().await?;
    let mut opened = Vec::new();
    for _ in 0..6 {
        let (store, _log) = world.another_store().await?;
        opened.push(tokio::spawn(async move {
            let log = store.log(&name("fresh")).await?;
            Ok::<_, anyhow::Error>(log.append(any("s-1")).await?.first_position.get())
        }));
    }
    let mut positions = Vec::new();
    for one in opened {
        positions.push(one.await??);
    }
    positions.sort_unstable();
    assert_eq!(positions, [1, 2, 3, 4, 5, 6]);
    assert_eq!(world.count("log_head where name = 'fresh'").await?, 1);
    Ok(())
}

/// The append was handed over; that nobody holds the log any more does not lose it.
#[tokio::test]
async fn an_append_under_way_survives_the_last_handle() -> anyhow::Result<()> {
    let world = World::open().await?;
    let (store, log) = world.another_store().await?;
    let gate = Gate::hold(&world).await?;
    let sent = tokio::spawn(async move { log.append(any("s-1")).await });
    Gate::wait_for_a_batch(&world).await?;
    drop(store);
    sent.abort();
    assert!(sent.await.unwrap_err().is_cancelled());
    gate.open().await?;
    let mut watch = world.log.watch();
    let head = tokio::time::timeout(
        std::time::Duration::from_secs(20),
        watch.wait_past(posars_event_store::Position::START),
    )
    .await?;
    assert_eq!(head.get(), 1);
    assert_eq!(all(&world.log).await?.len(), 1);
    Ok(())
}
