//! Queries that a real streaming standby answers, or leaves to the writer.

use std::time::{Duration, Instant};

use posars_event_store::{Position, ReplicaStanding, StoreConfig};
use posars_testkit::TestServer;
use tokio_postgres::{Client, NoTls};

use super::history::history;
use super::world::World;
use crate::{Freshness, NameKind, PageRequest, QueryError};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

struct Pair {
    world: World,
    standby: TestServer,
    on_standby: Client,
    _writer: TestServer,
}

impl Pair {
    /// With a replica that may be as old as it likes: what is asked for by position is looked at here.
    async fn begin() -> anyhow::Result<Self> {
        let writer = TestServer::private().await?;
        let url = writer.create_database().await?;
        let standby = writer.standby().await?;
        let config: tokio_postgres::Config = url.parse()?;
        let replica = standby.url(config.get_dbname().unwrap_or_default());
        let mut config = StoreConfig::new(url.as_str()).with_replica(Some(replica.clone()));
        config.replica_lag_max = Duration::from_secs(3_600);
        let world = World::at(url, config).await?;
        let (on_standby, connection) = tokio_postgres::connect(&replica, NoTls).await?;
        tokio::spawn(async move { drop(connection.await) });
        let pair = Self {
            world,
            standby,
            on_standby,
            _writer: writer,
        };
        pair.becomes_fresh().await?;
        Ok(pair)
    }

    async fn becomes_fresh(&self) -> anyhow::Result<()> {
        let give_up = Instant::now() + PATIENCE;
        while self.world.store.replica_standing().await != Some(ReplicaStanding::Fresh) {
            anyhow::ensure!(Instant::now() < give_up, "the replica never becomes fresh");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    async fn pause(&self) -> anyhow::Result<()> {
        Ok(self
            .on_standby
            .batch_execute("select pg_wal_replay_pause()")
            .await?)
    }

    async fn resume(&self) -> anyhow::Result<()> {
        Ok(self
            .on_standby
            .batch_execute("select pg_wal_replay_resume()")
            .await?)
    }

    /// The stores as a caller sees them, with the position of the answer.
    async fn stores(&self, freshness: Freshness) -> Result<(Vec<String>, Position), QueryError> {
        let page = self
            .world
            .projections
            .list_names(NameKind::Store, &PageRequest::first(100), freshness)
            .await?;
        Ok((page.rows.into_iter().map(|row| row.id).collect(), page.position))
    }

    async fn define(&self, store: &str) -> anyhow::Result<Position> {
        self.world.say(&[super::world::store(store, store)]).await?;
        self.world.catch_up().await?;
        Ok(self.world.log.head().await?.position)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_caller_has_seen_is_in_every_later_answer() -> anyhow::Result<()> {
    let pair = Pair::begin().await?;
    let first = pair.define("s1").await?;
    let fresh = Freshness::at_least(first, PATIENCE);
    assert_eq!(pair.stores(fresh).await?, (vec!["s1".to_owned()], first));
    // The answers come from the replica: while it stands still, what comes later is not in them.
    let give_up = Instant::now() + PATIENCE;
    loop {
        let replayed = "select pg_last_wal_replay_lsn() = pg_last_wal_receive_lsn()";
        if pair.on_standby.query_one(replayed, &[]).await?.get(0) {
            break;
        }
        assert!(Instant::now() < give_up, "the replica does not replay");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    pair.pause().await?;
    let second = pair.define("s2").await?;
    let (stale, position) = pair.stores(Freshness::ANY).await?;
    assert_eq!(
        (stale, position),
        (vec!["s1".to_owned()], first),
        "it is not the replica that answers"
    );
    // A caller that asks for its own write gets it, from the writer, and soon.
    let began = Instant::now();
    let both = vec!["s1".to_owned(), "s2".to_owned()];
    let fresh = Freshness::at_least(second, PATIENCE);
    assert_eq!(pair.stores(fresh).await?, (both.clone(), second));
    assert!(
        began.elapsed() < PATIENCE / 2,
        "it waited for the replica all the time"
    );
    // And nobody sees time go back afterwards, though nobody asks for a position.
    assert_eq!(pair.stores(Freshness::ANY).await?.0, both);
    // Whoever decides by it reads the writer anyhow.
    let third = pair.define("s3").await?;
    let at_writer = pair.world.projections.clone().at_writer();
    let page = at_writer
        .list_names(NameKind::Store, &PageRequest::first(100), Freshness::ANY)
        .await?;
    assert_eq!((page.rows.len(), page.position), (3, third));
    pair.resume().await?;
    pair.becomes_fresh().await?;
    let (names, position) = pair.stores(Freshness::at_least(third, PATIENCE)).await?;
    assert_eq!((names.len(), position), (3, third));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_go_on_without_the_replica() -> anyhow::Result<()> {
    let mut pair = Pair::begin().await?;
    pair.world.say(&history(7, 200, false)).await?;
    pair.world.catch_up().await?;
    let head = pair.world.log.head().await?.position;
    let fresh = Freshness::at_least(head, PATIENCE);
    let before = pair.stores(fresh).await?;
    pair.standby.kill9().await?;
    assert_eq!(pair.stores(Freshness::ANY).await?, before);
    let later = pair.define("later").await?;
    let (names, position) = pair.stores(Freshness::at_least(later, PATIENCE)).await?;
    assert!(names.contains(&"later".to_owned()) && position >= later);
    let beyond = Freshness::at_least(later.plus(1), PATIENCE);
    assert!(matches!(
        pair.stores(beyond).await,
        Err(QueryError::BeyondLog { .. })
    ));
    Ok(())
}
