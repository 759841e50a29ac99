//! Goods go out with a sale, and come back with a return or a void; never refused for want of stock.

use super::costing::{CostSource, average, inflow, outflow, withdraw};
use super::decide::Decided;
use super::shortage::{Moment, next_version, with_shortage};
use super::{
    IssueForSale, IssuedLine, LINES_MAX, OwedPart, RestockLine, RestockReturn, RestockedLine, StockBalance,
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
    for (index, line) in command.lines.iter().enumerate() {
        positive(format_args!("lines[{index}].quantity"), line.quantity)?;
        if let Some(original_cost) = line.original_cost {
            not_negative(format_args!("lines[{index}].original_cost"), original_cost)?;
        }
    }
    let out_of_range = || StockRejection::StockOutOfRange {
        sku: command.sku.clone(),
    };
    let restocked = restocked(&state.balance, &command.lines).ok_or_else(out_of_range)?;
    let Restocked {
        lines,
        negative_settled,
        balance,
    } = restocked;
    let has_owed = lines.iter().any(|line| line.owed.is_some());
    let is_estimated = |line: &RestockLine| line.original_cost.is_none();
    let returned = StockReturned {
        store_id: command.store_id.clone(),
        sku: command.sku.clone(),
        sale_id: command.sale_id,
        return_id: command.return_id,
        source_position: command.source_position,
        sale_position: has_owed.then_some(command.sale_position),
        occurred_at: command.occurred_at,
        business_date: command.business_date,
        currency: command.currency,
        quantity: Quantity::checked_sum(lines.iter().map(|line| line.quantity)).ok_or_else(out_of_range)?,
        value: Amount::checked_sum(lines.iter().map(|line| line.value)).ok_or_else(out_of_range)?,
        lines,
        negative_settled,
        estimated: command.lines.iter().any(is_estimated),
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

fn applied_through(balance: StockBalance, source_position: u64) -> StockBalance {
    StockBalance {
        issued_through: source_position,
        ..next_version(balance)
    }
}
