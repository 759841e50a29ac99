//! The quantity is put right, up or down.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::costing::{CostSource, average, inflow, outflow};
use super::decimals::in_product_decimals;
use super::shortage::{Moment, next_version, with_shortage};
use super::{AdjustmentReason, Stock, StockAdjusted, StockBalance, StockEvent, StockRejection, StockState};
use crate::dates::not_too_early;
use crate::misplaced::{Refused, not_in_any_words};
use crate::payment::not_negative;
use crate::quantity::in_range;
use crate::text::{self, NOTE_CHARS_MAX};
use crate::{
    AdjustmentId, Amount, Command, Currency, Decided, Given, InvalidValue, Needs, OwnKey, Payload, Quantity,
    Sku, StoreId, reasons,
};

/// Puts the quantity right, up or down.
///
/// Once-ness is the append's: its idempotency key is the adjustment's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdjustStock {
    /// Where.
    pub store_id: StoreId,
    /// What.
    pub sku: Sku,
    /// The adjustment, an id made by the client.
    pub adjustment_id: AdjustmentId,
    /// When, by the client's clock; at most five minutes ahead of the server's.
    pub occurred_at: Timestamp,
    /// The currency of the value; the store's own.
    pub currency: Currency,
    /// By how much, not zero, in the product's decimals.
    pub delta: Quantity,
    /// What the goods found are worth in all; `None` takes the average. Not for a decrease.
    pub value: Option<Amount>,
    /// Why; required.
    pub reason: Option<AdjustmentReason>,
    /// More on why, at most 500 characters; required for [`AdjustmentReason::Other`].
    pub note: Option<String>,
    /// Whether the quantity may end below zero.
    pub allow_negative: bool,
    /// The version of the stock that the caller looked at; `None` does not mind.
    pub expected_version: Option<u64>,
}

/// The adjustment's id is its idempotency key for ever.
impl Command for AdjustStock {
    type Of = Stock;
    type Answer = StockAdjusted;

    const NAME: &'static str = "AdjustStock";
    const FINGERPRINT_IS_TAGGED: bool = false;

    fn stream_id(&self) -> impl Display + Send {
        Stock::stream_id(&self.store_id, &self.sku)
    }

    fn own_key(&self) -> OwnKey {
        OwnKey::Named(self.adjustment_id.uuid())
    }

    fn needs<'a>(&'a self, _state: &'a StockState) -> Needs<'a> {
        Needs::store(&self.store_id).and_product(&self.sku)
    }

    fn is_answer(&self, event: &StockEvent) -> bool {
        StockAdjusted::of(event).is_some_and(|adjusted| adjusted.adjustment_id == self.adjustment_id)
    }

    fn decide(&self, state: &StockState, given: &Given<'_>) -> Decided<Stock> {
        let store = given.store_trading_in(&self.store_id, self.currency)?;
        let (reason, note) = why(self)?;
        let before = &state.balance;
        if let Some(expected) = self.expected_version {
            before.at_version(expected)?;
        }
        given.not_in_future(self.occurred_at)?;
        not_too_early(self.occurred_at, store)?;
        not_in_any_words("note", note.as_ref(), Refused::Both)?;
        if before.version == 0 {
            self.sku.check_new("sku")?;
        }
        in_product_decimals(given, &self.sku, ("quantity", self.delta))?;
        let change = change(before, self)?;
        // An increase that still leaves too little is no step down and stays allowed.
        if self.delta.is_negative() && change.balance.is_short() && !self.allow_negative {
            let (quantity, delta) = (before.quantity, self.delta);
            return Err(StockRejection::StockWouldGoNegative {
                sku: self.sku.clone(),
                quantity,
                delta,
            });
        }
        let business_date = store.business_date(self.occurred_at);
        let adjusted = StockAdjusted {
            store_id: self.store_id.clone(),
            sku: self.sku.clone(),
            adjustment_id: self.adjustment_id,
            occurred_at: self.occurred_at,
            business_date,
            currency: self.currency,
            delta: self.delta,
            value: change.value,
            negative_settled: change.negative_settled,
            provisional: change.provisional,
            reason,
            note,
            balance: next_version(change.balance),
        };
        let moment = Moment {
            store_id: &self.store_id,
            sku: &self.sku,
            occurred_at: self.occurred_at,
            business_date,
            sale_id: None,
        };
        Ok(with_shortage(before, adjusted.into(), &moment))
    }
}

/// What an adjustment does to the balance.
struct Change {
    value: Amount,
    negative_settled: Amount,
    provisional: bool,
    balance: StockBalance,
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
        return Err(InvalidValue::new(reasons::VALUE_NOT_ALLOWED, value, rule)
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
