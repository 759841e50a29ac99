//! The partitions of `events`: made before the positions that need them.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::connections::Connections;
use crate::{Position, StoreError};

/// Where the partitions of `events` end, as far as this process knows.
#[derive(Debug)]
pub(crate) struct Partitions {
    pub(crate) covered_to: AtomicU64,
    pub(crate) rows: u64,
}

impl Partitions {
    /// Those of the database, with one for the position after `head`.
    pub(crate) async fn covering(connections: &Connections, head: Position) -> Result<Self, StoreError> {
        let next = head.to_sql().saturating_add(1);
        let rows = connections
            .query(include_str!("sql/ensure_partitions.sql"), &[&next])
            .await?;
        let number = |column| {
            let number = rows.first().map(|row| row.get::<_, i64>(column));
            number.and_then(|number| u64::try_from(number).ok())
        };
        Ok(Self {
            covered_to: AtomicU64::new(number("covered_to").unwrap_or(0)),
            rows: number("partition_rows").unwrap_or(1),
        })
    }

    /// Makes the partition of a position, and those before it, where they are missing.
    pub(crate) async fn cover(&self, connections: &Connections, position: u64) -> Result<(), StoreError> {
        let position = i64::try_from(position).unwrap_or(i64::MAX);
        let rows = connections
            .query(include_str!("sql/ensure_partitions.sql"), &[&position])
            .await?;
        let covered_to = rows.first().map_or(0, |row| row.get::<_, i64>("covered_to"));
        self.covered_to
            .store(u64::try_from(covered_to).unwrap_or(0), Ordering::Relaxed);
        Ok(())
    }
}
