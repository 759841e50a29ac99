//! The quantity is put right, or the value of what is there.

use super::costing::{CostSource, average, inflow, outflow};
use super::decide::{Decided, in_product_decimals, not_in_future, store_of};
use super::shortage::{Moment, next_version, with_shortage};
use super::{
    AdjustStock, AdjustmentReason, AverageBasis, RevalueStock, StockAdjusted, StockBalance, StockContext,
    StockRejection, StockState,
};
use crate::dates::not_too_early;
use crate::misplaced::{Refused, not_in_any_words};
use crate::payment::not_negative;
use crate::quantity::in_range;
use crate::text::{self, NOTE_CHARS_MAX};
use crate::{Amount, Decision, InvalidValue, Quantity};

/// What an adjustment does to the balance.
struct Change {
    value: Amount,
    negative_settled: Amount,
    provisional: bool,
    balance: StockBalance,
}

pub(super) fn decide(state: &StockState, command: &AdjustStock, context: &StockContext) -> Decided {
    let store = store_of(context, &command.store_id, command.currency)?;
    let (reason, note) = why(command)?;
    let before = &state.balance;
    if let Some(expected) = command.expected_version {
        at_version(before, expected)?;
    }
    not_in_future(command.occurred_at, context.recorded_at)?;
    not_too_early(command.occurred_at, store)?;
    not_in_any_words("note", note.as_ref(), Refused::Both)?;
    if before.version == 0 {
        command.sku.check_new("sku")?;
    }
    in_product_decimals(context, &command.sku, command.delta)?;
    let change = change(before, command)?;
    // An increase that still leaves too little is no step down and stays allowed.
    if command.delta.is_negative() && change.balance.is_short() && !command.allow_negative {
        let (quantity, delta) = (before.quantity, command.delta);
        return Err(StockRejection::StockWouldGoNegative {
            sku: command.sku.clone(),
            quantity,
            delta,
        });
    }
    let business_date = store.business_date(command.occurred_at);
    let adjusted = StockAdjusted {
        store_id: command.store_id.clone(),
        sku: command.sku.clone(),
        adjustment_id: command.adjustment_id,
        occurred_at: command.occurred_at,
        business_date,
        currency: command.currency,
        delta: command.delta,
        value: change.value,
        negative_settled: change.negative_settled,
        provisional: change.provisional,
        reason,
        note,
        balance: next_version(change.balance),
    };
    let moment = Moment {
        store_id: &command.store_id,
        sku: &command.sku,
        occurred_at: command.occurred_at,
        business_date,
        sale_id: None,
    };
    Ok(with_shortage(before, adjusted.into(), &moment))
}

/// Writes a new value down as an adjustment of nothing, which every reader of adjustments understands.
pub(super) fn revalue(state: &StockState, command: &RevalueStock, context: &StockContext) -> Decided {
    let store = store_of(context, &command.store_id, command.currency)?;
    let note = text::required("note", &command.note, NOTE_CHARS_MAX)?;
    let before = &state.balance;
    at_version(before, command.expected_version)?;
    not_in_future(command.occurred_at, context.recorded_at)?;
    let worth = not_negative("value", command.value)?;
    if !before.quantity.is_positive() {
        let rule =
            "goods that are not there are worth nothing; what is below zero is settled by what comes in";
        return Err(InvalidValue::new("VALUE_NOT_ALLOWED", worth, rule)
            .at("value")
            .into());
    }
    if worth == before.value {
        return Ok(Decision::nothing());
    }
    let out_of_range = || StockRejection::StockOutOfRange {
        sku: command.sku.clone(),
    };
    let balance = StockBalance {
        value: worth,
        average_basis: AverageBasis {
            quantity: before.quantity,
            value: worth,
        },
        ..*before
    };
    let adjusted = StockAdjusted {
        store_id: command.store_id.clone(),
        sku: command.sku.clone(),
        adjustment_id: command.adjustment_id,
        occurred_at: command.occurred_at,
        business_date: store.business_date(command.occurred_at),
        currency: command.currency,
        delta: Quantity::ZERO,
        value: worth.checked_sub(before.value).ok_or_else(out_of_range)?,
        negative_settled: Amount::ZERO,
        provisional: false,
        reason: AdjustmentReason::Correction,
        note: Some(note),
        balance: next_version(balance),
    };
    Ok(Decision {
        events: vec![adjusted.into()],
        claims: Vec::new(),
    })
}

fn at_version(before: &StockBalance, expected: u64) -> Result<(), StockRejection> {
    let actual = before.version;
    if expected == actual {
        Ok(())
    } else {
        Err(StockRejection::EtagMismatch { expected, actual })
    }
}

fn why(command: &AdjustStock) -> Result<(AdjustmentReason, Option<String>), StockRejection> {
    let note = text::maybe("note", command.note.as_ref(), NOTE_CHARS_MAX)?;
    match command.reason {
        None => Err(StockRejection::ReasonRequired),
        Some(AdjustmentReason::Other) if note.is_none() => Err(StockRejection::ReasonRequired),
        Some(reason) => Ok((reason, note)),
    }
}

fn change(before: &StockBalance, command: &AdjustStock) -> Result<Change, StockRejection> {
    let delta = in_range("delta", command.delta)?;
    if delta.is_zero() {
        let rule = "an adjustment changes the quantity by more or less than zero";
        return Err(InvalidValue::new("DELTA_IS_ZERO", delta, rule).at("delta").into());
    }
    let stated = command
        .value
        .map(|value| not_negative("value", value))
        .transpose()?;
    if let Some(value) = stated.filter(|_| delta.is_negative()) {
        let rule = "goods that are gone go out at their own cost; leave the value out";
        return Err(InvalidValue::new("VALUE_NOT_ALLOWED", value, rule)
            .at("value")
            .into());
    }
    let change = if delta.is_negative() {
        decrease(before, command)
    } else {
        increase(before, command, stated)
    };
    change.ok_or_else(|| StockRejection::StockOutOfRange {
        sku: command.sku.clone(),
    })
}

fn decrease(before: &StockBalance, command: &AdjustStock) -> Option<Change> {
    let outflow = outflow(before, command.delta.checked_neg()?)?;
    Some(Change {
        value: outflow.cost.checked_neg()?,
        negative_settled: Amount::ZERO,
        provisional: outflow.provisional,
        balance: outflow.balance,
    })
}

fn increase(before: &StockBalance, command: &AdjustStock, stated: Option<Amount>) -> Option<Change> {
    let (value, source) = match stated {
        Some(value) => (value, CostSource::Stated),
        None => (average(before, command.delta)?, CostSource::Derived),
    };
    let inflow = inflow(before, command.delta, value, source)?;
    Some(Change {
        value,
        negative_settled: inflow.negative_settled,
        provisional: false,
        balance: inflow.balance,
    })
}
