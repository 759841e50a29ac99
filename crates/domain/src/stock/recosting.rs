//! What a stock would be worth if everything that came back had come back at what it had cost in the end.
//!
//! Logs of earlier versions have goods that came back at the provisional cost they had gone out at, whatever had been
//! paid for them since. Those events stand. This tells by how much they leave the stock wrong, so that one more event
//! can put it right.

use std::collections::{HashMap, HashSet};

use super::costing::{CostSource, average, inflow, outflow};
use super::restock_return::{Restocked, restocked};
use super::{
    FinalCost, LineBack, RestockLine, RestockedLine, StockAdjusted, StockBalance, StockEvent, StockIssued,
    StockReturned,
};
use crate::{Amount, LineId, Quantity, SaleId};

/// Goods that came back without going on the shelf are not in the stream, and they count when the parts of a line are
/// rounded: a part may be off by this.
const TOLERANCE_MINOR: u64 = 1;

/// A stock's stream, followed from its first event: as it is, and as it should be.
#[derive(Debug, Clone)]
pub struct Recosting {
    /// What other sales had cost is asked by nobody, and a stream may have a million of them.
    sales: HashSet<SaleId>,
    recorded: Book,
    right: Book,
    /// How much of each line went back on the shelf.
    returned: HashMap<(SaleId, LineId), Quantity>,
}

/// One account of the stock: its balance, and what the goods of each sale had cost that is followed.
#[derive(Debug, Clone, Default)]
struct Book {
    balance: StockBalance,
    issues: HashMap<SaleId, FinalCost>,
    /// The issues of which something is owed.
    open: Vec<SaleId>,
}

impl Recosting {
    /// Follows what the goods of these sales had cost: those of which the stream has a return.
    #[must_use]
    pub fn of(sales: HashSet<SaleId>) -> Self {
        Self {
            sales,
            recorded: Book::default(),
            right: Book::default(),
            returned: HashMap::new(),
        }
    }

    /// Takes in the next event of the stream; `None` when a figure is out of range, and nothing more can be told.
    pub fn follow(&mut self, event: &StockEvent) -> Option<()> {
        let right = match event {
            StockEvent::StockReceived(received) => {
                let mut received = received.clone();
                let (quantity, value) = (received.quantity, received.value);
                let inflow = inflow(&self.right.balance, quantity, value, CostSource::Stated)?;
                received.balance = inflow.balance;
                received.into()
            }
            StockEvent::StockIssued(issued) => self.issued(issued)?.into(),
            StockEvent::StockReturned(returned) => self.returned(returned)?.into(),
            StockEvent::StockAdjusted(adjusted) => self.adjusted(adjusted)?.into(),
            StockEvent::ShortageDetected(_) | StockEvent::ShortageResolved(_) => return Some(()),
        };
        self.recorded.follow(event, &self.sales);
        self.right.follow(&right, &self.sales);
        if let StockEvent::StockAdjusted(adjusted) = event
            && adjusted.delta.is_zero()
        {
            // Somebody has said what it is worth; all costs count as recorded from there on.
            self.right = self.recorded.clone();
        }
        Some(())
    }

    /// The stock as recorded, and what it should be worth where that is something else; `None` without goods on hand,
    /// for the value below zero is provisional in any case.
    #[must_use]
    pub fn wrong_value(&self) -> Option<(&StockBalance, Amount)> {
        let (recorded, right) = (&self.recorded.balance, self.right.balance.value);
        (recorded.quantity.is_positive() && recorded.value != right).then_some((recorded, right))
    }

    fn issued(&self, issued: &StockIssued) -> Option<StockIssued> {
        let mut right = issued.clone();
        right.balance = self.right.balance;
        for line in &mut right.lines {
            let outflow = outflow(&right.balance, line.quantity)?;
            line.cost = outflow.cost;
            right.balance = outflow.balance;
        }
        right.cost = Amount::checked_sum(right.lines.iter().map(|line| line.cost))?;
        Some(right)
    }

    fn returned(&mut self, returned: &StockReturned) -> Option<StockReturned> {
        let lines = self.restock_lines(returned);
        let Restocked { lines, balance, .. } = restocked(&self.right.balance, &lines)?;
        let has_owed = lines.iter().any(|line| line.owed.is_some());
        let issue = self.right.issues.get(&returned.sale_id);
        Some(StockReturned {
            sale_position: issue.filter(|_| has_owed).map(FinalCost::sale_position),
            value: Amount::checked_sum(lines.iter().map(|line| line.value))?,
            lines,
            balance,
            ..returned.clone()
        })
    }

    /// The lines as they should have come back.
    fn restock_lines(&mut self, returned: &StockReturned) -> Vec<RestockLine> {
        let mut back = Vec::with_capacity(returned.lines.len());
        for line in &returned.lines {
            let key = (returned.sale_id, line.line_id);
            let through = self.returned.entry(key).or_default();
            let (line_id, before, quantity) = (line.line_id, *through, line.quantity);
            *through = before.checked_add(quantity).unwrap_or(before);
            back.push(LineBack {
                line_id,
                before,
                quantity,
            });
        }
        let issue = self.right.issues.get(&returned.sale_id);
        let issue = issue.filter(|_| !returned.estimated);
        let right = issue.map(|issue| issue.restock(&back)).unwrap_or_default();
        let right = right.into_iter().chain(std::iter::repeat(None));
        let lines = returned.lines.iter().zip(right);
        lines.map(|(line, right)| right_line(line, right)).collect()
    }

    fn adjusted(&self, adjusted: &StockAdjusted) -> Option<StockAdjusted> {
        let (delta, before) = (adjusted.delta, &self.right.balance);
        let mut right = adjusted.clone();
        if delta.is_negative() {
            let outflow = outflow(before, delta.checked_neg()?)?;
            right.value = outflow.cost.checked_neg()?;
            right.balance = outflow.balance;
        } else if delta.is_positive() {
            let is_derived = average(&self.recorded.balance, delta) == Some(adjusted.value);
            let source = if is_derived {
                CostSource::Derived
            } else {
                CostSource::Stated
            };
            right.balance = inflow(before, delta, adjusted.value, source)?.balance;
        }
        Some(right)
    }
}

/// The right line, or the recorded one where that is right.
fn right_line(recorded: &RestockedLine, right: Option<RestockLine>) -> RestockLine {
    let (_, value) = recorded.settled();
    let as_recorded = RestockLine {
        line_id: recorded.line_id,
        quantity: recorded.quantity,
        original_cost: Some(value),
        owed: recorded.owed.map_or(Quantity::ZERO, |owed| owed.quantity),
    };
    let Some(right) = right else {
        return as_recorded;
    };
    let difference = right.original_cost.and_then(|cost| cost.checked_sub(value));
    let is_right = right.owed == as_recorded.owed
        && difference.is_some_and(|difference| difference.minor().unsigned_abs() <= TOLERANCE_MINOR);
    if is_right { as_recorded } else { right }
}

impl Book {
    fn follow(&mut self, event: &StockEvent, sales: &HashSet<SaleId>) {
        self.balance = *event.balance();
        if let StockEvent::StockIssued(issued) = event {
            if !sales.contains(&issued.sale_id) {
                return;
            }
            let cost = FinalCost::of(issued);
            if !cost.is_final() {
                self.open.push(issued.sale_id);
            }
            self.issues.insert(issued.sale_id, cost);
            return;
        }
        let issues = &mut self.issues;
        self.open.retain(|sale_id| {
            let Some(cost) = issues.get_mut(sale_id) else {
                return false;
            };
            cost.follow(event);
            !cost.is_final()
        });
    }
}
