//! Ending a cost centre.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::{Chart, ChartEvent, ChartState, CostCenterRetired};
use crate::{Command, CostCenterId, Decided, Decision, Given};

/// Ends a cost centre: nothing more is posted to it, and what is there stays. Once more changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetireCostCenter {
    /// The cost centre.
    pub cost_center_id: CostCenterId,
}

impl Command for RetireCostCenter {
    type Of = Chart;
    type Answer = CostCenterRetired;

    const NAME: &'static str = "RetireCostCenter";

    fn stream_id(&self) -> impl Display + Send {
        Chart::stream_id()
    }

    fn is_answer(&self, event: &ChartEvent) -> bool {
        matches!(event, ChartEvent::CostCenterRetired(event) if event.cost_center_id == self.cost_center_id)
    }

    fn decide(&self, state: &ChartState, _given: &Given<'_>) -> Decided<Chart> {
        if state.known_cost_center(&self.cost_center_id)?.is_retired {
            return Ok(Decision::nothing());
        }
        Ok(Decision::event(CostCenterRetired {
            cost_center_id: self.cost_center_id.clone(),
        }))
    }
}
