//! Filling the new table with what was folded, as often as the memory is full.

use std::time::{Duration, Instant};

use posars_event_store::Position;
use tokio_postgres::error::SqlState;

use super::fold::Ranges;
use super::{Build, OnProgress};
use crate::ProjectionError;
use crate::faults::Step;
use crate::projection::{AnyFold, Load, Target};

/// How far the new table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    /// It is not there.
    None,
    /// It has rows and no indexes yet: rows can be copied in, and none can be found.
    Filling,
    /// It is like any other: changes are written over what it has.
    Indexed,
}

impl Build<'_> {
    /// Folds the log up to `total` and fills the table with it; answers how long the folding took.
    pub(super) async fn load(
        &mut self,
        total: Position,
        workers: usize,
        on_progress: OnProgress<'_>,
    ) -> Result<Duration, ProjectionError> {
        loop {
            let began = Instant::now();
            let mut writing = Duration::ZERO;
            let mut fold = self.projection.empty();
            let mut ranges = Ranges::new(self, total, workers);
            while let Some(folded) = ranges.next(self, on_progress).await? {
                fold.merge(folded);
                self.projections.faults.reach(Step::Folded)?;
                if fold.bytes() > self.limits.bytes_max {
                    let full = Instant::now();
                    fold = self.write_part(fold).await?;
                    writing += full.elapsed();
                }
            }
            let folding = began.elapsed().saturating_sub(writing);
            if self.write_end(fold).await? {
                return Ok(folding);
            }
            // Two streams tell of one row, which no command writes. The first of them counts, and only a table with an
            // index knows it: so all over again, with the indexes after the first part.
            let name = self.projection.name();
            tracing::info!(
                projection = name,
                "a row comes twice, rebuilding with its key at hand"
            );
            *self = Build {
                load: Load::ByKey,
                purpose: self.purpose,
                ..Build::new(self.projections, self.projection, self.limits)
            };
        }
    }

    /// Writes what was folded so far and gives back what the next part goes on from.
    async fn write_part(&mut self, fold: Box<dyn AnyFold>) -> Result<Box<dyn AnyFold>, ProjectionError> {
        if self.table == Table::Indexed {
            return self.write_over(fold).await;
        }
        let rest = self.copy(fold).await?;
        // What is carried on may be too much as well, such as the stock cards of very many products.
        if self.load == Load::InParts && rest.bytes() <= self.limits.bytes_max / 2 {
            return Ok(rest);
        }
        // Where a row came twice the end of the load finds out again.
        if self.make_indexes().await? {
            return self.write_over(rest).await;
        }
        Ok(rest)
    }

    /// Writes the last part; the table is complete then. Answers whether it is: not if a row came twice.
    async fn write_end(&mut self, mut fold: Box<dyn AnyFold>) -> Result<bool, ProjectionError> {
        if self.table != Table::Indexed {
            fold = self.copy(fold).await?;
            if !self.make_indexes().await? {
                return Ok(false);
            }
        }
        self.write_over(fold).await?;
        Ok(true)
    }

    /// Copies rows into the table while it has no indexes, making it first.
    async fn copy(&mut self, fold: Box<dyn AnyFold>) -> Result<Box<dyn AnyFold>, ProjectionError> {
        let (name, log_id) = (self.projection.name(), self.projections.log_id);
        let is_new = self.table == Table::None;
        let mut client = self.projections.client().await?;
        let transaction = client.transaction().await?;
        if is_new {
            transaction
                .query(include_str!("../sql/start_read_model.sql"), &[&name, &log_id])
                .await?;
        }
        transaction
            .query(include_str!("../sql/next_schema.sql"), &[&log_id])
            .await?;
        // Each part in a transaction of its own: one over all of them would keep the rows that others replace meanwhile,
        // such as the head of the log at every append, from being cleared away.
        let target = Target {
            transaction: &transaction,
            log_id,
            is_new,
        };
        let rest = fold.copy(&target).await?;
        transaction.commit().await?;
        self.table = Table::Filling;
        self.projections.faults.reach(Step::Copied)?;
        Ok(rest)
    }

    /// Gives the table its indexes and statistics; false if a key is in it twice.
    async fn make_indexes(&mut self) -> Result<bool, ProjectionError> {
        let (name, log_id) = (self.projection.name(), self.projections.log_id);
        let client = self.projections.client().await?;
        let indexed = client
            .query(include_str!("../sql/index_read_model.sql"), &[&name, &log_id])
            .await;
        match indexed {
            Ok(_) => {
                self.table = Table::Indexed;
                Ok(true)
            }
            Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) && self.load == Load::InParts => {
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Writes changes over what the table has, by its key.
    async fn write_over(&mut self, fold: Box<dyn AnyFold>) -> Result<Box<dyn AnyFold>, ProjectionError> {
        let log_id = self.projections.log_id;
        let mut client = self.projections.client().await?;
        let transaction = client.transaction().await?;
        transaction
            .query(include_str!("../sql/next_schema.sql"), &[&log_id])
            .await?;
        let target = Target {
            transaction: &transaction,
            log_id,
            is_new: false,
        };
        fold.write(&target).await?;
        transaction.commit().await?;
        self.projections.faults.reach(Step::Copied)?;
        Ok(self.projection.empty())
    }
}
