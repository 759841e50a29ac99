//! How much of a stock was on hand at a position of the log.

use std::collections::HashMap;

use posars_domain::Quantity;
use posars_event_store::{Direction, Log, Position, StreamName, Version};

use super::source::read_stock;
use crate::CommandError;

/// The most stocks remembered; about 150 bytes each. Beyond it all are forgotten, and read when they are asked for.
const STOCKS_MAX: usize = 50_000;

/// What is on hand of the stocks with a policy, as of the position reached.
#[derive(Debug, Default)]
pub(crate) struct OnHand(HashMap<StreamName, Quantity>);

impl OnHand {
    pub(crate) fn get(&self, stock: &StreamName) -> Option<Quantity> {
        self.0.get(stock).copied()
    }

    pub(crate) fn put(&mut self, stock: &StreamName, on_hand: Quantity) {
        self.0.insert(stock.clone(), on_hand);
    }

    pub(crate) fn forget_one(&mut self, stock: &StreamName) {
        self.0.remove(stock);
    }

    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }

    /// Makes room between pages.
    pub(crate) fn trim(&mut self) {
        if self.0.len() > STOCKS_MAX {
            self.forget();
        }
    }
}

/// What was on hand after the last event of a stock up to a position; nothing before its first one.
///
/// Positions rise along a stream, so this halves it instead of reading it, about 20 reads for a million movements.
pub(crate) async fn stock_at(
    log: &Log,
    stock: &StreamName,
    position: Position,
) -> Result<Quantity, CommandError> {
    let last = log.last_events(std::slice::from_ref(stock)).await?;
    let Some(last) = last.into_iter().flatten().next() else {
        return Ok(Quantity::ZERO);
    };
    let (mut low, mut high) = (0, last.version.get());
    let mut found = None;
    if last.position <= position {
        (low, found) = (high, Some(last));
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        let page = log
            .read_stream(stock, Version::new(middle), Direction::Forwards, 1)
            .await?;
        match page.into_iter().next() {
            Some(event) if event.position <= position => (low, found) = (middle, Some(event)),
            Some(_) | None => high = middle,
        }
    }
    match found {
        Some(event) => Ok(read_stock(&event)?.1.on_hand),
        None => Ok(Quantity::ZERO),
    }
}
