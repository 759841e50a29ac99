//! The chart of accounts and the months, out of memory or read from their streams.

use std::sync::Arc;

use posars_domain::books::{Books, BooksEvent, BooksState, PeriodClosed};
use posars_domain::chart::{Chart, ChartState};
use posars_domain::{Currency, Month, Payload as _};
use posars_event_store::Version;

use crate::keys::stream_of;
use crate::known_books::KnownBooks;
use crate::load::Loaded;
use crate::{CommandError, Commands, Completed};

impl Commands {
    /// The books to decide by: perhaps no longer the present ones, so the append has to guard them.
    pub(crate) async fn known_books(&self) -> Result<Arc<KnownBooks>, CommandError> {
        if let Some(known) = self.shared.books.get() {
            return Ok(known);
        }
        let [of_chart, of_months] = KnownBooks::streams()?;
        // The months carry their seals: only what is new of them is read.
        let (chart, months) = match self.shared.books.old() {
            Some(old) => {
                let [(_, chart), (_, months)] = &old.versions;
                (
                    Loaded::up_to(*chart, old.chart.clone()),
                    Loaded::up_to(*months, old.months.clone()),
                )
            }
            None => (Loaded::default(), Loaded::default()),
        };
        let chart = self.load_on::<Chart>(&of_chart, chart, |_| false).await?;
        let months = self.load_on::<Books>(&of_months, months, |_| false).await?;
        let known = Arc::new(KnownBooks {
            versions: [(of_chart, chart.version), (of_months, months.version)],
            chart: chart.state,
            months: months.state,
        });
        self.shared.books.keep(&known);
        Ok(known)
    }

    /// Whether the books are still at the versions that these were read at. One round trip.
    pub(crate) async fn are_present(&self, known: &KnownBooks) -> Result<bool, CommandError> {
        let streams = known.versions.each_ref().map(|(stream, _)| stream.clone());
        let last = self.shared.log.last_events(&streams).await?;
        let present = last.iter().map(|last| match last {
            Some(last) => last.version,
            None => Version::START,
        });
        Ok(present.eq(known.versions.iter().map(|(_, version)| *version)))
    }

    /// The months as the log has them now.
    ///
    /// # Errors
    /// [`CommandError::Unavailable`] when the database is away, [`CommandError::Unreadable`] for a damaged log.
    pub async fn books(&self) -> Result<BooksState, CommandError> {
        let stream = stream_of::<Books>(Books::stream_id())?;
        Ok(self.load::<Books>(&stream, |_| false).await?.state)
    }

    /// The seal of the month that was closed last, as the command that closed it answered; `None` of every other month.
    ///
    /// # Errors
    /// As [`Commands::books`].
    pub async fn sealed(&self, month: Month) -> Result<Option<Completed<BooksEvent>>, CommandError> {
        let stream = stream_of::<Books>(Books::stream_id())?;
        let of_month = |event: &BooksEvent| match event {
            BooksEvent::PeriodClosed(closed) => closed.month == month,
            // A month that was opened again has no seal, until it gets another.
            BooksEvent::PeriodReopened(reopened) => reopened.month == month,
            BooksEvent::BooksBegun(_) | BooksEvent::PeriodCloseBegun(_) | BooksEvent::PeriodLocked(_) => {
                false
            }
        };
        let loaded = self.load::<Books>(&stream, of_month).await?;
        let is_last = loaded.state.closed_through == Some(month);
        let answer = loaded.answer.filter(|_| is_last);
        let answer = answer.filter(|answer| PeriodClosed::of(&answer.event).is_some());
        Ok(answer.map(|answer| Completed {
            events: vec![answer.event],
            founded: Vec::new(),
            event_ids: vec![answer.event_id],
            streams: vec![(stream, loaded.version)],
            position: answer.position,
            recorded_at: Some(answer.recorded_at),
            ..Completed::nothing()
        }))
    }

    /// The currency of the books, which is for ever; `None` before they begin.
    ///
    /// # Errors
    /// As [`Commands::books`].
    pub async fn books_currency(&self) -> Result<Option<Currency>, CommandError> {
        let known = self.known_books().await?;
        let begun = match &known.months.begun {
            Some(begun) => Some(begun.currency),
            // They may have begun since.
            None => self.books().await?.begun.map(|begun| begun.currency),
        };
        Ok(begun)
    }

    /// The chart of accounts as the log has it now.
    ///
    /// # Errors
    /// As [`Commands::books`].
    pub async fn chart(&self) -> Result<ChartState, CommandError> {
        let stream = stream_of::<Chart>(Chart::stream_id())?;
        Ok(self.load::<Chart>(&stream, |_| false).await?.state)
    }
}
