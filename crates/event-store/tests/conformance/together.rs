//! Several streams in one append, guards on others, claims on keys: all or nothing.

use posars_event_store::{Append, AppendError, ExpectedVersion};

use crate::fixture::{
    World, all, any, at, claim, event, events, exact, guard, range, stream, unclaimed, version, whole,
};

#[tokio::test]
async fn several_streams_are_written_at_once_in_the_order_named() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.log.append(any("b-1")).await?;
    let append = Append::to(stream("c-1"), ExpectedVersion::NoStream, events(2))
        .also(stream("b-1"), exact(1), events(1))
        .also(stream("a-1"), ExpectedVersion::Any, events(3));
    let appended = world.log.append(append).await?;
    assert_eq!(range(&appended), (2, 7));
    let reached = [
        (stream("c-1"), version(2)),
        (stream("b-1"), version(2)),
        (stream("a-1"), version(3)),
    ];
    assert_eq!(appended.streams, reached);
    let order: Vec<String> = all(&world.log)
        .await?
        .iter()
        .map(|event| format!("{}@{}", event.stream, event.version))
        .collect();
    assert_eq!(
        order,
        ["b-1@1", "c-1@1", "c-1@2", "b-1@2", "a-1@1", "a-1@2", "a-1@3"]
    );
    Ok(())
}

#[tokio::test]
async fn one_stream_in_the_wrong_version_keeps_all_from_being_written() -> anyhow::Result<()> {
    let world = World::open().await?;
    let append = Append::to(stream("a-1"), ExpectedVersion::NoStream, events(2))
        .also(stream("b-1"), ExpectedVersion::Exists, events(1))
        .also(stream("c-1"), exact(9), events(1));
    let error = world.log.append(append).await.unwrap_err();
    // The first that fails is the one named.
    assert!(
        matches!(&error, AppendError::WrongVersion { stream: named, .. } if *named == stream("b-1")),
        "{error}"
    );
    assert_eq!(all(&world.log).await?, []);
    assert_eq!(world.count("streams").await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_guarded_stream_is_checked_and_not_written() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.log.append(any("store-1")).await?;
    for (expected, fits) in [
        (exact(1), true),
        (ExpectedVersion::Exists, true),
        (ExpectedVersion::Any, true),
        (exact(2), false),
        (ExpectedVersion::NoStream, false),
    ] {
        let append = any("sale-1").guard(guard("store-1", expected));
        match world.log.append(append).await {
            Ok(appended) => {
                assert!(fits, "{expected}");
                assert_eq!(appended.streams.len(), 1, "a guarded stream is not a written one");
            }
            Err(AppendError::WrongVersion { stream: named, .. }) => {
                assert!(!fits, "{expected}");
                assert_eq!(named, stream("store-1"));
            }
            Err(other) => panic!("{other}"),
        }
    }
    let absent = any("sale-2").guard(guard("store-2", ExpectedVersion::NoStream));
    world.log.append(absent).await?;
    assert_eq!(whole(&world.log, "store-1").await?.len(), 1);
    assert_eq!(whole(&world.log, "store-2").await?.len(), 0);
    assert_eq!(whole(&world.log, "sale-1").await?.len(), 3);
    assert_eq!(world.count("streams").await?, 3);
    Ok(())
}

#[tokio::test]
async fn a_claim_is_had_by_one_stream_and_may_be_claimed_by_it_again() -> anyhow::Result<()> {
    let world = World::open().await?;
    let first = any("sale-1").guard(claim("receipt:17", "sale-1"));
    world.log.append(first.clone()).await?;
    world.log.append(first).await?;
    let second = any("sale-2").guard(claim("receipt:17", "sale-2"));
    match world.log.append(second).await.unwrap_err() {
        AppendError::ClaimTaken { key, holder } => {
            assert_eq!((key.as_str(), holder.as_str()), ("receipt:17", "sale-1"));
        }
        other => panic!("{other}"),
    }
    assert_eq!(whole(&world.log, "sale-1").await?.len(), 2);
    assert_eq!(whole(&world.log, "sale-2").await?.len(), 0);
    assert_eq!(
        world
            .count("claims where key = 'receipt:17' and holder = 'sale-1'")
            .await?,
        1
    );
    Ok(())
}

#[tokio::test]
async fn a_key_wanted_free_is_checked_and_not_written() -> anyhow::Result<()> {
    let world = World::open().await?;
    let wants = |key: &str, of: &str| any(of).guard(unclaimed(key, of));
    world.log.append(wants("receipt:17", "sale-17")).await?;
    assert_eq!(world.count("claims").await?, 0);
    // Nothing holds it, so another may claim it; then it is the other's.
    let other = any("sale-2").guard(claim("receipt:17", "sale-2"));
    world.log.append(other).await?;
    match world
        .log
        .append(wants("receipt:17", "sale-17"))
        .await
        .unwrap_err()
    {
        AppendError::ClaimTaken { key, holder } => {
            assert_eq!((key.as_str(), holder.as_str()), ("receipt:17", "sale-2"));
        }
        other => panic!("{other}"),
    }
    world.log.append(wants("receipt:17", "sale-2")).await?;
    assert_eq!(whole(&world.log, "sale-17").await?.len(), 1);
    assert_eq!(world.count("claims").await?, 1);
    Ok(())
}

/// Many keys are looked for at once, between the first and the last of them.
#[tokio::test]
async fn of_many_keys_wanted_free_the_one_that_is_held_is_found() -> anyhow::Result<()> {
    let world = World::open().await?;
    let keys = ["a:1", "B:2", "Z:9", "ã:3", "b:4"];
    for (n, held) in keys.iter().enumerate() {
        let holder = format!("held-{n}");
        let at_once = |to: &str| {
            let write = at(to, ExpectedVersion::NoStream);
            keys.iter()
                .fold(write, |append, key| append.guard(unclaimed(key, to)))
        };
        world.log.append(at_once(&format!("free-{n}"))).await?;
        world.log.append(any(&holder).guard(claim(held, &holder))).await?;
        match world.log.append(at_once(&format!("lost-{n}"))).await.unwrap_err() {
            AppendError::ClaimTaken { key, holder: by } => {
                assert_eq!((key.as_str(), by.as_str()), (*held, holder.as_str()));
            }
            other => panic!("{other}"),
        }
        let client = world.sql().await?;
        client.batch_execute("delete from claims").await?;
    }
    Ok(())
}

/// The two halves of a key that is in a stream's name: who has the name looks for the key, who has the key for the name.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_and_the_stream_named_after_it_are_had_by_one() -> anyhow::Result<()> {
    let world = World::open().await?;
    let (_second, other) = world.another_store().await?;
    for round in 0..30 {
        let (key, named) = (format!("receipt:{round}"), format!("sale-{round}"));
        let keyed = format!("till-{round}");
        let by_name = at(&named, ExpectedVersion::NoStream).guard(unclaimed(&key, &named));
        let by_key = any(&keyed)
            .guard(claim(&key, &keyed))
            .guard(guard(&named, ExpectedVersion::NoStream));
        // In batches that follow each other and in two processes, in both orders.
        let (first, second) = match round % 3 {
            0 => tokio::join!(world.log.append(by_name), world.log.append(by_key)),
            1 => tokio::join!(other.append(by_name), world.log.append(by_key)),
            _ => {
                let (second, first) = tokio::join!(world.log.append(by_key), world.log.append(by_name));
                (first, second)
            }
        };
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    }
    assert_eq!(world.count("events").await?, 30);
    Ok(())
}

#[tokio::test]
async fn a_refused_append_claims_nothing() -> anyhow::Result<()> {
    let world = World::open().await?;
    let taken = any("sale-1").guard(claim("receipt:1", "sale-1"));
    world.log.append(taken).await?;
    let wrong = at("sale-2", exact(5)).guard(claim("receipt:2", "sale-2"));
    assert!(world.log.append(wrong).await.is_err());
    let half = any("sale-3")
        .guard(claim("receipt:3", "sale-3"))
        .guard(claim("receipt:1", "sale-3"));
    assert!(world.log.append(half).await.is_err());
    let guarded = any("sale-4")
        .guard(claim("receipt:4", "sale-4"))
        .guard(guard("store-1", ExpectedVersion::Exists));
    assert!(world.log.append(guarded).await.is_err());
    assert_eq!(world.count("claims").await?, 1);
    // All three keys are still free, also all at once.
    let all_three = any("sale-5")
        .guard(claim("receipt:2", "sale-5"))
        .guard(claim("receipt:3", "sale-5"))
        .guard(claim("receipt:4", "sale-5"));
    world.log.append(all_three).await?;
    Ok(())
}

#[tokio::test]
async fn a_wrong_version_is_told_before_a_taken_claim() -> anyhow::Result<()> {
    let world = World::open().await?;
    world
        .log
        .append(any("sale-1").guard(claim("receipt:1", "sale-1")))
        .await?;
    let both = at("sale-2", ExpectedVersion::Exists).guard(claim("receipt:1", "sale-2"));
    let error = world.log.append(both).await.unwrap_err();
    assert!(matches!(error, AppendError::WrongVersion { .. }), "{error}");
    Ok(())
}

#[tokio::test]
async fn of_many_that_claim_one_key_one_wins() -> anyhow::Result<()> {
    let world = World::open().await?;
    let (_second, other) = world.another_store().await?;
    let tries: Vec<_> = (0..20)
        .map(|n| {
            let log = if n % 2 == 0 {
                world.log.clone()
            } else {
                other.clone()
            };
            let to = format!("sale-{n}");
            tokio::spawn(async move { log.append(any(&to).guard(claim("receipt:1", &to))).await })
        })
        .collect();
    let mut won = Vec::new();
    let mut holders = Vec::new();
    for one in tries {
        match one.await? {
            Ok(appended) => won.push(appended.streams[0].0.to_string()),
            Err(AppendError::ClaimTaken { holder, .. }) => holders.push(holder),
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((won.len(), holders.len()), (1, 19));
    assert!(
        holders.iter().all(|holder| *holder == won[0]),
        "{won:?} {holders:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_claim_may_be_spelt_like_a_stream() -> anyhow::Result<()> {
    let world = World::open().await?;
    world
        .log
        .append(any("sale-1").guard(claim("sale-1", "sale-1")))
        .await?;
    assert_eq!(world.count("claims").await?, 1);
    Ok(())
}

/// A guard that reads what another request of the same moment writes sees it before or after, never beside.
#[tokio::test]
async fn guards_and_writes_of_one_stream_are_in_one_order() -> anyhow::Result<()> {
    let world = World::open().await?;
    let mut tries = Vec::new();
    for n in 0..40_u64 {
        let log = world.log.clone();
        tries.push(tokio::spawn(async move {
            let append = if n == 20 {
                Append::to(stream("store-1"), ExpectedVersion::NoStream, vec![event(1)])
            } else {
                any(&format!("sale-{n}")).guard(guard("store-1", ExpectedVersion::NoStream))
            };
            log.append(append).await.is_ok()
        }));
    }
    let mut accepted = 0;
    for one in tries {
        accepted += usize::from(one.await?);
    }
    let events = all(&world.log).await?;
    assert_eq!(events.len(), accepted);
    // The store is there, and nothing that was sure of its absence stands after it.
    assert_eq!(events.last().unwrap().stream, stream("store-1"));
    Ok(())
}
