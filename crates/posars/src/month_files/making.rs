//! Making the files of one close.

use std::sync::Arc;
use std::time::Duration;

use posars_domain::books::{BooksEvent, PeriodClosed};
use posars_domain::{DomainEvent as _, Month};
use posars_event_store::{Position, ReadLog, RecordedEvent};
use posars_files::{FileError, FileStore, FileType, FolderName, InvalidFileName, Source};
use posars_projections::{
    BookScope, BookSpan, DailySalesFilter, Freshness, IncomeColumns, IncomeQuery, NameKind,
};
use posars_reports::{
    DailySalesReport, DecimalMark, Format, IncomeStatementReport, ReportError, ReportOptions,
    TrialBalanceReport,
};

use crate::failure::{Exit, Failure};
use crate::house::{COMPANY_NAME, House};
use crate::settings::MannerArgs;

/// The category of the events that open and close months, and most of a page of them.
pub(super) const BOOKS: &str = "books";
const PAGE_EVENTS: u32 = 100;

/// How long the read models may take to come to the close.
const FRESHNESS_WAIT: Duration = Duration::from_secs(20);
const FORMATS: [(Format, FileType); 2] = [(Format::Xlsx, FileType::Xlsx), (Format::Csv, FileType::Csv)];

/// What makes the files.
pub(super) struct Maker {
    pub(super) house: House,
    files: Arc<dyn FileStore>,
    options: ReportOptions,
}

/// Why a file of a close is not there.
enum NotMade {
    /// It can never be.
    Never(String),
    /// It may be later.
    Later(Failure),
}

impl From<ReportError> for NotMade {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::OutOfRange { .. } | ReportError::TooLong { .. } => Self::Never(error.to_string()),
            ReportError::Workbook(_) | ReportError::Csv(_) | ReportError::File(_) => {
                Self::Later(error.into())
            }
        }
    }
}

impl<E: Into<Failure>> From<Away<E>> for NotMade {
    fn from(Away(error): Away<E>) -> Self {
        Self::Later(error.into())
    }
}

/// An error of what a report is made of, or of where it goes.
struct Away<E>(E);

impl Maker {
    pub(super) fn new(house: House, files: Arc<dyn FileStore>, manner: &MannerArgs) -> Self {
        Self {
            house,
            files,
            options: ReportOptions {
                language: manner.language.into(),
                decimal_mark: DecimalMark::Point,
                time_zone: manner.time_zone.time_zone().clone(),
            },
        }
    }

    /// Makes the files of an event that closes a month; those that are there stay. They bear the time of the event, so every
    /// process makes the same. The books of a closed month do not change; daily sales are those of the business day up to the
    /// log position that the workbook names, so they may have a sale that was recorded late. A report that can never be made,
    /// such as the statement of a month that was opened again before, is told in the log and left out, for all later months
    /// wait behind it.
    ///
    /// # Errors
    /// What is away: the read models, the store of files.
    pub(super) async fn make_if_closed(&self, event: &RecordedEvent) -> Result<(), Failure> {
        let read = BooksEvent::from_json(event.event_type.as_str(), event.schema_version, &event.data);
        let closed = match read {
            Ok(BooksEvent::PeriodClosed(closed)) => closed,
            Ok(
                BooksEvent::BooksBegun(_)
                | BooksEvent::PeriodCloseBegun(_)
                | BooksEvent::PeriodReopened(_)
                | BooksEvent::PeriodLocked(_),
            ) => return Ok(()),
            Err(error) => {
                // A newer build reads it, and comes to this event only if this one does not pass it.
                return Err(Failure::new(Exit::Conflict, "LOG_UNREADABLE", error));
            }
        };
        let folder = self.folder(event, &closed)?;
        let company = self.company_name().await?;
        let made = [
            self.trial_balance(&folder, &company, event, &closed).await,
            self.income_statement(&folder, &company, event, &closed).await,
            self.daily_sales(&folder, &company, event, &closed).await,
        ];
        for made in made {
            match made {
                Ok(()) => {}
                Err(NotMade::Later(failure)) => return Err(failure),
                Err(NotMade::Never(why)) => {
                    tracing::error!(company = %self.house.company_id, month = %closed.month, why, "a report of a closed month cannot be made and is left out");
                }
            }
        }
        tracing::info!(company = %self.house.company_id, month = %closed.month, %folder, "the files of a closed month are there");
        Ok(())
    }

    fn folder(&self, event: &RecordedEvent, closed: &PeriodClosed) -> Result<FolderName, Failure> {
        let parts = [
            "reports".to_owned(),
            format!("company={}", self.house.company_id),
            format!("month={}", closed.month),
            format!("close={}", event.position),
        ];
        FolderName::new(&parts).map_err(unnamed)
    }

    async fn company_name(&self) -> Result<String, Failure> {
        let id = self.house.company_id.as_str();
        let name = self.house.projections.name(NameKind::Company, id).await?;
        Ok(name.unwrap_or_else(|| COMPANY_NAME.to_owned()))
    }

    async fn trial_balance(
        &self,
        folder: &FolderName,
        company: &str,
        event: &RecordedEvent,
        closed: &PeriodClosed,
    ) -> Result<(), NotMade> {
        let report = TrialBalanceReport::new(company, closed.clone(), event.recorded_at);
        self.put(folder, "trial-balance", move |format, options, out| {
            report.write(format, options, out)
        })
        .await
    }

    async fn income_statement(
        &self,
        folder: &FolderName,
        company: &str,
        event: &RecordedEvent,
        closed: &PeriodClosed,
    ) -> Result<(), NotMade> {
        let span = BookSpan {
            from: closed.month.first_day(),
            to: closed.month.last_day(),
        };
        let query = IncomeQuery {
            span,
            compared: None,
            columns: IncomeColumns::One,
            scope: BookScope::default(),
        };
        let fresh = Freshness::at_least(event.position, FRESHNESS_WAIT);
        let answer = self.house.projections.income_statement(&query, fresh).await;
        let answer = answer.map_err(Away)?;
        // After the answer: what it has of a month that was opened again was recorded after that.
        if self.was_reopened(closed.month, event.position).await? {
            let why = "the month was opened again before its statement was made; the next close has one";
            return Err(NotMade::Never(why.to_owned()));
        }
        let report = IncomeStatementReport::new(company, span, closed.currency, answer, event.recorded_at);
        self.put(folder, "income-statement", move |format, options, out| {
            report.write(format, options, out)
        })
        .await
    }

    /// Whether a month was opened again after this position.
    async fn was_reopened(&self, month: Month, after: Position) -> Result<bool, NotMade> {
        let mut after = after;
        loop {
            let read = ReadLog::after(after, PAGE_EVENTS).category(BOOKS);
            let page = self.house.log.read_log(&read).await;
            let page = page.map_err(Away)?;
            for event in &page.events {
                let read =
                    BooksEvent::from_json(event.event_type.as_str(), event.schema_version, &event.data);
                // One of a newer build is judged when it is come to.
                if let Ok(BooksEvent::PeriodReopened(reopened)) = read
                    && reopened.month == month
                {
                    return Ok(true);
                }
            }
            if page.at_end {
                return Ok(false);
            }
            after = page.scanned_to;
        }
    }

    async fn daily_sales(
        &self,
        folder: &FolderName,
        company: &str,
        event: &RecordedEvent,
        closed: &PeriodClosed,
    ) -> Result<(), NotMade> {
        let filter = DailySalesFilter {
            from: closed.month.first_day(),
            to: closed.month.last_day(),
            store_id: None,
        };
        let fresh = Freshness::at_least(event.position, FRESHNESS_WAIT);
        let answer = self.house.projections.daily_sales(&filter, fresh).await;
        let answer = answer.map_err(Away)?;
        let report = DailySalesReport::new(company, &filter, answer, event.recorded_at)?;
        self.put(folder, "daily-sales", move |format, options, out| {
            report.write(format, options, out)
        })
        .await
    }

    /// Puts a report in each format, unless it is there.
    async fn put<W>(&self, folder: &FolderName, stem: &str, write: W) -> Result<(), NotMade>
    where
        W: Fn(Format, &ReportOptions, &mut Vec<u8>) -> Result<(), ReportError> + Send + Sync + 'static,
    {
        let write = Arc::new(write);
        for (format, file_type) in FORMATS {
            let name = folder
                .file(stem, file_type)
                .map_err(|error| NotMade::Later(unnamed(error)))?;
            if self.files.stat(&name).await.map_err(Away)?.is_some() {
                continue;
            }
            let (write, options) = (Arc::clone(&write), self.options.clone());
            // Compressing a workbook keeps a processor busy for longer than the runtime likes.
            let written = tokio::task::spawn_blocking(move || {
                let mut bytes = Vec::new();
                write(format, &options, &mut bytes)?;
                Ok::<_, ReportError>(bytes)
            });
            let bytes = written.await.unwrap_or_else(|error| {
                let error = std::io::Error::from(error);
                Err(ReportError::File(error))
            })?;
            match self.files.put_once(&name, Source::from(bytes)).await {
                // Another process made it meanwhile, at another moment.
                Ok(_) | Err(FileError::Taken { .. }) => {}
                Err(error) => return Err(Away(error).into()),
            }
        }
        Ok(())
    }
}

fn unnamed(error: InvalidFileName) -> Failure {
    Failure::new(Exit::Failure, "FILE_NAME_INVALID", error)
}
