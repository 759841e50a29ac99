//! One page of the log through one projection: rows, parked events and checkpoint in one transaction.

use std::collections::HashSet;
use std::time::Duration;

use deadpool_postgres::{Object, Transaction};
use posars_event_store::{Lease, PageDone};
use tracing::Instrument as _;

use crate::faults::Step;
use crate::log_page::{LogPage, PageReader};
use crate::parked::Parking;
use crate::projection::{AnyProjection, Target};
use crate::{DatabaseError, ProjectionError, Projections};

/// Longest time a page's transaction may take.
const PAGE_DEADLINE: Duration = Duration::from_secs(60);

impl Projections {
    /// Reads, folds, writes and commits the page after the lease's position.
    ///
    /// After an error the lease must be given up: it may believe in a checkpoint that was rolled back.
    pub(crate) async fn run_page(
        &self,
        projection: &'static dyn AnyProjection,
        lease: &mut Lease,
        reader: &PageReader,
    ) -> Result<PageDone, ProjectionError> {
        let (page, at_end) = reader.next(&self.log, lease.position()).await?;
        let done = PageDone {
            scanned_to: page.scanned_to,
            at_end,
            worked: !page.is_empty(),
        };
        if page.is_empty() {
            return Ok(done);
        }
        self.faults.reach(Step::PageRead)?;
        let mut client = self.client().await?;
        let span = tracing::debug_span!(
            "apply",
            projection = projection.name(),
            log = self.log.name().as_str(),
            events = page.len(),
            position = page.scanned_to.get()
        );
        page.origins().join(&span);
        let write = self
            .write_page(projection, lease, &page, reader, &mut client)
            .instrument(span);
        let parked = match tokio::time::timeout(PAGE_DEADLINE, write).await {
            Ok(parked) => parked,
            Err(_) => {
                let deadline_ms = u64::try_from(PAGE_DEADLINE.as_millis()).unwrap_or(u64::MAX);
                Err(DatabaseError::DeadlineExceeded(deadline_ms).into())
            }
        };
        if parked.is_err() {
            // Its transaction may still be under way.
            drop(Object::take(client));
        }
        self.metrics.page(projection.name(), page.len(), parked?);
        self.report_progress(projection.name(), done.scanned_to);
        self.faults.reach(Step::PageCommitted)?;
        Ok(done)
    }

    async fn write_page(
        &self,
        projection: &'static dyn AnyProjection,
        lease: &mut Lease,
        page: &LogPage,
        reader: &PageReader,
        client: &mut Object,
    ) -> Result<usize, ProjectionError> {
        let transaction = client.transaction().await?;
        // The checkpoint first: its row lock keeps retries and swaps out until the commit, and a holder that was
        // fenced out stops here, before it has written anything.
        lease.checkpoint_in(&*transaction, page.scanned_to).await?;
        self.faults.reach(Step::CheckpointWritten)?;
        let parked = if reader.knows_none_parked() {
            HashSet::new()
        } else {
            self.parked_streams(projection.name(), &transaction).await?
        };
        let mut parking = Parking::with(parked);
        let mut fold = projection.empty();
        for event in page.events() {
            parking.apply(projection.name(), &event, fold.as_mut());
        }
        fold.write(&Target {
            transaction: &transaction,
            log_id: self.log_id,
            is_new: false,
        })
        .await?;
        parking.write(&transaction, self.log_id, None).await?;
        self.faults.reach(Step::RowsWritten)?;
        transaction.commit().await?;
        reader.saw_parked(!parking.streams().is_empty());
        if parking.added() > 0 {
            tracing::warn!(
                projection = projection.name(),
                events = parking.added(),
                "events parked, see `posars projections status`"
            );
        }
        Ok(parking.added())
    }

    async fn parked_streams(
        &self,
        projection: &'static str,
        transaction: &Transaction<'_>,
    ) -> Result<HashSet<String>, ProjectionError> {
        let statement = transaction
            .prepare_cached(include_str!("sql/parked_streams.sql"))
            .await?;
        let rows = transaction
            .query(&statement, &[&projection, &self.log_id])
            .await?;
        Ok(rows.iter().map(|row| row.get("stream")).collect())
    }
}
