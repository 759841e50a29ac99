//! Pages of the log, each read once for all projections of the process that come past it.
//!
//! Ten projections that each read everything would cost the server and this process ten times as much as the
//! events themselves. Far from the head a page is a mass export, kept until the last of them has been there; near the
//! head, where few events come at a time, each reads its own.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use posars_event_store::{Log, Origins, Position, READ_BYTES_MAX, ReadLog, StoreError};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::event::{RawEvent, StoredEvent};

/// Events of one page near the head: large enough that the transaction costs little per event.
pub(crate) const PAGE_EVENTS_MAX: u32 = 2_000;
/// Events of one page far from it: about 5 MB of sales, and done in well under the lease's time. A row that every page
/// changes, such as a balance, is written half as often by pages twice as large. Pages end at multiples of this, so
/// that those who began at different places soon read the same ones.
const FAR_PAGE_EVENTS: u64 = 8_000;
/// Bytes of texts that end a far page early, as they end one that the log reads: an event may have 4 MiB, and a page of
/// such would fill the memory. The event that passes this is still in the page.
pub(crate) const PAGE_BYTES_MAX: u32 = READ_BYTES_MAX;
/// Bytes of texts that an event has at most as a rule, such as a sale of few lines: what a page makes room for at once,
/// since growing would copy it all.
const EVENT_TEXT_BYTES: usize = 768;
/// How far behind the head an export is worth a statement of its own.
const FAR_EVENTS: u64 = 500;
/// Pages kept: while the last works on one, the first may be two further on.
const PAGES_MAX: usize = 2;
/// How far behind a page somebody may be for it to be kept for them: as far as the pages kept reach.
const REACH_EVENTS: u64 = 2 * FAR_PAGE_EVENTS;
/// How long the first waits for those behind before it goes on alone: one may be stuck.
const PACE_WAIT: Duration = Duration::from_secs(1);

/// Events of a stretch of the log, in order.
#[derive(Debug)]
pub(crate) struct LogPage {
    after: Position,
    /// Everything up to here is in the page.
    pub(crate) scanned_to: Position,
    texts: String,
    events: Vec<StoredEvent>,
    /// The traces that its events belong to. Told near the head only: nobody follows a trace through a mass of history.
    origins: Origins,
}

impl LogPage {
    fn with_room_for(events: usize, after: Position) -> Self {
        Self {
            after,
            scanned_to: after,
            texts: String::with_capacity(events * EVENT_TEXT_BYTES),
            events: Vec::with_capacity(events),
            origins: Origins::default(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    pub(crate) fn origins(&self) -> &Origins {
        &self.origins
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = RawEvent<'_>> {
        self.events.iter().filter_map(|event| event.within(&self.texts))
    }

    /// Bytes of the texts of its events.
    #[cfg(test)]
    pub(crate) fn text_bytes(&self) -> usize {
        self.texts.len()
    }

    fn is_full(&self) -> bool {
        u32::try_from(self.texts.len()).map_or(true, |bytes| bytes > PAGE_BYTES_MAX)
    }

    /// Adds the next event of the log.
    fn push(&mut self, event: &RawEvent<'_>) {
        self.events.push(StoredEvent::put(event, &mut self.texts));
        self.scanned_to = event.position;
    }
}

/// The pages of one log. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct LogPages(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// Held while a page is read: the others that want it wait for it.
    pages: tokio::sync::Mutex<VecDeque<Arc<LogPage>>>,
    /// After which position each projection will ask next.
    readers: Mutex<HashMap<&'static str, Position>>,
    moved: Notify,
    /// How often a reader had to wait for others.
    #[cfg(test)]
    waits: tokio::sync::watch::Sender<u32>,
}

/// A projection on its way through the log, under one lease.
pub(crate) struct PageReader {
    shared: Arc<Shared>,
    projection: &'static str,
    /// Whether nothing was parked after its last page. Nobody else parks anything while the lease holds: a retry takes
    /// events out, and a rebuild that swaps ends the lease.
    none_parked: AtomicBool,
}

impl LogPages {
    /// Starts a projection on its way.
    pub(crate) fn reader(&self, projection: &'static str) -> PageReader {
        PageReader {
            shared: Arc::clone(&self.0),
            projection,
            none_parked: AtomicBool::new(false),
        }
    }

    #[cfg(test)]
    pub(crate) fn waits(&self) -> tokio::sync::watch::Receiver<u32> {
        self.0.waits.subscribe()
    }
}

impl Drop for PageReader {
    fn drop(&mut self) {
        self.shared.readers().remove(self.projection);
        // Whoever reads has the lock, and drops them itself.
        self.shared.let_go_of_unwanted();
        self.shared.moved.notify_waiters();
    }
}

impl PageReader {
    /// Whether it need not be asked what is parked.
    pub(crate) fn knows_none_parked(&self) -> bool {
        self.none_parked.load(Ordering::Relaxed)
    }

    /// Says whether something is parked now that a page is committed.
    pub(crate) fn saw_parked(&self, some: bool) {
        self.none_parked.store(!some, Ordering::Relaxed);
    }

    /// The next page, and whether the log held nothing further when it was read.
    ///
    /// # Errors
    /// As `Log::read_log` and `Log::export_payloads`.
    pub(crate) async fn next(&self, log: &Log, after: Position) -> Result<(Arc<LogPage>, bool), StoreError> {
        self.will_ask_after(after);
        // Only a hint, but one that costs nothing; that it lags does no harm.
        let (page, at_end) = if log.watch().position().get().saturating_sub(after.get()) < FAR_EVENTS {
            self.shared.let_go_of_unwanted();
            read_near(log, after).await?
        } else {
            self.next_of_all(log, after).await?
        };
        self.will_ask_after(page.scanned_to);
        Ok((page, at_end))
    }

    fn will_ask_after(&self, position: Position) {
        self.shared.readers().insert(self.projection, position);
        self.shared.moved.notify_waiters();
    }

    async fn next_of_all(&self, log: &Log, after: Position) -> Result<(Arc<LogPage>, bool), StoreError> {
        let patience = Instant::now() + PACE_WAIT;
        let mut pages = loop {
            // Before the look, so that a move right after it is not missed.
            let moved = self.shared.moved.notified();
            let pages = self.shared.pages.lock().await;
            if let Some(page) = pages.iter().find(|page| page.after == after) {
                return Ok((Arc::clone(page), false));
            }
            if !self.must_wait(&pages, after) || Instant::now() >= patience {
                break pages;
            }
            drop(pages);
            #[cfg(test)]
            self.shared.waits.send_modify(|waits| *waits += 1);
            let _ = tokio::time::timeout_at(patience, moved).await;
        };
        let head = log.head().await?.position;
        if head.get().saturating_sub(after.get()) < FAR_EVENTS {
            drop(pages);
            return read_near(log, after).await;
        }
        let end = Position::new((after.get() / FAR_PAGE_EVENTS + 1) * FAR_PAGE_EVENTS);
        let page = Arc::new(read_far(log, after, end.min(head)).await?);
        self.keep(&mut pages, &page);
        let at_end = page.scanned_to >= head;
        Ok((page, at_end))
    }

    /// Whether one more page would push out one that somebody is about to ask for, and would then have to read again.
    /// Only where the new one is worth keeping, that is, for somebody who has others close behind.
    fn must_wait(&self, pages: &VecDeque<Arc<LogPage>>, after: Position) -> bool {
        let Some(oldest) = pages.front().filter(|_| pages.len() >= PAGES_MAX) else {
            return false;
        };
        self.has_behind(after, REACH_EVENTS) && self.has_behind(oldest.after, FAR_PAGE_EVENTS - 1)
    }

    /// Keeps a page for those behind, in the place of those that nobody will come past. One that only its reader wants,
    /// who is far from all others, pushes out none of theirs.
    fn keep(&self, pages: &mut VecDeque<Arc<LogPage>>, page: &Arc<LogPage>) {
        pages.retain(|page| self.shared.is_wanted(page.after));
        if pages.len() >= PAGES_MAX {
            if !self.has_behind(page.after, REACH_EVENTS) {
                return;
            }
            pages.pop_front();
        }
        pages.push_back(Arc::clone(page));
    }

    /// Whether another will come to this position from at most so far behind it.
    fn has_behind(&self, position: Position, events: u64) -> bool {
        let readers = self.shared.readers();
        let mut others = readers.iter().filter(|(name, _)| **name != self.projection);
        others.any(|(_, asks_after)| is_behind(*asks_after, position, events))
    }
}

impl Shared {
    fn readers(&self) -> MutexGuard<'_, HashMap<&'static str, Position>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_wanted(&self, page_after: Position) -> bool {
        let readers = self.readers();
        let mut asks = readers.values();
        asks.any(|asks_after| is_behind(*asks_after, page_after, REACH_EVENTS))
    }

    /// Drops the pages that nobody will come past: a live run may never come past another one.
    fn let_go_of_unwanted(&self) {
        if let Ok(mut pages) = self.pages.try_lock() {
            pages.retain(|page| self.is_wanted(page.after));
        }
    }
}

/// Whether who asks next after one position will come to another from at most so far behind it.
fn is_behind(asks_after: Position, position: Position, events: u64) -> bool {
    let distance = position.get().checked_sub(asks_after.get());
    distance.is_some_and(|distance| distance <= events)
}

async fn read_near(log: &Log, after: Position) -> Result<(Arc<LogPage>, bool), StoreError> {
    let read = log.read_log(&ReadLog::after(after, PAGE_EVENTS_MAX)).await?;
    let mut page = LogPage::with_room_for(read.events.len(), after);
    read.events
        .iter()
        .for_each(|event| page.push(&RawEvent::from(event)));
    page.scanned_to = read.scanned_to.max(after);
    page.origins = Origins::of_events(read.events.iter().map(|event| event.metadata.as_str()));
    Ok((Arc::new(page), read.at_end))
}

async fn read_far(log: &Log, after: Position, to: Position) -> Result<LogPage, StoreError> {
    let events = usize::try_from(to.get().saturating_sub(after.get())).unwrap_or(0);
    let mut page = LogPage::with_room_for(events, after);
    let mut export = log.export_payloads(after, to).await?;
    // An export that ends early closes its connection, which is rare enough.
    while !page.is_full()
        && let Some(event) = export.next().await?
    {
        page.push(&RawEvent::from(event));
    }
    Ok(page)
}
