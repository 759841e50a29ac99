//! The pools, the log that a connection serves, and the deadline on every call.
//!
//! What serves callers runs as `posars_tenant` in a session that has named its log: PostgreSQL then shows it no
//! other log's rows, whatever the statement says (row-level security, migration V4). Connections are shared by all
//! logs, because a pool for each would multiply them; which log a connection has named is remembered here, so with
//! one company nothing is ever sent twice, and with several the name travels in the round trip of the statement.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Object, Pool, Runtime, StatementCache};
use futures_util::FutureExt;
use futures_util::future::try_join;
use posars_database_address::Address;
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;

use crate::{StoreConfig, StoreError};

/// On tables without statistics the planner prefers a scan over the index the function needs: measured 5,000
/// appends/s instead of 40,000. A writer never needs another plan, so its sessions pin them.
const WRITER_SESSION: &str = concat!(
    include_str!("sql/writer_session.sql"),
    ";\n",
    include_str!("sql/tenant_session.sql")
);
/// The same trap for readers: a page of the log was read by bitmap and sorted, where walking the index gives it in order;
/// a list of 100 sales, asked for before the first sale and again after 60,000, took 106 ms instead of 2.
pub(crate) const READER_SESSION: &str = concat!(
    include_str!("sql/reader_session.sql"),
    ";\n",
    include_str!("sql/tenant_session.sql")
);
/// Not confined: for runners, rebuilds, audits and whatever looks at several logs. Their statements look up keys as well;
/// what is meant to read a whole table says so in its transaction.
const OWNER_SESSION: &str = include_str!("sql/reader_session.sql");
pub(crate) const NAME_LOG: &str = include_str!("sql/name_log.sql");

pub(crate) fn pool_of(
    address: &Address,
    config: &StoreConfig,
    connections_max: usize,
    session: &'static str,
) -> Result<Pool, StoreError> {
    let pool = address.pool();
    pool.max_size(connections_max)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(config.statement_deadline))
        .create_timeout(Some(address.connect_max()))
        .recycle_timeout(Some(config.connect_deadline))
        .post_create(Hook::async_fn(move |client, _| {
            Box::pin(async move { client.batch_execute(session).await.map_err(HookError::Backend) })
        }))
        .build()
        .map_err(|error| StoreError::BadConfig(error.to_string()))
}

/// The log that each connection has named. A connection is known by its statement cache, which it keeps for life;
/// the weak reference keeps the address from being given to another one.
#[derive(Clone, Debug, Default)]
pub(crate) struct NamedLogs(Arc<Mutex<Vec<Named>>>);

/// A connection and the log it has named.
type Named = (Weak<StatementCache>, i32);

impl NamedLogs {
    pub(crate) fn has_named(&self, client: &Object, log_id: i32) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let this = Arc::as_ptr(&client.statement_cache);
        known
            .iter()
            .any(|(other, named)| *named == log_id && std::ptr::eq(other.as_ptr(), this))
    }

    /// Also before a name is sent: until its answer is here nobody knows what holds.
    pub(crate) fn forget(&self, client: &Object) {
        let this = Arc::as_ptr(&client.statement_cache);
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            // And those whose connection is gone.
            .retain(|(other, _)| other.strong_count() > 0 && !std::ptr::eq(other.as_ptr(), this));
    }

    pub(crate) fn remember(&self, client: &Object, log_id: i32) {
        self.forget(client);
        let entry = (Arc::downgrade(&client.statement_cache), log_id);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }
}

/// The pools of a store, for the owner or confined to one log.
#[derive(Clone, Debug)]
pub(crate) struct Connections {
    writers: Pool,
    readers: Pool,
    owners: Pool,
    named: NamedLogs,
    /// The log that calls are confined to; none for the owner of the tables.
    log_id: Option<i32>,
    deadline: Duration,
}

impl Connections {
    pub(crate) fn new(config: &StoreConfig) -> Result<Self, StoreError> {
        let address = config.address()?;
        Ok(Self {
            writers: pool_of(&address, config, config.writer_connections_max, WRITER_SESSION)?,
            readers: pool_of(&address, config, config.reader_connections_max, READER_SESSION)?,
            owners: pool_of(&address, config, config.owner_connections_max, OWNER_SESSION)?,
            named: NamedLogs::default(),
            log_id: None,
            deadline: config.statement_deadline,
        })
    }

    /// The same connections, confined to one log.
    pub(crate) fn confined_to(&self, log_id: i32) -> Self {
        Self {
            log_id: Some(log_id),
            ..self.clone()
        }
    }

    pub(crate) fn owners(&self) -> &Pool {
        &self.owners
    }

    /// A connection for an append. The name of the log may still be under way in front of it: the functions that
    /// write compare it with the log they are given, so if it did not get there they refuse.
    pub(crate) async fn writer(&self) -> Result<Object, StoreError> {
        let client = taken_from(&self.writers).await?;
        let Some(log_id) = self.unnamed(&client) else {
            return Ok(client);
        };
        self.named.forget(&client);
        let prepared = self.within(client.prepare_cached(NAME_LOG)).await;
        let (client, statement) = keep_if_answered(client, prepared)?;
        let name = log_id.to_string();
        // Polled once, which sends it: awaiting the answer would cost a round trip of its own.
        drop(client.execute(&statement, &[&name]).now_or_never());
        self.named.remember(&client, log_id);
        Ok(client)
    }

    /// A connection with the owner's rights.
    pub(crate) async fn owner(&self) -> Result<Object, StoreError> {
        taken_from(&self.owners).await
    }

    /// Ends a statement's wait at the deadline. The caller must drop its connection then: the answer may
    /// still come.
    pub(crate) async fn within<T>(
        &self,
        call: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, StoreError> {
        match tokio::time::timeout(self.deadline, call).await {
            Ok(answer) => answer.map_err(|error| StoreError::from_postgres(&error)),
            Err(_) => Err(StoreError::DeadlineExceeded(
                u64::try_from(self.deadline.as_millis()).unwrap_or(u64::MAX),
            )),
        }
    }

    /// One statement, prepared once per connection, within the deadline.
    pub(crate) async fn query(
        &self,
        statement: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        let pool = match self.log_id {
            Some(_) => &self.readers,
            None => &self.owners,
        };
        let client = taken_from(pool).await?;
        let ask = async {
            match self.ask(&client, statement, params).await {
                // A migration gave the table a column since this connection prepared "select *".
                Err(error) if error.code() == Some(&SqlState::FEATURE_NOT_SUPPORTED) => {
                    client.statement_cache.remove(statement, &[]);
                    self.ask(&client, statement, params).await
                }
                answer => answer,
            }
        };
        let rows = self.within(ask).await;
        keep_if_answered(client, rows).map(|(_, rows)| rows)
    }

    async fn ask(
        &self,
        client: &Object,
        statement: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        let prepared = client.prepare_cached(statement).await?;
        let Some(log_id) = self.unnamed(client) else {
            return client.query(&prepared, params).await;
        };
        let naming = client.prepare_cached(NAME_LOG).await?;
        let name = log_id.to_string();
        self.named.forget(client);
        // Both are sent, in this order, before either is answered; the rows count only if the name got there.
        let name: [&(dyn ToSql + Sync); 1] = [&name];
        let (_, rows) = try_join(client.execute(&naming, &name), client.query(&prepared, params)).await?;
        self.named.remember(client, log_id);
        Ok(rows)
    }

    /// The log that this connection must name before it is used; none when it did, and for the owner.
    fn unnamed(&self, client: &Object) -> Option<i32> {
        self.log_id
            .filter(|log_id| !self.named.has_named(client, *log_id))
    }
}

async fn taken_from(pool: &Pool) -> Result<Object, StoreError> {
    pool.get().await.map_err(|error| StoreError::from_pool(&error))
}

/// A connection with an answer still under way must not go back to the pool.
fn keep_if_answered<T>(client: Object, answer: Result<T, StoreError>) -> Result<(Object, T), StoreError> {
    match answer {
        Ok(answer) => Ok((client, answer)),
        Err(error) => {
            if matches!(error, StoreError::DeadlineExceeded(_)) {
                drop(Object::take(client));
            }
            Err(error)
        }
    }
}
