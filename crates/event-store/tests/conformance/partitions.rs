//! The border between two partitions of the event table is nothing a caller would notice.

use posars_event_store::{Append, Direction, ExpectedVersion, Position};

use crate::fixture::{World, all, any, events, position, range, stream, version, whole};

#[tokio::test]
async fn appends_and_reads_cross_the_borders() -> anyhow::Result<()> {
    let world = World::with_partitions_of(50).await?;
    let (mut next, mut in_stream) = (1, 0);
    for n in 0..40 {
        let count = n % 7 + 1;
        let append = Append::to(stream("s-1"), ExpectedVersion::Any, events(count));
        let appended = world.log.append(append).await?;
        assert_eq!(range(&appended), (next, next + count - 1));
        (next, in_stream) = (next + count, in_stream + count);
        assert_eq!(appended.streams[0].1, version(in_stream));
    }
    assert_eq!(next, 156);
    let read = whole(&world.log, "s-1").await?;
    assert_eq!(read, all(&world.log).await?);
    assert!(
        read.iter()
            .zip(1..)
            .all(|(event, n)| event.position == position(n) && event.version == version(n))
    );
    let last = world
        .log
        .read_stream(&stream("s-1"), version(101), Direction::Backwards, 3)
        .await?;
    assert!(last.iter().map(|event| event.position.get()).eq([101, 100, 99]));
    let mut export = world.log.export(position(45), position(155)).await?;
    let mut exported = 0;
    while export.next().await?.is_some() {
        exported += 1;
    }
    assert_eq!(exported, 110);
    assert_eq!(world.log.verify(None, |_| {}).await?.events, 155);
    let rows = "events_000000 where position not between 1 and 50";
    assert_eq!(
        (world.count("events_000002").await?, world.count(rows).await?),
        (50, 0)
    );
    Ok(())
}

/// Nothing was made ahead: the append itself finds the partition missing, has it made, and goes again.
#[tokio::test]
async fn one_append_may_span_a_border_that_nobody_prepared() -> anyhow::Result<()> {
    let world = World::with_partitions_of(50).await?;
    let append = Append::to(stream("s-1"), ExpectedVersion::NoStream, events(60));
    assert_eq!(range(&world.log.append(append).await?), (1, 60));
    assert_eq!(world.count("events_000001").await?, 10);
    assert_eq!(all(&world.log).await?.len(), 60);
    assert_eq!(world.log.verify(None, |_| {}).await?.fault, None);
    Ok(())
}

#[tokio::test]
async fn the_next_partition_is_made_ahead_of_time() -> anyhow::Result<()> {
    let world = World::with_partitions_of(50).await?;
    for _ in 0..30 {
        world.log.append(any("s-1")).await?;
    }
    let client = world.sql().await?;
    crate::fixture::eventually("the second partition is there", || async {
        let there = "select to_regclass('events_000001') is not null";
        Ok(client.query_one(there, &[]).await?.get(0))
    })
    .await
}

#[tokio::test]
async fn two_logs_and_two_processes_share_the_partitions() -> anyhow::Result<()> {
    let world = World::with_partitions_of(50).await?;
    let other_log = world.store.log(&crate::fixture::name("other")).await?;
    let (_second, same_log) = world.another_store().await?;
    let mut writers = Vec::new();
    for log in [&world.log, &other_log, &same_log] {
        let log = log.clone();
        writers.push(tokio::spawn(async move {
            for _ in 0..20 {
                let append = Append::to(stream("s-1"), ExpectedVersion::Any, events(4));
                log.append(append).await?;
            }
            anyhow::Ok(())
        }));
    }
    for writer in writers {
        writer.await??;
    }
    for (log, count) in [(&world.log, 160), (&other_log, 80)] {
        let proof = log.verify(None, |_| {}).await?;
        assert_eq!((proof.events, proof.fault), (count, None));
    }
    Ok(())
}

#[tokio::test]
async fn there_is_no_place_before_the_first_position() -> anyhow::Result<()> {
    let world = World::open().await?;
    let forged =
        "insert into events values (1, 0, 1, now(), gen_random_uuid(), 1, 's-1', 'Forged', '{}', '{}')";
    let error = world.sql().await?.batch_execute(forged).await.unwrap_err();
    assert!(
        error.as_db_error().unwrap().message().contains("no partition"),
        "{error:?}"
    );
    assert_eq!(world.log.head().await?.position, Position::START);
    Ok(())
}
