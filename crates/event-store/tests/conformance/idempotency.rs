//! The same key is the same request for ever.

use posars_event_store::{Append, AppendError, Appended, ExpectedVersion, Log};
use uuid::Uuid;

use crate::fixture::{World, all, any, at, claim, events, exact, guard, range, stream, version};

const ASKED: [u8; 32] = [7; 32];

fn assert_first_answer(again: &Appended, first: &Appended) {
    assert!(again.replayed);
    // The events of the first try come along, every one of them and no other.
    let positions: Vec<u64> = again
        .first_events
        .iter()
        .map(|event| event.position.get())
        .collect();
    assert_eq!(
        positions,
        (first.first_position.get()..=first.last_position.get()).collect::<Vec<_>>()
    );
    let as_first = Appended {
        replayed: false,
        first_events: Vec::new(),
        ..again.clone()
    };
    assert_eq!(&as_first, first);
}

async fn three_streams(world: &World, key: Uuid) -> anyhow::Result<(Append, Appended)> {
    world.log.append(any("z-1")).await?;
    let append = Append::to(stream("z-1"), exact(1), events(2))
        .also(stream("m-1"), ExpectedVersion::NoStream, events(1))
        .also(stream("a-1"), ExpectedVersion::Any, events(3))
        .guard(claim("receipt:1", "m-1"))
        .guard(guard("n-1", ExpectedVersion::NoStream))
        .idempotent(key, ASKED);
    let first = world.log.append(append.clone()).await?;
    assert!(!first.replayed);
    assert_eq!(range(&first), (2, 7));
    Ok((append, first))
}

#[tokio::test]
async fn a_retry_gets_the_first_answer() -> anyhow::Result<()> {
    let world = World::open().await?;
    let (append, first) = three_streams(&world, Uuid::now_v7()).await?;
    for _ in 0..3 {
        assert_first_answer(&world.log.append(append.clone()).await?, &first);
    }
    assert_eq!(all(&world.log).await?.len(), 7);
    Ok(())
}

#[tokio::test]
async fn a_retry_gets_the_first_answer_after_the_streams_have_moved_on() -> anyhow::Result<()> {
    let world = World::open().await?;
    let (append, first) = three_streams(&world, Uuid::new_v4()).await?;
    for to in ["z-1", "a-1", "m-1", "n-1", "z-1"] {
        world.log.append(any(to)).await?;
    }
    assert_first_answer(&world.log.append(append).await?, &first);
    assert_eq!(all(&world.log).await?.len(), 12);
    Ok(())
}

#[tokio::test]
async fn a_retry_gets_the_first_answer_from_another_process() -> anyhow::Result<()> {
    let world = World::open().await?;
    let (append, first) = three_streams(&world, Uuid::now_v7()).await?;
    let database = world.database;
    // The first store goes altogether, as in a restart.
    drop((world.log, world.store));
    let store =
        posars_event_store::EventStore::connect(posars_event_store::StoreConfig::new(database.url())).await?;
    let log = store.log(&crate::fixture::name("main")).await?;
    assert_first_answer(&log.append(append).await?, &first);
    assert_eq!(all(&log).await?.len(), 7);
    Ok(())
}

/// The fingerprint is the caller's word for "the same"; whatever else the retry holds, it gets what was done.
#[tokio::test]
async fn the_first_answer_names_the_streams_of_the_first_request() -> anyhow::Result<()> {
    let world = World::open().await?;
    let key = Uuid::now_v7();
    let (_, first) = three_streams(&world, key).await?;
    let turned = Append::to(stream("a-1"), ExpectedVersion::Any, events(1))
        .also(stream("z-1"), ExpectedVersion::Any, events(1))
        .idempotent(key, ASKED);
    assert_first_answer(&world.log.append(turned).await?, &first);
    Ok(())
}

#[tokio::test]
async fn many_at_once_with_one_key_are_one_append() -> anyhow::Result<()> {
    let world = World::open().await?;
    let (_second, other) = world.another_store().await?;
    let append = at("s-1", ExpectedVersion::NoStream).idempotent(Uuid::now_v7(), ASKED);
    let send = |log: Log| {
        let append = append.clone();
        tokio::spawn(async move { log.append(append).await })
    };
    let tries: Vec<_> = (0..30)
        .map(|n| {
            send(if n % 3 == 0 {
                other.clone()
            } else {
                world.log.clone()
            })
        })
        .collect();
    let mut answers = Vec::new();
    for one in tries {
        answers.push(one.await??);
    }
    assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1);
    assert!(
        answers.iter().all(|answer| range(answer) == (1, 1)),
        "{answers:?}"
    );
    assert!(
        answers
            .iter()
            .all(|answer| answer.streams == [(stream("s-1"), version(1))])
    );
    assert_eq!(all(&world.log).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn another_payload_under_a_used_key_is_refused() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.log.append(any("s-1")).await?;
    let key = Uuid::now_v7();
    world.log.append(any("s-1").idempotent(key, ASKED)).await?;
    // It is refused as such even where it also expects a wrong version.
    for other in [any("s-2"), at("s-1", exact(9))] {
        let error = world
            .log
            .append(other.idempotent(key, [8; 32]))
            .await
            .unwrap_err();
        match &error {
            AppendError::IdempotencyMismatch {
                key: named,
                first_position,
            } => assert_eq!((*named, first_position.get()), (key, 2)),
            other => panic!("{other}"),
        }
        assert!(error.to_string().contains("use a new key"), "{error}");
    }
    assert_eq!(all(&world.log).await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_refused_request_is_not_remembered() -> anyhow::Result<()> {
    let world = World::open().await?;
    let key = Uuid::now_v7();
    let early = at("s-1", exact(1)).idempotent(key, ASKED);
    assert!(matches!(
        world.log.append(early.clone()).await,
        Err(AppendError::WrongVersion { .. })
    ));
    assert_eq!(world.count("idempotency").await?, 0);
    world.log.append(any("s-1")).await?;
    // The same key, now that its time has come; and even another payload, since nothing was recorded.
    let late = world.log.append(early).await?;
    assert!(!late.replayed);
    assert_eq!(range(&late), (2, 2));
    Ok(())
}

#[tokio::test]
async fn requests_without_a_key_are_never_the_same() -> anyhow::Result<()> {
    let world = World::open().await?;
    let append = any("s-1");
    for n in 1..=3 {
        let appended = world.log.append(append.clone()).await?;
        assert!(!appended.replayed);
        assert_eq!(range(&appended), (n, n));
    }
    assert_eq!(world.count("idempotency").await?, 0);
    Ok(())
}
