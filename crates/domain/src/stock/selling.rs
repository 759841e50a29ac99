//! Goods go out with a sale, and come back with a return or a void; never refused for want of stock.

use super::costing::{CostSource, average, inflow, outflow};
use super::decide::Decided;
use super::shortage::{Moment, next_version, with_shortage};
use super::{
    IssueForSale, IssuedLine, LINES_MAX, RestockLine, RestockReturn, RestockedLine, StockBalance,
    StockIssued, StockRejection, StockReturned, StockState,
};
use crate::invalid::not_longer;
use crate::payment::not_negative;
use crate::quantity::positive;
use crate::{Amount, Decision, Quantity};

pub(super) fn issue(state: &StockState, command: &IssueForSale) -> Decided {
    // Sales are applied in log order, so a position seen before is a repeated delivery.
    if command.source_position <= state.balance.issued_through || command.lines.is_empty() {
        return Ok(Decision::nothing());
    }
    not_longer("lines", command.lines.len(), LINES_MAX)?;
    let out_of_range = || StockRejection::StockOutOfRange {
        sku: command.sku.clone(),
    };
    let mut balance = state.balance;
    let mut lines = Vec::with_capacity(command.lines.len());
    let mut provisional = false;
    for (index, line) in command.lines.iter().enumerate() {
        let quantity = positive(format_args!("lines[{index}].quantity"), line.quantity)?;
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
        store_id: command.store_id.clone(),
        sku: command.sku.clone(),
        sale_id: command.sale_id,
        source_position: command.source_position,
        occurred_at: command.occurred_at,
        business_date: command.business_date,
        currency: command.currency,
        quantity: Quantity::checked_sum(lines.iter().map(|line| line.quantity)).ok_or_else(out_of_range)?,
        cost: Amount::checked_sum(lines.iter().map(|line| line.cost)).ok_or_else(out_of_range)?,
        lines,
        provisional,
        balance: applied_through(balance, command.source_position),
    };
    let moment = Moment {
        store_id: &command.store_id,
        sku: &command.sku,
        occurred_at: command.occurred_at,
        business_date: command.business_date,
        sale_id: Some(command.sale_id),
    };
    Ok(with_shortage(&state.balance, issued.into(), &moment))
}

pub(super) fn restock(state: &StockState, command: &RestockReturn) -> Decided {
    if command.source_position <= state.balance.issued_through || command.lines.is_empty() {
        return Ok(Decision::nothing());
    }
    not_longer("lines", command.lines.len(), LINES_MAX)?;
    let out_of_range = || StockRejection::StockOutOfRange {
        sku: command.sku.clone(),
    };
    let mut balance = state.balance;
    let mut negative_settled = Amount::ZERO;
    let mut lines = Vec::with_capacity(command.lines.len());
    for (index, line) in command.lines.iter().enumerate() {
        let quantity = positive(format_args!("lines[{index}].quantity"), line.quantity)?;
        let value = line_value(index, line, &balance)?.ok_or_else(out_of_range)?;
        let inflow = inflow(&balance, quantity, value, CostSource::Derived).ok_or_else(out_of_range)?;
        balance = inflow.balance;
        negative_settled = negative_settled
            .checked_add(inflow.negative_settled)
            .ok_or_else(out_of_range)?;
        lines.push(RestockedLine {
            line_id: line.line_id,
            quantity,
            value,
        });
    }
    let returned = StockReturned {
        store_id: command.store_id.clone(),
        sku: command.sku.clone(),
        sale_id: command.sale_id,
        return_id: command.return_id,
        source_position: command.source_position,
        occurred_at: command.occurred_at,
        business_date: command.business_date,
        currency: command.currency,
        quantity: Quantity::checked_sum(lines.iter().map(|line| line.quantity)).ok_or_else(out_of_range)?,
        value: Amount::checked_sum(lines.iter().map(|line| line.value)).ok_or_else(out_of_range)?,
        lines,
        negative_settled,
        estimated: command.lines.iter().any(|line| line.original_cost.is_none()),
        balance: applied_through(balance, command.source_position),
    };
    let moment = Moment {
        store_id: &command.store_id,
        sku: &command.sku,
        occurred_at: command.occurred_at,
        business_date: command.business_date,
        sale_id: Some(command.sale_id),
    };
    Ok(with_shortage(&state.balance, returned.into(), &moment))
}

/// What a returned line is worth; `None` when it is out of range.
fn line_value(
    index: usize,
    line: &RestockLine,
    balance: &StockBalance,
) -> Result<Option<Amount>, StockRejection> {
    let Some(original_cost) = line.original_cost else {
        return Ok(average(balance, line.quantity));
    };
    Ok(Some(not_negative(
        format_args!("lines[{index}].original_cost"),
        original_cost,
    )?))
}

fn applied_through(balance: StockBalance, source_position: u64) -> StockBalance {
    StockBalance {
        issued_through: source_position,
        ..next_version(balance)
    }
}
