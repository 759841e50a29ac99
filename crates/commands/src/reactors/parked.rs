//! What reactors set aside because they could not work on it: listed, and tried again.
//!
//! Each stands as an event in the stream `parked-{reactor}`. One that is dealt with later gets an event in
//! `retried-{reactor}`, in the same append as what follows from it: so the two streams tell what is still open.

use std::collections::HashSet;

use jiff::Timestamp;
use posars_domain::waiting::{SourceEventParked, SourceEventRetried, WaitingEvent};
use posars_event_store::{Direction, InvalidName, Log, RecordedEvent, StreamName, Version};

use super::error::ReactorError;
use super::reactor::{Reactor, Retried};
use crate::CommandError;
use crate::backoff::{ATTEMPTS_MAX, pause_after};
use crate::keys::stream;
use crate::load::decode;

/// Events of one read of either stream.
const PAGE_EVENTS: u32 = 500;

/// An event that a reactor set aside and that is still open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedEvent {
    /// Its place in the stream of what was set aside.
    pub version: Version,
    /// When it was set aside.
    pub parked_at: Timestamp,
    /// What was set aside, and why.
    pub event: SourceEventParked,
}

/// A page of what a reactor set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedPage {
    /// Oldest first.
    pub events: Vec<ParkedEvent>,
    /// The version after which the next page begins; `None` when this is the last one.
    pub next: Option<Version>,
}

/// The stream of what a reactor set aside.
///
/// # Errors
/// [`InvalidName`] when the log takes no such name.
pub fn parked_stream(reactor: &str) -> Result<StreamName, InvalidName> {
    stream("parked", &reactor)
}

pub(crate) fn retried_stream(reactor: &str) -> Result<StreamName, InvalidName> {
    stream("retried", &reactor)
}

/// How many events a reactor set aside that are still open.
///
/// # Errors
/// [`CommandError`] when the log cannot be read.
pub async fn count_parked(log: &Log, reactor: &str) -> Result<u64, CommandError> {
    let streams = [parked_stream(reactor)?, retried_stream(reactor)?];
    let last = log.last_events(&streams).await?;
    // Versions count from 1 without gaps, so that the last one is the number of events.
    let count = |last: Option<&Option<RecordedEvent>>| match last {
        Some(Some(last)) => last.version.get(),
        Some(None) | None => 0,
    };
    Ok(count(last.first()).saturating_sub(count(last.get(1))))
}

/// What a reactor set aside after a version of that stream, oldest first and at most `limit` of them; of one stream
/// concerned, or of all.
///
/// # Errors
/// [`CommandError`] when the log cannot be read.
pub async fn list_parked(
    log: &Log,
    reactor: &str,
    key: Option<&str>,
    after: Version,
    limit: usize,
) -> Result<ParkedPage, CommandError> {
    let done = retried(log, reactor).await?;
    let stream = parked_stream(reactor)?;
    let mut open = Vec::new();
    let mut from = after.plus(1);
    // One more than asked for tells whether there is a next page.
    while open.len() <= limit {
        let page = log
            .read_stream(&stream, from, Direction::Forwards, PAGE_EVENTS)
            .await?;
        let Some(last) = page.last() else { break };
        from = last.version.plus(1);
        for recorded in &page {
            let WaitingEvent::SourceEventParked(event) = decode(recorded)? else {
                continue;
            };
            let is_wanted = key.is_none_or(|key| key == event.key);
            if is_wanted && !done.contains(&(event.key.clone(), event.source_position)) {
                open.push(ParkedEvent {
                    version: recorded.version,
                    parked_at: recorded.recorded_at,
                    event,
                });
            }
        }
    }
    let has_more = open.len() > limit;
    open.truncate(limit);
    Ok(ParkedPage {
        next: open.last().filter(|_| has_more).map(|last| last.version),
        events: open,
    })
}

/// The events that were dealt with later. Never more than were ever set aside, and that number has a bound.
async fn retried(log: &Log, reactor: &str) -> Result<HashSet<(String, u64)>, CommandError> {
    let stream = retried_stream(reactor)?;
    let mut done = HashSet::new();
    let mut from = Version::START.plus(1);
    loop {
        let page = log
            .read_stream(&stream, from, Direction::Forwards, PAGE_EVENTS)
            .await?;
        let Some(last) = page.last() else { return Ok(done) };
        from = last.version.plus(1);
        for recorded in &page {
            if let WaitingEvent::SourceEventRetried(event) = decode(recorded)? {
                done.insert((event.key, event.source_position));
            }
        }
    }
}

/// Tries again what a reactor set aside, in the order in which that happened: the first `limit` of one stream
/// concerned, or of all. Of the same stream none is tried after one that does not succeed.
///
/// It needs no lease: what is appended expects exact versions, and whoever was slower does it over.
///
/// # Errors
/// [`ReactorError`] when the log cannot be read or written; what was done before stays done.
pub async fn retry_parked<R: Reactor>(
    reactor: &mut R,
    log: &Log,
    key: Option<&str>,
    limit: usize,
) -> Result<Vec<(ParkedEvent, Retried)>, ReactorError> {
    let mut tried = Vec::new();
    let mut stopped = HashSet::new();
    let page = list_parked(log, R::NAME, key, Version::START, limit).await?;
    for parked in page.events {
        let outcome = if stopped.contains(&parked.event.key) {
            Retried::Behind
        } else {
            retry_one(reactor, &parked.event).await?
        };
        if outcome != Retried::Done {
            stopped.insert(parked.event.key.clone());
        }
        tried.push((parked, outcome));
    }
    Ok(tried)
}

async fn retry_one<R: Reactor>(reactor: &mut R, parked: &SourceEventParked) -> Result<Retried, ReactorError> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        reactor.forget();
        match reactor.retry(parked).await {
            Err(ReactorError::Lost { .. }) if attempts < ATTEMPTS_MAX => {
                tokio::time::sleep(pause_after(attempts)).await;
            }
            outcome => {
                // What is remembered may have run ahead of the log.
                reactor.forget();
                return outcome;
            }
        }
    }
}

/// Says that an event is dealt with which was set aside.
pub(crate) fn retried_event(parked: &SourceEventParked) -> WaitingEvent {
    WaitingEvent::SourceEventRetried(SourceEventRetried {
        reactor: parked.reactor.clone(),
        key: parked.key.clone(),
        source_position: parked.source_position,
        source_event_id: parked.source_event_id,
    })
}
