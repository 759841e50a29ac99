//! Pages of the log, each read once for all projections of the process that come past it.
//!
//! Five projections that each read everything would cost the server and this process five times as much as the
//! events themselves. Far from the head a page is a mass export, kept until the last of them has been there; near the
//! head, where few events come at a time, each reads its own.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use posars_event_store::{Log, Position, ReadLog, StoreError};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::event::{RawEvent, StoredEvent};

/// Events of one page near the head: large enough that the transaction costs little per event.
pub(crate) const PAGE_EVENTS_MAX: u32 = 2_000;
/// Events of one page far from it: about 5 MB of sales, and done in well under the lease's time. A row that every page
/// changes, such as a balance, is written half as often by pages twice as large. Pages end at multiples of this, so
/// that those who began at different places soon read the same ones.
const FAR_PAGE_EVENTS: u64 = 8_000;
/// Bytes of texts that end a page early: an event may have 4 MiB, and a page of such would fill the memory. The event
/// that passes this is still in the page.
pub(crate) const PAGE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes of texts that an event has at most as a rule, such as a sale of few lines: what a page makes room for at once,
/// since growing would copy it all.
const EVENT_TEXT_BYTES: usize = 768;
/// How far behind the head an export is worth a statement of its own.
const FAR_EVENTS: u64 = 500;
/// Pages kept: while the last is at one, the first may be at the next.
const PAGES_MAX: usize = 2;
/// How long the first waits for the last before it goes on alone: the last may be stuck.
pub(crate) const PACE_WAIT: Duration = Duration::from_secs(1);

/// Events of a stretch of the log, in order.
#[derive(Debug)]
pub(crate) struct LogPage {
    after: Position,
    /// Everything up to here is in the page.
    pub(crate) scanned_to: Position,
    texts: String,
    events: Vec<StoredEvent>,
}

impl LogPage {
    fn with_room_for(events: usize, after: Position) -> Self {
        Self {
            after,
            scanned_to: after,
            texts: String::with_capacity(events * EVENT_TEXT_BYTES),
            events: Vec::with_capacity(events),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = RawEvent<'_>> {
        self.events.iter().filter_map(|event| event.within(&self.texts))
    }

    /// Bytes of the texts of its events.
    #[cfg(test)]
    pub(crate) fn text_bytes(&self) -> usize {
        self.texts.len()
    }

    /// Adds the next event of the log. Says whether the page is full, so that no more may follow.
    fn push(&mut self, event: &RawEvent<'_>) -> bool {
        self.events.push(StoredEvent::put(event, &mut self.texts));
        self.scanned_to = event.position;
        self.texts.len() > PAGE_BYTES_MAX
    }
}

/// The pages of one log. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct LogPages(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// Held while a page is read: the others that want it wait for it.
    pages: tokio::sync::Mutex<VecDeque<Arc<LogPage>>>,
    readers: Mutex<HashMap<&'static str, Position>>,
    moved: Notify,
}

/// A projection on its way through the log, until it is dropped.
pub(crate) struct PageReader {
    shared: Arc<Shared>,
    projection: &'static str,
}

impl LogPages {
    /// Starts a projection on its way.
    pub(crate) fn reader(&self, projection: &'static str) -> PageReader {
        PageReader {
            shared: Arc::clone(&self.0),
            projection,
        }
    }
}

impl Drop for PageReader {
    fn drop(&mut self) {
        let mut readers = self.shared.readers();
        readers.remove(self.projection);
        let is_last = readers.is_empty();
        drop(readers);
        // Whoever reads has the lock and keeps the pages.
        if is_last && let Ok(mut pages) = self.shared.pages.try_lock() {
            pages.clear();
        }
        self.shared.moved.notify_waiters();
    }
}

impl PageReader {
    /// The next page, and whether the log held nothing further when it was read.
    ///
    /// # Errors
    /// As `Log::read_log` and `Log::export_payloads`.
    pub(crate) async fn next(&self, log: &Log, after: Position) -> Result<(Arc<LogPage>, bool), StoreError> {
        self.shared.moved_to(self.projection, after);
        // Only a hint, but one that costs nothing; that it lags does no harm.
        if log.watch().position().get().saturating_sub(after.get()) < FAR_EVENTS {
            self.shared.let_go_of_passed();
            return read_near(log, after).await;
        }
        let patience = Instant::now() + PACE_WAIT;
        let mut pages = loop {
            // Before the look, so that a move right after it is not missed.
            let moved = self.shared.moved.notified();
            let pages = self.shared.pages.lock().await;
            if let Some(page) = pages.iter().find(|page| page.after == after) {
                return Ok((Arc::clone(page), false));
            }
            if !self.shared.must_wait(&pages, after) || Instant::now() >= patience {
                break pages;
            }
            drop(pages);
            let _ = tokio::time::timeout_at(patience, moved).await;
        };
        let head = log.head().await?.position;
        if head.get().saturating_sub(after.get()) < FAR_EVENTS {
            drop(pages);
            return read_near(log, after).await;
        }
        let end = Position::new((after.get() / FAR_PAGE_EVENTS + 1) * FAR_PAGE_EVENTS);
        let page = Arc::new(read_far(log, after, end.min(head)).await?);
        let slowest = self.shared.slowest();
        pages.retain(|page| page.scanned_to > slowest);
        if pages.len() >= PAGES_MAX {
            pages.pop_front();
        }
        pages.push_back(Arc::clone(&page));
        let at_end = page.scanned_to >= head;
        Ok((page, at_end))
    }
}

impl Shared {
    fn readers(&self) -> MutexGuard<'_, HashMap<&'static str, Position>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slowest(&self) -> Position {
        self.readers().values().min().copied().unwrap_or_default()
    }

    fn moved_to(&self, projection: &'static str, position: Position) {
        self.readers().insert(projection, position);
        self.moved.notify_waiters();
    }

    /// Drops the pages that the last has passed: a live run may never come past another one.
    fn let_go_of_passed(&self) {
        // Whoever reads has the lock, and drops them itself.
        if let Ok(mut pages) = self.pages.try_lock() {
            let slowest = self.slowest();
            pages.retain(|page| page.scanned_to > slowest);
        }
    }

    /// Whether one more page would push out one that somebody behind is at: they would read it a second time.
    fn must_wait(&self, pages: &VecDeque<Arc<LogPage>>, after: Position) -> bool {
        let Some(oldest) = pages.front().filter(|_| pages.len() >= PAGES_MAX) else {
            return false;
        };
        let is_at_oldest = |at: &Position| (oldest.after..oldest.scanned_to).contains(at);
        self.readers().values().any(|at| *at < after && is_at_oldest(at))
    }
}

async fn read_near(log: &Log, after: Position) -> Result<(Arc<LogPage>, bool), StoreError> {
    let read = log.read_log(&ReadLog::after(after, PAGE_EVENTS_MAX)).await?;
    let mut page = LogPage::with_room_for(read.events.len(), after);
    let mut events = read.events.iter();
    let is_full = events.any(|event| page.push(&RawEvent::from(event)));
    if is_full && !events.as_slice().is_empty() {
        return Ok((Arc::new(page), false));
    }
    page.scanned_to = read.scanned_to.max(after);
    Ok((Arc::new(page), read.at_end))
}

async fn read_far(log: &Log, after: Position, to: Position) -> Result<LogPage, StoreError> {
    let events = usize::try_from(to.get().saturating_sub(after.get())).unwrap_or(0);
    let mut page = LogPage::with_room_for(events, after);
    let mut export = log.export_payloads(after, to).await?;
    // An export that ends early closes its connection, which is rare enough.
    while let Some(event) = export.next().await? {
        if page.push(&RawEvent::from(event)) {
            break;
        }
    }
    Ok(page)
}
