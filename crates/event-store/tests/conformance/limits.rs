//! Every bound, on both of its sides.

use posars_event_store::{
    APPEND_BYTES_MAX, APPEND_CHECKS_MAX, APPEND_EVENTS_MAX, Append, AppendError, ClaimKey, EventType,
    ExpectedVersion, Guard, LogName, NAME_BYTES_MAX, StreamName,
};

use crate::fixture::{Gate, World, all, any, at, event, event_of, events, exact, guard, range, stream};

async fn refusal(world: &World, append: Append) -> anyhow::Result<String> {
    match world.log.append(append).await {
        Err(AppendError::Invalid(text)) => Ok(text),
        other => anyhow::bail!("expected Invalid, got {other:?}"),
    }
}

#[tokio::test]
async fn the_most_events_fit_and_one_more_does_not() -> anyhow::Result<()> {
    let world = World::open().await?;
    let most = u64::try_from(APPEND_EVENTS_MAX)?;
    let split = Append::to(stream("a-1"), ExpectedVersion::Any, events(most / 2)).also(
        stream("b-1"),
        ExpectedVersion::Any,
        events(most / 2),
    );
    assert_eq!(range(&world.log.append(split.clone()).await?), (1, most));
    let over = split.also(stream("c-1"), ExpectedVersion::Any, events(1));
    let text = refusal(&world, over).await?;
    assert!(
        text.contains("1001 events") && text.contains("split it"),
        "{text}"
    );
    assert_eq!(world.log.head().await?.position.get(), most);
    Ok(())
}

#[tokio::test]
async fn the_most_bytes_fit_and_one_more_does_not() -> anyhow::Result<()> {
    let world = World::open().await?;
    let of_bytes = |count: usize| {
        let data = format!("\"{}\"", "x".repeat(count - 2 - 2));
        Append::to(stream("a-1"), ExpectedVersion::Any, vec![event_of(&data, "{}")])
    };
    world.log.append(of_bytes(APPEND_BYTES_MAX)).await?;
    let text = refusal(&world, of_bytes(APPEND_BYTES_MAX + 1)).await?;
    assert!(text.contains("4194305 bytes"), "{text}");
    let read = all(&world.log).await?;
    assert_eq!(read[0].data.len() + read[0].metadata.len(), APPEND_BYTES_MAX);
    Ok(())
}

#[tokio::test]
async fn the_most_guards_fit_and_one_more_does_not() -> anyhow::Result<()> {
    let world = World::open().await?;
    let guarded = (1..APPEND_CHECKS_MAX).fold(any("a-1"), |append, n| {
        append.guard(if n % 2 == 0 {
            guard(&format!("g-{n}"), ExpectedVersion::NoStream)
        } else {
            Guard::Claim {
                key: ClaimKey::parse(&format!("k-{n}")).unwrap(),
                holder: stream("a-1"),
            }
        })
    });
    world.log.append(guarded.clone()).await?;
    let over = guarded.guard(guard("g-0", ExpectedVersion::NoStream));
    let text = refusal(&world, over).await?;
    assert!(text.contains("4000 streams and guards"), "{text}");
    Ok(())
}

#[tokio::test]
async fn requests_that_make_no_sense_are_refused_before_they_are_sent() -> anyhow::Result<()> {
    let world = World::open().await?;
    let mut shapeless = event(1);
    shapeless.schema_version = 32_768;
    let none = || Append::to(stream("a-1"), ExpectedVersion::Any, Vec::new());
    let key = || Guard::Claim {
        key: ClaimKey::parse("receipt:1").unwrap(),
        holder: stream("a-1"),
    };
    for (append, reason) in [
        (none(), "without events"),
        (
            any("b-1").also(stream("a-1"), ExpectedVersion::Any, Vec::new()),
            "without events",
        ),
        (
            any("a-1").also(stream("a-1"), ExpectedVersion::Any, events(1)),
            "stream a-1 stands twice",
        ),
        (
            any("a-1").guard(guard("a-1", ExpectedVersion::Any)),
            "stream a-1 stands twice",
        ),
        (
            any("a-1").guard(key()).guard(key()),
            "claim receipt:1 stands twice",
        ),
        (at("a-1", exact(0)), "say NoStream"),
        (
            Append::to(stream("a-1"), ExpectedVersion::Any, vec![shapeless]),
            "above 32767",
        ),
    ] {
        let text = refusal(&world, append).await?;
        assert!(text.contains(reason), "{text}");
    }
    assert_eq!(all(&world.log).await?, []);
    Ok(())
}

#[tokio::test]
async fn names_of_the_greatest_length_are_stored() -> anyhow::Result<()> {
    let world = World::open().await?;
    let long = "é".repeat(NAME_BYTES_MAX / 2);
    let mut odd = event(1);
    odd.event_type = EventType::parse(&long)?;
    let append = Append::to(stream(&long), ExpectedVersion::NoStream, vec![odd]).guard(Guard::Claim {
        key: ClaimKey::parse(&long)?,
        holder: stream(&long),
    });
    let log = world.store.log(&LogName::parse(&long)?).await?;
    log.append(append).await?;
    let read = all(&log).await?;
    assert_eq!(
        (read[0].stream.as_str(), read[0].event_type.as_str()),
        (&*long, &*long)
    );
    let longer = format!("{long}x");
    assert!(StreamName::parse(&longer).is_err());
    assert!(EventType::parse(&longer).is_err());
    assert!(ClaimKey::parse(&longer).is_err());
    assert!(LogName::parse(&longer).is_err());
    Ok(())
}

#[tokio::test]
async fn a_full_queue_refuses_and_writes_nothing() -> anyhow::Result<()> {
    let world = World::with(|config| config.queue_requests_max = 2).await?;
    let gate = Gate::hold(&world).await?;
    let send = |to: &'static str| {
        let log = world.log.clone();
        tokio::spawn(async move { log.append(any(to)).await })
    };
    let sent = send("first-1");
    Gate::wait_for_a_batch(&world).await?;
    let waiting = [send("second-1"), send("third-1")];
    tokio::task::yield_now().await;
    for to in ["fourth-1", "fifth-1"] {
        let refused = world.log.append(any(to)).await.unwrap_err();
        assert!(matches!(refused, AppendError::QueueFull), "{refused}");
    }
    gate.open().await?;
    assert_eq!(range(&sent.await??), (1, 1));
    for one in waiting {
        one.await??;
    }
    let streams: Vec<String> = all(&world.log)
        .await?
        .iter()
        .map(|event| event.stream.to_string())
        .collect();
    assert_eq!(streams, ["first-1", "second-1", "third-1"]);
    // There is room again.
    world.log.append(any("fourth-1")).await?;
    Ok(())
}

#[tokio::test]
async fn a_queue_full_of_bytes_refuses_and_writes_nothing() -> anyhow::Result<()> {
    let world = World::with(|config| config.queue_bytes_max = 10_000).await?;
    let gate = Gate::hold(&world).await?;
    let data = format!("\"{}\"", "x".repeat(8_000));
    let heavy = |to: &str| Append::to(stream(to), ExpectedVersion::Any, vec![event_of(&data, "{}")]);
    let log = world.log.clone();
    let first = heavy("first-1");
    let sent = tokio::spawn(async move { log.append(first).await });
    Gate::wait_for_a_batch(&world).await?;
    let refused = world.log.append(heavy("second-1")).await.unwrap_err();
    assert!(matches!(refused, AppendError::QueueFull), "{refused}");
    gate.open().await?;
    assert_eq!(range(&sent.await??), (1, 1));
    // Answered, it has given its room back.
    world.log.append(heavy("second-1")).await?;
    assert_eq!(all(&world.log).await?.len(), 2);
    Ok(())
}
