//! The report files of a closed month: its sealed trial balance, its income statement and its daily sales, as workbook and
//! as CSV, put once into the store of files.
//!
//! A consumer of the log like all others: killed on the way, the next one puts what is missing. A month that is opened and
//! closed again has files of its own for each close.

mod making;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use posars_event_store::{Consume, Consumer, Lease, LeaseError, Pace, PageDone, Position, ReadLog};
use posars_files::FileStore;

use crate::failure::Failure;
use crate::house::House;
use crate::lease_holder::holder;
use crate::settings::MannerArgs;
use making::{BOOKS, Maker};

/// The name of the consumer in the log.
pub(crate) const MONTH_FILES: &str = "files.months";
/// Most events of a page. Each may take seconds, and the lease is renewed after each.
const PAGE_EVENTS: u32 = 16;
/// Longer than the making of one close takes.
const LEASE: Duration = Duration::from_secs(60);
/// How often it looks for a close at most: nobody waits for a report by the second, and every sale makes the log grow.
const LOOK: Duration = Duration::from_secs(1);
/// The pause after a failure.
const PAUSE: Duration = Duration::from_secs(5);
/// What writers that died have left is removed so often, when it is so old.
const REMOVE_EVERY: Duration = Duration::from_secs(3_600);
const ABANDONED_AFTER: Duration = Duration::from_secs(24 * 3_600);

/// Makes the files of one company's closed months.
pub(crate) struct MonthFiles {
    maker: Maker,
    /// Whether the last page found the end of the log.
    at_end: bool,
}

/// Why a page failed.
#[derive(Debug)]
pub(crate) enum MonthFilesError {
    /// The lease, or the log.
    Lease(LeaseError),
    /// The read models, or the store of files.
    Failed(Failure),
}

impl From<LeaseError> for MonthFilesError {
    fn from(error: LeaseError) -> Self {
        Self::Lease(error)
    }
}

impl MonthFiles {
    /// Those of a company, into this store.
    pub(crate) fn of(house: &House, files: Arc<dyn FileStore>, manner: &MannerArgs) -> Self {
        Self {
            maker: Maker::new(house.clone(), files, manner),
            at_end: false,
        }
    }

    /// Works until told to stop, under the lease of this consumer.
    pub(crate) fn run(self, stop: BoxFuture<'static, ()>) -> impl Future<Output = ()> + Send {
        let log = self.maker.house.log.clone();
        let pace = Pace {
            lease: LEASE,
            idle: LEASE / 3,
            ..Pace::USUAL
        };
        Consumer::new(&log, MONTH_FILES, &holder(), self)
            .with_pace(pace)
            .run(stop)
    }
}

impl Consume for MonthFiles {
    type Error = MonthFilesError;

    async fn page(&mut self, lease: &mut Lease, after: Position) -> Result<PageDone, MonthFilesError> {
        if self.at_end {
            tokio::time::sleep(LOOK).await;
        }
        let log = &self.maker.house.log;
        let read = ReadLog::after(after, PAGE_EVENTS).category(BOOKS);
        let page = log.read_log(&read).await.map_err(LeaseError::from)?;
        for event in &page.events {
            let made = self.maker.make_if_closed(event).await;
            made.map_err(MonthFilesError::Failed)?;
            lease.renew().await?;
        }
        self.at_end = page.at_end;
        Ok(PageDone {
            scanned_to: page.scanned_to,
            at_end: page.at_end,
            worked: !page.events.is_empty(),
        })
    }

    fn lease_error(error: &MonthFilesError) -> Option<&LeaseError> {
        match error {
            MonthFilesError::Lease(error) => Some(error),
            MonthFilesError::Failed(_) => None,
        }
    }

    fn pause_after(&self, _error: &MonthFilesError, _failures: u32) -> Duration {
        PAUSE
    }

    fn given(&mut self, _position: Position) {
        self.at_end = false;
    }

    async fn stand_by(&mut self, holder: &str) {
        tracing::trace!(holder, "another process makes the files of closed months");
    }

    fn failed(&mut self, error: &MonthFilesError) {
        let company = &self.maker.house.company_id;
        match error {
            MonthFilesError::Lease(error) => {
                tracing::warn!(%company, %error, "the files of closed months wait for the log");
            }
            MonthFilesError::Failed(failure) => {
                tracing::error!(%company, %failure, "the files of a closed month could not be made; trying again");
            }
        }
    }
}

/// Removes what writers of files that died have left, hour by hour, until told to stop.
pub(crate) async fn remove_abandoned(files: Arc<dyn FileStore>, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = tokio::time::sleep(REMOVE_EVERY) => {}
            () = &mut stop => return,
        }
        match files.remove_abandoned(ABANDONED_AFTER).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "files that were never finished are removed"),
            Err(error) => tracing::warn!(%error, "files that were never finished stay for now"),
        }
    }
}
