//! Adding a cost centre.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::{Chart, ChartEvent, ChartRejection, ChartState, CostCenter, CostCenterDefined};
use crate::misplaced::{Refused, not_an_id, not_in_words};
use crate::text::{self, NAME_CHARS_MAX};
use crate::{Command, CostCenterId, Decided, Decision, Given};

/// The most cost centres of a chart, retired ones included: every decision on the books reads them.
pub const COST_CENTERS_MAX: usize = 1_000;

/// Adds a cost centre; the same definition again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefineCostCenter {
    /// The cost centre.
    pub cost_center_id: CostCenterId,
    /// Its name, 1 to 200 characters.
    pub name: String,
}

impl Command for DefineCostCenter {
    type Of = Chart;
    // Any event of the cost centre made it as it is.
    type Answer = ChartEvent;

    const NAME: &'static str = "DefineCostCenter";

    fn stream_id(&self) -> impl Display + Send {
        Chart::stream_id()
    }

    fn is_answer(&self, event: &ChartEvent) -> bool {
        event.cost_center(&self.cost_center_id).is_some()
    }

    fn decide(&self, state: &ChartState, _given: &Given<'_>) -> Decided<Chart> {
        let cost_center = CostCenter {
            cost_center_id: self.cost_center_id.clone(),
            name: text::required("name", &self.name, NAME_CHARS_MAX)?,
        };
        state.begun()?;
        let id = &self.cost_center_id;
        match state.cost_center(id) {
            Some(known) if known.is_retired => Err(ChartRejection::CostCenterRetired { id: id.clone() }),
            Some(known) if known.cost_center == cost_center => Ok(Decision::nothing()),
            Some(_) => Err(ChartRejection::CostCenterExists { id: id.clone() }),
            None => {
                if state.cost_centers().len() >= COST_CENTERS_MAX {
                    return Err(ChartRejection::Full {
                        of: "cost centres",
                        count_max: COST_CENTERS_MAX,
                    });
                }
                not_an_id("cost_center_id", id.as_str(), Refused::Cpf)?;
                not_in_words("name", &cost_center.name, Refused::Both)?;
                Ok(Decision::event(CostCenterDefined { cost_center }))
            }
        }
    }
}
