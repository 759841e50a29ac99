//! A replica, which answers what callers read as long as it is fresh; the writer answers otherwise.
//!
//! Whether it is fresh is looked at twice a second, apart from the queries: its heads must be those that the writer had a
//! moment ago, of the same history. A query is given up when the replica turns out to be away meanwhile. Nothing that is
//! decided, sealed, leased or fed to a consumer is ever read here.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool_postgres::{Object, Pool};
use futures_util::future::try_join3;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge};
use posars_database_address::Address;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row};

use crate::connections::{Connections, NAME_LOG, NamedLogs, READER_SESSION, pool_of};
use crate::error::with_causes;
use crate::{Position, StoreConfig, StoreError};

/// How often it is looked at.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);
/// How long one look may take: a server that does not answer so little answers nothing.
const LOOK_MAX: Duration = Duration::from_secs(1);

/// How a replica stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplicaStanding {
    /// Nobody has looked yet.
    Unknown,
    /// It answers what callers read.
    Fresh,
    /// It is further behind than it may be.
    Behind,
    /// It has another history: it is no replica of this database.
    Foreign,
    /// It does not answer.
    Away(String),
}

impl fmt::Display for ReplicaStanding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("it was not looked at yet"),
            Self::Fresh => f.write_str("it answers what callers read"),
            Self::Behind => f.write_str("it is too far behind; the writer answers until it has caught up"),
            Self::Foreign => f.write_str("it is no replica of this database: it has another history"),
            Self::Away(problem) => write!(f, "it does not answer; the writer does: {problem}"),
        }
    }
}

/// What an answer must include: a position of each of some subscriptions.
#[derive(Clone, Debug, Default)]
pub struct Floors {
    names: Vec<String>,
    positions: Vec<i64>,
}

impl Floors {
    /// A subscription must have dealt with everything up to a position.
    pub fn demand(&mut self, subscription: String, position: Position) {
        self.names.push(subscription);
        self.positions.push(position.to_sql());
    }
}

/// A replica of a store's database. Ends with the store.
#[derive(Debug)]
pub(crate) struct Replica {
    pool: Pool,
    named: NamedLogs,
    standing: Arc<watch::Sender<ReplicaStanding>>,
    reads: Counter<u64>,
    /// Half of a statement's time: then there is some left for the writer.
    deadline: Duration,
    _looks: JoinSet<()>,
}

impl Replica {
    /// The replica that the settings name, if they do.
    pub(crate) fn start(config: &StoreConfig, writer: &Connections) -> Result<Option<Self>, StoreError> {
        let Some(url) = &config.replica_url else {
            return Ok(None);
        };
        let address = config.address_of(url)?;
        let standing = Arc::new(watch::Sender::new(ReplicaStanding::Unknown));
        let look = Look {
            address: address
                .clone()
                .named("posars replica")
                .within(LOOK_MAX)
                .with_password_patience(Duration::ZERO),
            writer: writer.clone(),
            lag_max: config.replica_lag_max,
            heads: VecDeque::new(),
            client: None,
            is_fresh: opentelemetry::global::meter("posars")
                .u64_gauge("posars.replica.fresh")
                .with_description("1 while the replica may answer, 0 while the writer answers everything")
                .build(),
        };
        let mut looks = JoinSet::new();
        looks.spawn(look.run(Arc::clone(&standing)));
        Ok(Some(Self {
            pool: pool_of(&address, config, config.reader_connections_max, READER_SESSION)?,
            named: NamedLogs::default(),
            standing,
            reads: opentelemetry::global::meter("posars")
                .u64_counter("posars.replica.reads")
                .with_description("Queries of callers, by who answered: the replica or the writer")
                .build(),
            deadline: config.statement_deadline / 2,
            _looks: looks,
        }))
    }

    /// How it stands, after the first look.
    pub(crate) async fn standing(&self) -> ReplicaStanding {
        let mut standing = self.standing.subscribe();
        let known = standing
            .wait_for(|standing| *standing != ReplicaStanding::Unknown)
            .await;
        known.map_or(ReplicaStanding::Unknown, |standing| standing.clone())
    }

    /// The rows of one statement in a session that is confined to a log; none where the writer must answer.
    pub(crate) async fn query(
        &self,
        log_id: i32,
        floors: &Floors,
        statement: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Option<Vec<Row>> {
        let rows = self.try_query(log_id, floors, statement, params).await;
        let by = if rows.is_some() { "replica" } else { "writer" };
        self.reads.add(1, &[KeyValue::new("by", by)]);
        rows
    }

    async fn try_query(
        &self,
        log_id: i32,
        floors: &Floors,
        statement: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Option<Vec<Row>> {
        let mut standing = self.standing.subscribe();
        if *standing.borrow_and_update() != ReplicaStanding::Fresh {
            return None;
        }
        let client = tokio::select! {
            client = self.pool.get() => client.ok(),
            _ = standing.wait_for(|standing| *standing != ReplicaStanding::Fresh) => None,
        }?;
        let answer = tokio::select! {
            answer = tokio::time::timeout(self.deadline, self.ask(&client, log_id, floors, statement, params)) => answer.ok(),
            _ = standing.wait_for(|standing| *standing != ReplicaStanding::Fresh) => None,
        };
        match answer {
            Some(Ok(rows)) => return rows,
            Some(Err(error)) => {
                tracing::debug!(
                    error = with_causes(&error),
                    "the replica did not answer, the writer is asked"
                );
                self.named.forget(&client);
                // What it may have been prepared for is not there any more.
                client.statement_cache.remove(statement, &[]);
            }
            // A connection with an answer still under way must not go back to the pool.
            None => drop(Object::take(client)),
        }
        None
    }

    async fn ask(
        &self,
        client: &Object,
        log_id: i32,
        floors: &Floors,
        statement: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Option<Vec<Row>>, tokio_postgres::Error> {
        let naming = client.prepare_cached(NAME_LOG).await?;
        let includes = client
            .prepare_cached(include_str!("sql/replica_includes.sql"))
            .await?;
        let statement = client.prepare_cached(statement).await?;
        let name = log_id.to_string();
        let (name, floors): ([&(dyn ToSql + Sync); 1], [&(dyn ToSql + Sync); 3]) =
            ([&name], [&floors.names, &floors.positions, &log_id]);
        let is_named = self.named.has_named(client, log_id);
        let name_log = async {
            if is_named {
                Ok(0)
            } else {
                client.execute(&naming, &name).await
            }
        };
        self.named.forget(client);
        // All are sent, in this order, before any is answered: what the first look sees, the rows see, too.
        let asked = try_join3(
            name_log,
            client.query_one(&includes, &floors),
            client.query(&statement, params),
        );
        let (_, includes, rows) = asked.await?;
        self.named.remember(client, log_id);
        Ok(includes.try_get("includes").unwrap_or(false).then_some(rows))
    }
}

type Heads = HashMap<i32, i64>;

/// What looks at a replica.
struct Look {
    address: Address,
    writer: Connections,
    lag_max: Duration,
    /// Those of the writer, the oldest in front: as old as the replica may be, or the first ones.
    heads: VecDeque<(Instant, Heads)>,
    client: Option<Client>,
    is_fresh: Gauge<u64>,
}

impl Look {
    async fn run(mut self, standing: Arc<watch::Sender<ReplicaStanding>>) {
        let mut ticks = tokio::time::interval(LOOK_INTERVAL);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let now = match tokio::time::timeout(LOOK_MAX, self.heads_of_replica()).await {
                Ok(Ok(rows)) => self.compared(&rows).await,
                Ok(Err(error)) => Some(ReplicaStanding::Away(with_causes(&error))),
                Err(_) => Some(ReplicaStanding::Away(format!(
                    "no answer in {} ms",
                    LOOK_MAX.as_millis()
                ))),
            };
            let Some(now) = now else { continue };
            if matches!(now, ReplicaStanding::Away(_)) {
                self.client = None;
            }
            self.is_fresh
                .record(u64::from(now == ReplicaStanding::Fresh), &[]);
            standing.send_if_modified(|before| {
                let is_new = std::mem::discriminant(before) != std::mem::discriminant(&now);
                if is_new && now == ReplicaStanding::Fresh {
                    tracing::info!("the replica answers what callers read");
                } else if is_new {
                    tracing::warn!(standing = %now, "the replica does not answer what callers read");
                }
                *before = now;
                is_new
            });
        }
    }

    async fn heads_of_replica(&mut self) -> Result<Vec<Row>, tokio_postgres::Error> {
        let client = match self.client.take().filter(|client| !client.is_closed()) {
            Some(client) => client,
            None => {
                let (client, connection) = self.address.connect().await?;
                tokio::spawn(async move { drop(connection.await) });
                client
            }
        };
        let rows = client.query(include_str!("sql/replica_heads.sql"), &[]).await?;
        self.client = Some(client);
        Ok(rows)
    }

    /// How the replica stands; none while the writer cannot be asked, when it stands as before.
    async fn compared(&mut self, replica: &[Row]) -> Option<ReplicaStanding> {
        let mut there: HashMap<i32, (i64, &[u8])> = HashMap::new();
        for row in replica {
            there.insert(row.get("log_id"), (row.get("position"), row.get("chain_hash")));
        }
        let logs: Vec<i32> = there.keys().copied().collect();
        let positions: Vec<i64> = there.values().map(|(position, _)| *position).collect();
        let hashes: Vec<&[u8]> = there.values().map(|(_, hash)| *hash).collect();
        let params: [&(dyn ToSql + Sync); 3] = [&logs, &positions, &hashes];
        let asked = self
            .writer
            .query(include_str!("sql/replica_compared.sql"), &params);
        let rows = asked.await.ok()?;
        let here: Heads = rows
            .iter()
            .map(|row| (row.get("log_id"), row.get("position")))
            .collect();
        let is_ours =
            rows.iter().all(|row| row.get("is_ours")) && logs.iter().all(|log| here.contains_key(log));
        if !is_ours {
            return Some(ReplicaStanding::Foreign);
        }
        let now = Instant::now();
        self.heads.push_back((now, here));
        // Of those that are old enough the newest counts.
        while self
            .heads
            .get(1)
            .is_some_and(|(at, _)| now.duration_since(*at) >= self.lag_max)
        {
            self.heads.pop_front();
        }
        let (_, demanded) = self.heads.front()?;
        let position_of = |log: &i32| there.get(log).map_or(0, |(position, _)| *position);
        let has_all = demanded
            .iter()
            .all(|(log, position)| position_of(log) >= *position);
        Some(if has_all {
            ReplicaStanding::Fresh
        } else {
            ReplicaStanding::Behind
        })
    }
}
