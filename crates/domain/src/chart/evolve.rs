//! How the events of a chart of accounts add up. Apart from the state, which rules of other aggregates look at.

use super::{ChartEvent, ChartRejection, ChartState};
use crate::Aggregate;

/// What a chart of accounts is.
#[derive(Debug, Clone, Copy)]
pub struct Chart;

impl Chart {
    /// The id part of the stream's name: a company has one chart.
    #[must_use]
    pub const fn stream_id() -> &'static str {
        "main"
    }
}

impl Aggregate for Chart {
    const CATEGORY: &'static str = "chart";
    type Event = ChartEvent;
    type State = ChartState;
    type Rejection = ChartRejection;

    fn evolve(mut state: ChartState, event: &ChartEvent) -> ChartState {
        match event {
            ChartEvent::ChartDefined(event) => {
                state.is_begun = true;
                event.accounts.iter().for_each(|account| state.put(account));
                event
                    .cost_centers
                    .iter()
                    .for_each(|center| state.put_center(center));
                event.roles.iter().for_each(|assigned| state.assign(assigned));
            }
            ChartEvent::AccountDefined(event) => state.put(&event.account),
            ChartEvent::AccountChanged(event) => state.put(&event.account),
            ChartEvent::AccountRetired(event) => state.retire(&event.code),
            ChartEvent::AccountRoleAssigned(event) => state.assign(&event.assigned),
            ChartEvent::CostCenterDefined(event) => state.put_center(&event.cost_center),
            ChartEvent::CostCenterChanged(event) => state.put_center(&event.cost_center),
            ChartEvent::CostCenterRetired(event) => state.retire_center(&event.cost_center_id),
        }
        state
    }
}
