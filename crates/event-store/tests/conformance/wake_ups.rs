//! Whoever waits for the log learns of its growth: at once, by notification, or by the poll.

use std::time::Duration;

use posars_event_store::{EventStore, Log, Position, StoreConfig};
use posars_testkit::TestDatabase;
use tokio::time::timeout;

use crate::fixture::{any, eventually, name, position, sql};

const NEVER: Duration = Duration::from_secs(3_600);
const SOON: Duration = Duration::from_secs(20);

async fn store(
    database: &TestDatabase,
    poll_interval: Duration,
    notify_interval: Duration,
) -> anyhow::Result<(EventStore, Log)> {
    let mut config = StoreConfig::new(database.url());
    (config.poll_interval, config.notify_interval) = (poll_interval, notify_interval);
    let store = EventStore::connect(config).await?;
    let log = store.log(&name("main")).await?;
    Ok((store, log))
}

async fn listeners(database: &TestDatabase, count: i64) -> anyhow::Result<()> {
    let client = sql(database.url()).await?;
    eventually("the stores listen", || async {
        let listening = "select count(*) from pg_stat_activity \
                         where datname = current_database() and state = 'idle' and query like '%' || chr(10) || 'listen %'";
        Ok(client.query_one(listening, &[]).await?.get::<_, i64>(0) == count)
    })
    .await
}

#[tokio::test]
async fn an_append_wakes_its_own_process_without_asking_the_database() -> anyhow::Result<()> {
    let database = TestDatabase::create().await?;
    let (_store, log) = store(&database, NEVER, NEVER).await?;
    let mut watch = log.watch();
    assert_eq!(watch.position(), Position::START);
    let waiter = tokio::spawn(async move { watch.wait_past(Position::START).await });
    log.append(any("s-1")).await?;
    assert_eq!(timeout(SOON, waiter).await??, position(1));
    // Who asks for what is there already does not wait.
    assert_eq!(
        timeout(SOON, log.watch().wait_past(Position::START)).await?,
        position(1)
    );
    // And who asks for more than there is does.
    let nothing = timeout(Duration::from_millis(200), log.watch().wait_past(position(1))).await;
    assert!(nothing.is_err());
    Ok(())
}

#[tokio::test]
async fn an_append_wakes_another_process_by_notification() -> anyhow::Result<()> {
    let database = TestDatabase::create().await?;
    let (_writing, writer) = store(&database, NEVER, Duration::from_millis(20)).await?;
    // This one never polls again after its first tick, which comes before the append.
    let (_reading, reader) = store(&database, NEVER, NEVER).await?;
    listeners(&database, 2).await?;
    let mut watch = reader.watch();
    for number in 1..=3 {
        writer.append(any("s-1")).await?;
        assert_eq!(
            timeout(SOON, watch.wait_past(position(number - 1))).await?,
            position(number)
        );
    }
    Ok(())
}

#[tokio::test]
async fn the_poll_wakes_whom_no_notification_reaches() -> anyhow::Result<()> {
    let database = TestDatabase::create().await?;
    let (_writing, writer) = store(&database, NEVER, NEVER).await?;
    let (_reading, reader) = store(&database, Duration::from_millis(50), NEVER).await?;
    listeners(&database, 2).await?;
    sql(database.url())
        .await?
        .batch_execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like '%' || chr(10) || 'listen %'")
        .await?;
    let mut watch = reader.watch();
    for number in 1..=3 {
        writer.append(any("s-1")).await?;
        assert_eq!(
            timeout(SOON, watch.wait_past(position(number - 1))).await?,
            position(number)
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_broken_listener_comes_back() -> anyhow::Result<()> {
    let database = TestDatabase::create().await?;
    let (_writing, writer) = store(&database, NEVER, Duration::from_millis(20)).await?;
    let (_reading, reader) = store(&database, NEVER, NEVER).await?;
    listeners(&database, 2).await?;
    let client = sql(database.url()).await?;
    client
        .batch_execute(
            "select pg_terminate_backend(pid) from pg_stat_activity \
             where datname = current_database() and query like '%' || chr(10) || 'listen %'",
        )
        .await?;
    listeners(&database, 0).await?;
    listeners(&database, 2).await?;
    let mut watch = reader.watch();
    writer.append(any("s-1")).await?;
    assert_eq!(
        timeout(SOON, watch.wait_past(Position::START)).await?,
        position(1)
    );
    Ok(())
}

#[tokio::test]
async fn notifications_that_make_no_sense_are_passed_over() -> anyhow::Result<()> {
    let database = TestDatabase::create().await?;
    let (_writing, writer) = store(&database, NEVER, NEVER).await?;
    let (_store, log) = store(&database, NEVER, NEVER).await?;
    listeners(&database, 2).await?;
    let client = sql(database.url()).await?;
    let mut watch = log.watch();
    for payload in ["", "x", "1", "1:x", "x:1", "99:5", "1:-3", "99999999999999:1"] {
        client
            .execute("select pg_notify('posars_log', $1)", &[&payload])
            .await?;
    }
    // The listener is still there, and hears this one: it looks, and what it finds counts, not what was said.
    writer.append(any("s-1")).await?;
    client
        .execute("select pg_notify('posars_log', '1:4')", &[])
        .await?;
    assert_eq!(
        timeout(SOON, watch.wait_past(Position::START)).await?,
        position(1)
    );
    Ok(())
}
