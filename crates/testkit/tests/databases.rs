//! The test databases themselves: apart from each other, migrated, quick, gone afterwards.

use posars_testkit::{TestDatabase, TestServer};
use tokio_postgres::{Client, NoTls};

async fn connect(url: &str) -> anyhow::Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(async move { drop(connection.await) });
    Ok(client)
}

async fn setting(client: &Client, name: &str) -> anyhow::Result<String> {
    Ok(client
        .query_one("select current_setting($1)", &[&name])
        .await?
        .get(0))
}

#[tokio::test]
async fn two_databases_do_not_see_each_other() -> anyhow::Result<()> {
    let (one, two) = (TestDatabase::create().await?, TestDatabase::create().await?);
    assert_ne!(one.url(), two.url());
    connect(one.url())
        .await?
        .batch_execute("create table only_here (n int)")
        .await?;
    let there: bool = connect(two.url())
        .await?
        .query_one("select to_regclass('only_here') is not null", &[])
        .await?
        .get(0);
    assert!(!there);
    Ok(())
}

#[tokio::test]
async fn a_database_is_migrated_and_an_empty_one_is_not() -> anyhow::Result<()> {
    let migrated = TestDatabase::create().await?;
    assert_eq!(posars_schema::pending(migrated.url()).await?, Vec::new());
    let empty = TestDatabase::create_empty().await?;
    assert_eq!(
        posars_schema::pending(empty.url()).await?,
        posars_schema::migrations()
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn many_tests_may_ask_at_once() -> anyhow::Result<()> {
    let asked: Vec<_> = (0..12).map(|_| tokio::spawn(TestDatabase::create())).collect();
    let mut names = std::collections::BTreeSet::new();
    for database in asked {
        names.insert(database.await??.name().to_owned());
    }
    assert_eq!(names.len(), 12);
    Ok(())
}

#[tokio::test]
async fn a_dropped_database_goes_even_with_a_session_in_it() -> anyhow::Result<()> {
    let (watcher, watched) = (
        TestDatabase::create_empty().await?,
        TestDatabase::create_empty().await?,
    );
    let _session = connect(watched.url()).await?;
    let name = watched.name().to_owned();
    drop(watched);
    let client = connect(watcher.url()).await?;
    for _ in 0..600 {
        let there = client
            .query_opt("select 1 from pg_database where datname = $1", &[&name])
            .await?;
        if there.is_none() {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    anyhow::bail!("database {name} was still there after 30 s")
}

#[tokio::test]
async fn a_private_server_survives_kill_9_with_its_data_and_its_url() -> anyhow::Result<()> {
    let mut server = TestServer::private().await?;
    let url = server.create_database().await?;
    let client = connect(&url).await?;
    client
        .batch_execute("create table kept (n int); insert into kept values (41), (1)")
        .await?;
    server.kill9().await?;
    assert!(client.simple_query("select 1").await.is_err());
    assert!(server.create_database().await.is_err(), "the server is down");
    server.restart().await?;
    let sum: i64 = connect(&url)
        .await?
        .query_one("select sum(n) from kept", &[])
        .await?
        .get(0);
    assert_eq!(sum, 42);
    let folder = server.folder().to_owned();
    drop(server);
    assert!(!folder.exists(), "the folder goes with the server");
    Ok(())
}

#[tokio::test]
async fn only_the_durable_server_waits_for_the_disk() -> anyhow::Result<()> {
    let quick = TestDatabase::create_empty().await?;
    assert_eq!(setting(&connect(quick.url()).await?, "fsync").await?, "off");
    let server = TestServer::durable().await?;
    let client = connect(&server.create_empty_database().await?).await?;
    for name in ["fsync", "synchronous_commit", "full_page_writes"] {
        assert_eq!(setting(&client, name).await?, "on", "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn nothing_of_a_killed_server_answers_any_more() -> anyhow::Result<()> {
    let mut server = TestServer::private().await?;
    let url = server.create_database().await?;
    let client = connect(&url).await?;
    let backend: i32 = client.query_one("select pg_backend_pid()", &[]).await?.get(0);
    // Computes without a look at what became of the server.
    let computing = tokio::spawn(async move {
        let sum = "select sum(number) from generate_series(1, 2000000) as numbers (number)";
        client.query_one(sum, &[]).await
    });
    let watcher = connect(&url).await?;
    let state = "select count(*) from pg_stat_activity where state = 'active' and query like 'select sum(%'";
    while watcher.query_one(state, &[]).await?.get::<_, i64>(0) == 0 && !computing.is_finished() {}
    server.kill9().await?;
    let is_there = std::fs::read_link(format!("/proc/{backend}/cwd")).is_ok();
    assert!(!is_there, "the backend outlived the server");
    assert!(watcher.query_one("select 1", &[]).await.is_err());
    Ok(())
}
