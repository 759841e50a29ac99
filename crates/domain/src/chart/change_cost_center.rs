//! Giving a cost centre another name.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::{Chart, ChartEvent, ChartRejection, ChartState, CostCenter, CostCenterChanged};
use crate::misplaced::{Refused, not_in_words};
use crate::text::{self, NAME_CHARS_MAX};
use crate::{Command, CostCenterId, Decided, Decision, Given};

/// Gives a cost centre another name; the same name changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeCostCenter {
    /// The cost centre.
    pub cost_center_id: CostCenterId,
    /// Its new name, 1 to 200 characters.
    pub name: String,
}

impl Command for ChangeCostCenter {
    type Of = Chart;
    // Any event of the cost centre made it as it is.
    type Answer = ChartEvent;

    const NAME: &'static str = "ChangeCostCenter";

    fn stream_id(&self) -> impl Display + Send {
        Chart::stream_id()
    }

    fn is_answer(&self, event: &ChartEvent) -> bool {
        event.cost_center(&self.cost_center_id).is_some()
    }

    fn decide(&self, state: &ChartState, _given: &Given<'_>) -> Decided<Chart> {
        let known = state.known_cost_center(&self.cost_center_id)?;
        if known.is_retired {
            return Err(ChartRejection::CostCenterRetired {
                id: self.cost_center_id.clone(),
            });
        }
        let cost_center = CostCenter {
            cost_center_id: self.cost_center_id.clone(),
            name: text::required("name", &self.name, NAME_CHARS_MAX)?,
        };
        if cost_center == known.cost_center {
            return Ok(Decision::nothing());
        }
        not_in_words("name", &cost_center.name, Refused::Both)?;
        Ok(Decision::event(CostCenterChanged { cost_center }))
    }
}
