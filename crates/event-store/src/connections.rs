//! The pools: one for appends with pinned plans, one for everything else; and the deadline on every call.

use std::future::Future;
use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use tokio_postgres::NoTls;

use crate::{StoreConfig, StoreError};

/// On tables without statistics the planner prefers a scan over the index the function needs: measured 5,000
/// appends/s instead of 40,000. A writer never needs another plan, so its sessions pin them.
const WRITER_SESSION: &str = include_str!("sql/writer_session.sql");
/// The same trap for readers: a page of the log was read by bitmap and sorted, where walking the index gives it in order.
const READER_SESSION: &str = include_str!("sql/reader_session.sql");

fn pool(config: &StoreConfig, connections_max: usize, session: &'static str) -> Result<Pool, StoreError> {
    let manager_config = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    let manager = Manager::from_config(config.postgres()?, NoTls, manager_config);
    Pool::builder(manager)
        .max_size(connections_max)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(config.statement_deadline))
        .create_timeout(Some(config.connect_deadline))
        .recycle_timeout(Some(config.connect_deadline))
        .post_create(Hook::async_fn(move |client, _| {
            Box::pin(async move { client.batch_execute(session).await.map_err(HookError::Backend) })
        }))
        .build()
        .map_err(|error| StoreError::BadConfig(error.to_string()))
}

/// The two pools of a store.
#[derive(Clone, Debug)]
pub(crate) struct Connections {
    writers: Pool,
    readers: Pool,
    deadline: Duration,
}

impl Connections {
    pub(crate) fn new(config: &StoreConfig) -> Result<Self, StoreError> {
        Ok(Self {
            writers: pool(config, config.writer_connections_max, WRITER_SESSION)?,
            readers: pool(config, config.reader_connections_max, READER_SESSION)?,
            deadline: config.statement_deadline,
        })
    }

    pub(crate) fn readers(&self) -> &Pool {
        &self.readers
    }

    pub(crate) async fn writer(&self) -> Result<Object, StoreError> {
        self.writers
            .get()
            .await
            .map_err(|error| StoreError::from_pool(&error))
    }

    pub(crate) async fn reader(&self) -> Result<Object, StoreError> {
        self.readers
            .get()
            .await
            .map_err(|error| StoreError::from_pool(&error))
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

    /// One statement on a reader connection, prepared once per connection, within the deadline.
    pub(crate) async fn query(
        &self,
        statement: &str,
        params: &[&(dyn tokio_postgres::types::ToSql + Sync)],
    ) -> Result<Vec<tokio_postgres::Row>, StoreError> {
        let client = self.reader().await?;
        let rows = self
            .within(async {
                let prepared = client.prepare_cached(statement).await?;
                client.query(&prepared, params).await
            })
            .await;
        if matches!(rows, Err(StoreError::DeadlineExceeded(_))) {
            // A connection with an answer still under way must not go back to the pool.
            drop(Object::take(client));
        }
        rows
    }
}
