//! The raw limit of appends: INSERTs into a table laid out like the log, nothing checked.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use posars_event_store::NewEvent;
use tokio_postgres::{Client, Statement};
use uuid::Uuid;

use super::load::{self, Round};
use super::scratch::connect;

/// A client with its own connection, as pgbench has it.
pub(crate) struct Inserter {
    client: Client,
    statement: Statement,
    position: Arc<AtomicI64>,
}

/// Makes the table, and one connection per client.
pub(crate) async fn clients(url: &str, count: usize, bulk: bool) -> anyhow::Result<Vec<Inserter>> {
    connect(url)
        .await?
        .batch_execute(include_str!("sql/insert_layout.sql"))
        .await?;
    let position = Arc::new(AtomicI64::new(1));
    let mut clients = Vec::with_capacity(count);
    for _ in 0..count {
        let client = connect(url).await?;
        let sql = if bulk {
            include_str!("sql/insert_events.sql")
        } else {
            include_str!("sql/insert_event.sql")
        };
        let statement = client.prepare(sql).await?;
        clients.push(Inserter {
            client,
            statement,
            position: Arc::clone(&position),
        });
    }
    Ok(clients)
}

/// One round: `make` gives the stream and the event of the next row.
pub(crate) async fn round(
    clients: Vec<Inserter>,
    duration: Duration,
    bulk: usize,
    make: impl Fn() -> anyhow::Result<(String, NewEvent)> + Clone + Send + Sync + 'static,
) -> anyhow::Result<(Round, Vec<Inserter>)> {
    load::run(clients, duration, bulk, move |inserter| {
        let make = make.clone();
        async move {
            if bulk == 1 {
                inserter.one(make()?).await
            } else {
                inserter.many(bulk, &make).await
            }
        }
    })
    .await
}

impl Inserter {
    async fn one(self, (stream, event): (String, NewEvent)) -> anyhow::Result<Self> {
        let position = self.position.fetch_add(1, Ordering::Relaxed);
        let (kind, data, metadata) = (
            event.event_type.as_str(),
            event.data.as_str(),
            event.metadata.as_str(),
        );
        let row: [&(dyn tokio_postgres::types::ToSql + Sync); 7] = [
            &position,
            &1_i64,
            &event.event_id,
            &stream,
            &kind,
            &data,
            &metadata,
        ];
        self.client.execute(&self.statement, &row).await?;
        Ok(self)
    }

    async fn many(
        self,
        count: usize,
        make: &impl Fn() -> anyhow::Result<(String, NewEvent)>,
    ) -> anyhow::Result<Self> {
        let first = self.position.fetch_add(i64::try_from(count)?, Ordering::Relaxed);
        let rows: Vec<(String, NewEvent)> = (0..count).map(|_| make()).collect::<anyhow::Result<_>>()?;
        let ids: Vec<Uuid> = rows.iter().map(|(_, event)| event.event_id).collect();
        let streams: Vec<&str> = rows.iter().map(|(stream, _)| stream.as_str()).collect();
        let data: Vec<&str> = rows.iter().map(|(_, event)| event.data.as_str()).collect();
        let metadata: Vec<&str> = rows.iter().map(|(_, event)| event.metadata.as_str()).collect();
        let kind = rows.first().map_or("", |(_, event)| event.event_type.as_str());
        let row: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
            [&first, &ids, &streams, &kind, &data, &metadata];
        self.client.execute(&self.statement, &row).await?;
        Ok(self)
    }
}
