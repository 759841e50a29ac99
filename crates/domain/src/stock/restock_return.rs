//! Goods come back with a return or a void.

use std::fmt::Display;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::costing::{CostSource, average, inflow, withdraw};
use super::shortage::{Moment, applied_through, with_shortage};
use super::{
    LINES_MAX, OwedPart, RestockedLine, Stock, StockBalance, StockRejection, StockReturned, StockState,
};
use crate::invalid::not_longer;
use crate::payment::not_negative;
use crate::quantity::positive;
use crate::{
    Amount, Command, Currency, Decided, Decision, Given, LineId, Needs, Path, Quantity, ReturnId, SaleId,
    Sku, StoreId,
};

/// Takes back the goods of one return or voided sale, all its lines of this SKU at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestockReturn {
    /// Where.
    pub store_id: StoreId,
    /// What.
    pub sku: Sku,
    /// The sale.
    pub sale_id: SaleId,
    /// The return; `None` when the whole sale was voided.
    pub return_id: Option<ReturnId>,
    /// The log position of the return or void, from 1; one that was applied before changes nothing.
    pub source_position: u64,
    /// The log position of the sale.
    pub sale_position: u64,
    /// When the return or void took place.
    pub occurred_at: Timestamp,
    /// The trading day the return or void counts for.
    pub business_date: Date,
    /// The currency of the sale.
    pub currency: Currency,
    /// The lines of this SKU.
    pub lines: Vec<RestockLine>,
}

/// One line of a sale to take back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestockLine {
    /// The line of the sale.
    pub line_id: LineId,
    /// How much, more than zero.
    pub quantity: Quantity,
    /// What the quantity had cost in the end, but for what is owed; `None` takes the average.
    pub original_cost: Option<Amount>,
    /// How much of it had gone out below zero and is not paid for yet; see [`FinalCost`](super::FinalCost).
    pub owed: Quantity,
}

impl Command for RestockReturn {
    type Of = Stock;
    type Answer = StockReturned;

    const NAME: &'static str = "RestockReturn";

    fn stream_id(&self) -> impl Display + Send {
        Stock::stream_id(&self.store_id, &self.sku)
    }

    fn needs<'a>(&'a self, _state: &'a StockState) -> Needs<'a> {
        Needs::store(&self.store_id)
    }

    fn decide(&self, state: &StockState, _given: &Given<'_>) -> Decided<Stock> {
        if self.source_position <= state.balance.issued_through || self.lines.is_empty() {
            return Ok(Decision::nothing());
        }
        not_longer("lines", self.lines.len(), LINES_MAX)?;
        for (index, line) in self.lines.iter().enumerate() {
            positive(Path::line(index, "quantity"), line.quantity)?;
            if let Some(original_cost) = line.original_cost {
                not_negative(Path::line(index, "original_cost"), original_cost)?;
            }
        }
        let out_of_range = || StockRejection::StockOutOfRange {
            sku: self.sku.clone(),
        };
        let restocked = restocked(&state.balance, &self.lines).ok_or_else(out_of_range)?;
        let Restocked {
            lines,
            negative_settled,
            balance,
        } = restocked;
        let has_owed = lines.iter().any(|line| line.owed.is_some());
        let is_estimated = |line: &RestockLine| line.original_cost.is_none();
        let returned = StockReturned {
            store_id: self.store_id.clone(),
            sku: self.sku.clone(),
            sale_id: self.sale_id,
            return_id: self.return_id,
            source_position: self.source_position,
            sale_position: has_owed.then_some(self.sale_position),
            occurred_at: self.occurred_at,
            business_date: self.business_date,
            currency: self.currency,
            quantity: Quantity::checked_sum(lines.iter().map(|line| line.quantity))
                .ok_or_else(out_of_range)?,
            value: Amount::checked_sum(lines.iter().map(|line| line.value)).ok_or_else(out_of_range)?,
            lines,
            negative_settled,
            estimated: self.lines.iter().any(is_estimated),
            balance: applied_through(balance, self.source_position),
        };
        let moment = Moment {
            store_id: &self.store_id,
            sku: &self.sku,
            occurred_at: self.occurred_at,
            business_date: self.business_date,
            sale_id: Some(self.sale_id),
        };
        Ok(with_shortage(&state.balance, returned.into(), &moment))
    }
}

/// What taking goods back does.
pub(super) struct Restocked {
    pub(super) lines: Vec<RestockedLine>,
    pub(super) negative_settled: Amount,
    /// The quantity and value afterwards; version and position unchanged.
    pub(super) balance: StockBalance,
}

/// Takes goods back; `None` only when a figure is out of range.
///
/// What is owed goes first, of all lines: the rest of them would pay for it, and it is not out any more.
pub(super) fn restocked(before: &StockBalance, lines: &[RestockLine]) -> Option<Restocked> {
    let mut balance = *before;
    let mut withdrawn = Vec::with_capacity(lines.len());
    for line in lines {
        let missing = balance.quantity.checked_neg()?.max(Quantity::ZERO);
        let quantity = line.owed.min(line.quantity).min(missing).max(Quantity::ZERO);
        let (value, after) = withdraw(&balance, quantity)?;
        balance = after;
        withdrawn.push(OwedPart { quantity, value });
    }
    let mut negative_settled = Amount::ZERO;
    let mut restocked = Vec::with_capacity(lines.len());
    for (line, owed) in lines.iter().zip(withdrawn) {
        let settled = line.quantity.checked_sub(owed.quantity)?;
        let mut value = owed.value;
        if !settled.is_zero() {
            let worth = match line.original_cost {
                Some(original_cost) => original_cost,
                None => average(&balance, settled)?,
            };
            let inflow = inflow(&balance, settled, worth, CostSource::Derived)?;
            balance = inflow.balance;
            negative_settled = negative_settled.checked_add(inflow.negative_settled)?;
            value = value.checked_add(worth)?;
        }
        restocked.push(RestockedLine {
            line_id: line.line_id,
            quantity: line.quantity,
            value,
            owed: Some(owed).filter(|owed| !owed.quantity.is_zero()),
        });
    }
    Some(Restocked {
        lines: restocked,
        negative_settled,
        balance,
    })
}
