//! The shortest way through: connect, open, append, read.

use posars_event_store::{Append, EventStore, ExpectedVersion, StoreConfig, StoreError};
use posars_testkit::TestDatabase;

use crate::fixture::{World, all, events, name, range, stream, version, whole};

#[tokio::test]
async fn what_is_appended_can_be_read() -> anyhow::Result<()> {
    let world = World::open().await?;
    let sent = events(3);
    let append = Append::to(stream("sale-1"), ExpectedVersion::NoStream, sent.clone());
    let appended = world.log.append(append).await?;
    assert_eq!(range(&appended), (1, 3));
    assert_eq!(appended.streams, [(stream("sale-1"), version(3))]);
    assert!(!appended.replayed);
    let read = whole(&world.log, "sale-1").await?;
    assert_eq!(read, all(&world.log).await?);
    for ((read, sent), number) in read.iter().zip(&sent).zip(1..) {
        assert_eq!((read.position.get(), read.version.get()), (number, number));
        assert_eq!(read.stream, stream("sale-1"));
        assert_eq!(
            (read.event_id, &read.event_type),
            (sent.event_id, &sent.event_type)
        );
        assert_eq!(read.schema_version, sent.schema_version);
        assert_eq!(read.data, sent.data.as_str());
        assert_eq!(read.metadata, sent.metadata.as_str());
        assert_eq!(read.recorded_at, appended.recorded_at);
    }
    assert_eq!(read.len(), 3);
    Ok(())
}

#[tokio::test]
async fn an_empty_log_reads_as_empty() -> anyhow::Result<()> {
    let world = World::open().await?;
    assert_eq!(all(&world.log).await?, []);
    let head = world.log.head().await?;
    assert_eq!((head.position.get(), head.recorded_at), (0, None));
    assert_eq!(world.log.verify(None, |_| {}).await?.fault, None);
    Ok(())
}

#[tokio::test]
async fn a_database_without_the_schema_is_refused() -> anyhow::Result<()> {
    let empty = TestDatabase::create_empty().await?;
    let refused = EventStore::connect(StoreConfig::new(empty.url()))
        .await
        .unwrap_err();
    assert!(matches!(refused, StoreError::Refused(_)), "{refused}");
    assert!(refused.to_string().contains("posars migrate"), "{refused}");
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_not_there_and_a_bad_address_are_told_apart() -> anyhow::Result<()> {
    let nowhere = EventStore::connect(StoreConfig::new("host=/nowhere dbname=x user=x")).await;
    assert!(matches!(nowhere, Err(StoreError::Unavailable(_))), "{nowhere:?}");
    for bad in ["host=localhost", "port=many", "postgres://%"] {
        let error = EventStore::connect(StoreConfig::new(bad)).await.unwrap_err();
        assert!(matches!(error, StoreError::BadConfig(_)), "{bad}: {error}");
    }
    Ok(())
}

#[tokio::test]
async fn the_logs_of_a_store_are_listed_by_name() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.store.log(&name("zebra")).await?;
    world.store.log(&name("alpha")).await?;
    assert_eq!(
        world.store.logs().await?,
        [name("alpha"), name("main"), name("zebra")]
    );
    Ok(())
}
