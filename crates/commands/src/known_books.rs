//! The chart of accounts and the months, kept between commands: everything that posts needs them, and they hardly ever
//! change.
//!
//! Stale ones do no harm: the append guards both streams at the versions that they were read at, and a no that was decided
//! on kept ones stands only if they are still the present ones.

use std::sync::{Arc, PoisonError, RwLock};

use posars_domain::Aggregate as _;
use posars_domain::books::{Books, BooksState, GivenBooks};
use posars_domain::chart::{Chart, ChartState};
use posars_event_store::{Guard, InvalidName, StreamName, Version};

use crate::expected::expected;
use crate::keys::stream_of;

/// The books and where they were read.
#[derive(Debug)]
pub(crate) struct KnownBooks {
    pub(crate) chart: ChartState,
    pub(crate) months: BooksState,
    /// The two streams with their versions: the chart's, and that of the months.
    pub(crate) versions: [(StreamName, Version); 2],
}

impl KnownBooks {
    pub(crate) fn streams() -> Result<[StreamName; 2], InvalidName> {
        Ok([
            stream_of::<Chart>(Chart::stream_id())?,
            stream_of::<Books>(Books::stream_id())?,
        ])
    }

    /// What rules look at.
    pub(crate) const fn given(&self) -> GivenBooks<'_> {
        GivenBooks {
            chart: &self.chart,
            months: &self.months,
        }
    }

    /// Hold while these are the present books.
    pub(crate) fn guards(&self) -> impl Iterator<Item = Guard> {
        self.versions.iter().map(|(stream, version)| Guard::Stream {
            stream: stream.clone(),
            expected: expected(*version),
        })
    }
}

/// The books that this process has read last.
#[derive(Debug, Default)]
pub(crate) struct KnownBooksCell(RwLock<Kept>);

#[derive(Debug, Default)]
struct Kept {
    books: Option<Arc<KnownBooks>>,
    /// Whether they may have changed since they were read.
    are_old: bool,
}

impl KnownBooksCell {
    /// Those that nothing is known to have changed.
    pub(crate) fn get(&self) -> Option<Arc<KnownBooks>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        kept.books.clone().filter(|_| !kept.are_old)
    }

    /// Those that were read last, to read on from.
    pub(crate) fn old(&self) -> Option<Arc<KnownBooks>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .books
            .clone()
    }

    pub(crate) fn keep(&self, books: &Arc<KnownBooks>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Kept {
            books: Some(Arc::clone(books)),
            are_old: false,
        };
    }

    /// Takes them for old, if this is one of their streams.
    pub(crate) fn forget(&self, stream: &StreamName) {
        self.forget_of(stream.category());
    }

    /// Takes them for old, if commands to this category change them.
    pub(crate) fn forget_of(&self, category: &str) {
        if [Chart::CATEGORY, Books::CATEGORY].contains(&category) {
            self.0.write().unwrap_or_else(PoisonError::into_inner).are_old = true;
        }
    }
}
