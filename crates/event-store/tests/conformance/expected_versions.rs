//! Each expected version against each state of a stream.

use posars_event_store::{Append, AppendError, ExpectedVersion};

use crate::fixture::{World, all, any, at, events, exact, range, stream, version, whole};

/// The version that a refused append was told the stream has.
async fn actual(world: &World, expected: ExpectedVersion) -> u64 {
    match world.log.append(at("s-1", expected)).await.unwrap_err() {
        AppendError::WrongVersion {
            stream: named,
            expected: said,
            actual,
        } => {
            assert_eq!((named, said), (stream("s-1"), expected));
            actual.get()
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_new_stream_meets_none_and_any() -> anyhow::Result<()> {
    for (expected, fits) in [
        (ExpectedVersion::NoStream, true),
        (ExpectedVersion::Any, true),
        (ExpectedVersion::Exists, false),
        (exact(1), false),
    ] {
        let world = World::open().await?;
        if fits {
            let appended = world.log.append(at("s-1", expected)).await?;
            assert_eq!(appended.streams, [(stream("s-1"), version(1))], "{expected}");
        } else {
            assert_eq!(actual(&world, expected).await, 0, "{expected}");
            assert_eq!(all(&world.log).await?, []);
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_stream_of_three_meets_any_exists_and_exactly_three() -> anyhow::Result<()> {
    for (expected, fits) in [
        (ExpectedVersion::Any, true),
        (ExpectedVersion::Exists, true),
        (exact(3), true),
        (exact(2), false),
        (exact(4), false),
        (ExpectedVersion::NoStream, false),
    ] {
        let world = World::open().await?;
        let first = Append::to(stream("s-1"), ExpectedVersion::NoStream, events(3));
        world.log.append(first).await?;
        if fits {
            let appended = world.log.append(at("s-1", expected)).await?;
            assert_eq!(appended.streams, [(stream("s-1"), version(4))], "{expected}");
            assert_eq!(range(&appended), (4, 4));
        } else {
            assert_eq!(actual(&world, expected).await, 3, "{expected}");
            assert_eq!(whole(&world.log, "s-1").await?.len(), 3);
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_refusal_says_what_is_and_what_to_do() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.log.append(any("s-1")).await?;
    let error = world.log.append(at("s-1", exact(7))).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("s-1 is at version 1, expected 7") && text.contains("decide anew"),
        "{text}"
    );
    Ok(())
}

#[tokio::test]
async fn of_many_that_expect_the_same_version_one_wins() -> anyhow::Result<()> {
    let world = World::open().await?;
    let (_second, other) = world.another_store().await?;
    let tries: Vec<_> = (0..20)
        .map(|n| {
            let log = if n % 2 == 0 {
                world.log.clone()
            } else {
                other.clone()
            };
            tokio::spawn(async move { log.append(at("s-1", ExpectedVersion::NoStream)).await })
        })
        .collect();
    let mut won = 0;
    for one in tries {
        match one.await? {
            Ok(appended) => {
                assert_eq!(range(&appended), (1, 1));
                won += 1;
            }
            Err(AppendError::WrongVersion { actual, .. }) => assert_eq!(actual, version(1)),
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(all(&world.log).await?.len(), 1);
    Ok(())
}
