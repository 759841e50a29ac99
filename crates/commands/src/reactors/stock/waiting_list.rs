//! The lines of sales that wait for somebody to define their product, as a person asks for them.

use jiff::Timestamp;
use posars_domain::Sku;
use posars_domain::waiting::{SaleLinesParked, WaitingEvent};
use posars_event_store::{Direction, Log, StreamName, Version};

use super::waiting::waiting_stream;
use crate::CommandError;
use crate::load::decode;

/// Streams asked about at once, and events of one read.
const PAGE: u32 = 500;

/// A product that nobody has defined and that was sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwaitedProduct {
    /// What is to be defined.
    pub sku: Sku,
    /// How many sales, voids and returns wait with lines of it.
    pub movements: u64,
    /// When the first of them began to wait.
    pub since: Timestamp,
    /// When the last did.
    pub last_at: Timestamp,
    /// Goes on after this one.
    pub stream: StreamName,
}

/// The lines of one sale, void or return that wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingLines {
    /// Its place in the stream of what waits for the product; goes on after this one.
    pub version: Version,
    /// When it began to wait.
    pub parked_at: Timestamp,
    /// What waits.
    pub event: SaleLinesParked,
}

/// The products that sales wait for, in the order of their streams and at most `limit` of them.
///
/// # Errors
/// [`CommandError`] when the log cannot be read.
pub async fn awaited_products(
    log: &Log,
    after: Option<StreamName>,
    limit: usize,
) -> Result<Vec<AwaitedProduct>, CommandError> {
    let mut awaited = Vec::new();
    let mut after = after;
    while awaited.len() < limit {
        let page = log.streams_of("waiting", after.as_ref(), PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = Some(last.clone());
        let streams: Vec<StreamName> = page.into_iter().map(|(stream, _)| stream).collect();
        let first = log.first_events(&streams).await?;
        let last = log.last_events(&streams).await?;
        for (stream, (first, last)) in streams.into_iter().zip(first.into_iter().zip(last)) {
            let (Some(first), Some(last)) = (first, last) else {
                continue;
            };
            // A release is the last event of its stream: a product is defined once.
            if let WaitingEvent::SaleLinesParked(event) = decode(&last)? {
                awaited.push(AwaitedProduct {
                    sku: event.sku,
                    movements: last.version.get(),
                    since: first.recorded_at,
                    last_at: last.recorded_at,
                    stream,
                });
            }
        }
    }
    awaited.truncate(limit);
    Ok(awaited)
}

/// What waits for one product, in the order it had happened, after a version of that stream and at most `limit`.
/// Nothing once it was released.
///
/// # Errors
/// [`CommandError`] when the log cannot be read.
pub async fn waiting_lines(
    log: &Log,
    sku: &Sku,
    after: Version,
    limit: u32,
) -> Result<Vec<WaitingLines>, CommandError> {
    let stream = waiting_stream(sku)?;
    let last = log.last_events(std::slice::from_ref(&stream)).await?;
    let Some(Some(last)) = last.first() else {
        return Ok(Vec::new());
    };
    if let WaitingEvent::SaleLinesReleased(_) = decode(last)? {
        return Ok(Vec::new());
    }
    let page = log
        .read_stream(&stream, after.plus(1), Direction::Forwards, limit)
        .await?;
    let mut waiting = Vec::with_capacity(page.len());
    for recorded in page {
        if let WaitingEvent::SaleLinesParked(event) = decode(&recorded)? {
            waiting.push(WaitingLines {
                version: recorded.version,
                parked_at: recorded.recorded_at,
                event,
            });
        }
    }
    Ok(waiting)
}
