//! Every wait ends, and says what is known when it does.

use std::time::{Duration, Instant};

use posars_event_store::{Append, AppendError, ExpectedVersion, Position, StoreError};
use uuid::Uuid;

use crate::fixture::{Gate, World, all, any, event_of, eventually, range, stream};

/// How often a test that needs luck at the gate tries again.
const TRIES_MAX: u32 = 50;

#[tokio::test]
async fn an_append_that_was_not_sent_is_given_up_and_never_written() -> anyhow::Result<()> {
    let world = World::with(|config| config.append_deadline = Duration::from_millis(400)).await?;
    let gate = Gate::hold(&world).await?;
    let log = world.log.clone();
    let sent = tokio::spawn(async move { log.append(any("sent-1")).await });
    Gate::wait_for_a_batch(&world).await?;
    let asked_at = Instant::now();
    let error = world.log.append(any("unsent-1")).await.unwrap_err();
    assert!(asked_at.elapsed() < Duration::from_secs(3));
    match error {
        AppendError::DeadlineExceeded { waited_ms } => {
            assert!((400..3_000).contains(&waited_ms), "{waited_ms}");
        }
        other => panic!("{other}"),
    }
    // The one that was sent is past its deadline too, but it is waited for: it may well be written.
    assert!(!sent.is_finished());
    gate.open().await?;
    assert_eq!(range(&sent.await??), (1, 1));
    world.log.append(any("later-1")).await?;
    let streams: Vec<String> = all(&world.log)
        .await?
        .iter()
        .map(|event| event.stream.to_string())
        .collect();
    assert_eq!(streams, ["sent-1", "later-1"]);
    Ok(())
}

/// Two on one stream never share a batch; the second is still unsent while the first is under way.
#[tokio::test]
async fn an_append_that_was_put_off_can_still_be_given_up() -> anyhow::Result<()> {
    // Who gets the gate next is up to the database: a batch that comes the moment it is free may be before one that waits.
    for _ in 0..TRIES_MAX {
        if is_given_up_while_put_off().await? {
            return Ok(());
        }
    }
    anyhow::bail!("nobody ever came between the batches")
}

/// Holds the gate between two batches, so long that an append to a stream of the second, which waits for a third, is
/// given up. Not when the second was faster at the gate.
async fn is_given_up_while_put_off() -> anyhow::Result<bool> {
    let world = World::with(|config| config.append_deadline = Duration::from_secs(3)).await?;
    let gate = Gate::hold(&world).await?;
    let send = |to: &'static str| {
        let log = world.log.clone();
        tokio::spawn(async move { log.append(any(to)).await })
    };
    let opener = send("opener-1");
    Gate::wait_for_a_batch(&world).await?;
    let asked_at = Instant::now();
    let hot = [send("hot-1"), send("hot-1")];
    // The next to hold the gate stands behind the opener and before the batch of the first.
    let holder = world.sql().await?;
    let held = async {
        holder.batch_execute("begin").await?;
        let lock = "select position from log_head where name = 'main' for update";
        anyhow::Ok(holder.query_one(lock, &[]).await?.get::<_, i64>(0))
    };
    let watcher = world.sql().await?;
    let open = async {
        eventually("the next holder waits too", || async {
            let waiting = "select count(*) from pg_stat_activity where datname = current_database() \
                           and wait_event_type = 'Lock'";
            Ok(watcher.query_one(waiting, &[]).await?.get::<_, i64>(0) == 2)
        })
        .await?;
        gate.open().await
    };
    let (held, opened) = tokio::join!(held, open);
    opened?;
    assert_eq!(range(&opener.await??), (1, 1));
    if held? != 1 || asked_at.elapsed() > Duration::from_secs(2) {
        return Ok(false);
    }
    let [mut one, mut other] = hot;
    // Whichever of the two was put off is given up, while the one before it waits at the gate.
    let (given_up, waiting) = tokio::select! {
        given_up = &mut one => (given_up, other),
        given_up = &mut other => (given_up, one),
    };
    let error = given_up?.unwrap_err();
    assert!(matches!(error, AppendError::DeadlineExceeded { .. }), "{error}");
    holder.batch_execute("commit").await?;
    assert_eq!(range(&waiting.await??), (2, 2));
    assert_eq!(all(&world.log).await?.len(), 2);
    Ok(true)
}

#[tokio::test]
async fn a_gate_that_stays_shut_is_reported_and_nothing_was_written() -> anyhow::Result<()> {
    let world = World::with(|config| config.append_deadline = Duration::from_secs(1)).await?;
    let gate = Gate::hold(&world).await?;
    let error = world.log.append(any("s-1")).await.unwrap_err();
    match &error {
        AppendError::Store(StoreError::Unavailable(text)) => assert!(text.contains("lock timeout"), "{text}"),
        other => panic!("{other}"),
    }
    gate.open().await?;
    assert_eq!(range(&world.log.append(any("s-2")).await?), (1, 1));
    assert_eq!(all(&world.log).await?.len(), 1);
    Ok(())
}

/// Fault 2, an answer that is lost: the client gives up first; the server still has the statement and carries it out when it can.
#[tokio::test]
async fn a_lost_answer_is_unknown_without_a_key_and_found_with_one() -> anyhow::Result<()> {
    let world = World::with(|config| config.statement_deadline = Duration::from_millis(300)).await?;
    let gate = Gate::hold(&world).await?;
    let error = world.log.append(any("keyless-1")).await.unwrap_err();
    assert!(matches!(error, AppendError::OutcomeUnknown(_)), "{error}");
    assert!(error.to_string().contains("same idempotency key"), "{error}");
    let log = world.log.clone();
    let keyed = any("keyed-1").idempotent(Uuid::now_v7(), [1; 32]);
    let again = keyed.clone();
    let sent = tokio::spawn(async move { log.append(keyed).await });
    // It is sent a second time while the first try still waits on the server.
    let client = world.sql().await?;
    eventually("three tries wait at the gate", || async {
        let sql = "select count(*) from pg_stat_activity where datname = current_database() \
                   and wait_event_type = 'Lock' and query like '%append_batch%'";
        Ok(client.query_one(sql, &[]).await?.get::<_, i64>(0) >= 3)
    })
    .await?;
    gate.open().await?;
    let answer = sent.await??;
    let second = world.log.append(again).await?;
    assert_eq!(range(&answer), range(&second));
    assert!(second.replayed);
    let streams: Vec<String> = all(&world.log)
        .await?
        .iter()
        .map(|event| event.stream.to_string())
        .collect();
    assert_eq!(streams, ["keyless-1", "keyed-1"]);
    assert_eq!(world.log.verify(None, |_| {}).await?.fault, None);
    Ok(())
}

#[tokio::test]
async fn a_read_that_takes_too_long_is_given_up_and_the_next_one_works() -> anyhow::Result<()> {
    let world = World::with(|config| {
        config.statement_deadline = Duration::from_millis(300);
        config.reader_connections_max = 1;
    })
    .await?;
    let client = world.sql().await?;
    client
        .batch_execute("begin; lock table log_head in access exclusive mode")
        .await?;
    let error = world.log.head().await.unwrap_err();
    assert!(matches!(error, StoreError::DeadlineExceeded(300)), "{error}");
    client.batch_execute("commit").await?;
    assert_eq!(world.log.head().await?.position, Position::START);
    Ok(())
}

/// Fault 9: a backend that is frozen, as by a stuck disk, in the middle of a mass read.
#[tokio::test]
async fn an_export_from_a_frozen_server_is_given_up() -> anyhow::Result<()> {
    let world = World::with(|config| config.statement_deadline = Duration::from_millis(500)).await?;
    let big = format!("\"{}\"", "x".repeat(20_000));
    for _ in 0..10 {
        let events = (0..100).map(|_| event_of(&big, "{}")).collect();
        let append = Append::to(stream("big-1"), ExpectedVersion::Any, events);
        world.log.append(append).await?;
    }
    let head = world.log.head().await?.position;
    let mut export = world.log.export(Position::START, head).await?;
    assert!(export.next().await?.is_some());
    let sql = "select pid from pg_stat_activity where datname = current_database() and query like '%format binary)_'";
    let pid: i32 = world.sql().await?.query_one(sql, &[]).await?.get(0);
    signal(pid, "-STOP")?;
    let asked_at = Instant::now();
    let outcome = loop {
        match export.next().await {
            Ok(Some(_)) => {}
            ended => break ended.map(|_| ()),
        }
    };
    signal(pid, "-CONT")?;
    assert!(
        matches!(outcome, Err(StoreError::DeadlineExceeded(500))),
        "{outcome:?}"
    );
    assert!(asked_at.elapsed() < Duration::from_secs(5));
    drop(export);
    assert_eq!(all(&world.log).await?.len(), 1_000);
    Ok(())
}

fn signal(pid: i32, signal: &str) -> anyhow::Result<()> {
    let status = std::process::Command::new("kill")
        .args([signal, &pid.to_string()])
        .status()?;
    anyhow::ensure!(status.success(), "kill {signal} {pid}: {status}");
    Ok(())
}
