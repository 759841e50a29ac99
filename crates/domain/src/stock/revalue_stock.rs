//! The value of what is on hand is put right; the quantity stays.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::shortage::next_version;
use super::{
    AdjustmentReason, AverageBasis, Stock, StockAdjusted, StockBalance, StockEvent, StockRejection,
    StockState,
};
use crate::payment::not_negative;
use crate::text::{self, NOTE_CHARS_MAX};
use crate::{
    AdjustmentId, Amount, Command, Currency, Decided, Decision, Given, InvalidValue, Needs, OwnKey, Payload,
    Quantity, Sku, StoreId, reasons,
};

/// Puts the value of what is on hand right; the quantity stays.
///
/// Once-ness is the append's: its idempotency key is the adjustment's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevalueStock {
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
    /// What all that is on hand is worth.
    pub value: Amount,
    /// Why, at most 500 characters.
    pub note: String,
    /// The version of the stock that the value is right for.
    pub expected_version: u64,
}

/// Writes a new value down as an adjustment of nothing, which every reader of adjustments understands. The adjustment's
/// id is its idempotency key for ever.
impl Command for RevalueStock {
    type Of = Stock;
    type Answer = StockAdjusted;

    const NAME: &'static str = "RevalueStock";
    const FINGERPRINT_IS_TAGGED: bool = false;

    fn stream_id(&self) -> impl Display + Send {
        Stock::stream_id(&self.store_id, &self.sku)
    }

    fn own_key(&self) -> OwnKey {
        OwnKey::Named(self.adjustment_id.uuid())
    }

    fn needs<'a>(&'a self, _state: &'a StockState) -> Needs<'a> {
        Needs::store(&self.store_id)
    }

    fn is_answer(&self, event: &StockEvent) -> bool {
        StockAdjusted::of(event).is_some_and(|adjusted| adjusted.adjustment_id == self.adjustment_id)
    }

    fn decide(&self, state: &StockState, given: &Given<'_>) -> Decided<Stock> {
        let store = given.store_trading_in(&self.store_id, self.currency)?;
        let note = text::required("note", &self.note, NOTE_CHARS_MAX)?;
        let before = &state.balance;
        before.at_version(self.expected_version)?;
        given.not_in_future(self.occurred_at)?;
        let worth = not_negative("value", self.value)?;
        if !before.quantity.is_positive() {
            let rule =
                "goods that are not there are worth nothing; what is below zero is settled by what comes in";
            return Err(InvalidValue::new(reasons::VALUE_NOT_ALLOWED, worth, rule)
                .at("value")
                .into());
        }
        if worth == before.value {
            return Ok(Decision::nothing());
        }
        let out_of_range = || StockRejection::StockOutOfRange {
            sku: self.sku.clone(),
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
            store_id: self.store_id.clone(),
            sku: self.sku.clone(),
            adjustment_id: self.adjustment_id,
            occurred_at: self.occurred_at,
            business_date: store.business_date(self.occurred_at),
            currency: self.currency,
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
}
