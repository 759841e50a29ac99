//! A stock is held against its reorder point; each crossing is told once.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{LowStockDetected, LowStockResolved, StockPolicy, StockPolicyEvent, StockPolicyState};
use crate::{Command, Decided, Decision, Given, Needs, Quantity, Sku, StoreId};

/// Holds a stock against its reorder point: at the reorder point it is low already, which is the usual meaning of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchStock {
    /// Where.
    pub store_id: StoreId,
    /// What.
    pub sku: Sku,
    /// How much is on hand; zero without any stock, below zero when more was sold than had been received.
    pub on_hand: Quantity,
    /// The log position of the movement or definition, from 1; what was judged before changes nothing.
    pub source_position: u64,
    /// When the movement took place, or the definition was recorded.
    pub occurred_at: Timestamp,
}

impl Command for WatchStock {
    type Of = StockPolicy;
    type Answer = StockPolicyEvent;

    const NAME: &'static str = "WatchStock";

    fn stream_id(&self) -> impl Display + Send {
        StockPolicy::stream_id(&self.store_id, &self.sku)
    }

    fn needs<'a>(&'a self, _state: &'a StockPolicyState) -> Needs<'a> {
        Needs::store(&self.store_id)
    }

    fn decide(&self, state: &StockPolicyState, _given: &Given<'_>) -> Decided<StockPolicy> {
        // Movements and definitions are judged in log order, so a position seen before is a repeated delivery.
        if self.source_position <= state.judged_through {
            return Ok(Decision::nothing());
        }
        let (store_id, sku) = (self.store_id.clone(), self.sku.clone());
        match state.reorder_point {
            Some(reorder_point) if !state.is_low && state.calls_low(self.on_hand) => {
                Ok(Decision::event(LowStockDetected {
                    store_id,
                    sku,
                    on_hand: self.on_hand,
                    reorder_point,
                    source_position: self.source_position,
                    occurred_at: self.occurred_at,
                }))
            }
            reorder_point if state.is_low && !state.calls_low(self.on_hand) => {
                Ok(Decision::event(LowStockResolved {
                    store_id,
                    sku,
                    on_hand: self.on_hand,
                    reorder_point,
                    source_position: self.source_position,
                    occurred_at: self.occurred_at,
                }))
            }
            Some(_) | None => Ok(Decision::nothing()),
        }
    }
}
