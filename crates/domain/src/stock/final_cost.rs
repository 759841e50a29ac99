//! What the goods of an issue cost in the end.
//!
//! Goods that go out below zero go out at the last known average, because nobody knows yet what they will cost. The
//! stock owes them, oldest first. Goods that come in pay for what is owed: their cost is then the final cost of the
//! goods that had gone out. An issue is never rewritten, so its final cost is read from its own event and those after
//! it, until nothing of it is owed any more.

use super::costing::part;
use super::{RestockLine, RestockedLine, StockBalance, StockEvent, StockIssued, StockReturned};
use crate::{Amount, LineId, Quantity, SaleId};

/// What the goods of one issue have cost, as far as its stream was followed.
///
/// A stock has one queue of what it owes, in the order of its issues. Goods of this issue that come back while they are
/// owed leave the queue, and what stands behind them moves up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinalCost {
    sale_id: SaleId,
    /// The log position of the sale, which is the place in the queue.
    sale_position: u64,
    /// Its version in the stock's stream.
    version: u64,
    /// Owed by earlier issues, and so paid for before this one.
    ahead: Quantity,
    lines: Vec<LineCost>,
}

/// Some of a line that comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineBack {
    /// The line of the sale.
    pub line_id: LineId,
    /// How much of it came back before, on the shelf or not.
    pub before: Quantity,
    /// How much comes back now.
    pub quantity: Quantity,
}

/// One line of the issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct LineCost {
    line_id: LineId,
    /// What went out, less what came back while it was owed.
    quantity: Quantity,
    /// What came back while it was owed.
    withdrawn: Quantity,
    /// What is still owed of the quantity.
    owed: Quantity,
    /// The cost of the rest; `None` when it is out of range.
    cost: Option<Amount>,
}

impl FinalCost {
    /// What an issue had cost when it went out.
    #[must_use]
    pub fn of(issued: &StockIssued) -> Self {
        let after = &issued.balance;
        let before = after.quantity.checked_add(issued.quantity).unwrap_or_default();
        let mut on_hand = before.max(Quantity::ZERO);
        let mut worth = after.value.checked_add(issued.cost);
        let mut lines = Vec::with_capacity(issued.lines.len());
        for line in &issued.lines {
            let from_stock = line.quantity.min(on_hand);
            let owed = less(line.quantity, from_stock);
            // A line that emptied the shelf had taken all that was left of its worth.
            let cost = if from_stock.is_zero() {
                Some(Amount::ZERO)
            } else if owed.is_zero() {
                Some(line.cost)
            } else {
                worth
            };
            on_hand = less(on_hand, from_stock);
            worth = worth.and_then(|worth| worth.checked_sub(line.cost));
            lines.push(LineCost {
                line_id: line.line_id,
                quantity: line.quantity,
                withdrawn: Quantity::ZERO,
                owed,
                cost,
            });
        }
        Self {
            sale_id: issued.sale_id,
            sale_position: issued.source_position,
            version: after.version,
            ahead: before.min(Quantity::ZERO).checked_neg().unwrap_or_default(),
            lines,
        }
    }

    /// The version of the issue in the stock's stream.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// The log position of the sale.
    #[must_use]
    pub const fn sale_position(&self) -> u64 {
        self.sale_position
    }

    /// Whether nothing is owed, so that no later event changes the cost.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.lines.iter().all(|line| line.owed.is_zero())
    }

    /// Whether the stock as it stands now tells that nothing was paid for since the issue went out.
    #[must_use]
    pub fn is_unpaid(&self, now: &StockBalance) -> bool {
        now.paid_at.is_some_and(|paid_at| paid_at <= self.version)
    }

    /// Takes in the next event of the stock's stream.
    pub fn follow(&mut self, event: &StockEvent) {
        if self.is_final() {
            return;
        }
        match event {
            StockEvent::StockReceived(received) => self.pay(received.quantity, received.value),
            StockEvent::StockAdjusted(adjusted) => self.pay(adjusted.delta, adjusted.value),
            StockEvent::StockReturned(returned) => self.take_back(returned),
            // Later issues stand behind this one, and a shortage only says what the movement before it led to.
            StockEvent::StockIssued(_)
            | StockEvent::ShortageDetected(_)
            | StockEvent::ShortageResolved(_) => {}
        }
    }

    /// What the lines of one return are worth, each as it comes after those before it; `None` for a line that did not
    /// go out.
    ///
    /// What is owed comes back first: it ends a debt of which nobody knows the cost yet.
    #[must_use]
    pub fn restock(&self, back: &[LineBack]) -> Vec<Option<RestockLine>> {
        let mut lines = self.lines.clone();
        back.iter()
            .map(|back| {
                let line = lines.iter_mut().find(|line| line.line_id == back.line_id)?;
                Some(line.restock(back))
            })
            .collect()
    }

    /// All that is owed leaves the queue before the rest pays for what stands in it, as it was decided.
    fn take_back(&mut self, returned: &StockReturned) {
        let mut settled = Vec::with_capacity(returned.lines.len());
        for line in &returned.lines {
            let own = self.lines.iter_mut().find(|own| own.line_id == line.line_id);
            let own = own.filter(|_| returned.sale_id == self.sale_id);
            match (own, &line.owed) {
                (Some(own), Some(owed)) => {
                    own.withdraw(owed.quantity);
                    settled.push(line.settled());
                }
                // In logs of old nothing says so, and the balance came to the same.
                (Some(own), None) => {
                    let rest = less(line.quantity, own.withdraw(line.quantity));
                    settled.push((rest, part(line.value, rest, line.quantity).unwrap_or_default()));
                }
                (None, Some(owed)) => {
                    if returned
                        .sale_position
                        .is_some_and(|sale| sale < self.sale_position)
                    {
                        self.ahead = less(self.ahead, owed.quantity.min(self.ahead));
                    }
                    settled.push(line.settled());
                }
                (None, None) => settled.push((line.quantity, line.value)),
            }
        }
        for (quantity, value) in settled {
            self.pay(quantity, value);
        }
    }

    /// Pays for what is owed, oldest first: the parts are differences of rounded running totals, so that they add up to
    /// what the goods that came in had cost.
    fn pay(&mut self, quantity: Quantity, value: Amount) {
        if !quantity.is_positive() {
            return;
        }
        let up_to = |paid: Quantity| part(value, paid, quantity);
        let mut paid = self.ahead.min(quantity);
        self.ahead = less(self.ahead, paid);
        for line in &mut self.lines {
            let taken = line.owed.min(less(quantity, paid));
            if taken.is_zero() {
                continue;
            }
            let through = paid.checked_add(taken).unwrap_or(quantity);
            let cost = up_to(through).zip(up_to(paid));
            let cost = cost.and_then(|(through, paid)| through.checked_sub(paid));
            line.cost = line
                .cost
                .zip(cost)
                .and_then(|(before, cost)| before.checked_add(cost));
            line.owed = less(line.owed, taken);
            paid = through;
        }
    }
}

impl LineCost {
    fn restock(&mut self, back: &LineBack) -> RestockLine {
        let owed = self.withdraw(back.quantity);
        let settled = less(back.quantity, owed);
        let original_cost = if settled.is_zero() {
            Some(Amount::ZERO)
        } else {
            let before = less(back.before, less(self.withdrawn, owed)).max(Quantity::ZERO);
            self.cost
                .and_then(|cost| returned_cost(self.quantity, cost, before, settled))
        };
        RestockLine {
            line_id: back.line_id,
            quantity: back.quantity,
            original_cost,
            owed,
        }
    }

    /// Takes out of the queue what is owed of a quantity; how much that was.
    fn withdraw(&mut self, quantity: Quantity) -> Quantity {
        let taken = quantity.min(self.owed);
        self.owed = less(self.owed, taken);
        self.quantity = less(self.quantity, taken);
        self.withdrawn = self.withdrawn.checked_add(taken).unwrap_or_default();
        taken
    }
}

impl RestockedLine {
    /// What came back of what was not owed, and what that is worth.
    #[must_use]
    pub fn settled(&self) -> (Quantity, Amount) {
        let Some(owed) = &self.owed else {
            return (self.quantity, self.value);
        };
        (
            less(self.quantity, owed.quantity),
            self.value.checked_sub(owed.value).unwrap_or_default(),
        )
    }
}

/// What `quantity` of a line is worth that cost `cost` for `whole` when `before` of it came back already: the difference of
/// two rounded running totals, so that the parts add up to the whole. `None` for an empty line, or out of range.
#[must_use]
pub fn returned_cost(whole: Quantity, cost: Amount, before: Quantity, quantity: Quantity) -> Option<Amount> {
    if !whole.is_positive() {
        return None;
    }
    let up_to = |quantity: Quantity| part(cost, quantity, whole);
    up_to(before.checked_add(quantity)?)?.checked_sub(up_to(before)?)
}

/// A difference of two quantities of one line, which is always in range.
fn less(whole: Quantity, part: Quantity) -> Quantity {
    whole.checked_sub(part).unwrap_or_default()
}
