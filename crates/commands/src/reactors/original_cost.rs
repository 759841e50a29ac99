//! What goods had cost that went out, so that they come back at the same cost.

use std::collections::HashMap;
use std::sync::Arc;

use posars_domain::stock::{FinalCost, StockBalance, StockEvent, StockIssued};
use posars_domain::{Amount, LineId, Quantity, SaleId};
use posars_event_store::{Direction, Log, Position, StreamName, Version};

use crate::CommandError;
use crate::load::decode;

/// The most issued lines remembered; about 100 bytes each, and twice that when they went out below zero. Goods mostly
/// come back soon, or not at all.
const LINES_MAX: usize = 65_536;
/// The part of a stream that is read at once at the end of a search.
const PAGE_EVENTS: u32 = 32;
/// The part of a stream that is read at once of what follows an issue below zero: about a megabyte.
const FOLLOWED_EVENTS: u32 = 1_000;

/// A line of a sale as it went out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Issued {
    /// The log position of the sale.
    pub(crate) sale_position: u64,
    pub(crate) quantity: Quantity,
    pub(crate) cost: Amount,
    /// The whole issue when some of it went out below zero: what follows in the stream says what it cost in the end.
    pub(crate) provisional: Option<Arc<FinalCost>>,
}

/// Lines that went out lately, appended or about to be.
#[derive(Debug, Default)]
pub(crate) struct RecentIssues(HashMap<(SaleId, LineId), Issued>);

impl RecentIssues {
    pub(crate) fn remember(&mut self, events: &[StockEvent]) {
        for event in events {
            if let StockEvent::StockIssued(issued) = event {
                let provisional = issued.provisional.then(|| Arc::new(FinalCost::of(issued)));
                for line in &issued.lines {
                    let known = Issued {
                        sale_position: issued.source_position,
                        quantity: line.quantity,
                        cost: line.cost,
                        provisional: provisional.clone(),
                    };
                    self.0.insert((issued.sale_id, line.line_id), known);
                }
            }
        }
    }

    pub(crate) fn get(&self, sale_id: SaleId, line_id: LineId) -> Option<Issued> {
        self.0.get(&(sale_id, line_id)).cloned()
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

/// Whether an issue cost what it had cost when it went out: nothing of it is owed, or nothing was paid for since and
/// nothing of it came back before.
pub(crate) fn holds(issue: &FinalCost, now: &StockBalance, is_first_return: bool) -> bool {
    issue.is_final() || (is_first_return && issue.is_unpaid(now))
}

/// What an issue cost, as far as the stream of the stock tells up to a version: it is followed until nothing of it is owed.
pub(crate) async fn followed(
    mut issue: FinalCost,
    log: &Log,
    stock: &StreamName,
    version: Version,
) -> Result<FinalCost, CommandError> {
    let mut last = Version::new(issue.version());
    let mut limit = PAGE_EVENTS;
    while !issue.is_final() && last < version {
        let page = log
            .read_stream(stock, last.plus(1), Direction::Forwards, limit)
            .await?;
        let Some(newest) = page.last() else { break };
        last = newest.version;
        for event in &page {
            issue.follow(&decode(event)?);
        }
        limit = FOLLOWED_EVENTS;
    }
    Ok(issue)
}

/// Finds what the sale at `sale_position` took out, in a stock's stream; none when it took nothing out.
///
/// The mark that every stock event carries, how far sales are applied, never goes back along the stream: so this
/// halves the stream instead of reading it, about 15 reads for a million movements.
pub(crate) async fn find_issue(
    log: &Log,
    stock: &StreamName,
    version: Version,
    sale_position: Position,
) -> Result<Option<StockIssued>, CommandError> {
    let (mut low, mut high) = (0, version.get());
    while high - low > u64::from(PAGE_EVENTS) {
        let middle = low + (high - low) / 2;
        let page = log
            .read_stream(stock, Version::new(middle), Direction::Forwards, 1)
            .await?;
        let Some(event) = page.first() else {
            return Ok(None);
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
            return Ok(Some(issued));
        }
    }
    Ok(None)
}
