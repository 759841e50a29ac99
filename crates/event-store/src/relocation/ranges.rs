//! One range of a log: read there, written here, in one transaction on this side.

use std::time::Duration;

use deadpool_postgres::Object;
use futures_util::{SinkExt as _, TryStreamExt as _, pin_mut};
use jiff::Timestamp;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, CopyInSink, Transaction};

use super::{Relocation, RelocationError, within};
use crate::log::Log;
use crate::{EventStore, Position, StoreError};

/// Positions of a range; bounds what is done again after a kill, and the time of one transaction.
const RANGE_POSITIONS: u64 = 20_000;
/// How long a range may take.
const RANGE_TIME: Duration = Duration::from_secs(300);

/// Where a commit of the log ends.
pub(super) struct Border {
    pub(super) position: Position,
    pub(super) hash: Vec<u8>,
    committed_at: Timestamp,
}

impl Border {
    pub(super) async fn of(log: &Log, at: Position) -> Result<Option<Self>, RelocationError> {
        let sql = include_str!("../sql/relocate_border.sql");
        let rows = log
            .owner_connections()
            .query(sql, &[&log.id, &at.to_sql()])
            .await?;
        Ok(rows.first().map(|row| Self {
            position: Position::from_sql(row.get("last")),
            hash: row.get("hash"),
            committed_at: row.get("committed_at"),
        }))
    }
}

impl Relocation {
    /// The end of the last commit that begins up to a position; none when there is no commit yet.
    pub(super) async fn border(&self, at: Position) -> Result<Option<Border>, RelocationError> {
        Border::of(&self.from, at).await
    }

    /// Copies the next range, which does not go beyond the commit at `head`.
    pub(super) async fn copy_range(
        &mut self,
        source: &Client,
        head: Position,
    ) -> Result<(), RelocationError> {
        // No further than the partitions that may be made from where the copy is.
        let partition = self.cover(self.reached.plus(1)).await?;
        let at = self.reached.plus(RANGE_POSITIONS.min(partition)).min(head);
        let Some(border) = self
            .border(at)
            .await?
            .filter(|border| border.position > self.reached)
        else {
            return Err(RelocationError::OtherHistory {
                position: self.reached,
            });
        };
        self.cover(border.position).await?;
        let mut target = self.to.owner_connections().owner().await?;
        let copied = self.copy_to(source, &mut target, &border).await;
        match copied {
            Ok(()) => {
                self.reached = border.position;
                Ok(())
            }
            Err(error) => {
                // Half a range may be on it.
                drop(Object::take(target));
                Err(error)
            }
        }
    }

    /// Makes the partition of a position on the other side; answers the positions of one.
    async fn cover(&self, position: Position) -> Result<u64, RelocationError> {
        let sql = include_str!("../sql/ensure_partitions.sql");
        let rows = self
            .to
            .owner_connections()
            .query(sql, &[&position.to_sql()])
            .await?;
        let rows = rows.first().map_or(1, |row| row.get::<_, i64>("partition_rows"));
        Ok(u64::try_from(rows).unwrap_or(1))
    }

    async fn copy_to(
        &self,
        source: &Client,
        target: &mut Object,
        border: &Border,
    ) -> Result<(), RelocationError> {
        let (after, to) = (self.reached, border.position);
        let log_id = self.to.id;
        let copied = async {
            let transaction = target.transaction().await?;
            // First: whoever else writes here waits, or is seen.
            let head = include_str!("../sql/relocate_head.sql");
            let params: [&(dyn ToSql + Sync); 5] = [
                &log_id,
                &after.to_sql(),
                &to.to_sql(),
                &border.hash,
                &border.committed_at,
            ];
            if transaction.execute(head, &params).await? != 1 {
                return Ok(false);
            }
            let copy = |out: &str| {
                out.replace("$1", &self.from.id.to_string())
                    .replace("$2", &after.to_string())
                    .replace("$3", &to.to_string())
                    .replace("$4", &log_id.to_string())
            };
            let claims_table = include_str!("../sql/relocate_claims_table.sql");
            transaction.batch_execute(claims_table).await?;
            for (out, into) in [
                (
                    include_str!("../sql/relocate_events.sql"),
                    include_str!("../sql/relocate_events_in.sql"),
                ),
                (
                    include_str!("../sql/relocate_commits.sql"),
                    include_str!("../sql/relocate_commits_in.sql"),
                ),
                (
                    include_str!("../sql/relocate_keys.sql"),
                    include_str!("../sql/relocate_keys_in.sql"),
                ),
                (
                    include_str!("../sql/relocate_claims.sql"),
                    include_str!("../sql/relocate_claims_in.sql"),
                ),
            ] {
                copy_rows(source, &copy(out), &transaction, into).await?;
            }
            let merge = include_str!("../sql/relocate_claims_merge.sql");
            transaction.execute(merge, &[]).await?;
            let streams = include_str!("../sql/relocate_streams.sql");
            let range: [&(dyn ToSql + Sync); 3] = [&log_id, &after.to_sql(), &to.to_sql()];
            transaction.execute(streams, &range).await?;
            transaction.commit().await?;
            Ok(true)
        };
        if within(RANGE_TIME, copied).await? {
            Ok(())
        } else {
            let text = format!("the copy of log {} is not at position {after}", self.to.name());
            Err(StoreError::Refused(text).into())
        }
    }
}

/// Brings rows that stand beside a log, such as keys, from one database to another, in one transaction there: first the
/// statements with their parameters, then each COPY out of here into the COPY of the same place there. Both must agree in
/// columns and their types.
///
/// # Errors
/// [`StoreError`]; then nothing has changed.
pub async fn carry_rows(
    from: &EventStore,
    to: &EventStore,
    writes: &[(&str, Vec<&(dyn ToSql + Sync)>)],
    copies: &[(String, &str)],
) -> Result<(), StoreError> {
    let source = from.connections().owner().await?;
    let mut target = to.connections().owner().await?;
    let carried = async {
        let transaction = target.transaction().await?;
        for (sql, params) in writes {
            transaction.execute(*sql, params).await?;
        }
        for (out, into) in copies {
            copy_rows(&source, out, &transaction, into).await?;
        }
        transaction.commit().await
    };
    let carried = match tokio::time::timeout(RANGE_TIME, carried).await {
        Ok(answer) => answer.map_err(|error| StoreError::from_postgres(&error)),
        Err(_) => Err(StoreError::DeadlineExceeded(
            u64::try_from(RANGE_TIME.as_millis()).unwrap_or(u64::MAX),
        )),
    };
    if carried.is_err() {
        // Rows may still be on their way on both.
        drop(Object::take(source));
        drop(Object::take(target));
    }
    carried
}

/// The rows of one COPY into another, byte by byte, as they come.
async fn copy_rows(
    source: &Client,
    out: &str,
    target: &Transaction<'_>,
    into: &str,
) -> Result<(), tokio_postgres::Error> {
    let rows = source.copy_out(out).await?;
    let sink: CopyInSink<bytes::Bytes> = target.copy_in(into).await?;
    pin_mut!(rows);
    pin_mut!(sink);
    while let Some(row) = rows.try_next().await? {
        sink.feed(row).await?;
    }
    sink.finish().await?;
    Ok(())
}
