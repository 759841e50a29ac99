//! Goods go out with a sale; never refused for want of stock.

use std::fmt::Display;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::costing::outflow;
use super::shortage::{Moment, applied_through, with_shortage};
use super::{IssuedLine, LINES_MAX, Stock, StockIssued, StockRejection, StockState};
use crate::invalid::not_longer;
use crate::quantity::positive;
use crate::{
    Amount, Command, Currency, Decided, Decision, Given, LineId, Needs, Path, Quantity, SaleId, Sku, StoreId,
};

/// Takes out the goods of one sale, all its lines of this SKU at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueForSale {
    /// Where.
    pub store_id: StoreId,
    /// What.
    pub sku: Sku,
    /// The sale.
    pub sale_id: SaleId,
    /// The log position of the sale, from 1; one that was applied before changes nothing.
    pub source_position: u64,
    /// When the sale took place.
    pub occurred_at: Timestamp,
    /// The trading day the sale counts for.
    pub business_date: Date,
    /// The currency of the sale.
    pub currency: Currency,
    /// The sale's lines of this SKU.
    pub lines: Vec<IssueLine>,
}

/// One line of a sale to take out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueLine {
    /// The line of the sale.
    pub line_id: LineId,
    /// How much, more than zero.
    pub quantity: Quantity,
}

impl Command for IssueForSale {
    type Of = Stock;
    type Answer = StockIssued;

    const NAME: &'static str = "IssueForSale";

    fn stream_id(&self) -> impl Display + Send {
        Stock::stream_id(&self.store_id, &self.sku)
    }

    fn needs<'a>(&'a self, _state: &'a StockState) -> Needs<'a> {
        Needs::store(&self.store_id)
    }

    fn decide(&self, state: &StockState, _given: &Given<'_>) -> Decided<Stock> {
        // Sales are applied in log order, so a position seen before is a repeated delivery.
        if self.source_position <= state.balance.issued_through || self.lines.is_empty() {
            return Ok(Decision::nothing());
        }
        not_longer("lines", self.lines.len(), LINES_MAX)?;
        let out_of_range = || StockRejection::StockOutOfRange {
            sku: self.sku.clone(),
        };
        let mut balance = state.balance;
        let mut lines = Vec::with_capacity(self.lines.len());
        let mut provisional = false;
        for (index, line) in self.lines.iter().enumerate() {
            let quantity = positive(Path::line(index, "quantity"), line.quantity)?;
            let outflow = outflow(&balance, quantity).ok_or_else(out_of_range)?;
            balance = outflow.balance;
            provisional |= outflow.provisional;
            lines.push(IssuedLine {
                line_id: line.line_id,
                quantity,
                cost: outflow.cost,
            });
        }
        let issued = StockIssued {
            store_id: self.store_id.clone(),
            sku: self.sku.clone(),
            sale_id: self.sale_id,
            source_position: self.source_position,
            occurred_at: self.occurred_at,
            business_date: self.business_date,
            currency: self.currency,
            quantity: Quantity::checked_sum(lines.iter().map(|line| line.quantity))
                .ok_or_else(out_of_range)?,
            cost: Amount::checked_sum(lines.iter().map(|line| line.cost)).ok_or_else(out_of_range)?,
            lines,
            provisional,
            balance: applied_through(balance, self.source_position),
        };
        let moment = Moment {
            store_id: &self.store_id,
            sku: &self.sku,
            occurred_at: self.occurred_at,
            business_date: self.business_date,
            sale_id: Some(self.sale_id),
        };
        Ok(with_shortage(&state.balance, issued.into(), &moment))
    }
}
