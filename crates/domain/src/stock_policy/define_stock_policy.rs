//! Saying how much of a product a store wants to have at least.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::{StockPolicy, StockPolicyDefined, StockPolicyState};
use crate::quantity::in_range;
use crate::stock::in_product_decimals;
use crate::{Command, Decided, Decision, Given, InvalidValue, Needs, Quantity, Sku, StoreId};

/// Says at how much on hand a product is to be ordered anew in a store; the same policy again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefineStockPolicy {
    /// Where.
    pub store_id: StoreId,
    /// What.
    pub sku: Sku,
    /// At this much on hand, or less, the stock is low: zero or more, in the product's decimals. `None` switches the
    /// policy off.
    pub reorder_point: Option<Quantity>,
}

impl Command for DefineStockPolicy {
    type Of = StockPolicy;
    type Answer = StockPolicyDefined;

    const NAME: &'static str = "DefineStockPolicy";

    fn stream_id(&self) -> impl Display + Send {
        StockPolicy::stream_id(&self.store_id, &self.sku)
    }

    fn needs<'a>(&'a self, _state: &'a StockPolicyState) -> Needs<'a> {
        Needs::store(&self.store_id).and_product(&self.sku)
    }

    fn products(&self) -> Vec<&Sku> {
        vec![&self.sku]
    }

    fn decide(&self, state: &StockPolicyState, given: &Given<'_>) -> Decided<StockPolicy> {
        given.store(&self.store_id)?;
        if let Some(reorder_point) = self.reorder_point {
            not_negative(reorder_point)?;
            in_product_decimals(given, &self.sku, ("reorder_point", reorder_point))?;
        }
        if state.reorder_point == self.reorder_point {
            return Ok(Decision::nothing());
        }
        if !state.is_begun {
            self.sku.check_new("sku")?;
        }
        Ok(Decision::event(StockPolicyDefined {
            store_id: self.store_id.clone(),
            sku: self.sku.clone(),
            reorder_point: self.reorder_point,
        }))
    }
}

fn not_negative(reorder_point: Quantity) -> Result<(), InvalidValue> {
    if reorder_point.is_negative() {
        let rule = "a reorder point is zero or more; leave it out to switch the policy off";
        return Err(InvalidValue::new("REORDER_POINT_NEGATIVE", reorder_point, rule).at("reorder_point"));
    }
    in_range("reorder_point", reorder_point)?;
    Ok(())
}
