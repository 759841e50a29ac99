//! Stocks that are not worth what was paid for them, because of what an earlier version recorded.

use std::collections::{BTreeSet, HashSet};

use posars_domain::stock::{Recosting, StockEvent, StockKind};
use posars_domain::{
    Aggregate as _, Amount, Currency, DomainEvent as _, Kind as _, Money, Quantity, SaleId, Sku, StoreId,
};
use posars_event_store::{Direction, Log, Position, RecordedEvent, StreamName, Version};
use serde::Serialize;

use crate::failure::{Exit, Failure};

/// The part of a stream that is read at once: about a megabyte.
const PAGE_EVENTS: u32 = 1_000;

/// A stock whose value is not what was paid for what is on hand.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct WrongCost {
    pub(crate) store_id: StoreId,
    pub(crate) sku: Sku,
    pub(crate) currency: Currency,
    pub(crate) quantity: Quantity,
    /// What it shows, in minor units.
    #[serde(rename = "shown_minor")]
    pub(crate) shown: Amount,
    /// What it should show.
    #[serde(rename = "right_minor")]
    pub(crate) right: Amount,
    /// The version of the stock that this is about.
    pub(crate) version: u64,
}

impl WrongCost {
    /// What it shows, as people read it.
    pub(crate) fn shown(&self) -> Money {
        Money {
            amount: self.shown,
            currency: self.currency,
        }
    }

    /// What it should show, as people read it.
    pub(crate) fn right(&self) -> Money {
        Money {
            amount: self.right,
            currency: self.currency,
        }
    }
}

/// Every stock that is not worth what was paid for it, by the name of its stream.
///
/// The log is read through once, for the stocks that were below zero before something came back: no other can be wrong.
///
/// # Errors
/// The codes of the database, and `LOG_UNREADABLE`.
pub(crate) async fn find(log: &Log) -> Result<Vec<WrongCost>, Failure> {
    let mut wrong = Vec::new();
    for stream in suspects(log).await? {
        wrong.extend(look_at(log, &stream).await?);
    }
    Ok(wrong)
}

async fn suspects(log: &Log) -> Result<BTreeSet<StreamName>, Failure> {
    let head = log.head().await?.position;
    let mut export = log.export_payloads(Position::START, head).await?;
    let (mut short, mut suspects) = (HashSet::new(), BTreeSet::new());
    while let Some(event) = export.next().await? {
        match StockKind::parse(event.event_type) {
            Some(StockKind::ShortageDetected) => {
                if !short.contains(event.stream) {
                    short.insert(event.stream.to_owned());
                }
            }
            Some(StockKind::StockReturned) => {
                if short.contains(event.stream) {
                    let stream = StreamName::parse(event.stream);
                    suspects.insert(stream.map_err(|error| unreadable(event.stream, &error))?);
                }
            }
            Some(
                StockKind::StockReceived
                | StockKind::StockIssued
                | StockKind::StockAdjusted
                | StockKind::ShortageResolved,
            )
            | None => {}
        }
    }
    Ok(suspects)
}

/// What one stock is worth and should be worth, where that is not the same.
///
/// # Errors
/// As [`find`].
pub(crate) async fn look_at(log: &Log, stream: &StreamName) -> Result<Option<WrongCost>, Failure> {
    // Twice through the stream: of what cost matters is known at its end, and the rest of a long one is not kept.
    let (sales, end) = returned_sales(log, stream).await?;
    let mut recosting = Recosting::of(sales);
    let (mut last, mut newest, mut currency) = (Version::START, None, None);
    while last < end {
        let page = log
            .read_stream(stream, last.plus(1), Direction::Forwards, PAGE_EVENTS)
            .await?;
        let Some(newest_read) = page.last() else { break };
        last = newest_read.version;
        for recorded in page.iter().filter(|recorded| recorded.version <= end) {
            let event = decode(recorded)?;
            if recosting.follow(&event).is_none() {
                return Ok(None);
            }
            currency = currency_of(&event).or(currency);
            newest = Some(event);
        }
    }
    let about = newest.zip(currency).zip(recosting.wrong_value());
    Ok(about.map(|((newest, currency), (balance, right))| {
        let (store_id, sku) = newest.key();
        WrongCost {
            store_id: store_id.clone(),
            sku: sku.clone(),
            currency,
            quantity: balance.quantity,
            shown: balance.value,
            right,
            version: balance.version,
        }
    }))
}

/// The sales of which goods came back, and where the stream ends.
async fn returned_sales(log: &Log, stream: &StreamName) -> Result<(HashSet<SaleId>, Version), Failure> {
    let (mut sales, mut end) = (HashSet::new(), Version::START);
    loop {
        let page = log
            .read_stream(stream, end.plus(1), Direction::Forwards, PAGE_EVENTS)
            .await?;
        let Some(newest) = page.last() else {
            return Ok((sales, end));
        };
        end = newest.version;
        for recorded in &page {
            if recorded.event_type.as_str() == "StockReturned" {
                sales.extend(decode(recorded)?.returned_sale());
            }
        }
    }
}

/// The stream of a stock.
///
/// # Errors
/// `LOG_UNREADABLE` for a name that no stream can have.
pub(crate) fn stream_of(store_id: &StoreId, sku: &Sku) -> Result<StreamName, Failure> {
    use posars_domain::stock::Stock;
    let id = Stock::stream_id(store_id, sku);
    StreamName::new(Stock::CATEGORY, &id).map_err(|error| unreadable(&id, &error))
}

fn decode(event: &RecordedEvent) -> Result<StockEvent, Failure> {
    StockEvent::from_json(event.event_type.as_str(), event.schema_version, &event.data)
        .map_err(|error| unreadable(event.stream.as_str(), &error))
}

fn currency_of(event: &StockEvent) -> Option<Currency> {
    match event {
        StockEvent::StockReceived(event) => Some(event.currency),
        StockEvent::StockIssued(event) => Some(event.currency),
        StockEvent::StockReturned(event) => Some(event.currency),
        StockEvent::StockAdjusted(event) => Some(event.currency),
        StockEvent::ShortageDetected(_) | StockEvent::ShortageResolved(_) => None,
    }
}

fn unreadable(what: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Unverified, "LOG_UNREADABLE", format!("{what}: {error}"))
}
