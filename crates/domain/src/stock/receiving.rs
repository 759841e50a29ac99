//! Goods come in from outside.

use super::costing::{CostSource, inflow};
use super::decide::{Decided, in_product_decimals, not_in_future, store_of};
use super::shortage::{Moment, next_version, with_shortage};
use super::{ReceiveStock, ReceivedCost, StockContext, StockReceived, StockRejection, StockState};
use crate::dates::not_too_early;
use crate::misplaced::{Refused, not_in_any_words};
use crate::payment::not_negative;
use crate::quantity::positive;
use crate::text::{self, NAME_CHARS_MAX};
use crate::{Amount, Claim};

pub(super) fn decide(state: &StockState, command: &ReceiveStock, context: &StockContext) -> Decided {
    let store = store_of(context, &command.store_id, command.currency)?;
    let quantity = positive("quantity", command.quantity)?;
    in_product_decimals(context, &command.sku, quantity)?;
    not_in_future(command.occurred_at, context.recorded_at)?;
    not_too_early(command.occurred_at, store)?;
    command.sku.check_new("sku")?;
    not_in_any_words("supplier", command.supplier.as_ref(), Refused::Cpf)?;
    let out_of_range = || StockRejection::StockOutOfRange {
        sku: command.sku.clone(),
    };
    let value = received_value(command)?.ok_or_else(out_of_range)?;
    let before = &state.balance;
    let inflow = inflow(before, quantity, value, CostSource::Stated).ok_or_else(out_of_range)?;
    let business_date = store.business_date(command.occurred_at);
    let received = StockReceived {
        store_id: command.store_id.clone(),
        sku: command.sku.clone(),
        receipt_id: command.receipt_id,
        line_id: command.line_id,
        occurred_at: command.occurred_at,
        business_date,
        currency: command.currency,
        quantity,
        value,
        negative_settled: inflow.negative_settled,
        supplier: text::maybe("supplier", command.supplier.as_ref(), NAME_CHARS_MAX)?,
        access_key: command.access_key.clone(),
        balance: next_version(inflow.balance),
    };
    let moment = Moment {
        store_id: &command.store_id,
        sku: &command.sku,
        occurred_at: command.occurred_at,
        business_date,
        sale_id: None,
    };
    let mut decision = with_shortage(before, received.into(), &moment);
    decision.claims.extend(purchase_claim(command));
    Ok(decision)
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
