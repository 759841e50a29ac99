//! Goods come in from outside: one line of a receipt of goods.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::costing::{CostSource, inflow};
use super::decimals::in_product_decimals;
use super::shortage::{Moment, next_version, with_shortage};
use super::{Stock, StockReceived, StockRejection, StockState};
use crate::dates::not_too_early;
use crate::misplaced::{Refused, not_in_any_words};
use crate::payment::not_negative;
use crate::quantity::positive;
use crate::text::{self, NAME_CHARS_MAX};
use crate::{
    AccessKey, Amount, Claim, Command, Currency, Decided, Given, LineId, Needs, Quantity, ReceiptId, Sku,
    StoreId, UnitPrice,
};

/// Takes in one line of a receipt of goods.
///
/// Once-ness is the append's: its idempotency key is the receipt's id, whose lines are appended as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiveStock {
    /// Where.
    pub store_id: StoreId,
    /// What.
    pub sku: Sku,
    /// The receipt of goods, an id made by the client.
    pub receipt_id: ReceiptId,
    /// The line, unique in the receipt.
    pub line_id: LineId,
    /// When, by the client's clock; at most five minutes ahead of the server's.
    pub occurred_at: Timestamp,
    /// The currency of every amount here; the store's own.
    pub currency: Currency,
    /// How much, more than zero, in the product's decimals.
    pub quantity: Quantity,
    /// What it cost.
    pub cost: ReceivedCost,
    /// Freight, insurance and taxes of this line on top of the cost.
    pub landed: Amount,
    /// Who delivered, at most 200 characters.
    pub supplier: Option<String>,
    /// The access key of the supplier's NF-e, good for one receipt only.
    pub access_key: Option<AccessKey>,
}

/// What received goods cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReceivedCost {
    /// So much a unit; the line is rounded half-up.
    Unit(UnitPrice),
    /// So much for the line.
    Total(Amount),
}

impl Command for ReceiveStock {
    type Of = Stock;
    type Answer = StockReceived;

    const NAME: &'static str = "ReceiveStock";

    fn stream_id(&self) -> impl Display + Send {
        Stock::stream_id(&self.store_id, &self.sku)
    }

    fn needs<'a>(&'a self, _state: &'a StockState) -> Needs<'a> {
        Needs::store(&self.store_id).and_product(&self.sku)
    }

    fn products(&self) -> Vec<&Sku> {
        vec![&self.sku]
    }

    fn decide(&self, state: &StockState, given: &Given<'_>) -> Decided<Stock> {
        let store = given.store_trading_in(&self.store_id, self.currency)?;
        let quantity = positive("quantity", self.quantity)?;
        in_product_decimals(given, &self.sku, ("quantity", quantity))?;
        given.not_in_future(self.occurred_at)?;
        not_too_early(self.occurred_at, store)?;
        self.sku.check_new("sku")?;
        not_in_any_words("supplier", self.supplier.as_ref(), Refused::Cpf)?;
        let out_of_range = || StockRejection::StockOutOfRange {
            sku: self.sku.clone(),
        };
        let value = received_value(self)?.ok_or_else(out_of_range)?;
        let before = &state.balance;
        let inflow = inflow(before, quantity, value, CostSource::Stated).ok_or_else(out_of_range)?;
        let business_date = store.business_date(self.occurred_at);
        let received = StockReceived {
            store_id: self.store_id.clone(),
            sku: self.sku.clone(),
            receipt_id: self.receipt_id,
            line_id: self.line_id,
            occurred_at: self.occurred_at,
            business_date,
            currency: self.currency,
            quantity,
            value,
            negative_settled: inflow.negative_settled,
            supplier: text::maybe("supplier", self.supplier.as_ref(), NAME_CHARS_MAX)?,
            access_key: self.access_key.clone(),
            balance: next_version(inflow.balance),
        };
        let moment = Moment {
            store_id: &self.store_id,
            sku: &self.sku,
            occurred_at: self.occurred_at,
            business_date,
            sale_id: None,
        };
        let mut decision = with_shortage(before, received.into(), &moment);
        decision.claims.extend(purchase_claim(self));
        Ok(decision)
    }
}

/// What the line cost in all; `None` when it is out of range.
fn received_value(command: &ReceiveStock) -> Result<Option<Amount>, StockRejection> {
    let landed = not_negative("landed", command.landed)?;
    let cost = match command.cost {
        ReceivedCost::Unit(price) => command.quantity.times(price, command.currency),
        ReceivedCost::Total(amount) => Some(not_negative("cost", amount)?),
    };
    Ok(cost.and_then(|cost| cost.checked_add(landed)))
}

/// A supplier's NF-e is good for one receipt. The receipt holds the key, not the stream of one SKU, because all
/// lines of the receipt claim it together.
fn purchase_claim(command: &ReceiveStock) -> Option<Claim<StockRejection>> {
    let access_key = command.access_key.clone()?;
    Some(Claim {
        key: format!("purchase:{access_key}"),
        holder: Some(format!("receipt-{}", command.receipt_id)),
        namesake: None,
        taken: StockRejection::DuplicateFiscalKey { access_key },
    })
}
