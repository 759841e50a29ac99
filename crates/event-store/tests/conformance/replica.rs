//! A real streaming standby answers what callers read, as long as it is fresh.

use std::process::Command;
use std::time::{Duration, Instant};

use posars_event_store::{EventStore, Floors, Log, ReplicaStanding, StoreConfig};
use posars_testkit::{TestDatabase, TestServer};

use crate::fixture::{World, any, eventually, name, position, sql};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const WHERE: &str = "select pg_is_in_recovery() as on_replica";

struct Pair {
    writer: TestServer,
    standby: TestServer,
    /// Of one database, on each.
    urls: [String; 2],
}

impl Pair {
    async fn begin() -> anyhow::Result<Self> {
        let writer = TestServer::private().await?;
        let url = writer.create_database().await?;
        let standby = writer.standby().await?;
        let config: tokio_postgres::Config = url.parse()?;
        let on_standby = standby.url(config.get_dbname().unwrap_or_default());
        Ok(Self {
            writer,
            standby,
            urls: [url, on_standby],
        })
    }

    async fn store(&self) -> anyhow::Result<(EventStore, Log)> {
        let mut config = StoreConfig::new(&self.urls[0]).with_replica(Some(self.urls[1].clone()));
        config.replica_lag_max = Duration::from_millis(300);
        let store = EventStore::connect(config).await?;
        let log = store.log(&name("main")).await?;
        Ok((store, log))
    }

    async fn on_standby(&self, statement: &str) -> anyhow::Result<()> {
        Ok(sql(&self.urls[1]).await?.batch_execute(statement).await?)
    }
}

async fn is_answered_by_replica(log: &Log, floors: &Floors) -> anyhow::Result<bool> {
    let rows = log.query_replica(floors, WHERE, &[]).await?;
    Ok(rows[0].get("on_replica"))
}

/// Until it stands so.
async fn stands(store: &EventStore, expected: impl Fn(&ReplicaStanding) -> bool) {
    let give_up = Instant::now() + PATIENCE;
    loop {
        let standing = store.replica_standing().await.unwrap();
        if expected(&standing) {
            return;
        }
        assert!(Instant::now() < give_up, "it stands so: {standing}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn becomes_fresh(store: &EventStore) {
    stands(store, |standing| *standing == ReplicaStanding::Fresh).await;
}

#[tokio::test]
async fn a_fresh_replica_answers_what_it_includes() -> anyhow::Result<()> {
    let pair = Pair::begin().await?;
    let (store, log) = pair.store().await?;
    becomes_fresh(&store).await;
    let nothing = Floors::default();
    assert!(is_answered_by_replica(&log, &nothing).await?);
    // Another log's rows do not exist for it, there neither.
    let other = store.log(&name("other")).await?;
    other.append(any("note-1")).await?;
    let count = "select count(*) as streams, pg_is_in_recovery() as on_replica from streams";
    let rows = log.query_replica(&nothing, count, &[]).await?;
    assert_eq!(
        (rows[0].get::<_, i64>("streams"), rows[0].get("on_replica")),
        (0, true)
    );
    eventually("the replica has what was appended", async || {
        let rows = other.query_replica(&nothing, count, &[]).await?;
        let seen: (i64, bool) = (rows[0].get("streams"), rows[0].get("on_replica"));
        Ok(seen == (1, true))
    })
    .await?;
    let rows = other.query(WHERE, &[]).await?;
    assert!(
        !rows[0].get::<_, bool>("on_replica"),
        "what is decided reads the writer"
    );
    // What it does not include yet is answered by the writer, and by the replica when it has come.
    let mut floors = Floors::default();
    floors.demand("projection.sales".to_owned(), position(7));
    assert!(!is_answered_by_replica(&log, &floors).await?);
    let checkpoint = format!(
        "insert into checkpoints (name, log_id, position) values ('projection.sales', {}, 7)",
        log.id()
    );
    sql(&pair.urls[0]).await?.batch_execute(&checkpoint).await?;
    eventually("the replica gets there", async || {
        is_answered_by_replica(&log, &floors).await
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn one_that_lags_is_asked_again_when_it_has_caught_up() -> anyhow::Result<()> {
    let pair = Pair::begin().await?;
    let (store, log) = pair.store().await?;
    becomes_fresh(&store).await;
    pair.on_standby("select pg_wal_replay_pause()").await?;
    log.append(any("note-1")).await?;
    stands(&store, |standing| *standing == ReplicaStanding::Behind).await;
    assert!(!is_answered_by_replica(&log, &Floors::default()).await?);
    pair.on_standby("select pg_wal_replay_resume()").await?;
    becomes_fresh(&store).await;
    assert!(is_answered_by_replica(&log, &Floors::default()).await?);
    drop(pair.writer);
    Ok(())
}

#[tokio::test]
async fn one_that_dies_or_stops_half_way_leaves_the_answer_to_the_writer() -> anyhow::Result<()> {
    let mut pair = Pair::begin().await?;
    let (store, log) = pair.store().await?;
    becomes_fresh(&store).await;
    let slow = "select pg_sleep(case when pg_is_in_recovery() then 600 else 0 end)::text, pg_is_in_recovery() as on_replica";
    let asked = {
        let log = log.clone();
        tokio::spawn(async move { log.query_replica(&Floors::default(), slow, &[]).await })
    };
    // Every session there stands still, as on a machine that hangs; none is closed.
    let admin = sql(&pair.urls[1]).await?;
    let sleeping = "select count(*) from pg_stat_activity where query like 'select pg_sleep%' and pid <> pg_backend_pid()";
    let give_up = Instant::now() + PATIENCE;
    while admin.query_one(sleeping, &[]).await?.get::<_, i64>(0) == 0 {
        assert!(Instant::now() < give_up, "nobody asks the replica");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let others =
        "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()";
    let pids: Vec<i32> = admin
        .query(others, &[])
        .await?
        .iter()
        .map(|row| row.get(0))
        .collect();
    signal("-STOP", &pids)?;
    let rows = tokio::time::timeout(PATIENCE, asked).await???;
    assert!(!rows[0].get::<_, bool>("on_replica"));
    signal("-CONT", &pids)?;
    becomes_fresh(&store).await;
    assert!(is_answered_by_replica(&log, &Floors::default()).await?);
    drop(admin);

    pair.standby.kill9().await?;
    assert!(!is_answered_by_replica(&log, &Floors::default()).await?);
    stands(&store, |standing| matches!(standing, ReplicaStanding::Away(_))).await;
    log.append(any("note-1")).await?;
    pair.standby.restart().await?;
    becomes_fresh(&store).await;
    assert!(is_answered_by_replica(&log, &Floors::default()).await?);
    Ok(())
}

fn signal(signal: &str, pids: &[i32]) -> anyhow::Result<()> {
    let status = Command::new("kill")
        .arg(signal)
        .args(pids.iter().map(ToString::to_string))
        .status()?;
    anyhow::ensure!(status.success(), "kill {signal} failed: {status}");
    Ok(())
}

#[tokio::test]
async fn a_database_with_another_history_is_no_replica() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.log.append(any("note-1")).await?;
    let stranger = TestDatabase::create().await?;
    let other = EventStore::connect(StoreConfig::new(stranger.url())).await?;
    other.log(&name("main")).await?.append(any("note-1")).await?;
    let config = StoreConfig::new(world.database.url()).with_replica(Some(stranger.url().to_owned()));
    let store = EventStore::connect(config).await?;
    stands(&store, |standing| *standing == ReplicaStanding::Foreign).await;
    let log = store.log(&name("main")).await?;
    let rows = log
        .query_replica(
            &Floors::default(),
            "select current_database()::text as database",
            &[],
        )
        .await?;
    assert_eq!(rows[0].get::<_, String>("database"), world.database.name());
    Ok(())
}

#[tokio::test]
async fn a_replica_that_is_away_keeps_nobody_from_starting() -> anyhow::Result<()> {
    let world = World::open().await?;
    let nowhere = Some("host=/nowhere dbname=x user=x".to_owned());
    let store = EventStore::connect(StoreConfig::new(world.database.url()).with_replica(nowhere)).await?;
    let log = store.log(&name("main")).await?;
    assert!(!is_answered_by_replica(&log, &Floors::default()).await?);
    stands(&store, |standing| matches!(standing, ReplicaStanding::Away(_))).await;
    let broken = StoreConfig::new(world.database.url()).with_replica(Some("postgres://[".to_owned()));
    assert!(EventStore::connect(broken).await.is_err());
    Ok(())
}
