//! Stocks that are not worth what was paid for them, because of what an earlier version recorded.

use std::collections::{BTreeSet, HashSet};

use posars_domain::stock::{Recosting, StockEvent};
use posars_domain::{Amount, Currency, Decider as _, DomainEvent as _, Money, Quantity, Sku, StoreId};
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
        match event.event_type {
            "ShortageDetected" if !short.contains(event.stream) => {
                short.insert(event.stream.to_owned());
            }
            "StockReturned" if short.contains(event.stream) => {
                let stream = StreamName::parse(event.stream);
                suspects.insert(stream.map_err(|error| unreadable(event.stream, &error))?);
            }
            _ => {}
        }
    }
    Ok(suspects)
}

/// What one stock is worth and should be worth, where that is not the same.
///
/// # Errors
/// As [`find`].
pub(crate) async fn look_at(log: &Log, stream: &StreamName) -> Result<Option<WrongCost>, Failure> {
    let mut recosting = Recosting::default();
    let (mut last, mut newest, mut currency) = (Version::START, None, None);
    loop {
        let page = log
            .read_stream(stream, last.plus(1), Direction::Forwards, PAGE_EVENTS)
            .await?;
        let Some(end) = page.last() else { break };
        last = end.version;
        for recorded in &page {
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
