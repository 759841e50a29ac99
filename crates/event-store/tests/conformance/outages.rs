//! Fault 5: PostgreSQL is killed under a store that stays up.

use std::time::Duration;

use posars_event_store::{AppendError, EventStore, StoreConfig, StoreError};
use posars_testkit::TestServer;
use uuid::Uuid;

use crate::fixture::{World, all, any, eventually, name, position, range, sql, version};

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_leaves_clear_answers_and_a_store_that_recovers() -> anyhow::Result<()> {
    let mut server = TestServer::private().await?;
    let url = server.create_database().await?;
    let mut config = StoreConfig::new(&url);
    config.append_deadline = Duration::from_secs(1);
    let store = EventStore::connect(config).await?;
    let log = store.log(&name("main")).await?;
    log.append(any("s-1")).await?;
    // One append is on the server, waiting for the gate, when the server dies.
    let blocker = sql(&url).await?;
    blocker
        .batch_execute("begin; select position from log_head for update")
        .await?;
    let keyed = any("s-2").idempotent(Uuid::now_v7(), [1; 32]);
    let (sender, request) = (log.clone(), keyed.clone());
    let sent = tokio::spawn(async move { sender.append(request).await });
    let watcher = sql(&url).await?;
    eventually("the append waits at the gate", || async {
        let waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%append_batch%'";
        Ok(watcher.query_one(waits, &[]).await?.get::<_, i64>(0) == 1)
    })
    .await?;
    server.kill9().await?;
    // It was sent; that later tries were surely not written does not tell what became of the first.
    let error = sent.await?.unwrap_err();
    assert!(matches!(error, AppendError::OutcomeUnknown(_)), "{error}");
    // What is asked while the server is away is surely not written.
    let error = log.append(any("s-3")).await.unwrap_err();
    assert!(
        matches!(error, AppendError::Store(StoreError::Unavailable(_))),
        "{error}"
    );
    assert!(error.to_string().contains("posars doctor"), "{error}");
    assert!(matches!(log.head().await, Err(StoreError::Unavailable(_))));
    server.restart().await?;
    let answer = log.append(keyed.clone()).await?;
    assert_eq!(range(&answer), (2, 2));
    let again = log.append(keyed).await?;
    assert!(again.replayed);
    assert_eq!(range(&again), (2, 2));
    let events = all(&log).await?;
    assert_eq!(events.len(), 2);
    assert!(events.iter().all(|event| event.version == version(1)));
    assert_eq!(log.verify(None, |_| {}).await?.fault, None);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_waits_for_a_server_that_comes_back_in_time() -> anyhow::Result<()> {
    let mut server = TestServer::private().await?;
    let url = server.create_database().await?;
    let store = EventStore::connect(StoreConfig::new(&url)).await?;
    let log = store.log(&name("main")).await?;
    log.append(any("s-1")).await?;
    server.kill9().await?;
    let sender = log.clone();
    let request = any("s-2").idempotent(Uuid::now_v7(), [1; 32]);
    let sent = tokio::spawn(async move { sender.append(request).await });
    server.restart().await?;
    assert_eq!(range(&sent.await??), (2, 2));
    let mut watch = log.watch();
    assert_eq!(watch.wait_past(position(1)).await.get(), 2);
    Ok(())
}

#[tokio::test]
async fn writers_whose_sessions_are_ended_go_on() -> anyhow::Result<()> {
    let world = World::open().await?;
    let client = world.sql().await?;
    for number in 1..=5 {
        let request = any("s-1").idempotent(Uuid::now_v7(), [1; 32]);
        assert_eq!(range(&world.log.append(request).await?), (number, number));
        client
            .batch_execute(
                "select pg_terminate_backend(pid) from pg_stat_activity \
                 where datname = current_database() and pid <> pg_backend_pid()",
            )
            .await?;
    }
    Ok(())
}
