//! What goods had cost when they went out, so that they come back at the same cost.

use std::collections::HashMap;

use posars_domain::stock::{IssuedLine, StockEvent};
use posars_domain::{Amount, LineId, Quantity, SaleId};
use posars_event_store::{Direction, Log, Position, StreamName, Version};

use crate::CommandError;
use crate::load::decode;

/// The most issued lines remembered; about 80 bytes each. Goods mostly come back soon, or not at all.
const LINES_MAX: usize = 65_536;
/// The part of a stream that is read at once at the end of a search.
const PAGE_EVENTS: u32 = 32;

/// A line of a sale as it went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Issued {
    pub(crate) quantity: Quantity,
    pub(crate) cost: Amount,
}

/// Lines that went out lately, appended or about to be.
#[derive(Debug, Default)]
pub(crate) struct RecentIssues(HashMap<(SaleId, LineId), Issued>);

impl RecentIssues {
    pub(crate) fn remember(&mut self, events: &[StockEvent]) {
        for event in events {
            if let StockEvent::StockIssued(issued) = event {
                for line in &issued.lines {
                    self.0.insert((issued.sale_id, line.line_id), line.into());
                }
            }
        }
    }

    pub(crate) fn get(&self, sale_id: SaleId, line_id: LineId) -> Option<Issued> {
        self.0.get(&(sale_id, line_id)).copied()
    }

    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }

    /// Makes room between pages, when nothing is about to be appended.
    pub(crate) fn trim(&mut self) {
        if self.0.len() > LINES_MAX {
            self.forget();
        }
    }
}

impl From<&IssuedLine> for Issued {
    fn from(line: &IssuedLine) -> Self {
        Self {
            quantity: line.quantity,
            cost: line.cost,
        }
    }
}

impl Issued {
    /// The cost of `part` of the line when `before` of it came back already: the difference of two rounded running
    /// totals, so that the parts add up to the whole.
    pub(crate) fn cost_of(&self, before: Quantity, part: Quantity) -> Option<Amount> {
        let through = self.cost_up_to(before.checked_add(part)?)?;
        through.checked_sub(self.cost_up_to(before)?)
    }

    fn cost_up_to(&self, quantity: Quantity) -> Option<Amount> {
        let whole = i128::from(self.quantity.ten_thousandths());
        if whole <= 0 {
            return None;
        }
        let product = i128::from(self.cost.minor()) * i128::from(quantity.ten_thousandths());
        let half = if product < 0 { -whole } else { whole };
        i64::try_from((2 * product + half) / (2 * whole))
            .ok()
            .map(Amount::from_minor)
    }
}

/// Finds the lines of the sale at `sale_position` in a stock's stream; none when the sale took nothing out.
///
/// The mark that every stock event carries, how far sales are applied, never goes back along the stream: so this
/// halves the stream instead of reading it, about 15 reads for a million movements.
pub(crate) async fn find_issue(
    log: &Log,
    stock: &StreamName,
    version: Version,
    sale_position: Position,
) -> Result<Vec<IssuedLine>, CommandError> {
    let (mut low, mut high) = (0, version.get());
    while high - low > u64::from(PAGE_EVENTS) {
        let middle = low + (high - low) / 2;
        let page = log
            .read_stream(stock, Version::new(middle), Direction::Forwards, 1)
            .await?;
        let Some(event) = page.first() else {
            return Ok(Vec::new());
        };
        if decode::<StockEvent>(event)?.balance().issued_through < sale_position.get() {
            low = middle;
        } else {
            high = middle;
        }
    }
    let page = log
        .read_stream(stock, Version::new(low + 1), Direction::Forwards, PAGE_EVENTS)
        .await?;
    for event in &page {
        if let StockEvent::StockIssued(issued) = decode(event)?
            && issued.source_position == sale_position.get()
        {
            return Ok(issued.lines);
        }
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cost_together_what_the_line_cost() {
        let issued = Issued {
            quantity: Quantity::from_units(3),
            cost: Amount::from_minor(1_000),
        };
        let one = Quantity::from_units(1);
        let parts: Vec<i64> = [0, 1, 2]
            .map(|before| issued.cost_of(Quantity::from_units(before), one).unwrap().minor())
            .to_vec();
        assert_eq!(parts, [333, 334, 333]);
        let nothing = Issued {
            quantity: Quantity::ZERO,
            cost: Amount::ZERO,
        };
        assert_eq!(nothing.cost_of(Quantity::ZERO, one), None);
    }
}
