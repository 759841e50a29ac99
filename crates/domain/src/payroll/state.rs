//! What the events of a payroll add up to.

use super::{PayrollEvent, PayrollRecorded, PayrollRejection, PayrollVoided};
use crate::{Aggregate, PayrollId};

/// What a payroll is.
#[derive(Debug, Clone, Copy)]
pub struct Payroll;

impl Payroll {
    /// The id part of the stream's name.
    #[must_use]
    pub const fn stream_id(payroll_id: &PayrollId) -> PayrollId {
        *payroll_id
    }
}

impl Aggregate for Payroll {
    const CATEGORY: &'static str = "payroll";
    type Event = PayrollEvent;
    type State = PayrollState;
    type Rejection = PayrollRejection;

    fn evolve(mut state: PayrollState, event: &PayrollEvent) -> PayrollState {
        match event {
            PayrollEvent::PayrollRecorded(event) => state.recorded = Some(Box::new(event.clone())),
            PayrollEvent::PayrollVoided(event) => state.voided = Some(Box::new(event.clone())),
        }
        state
    }
}

/// A payroll as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PayrollState {
    /// The payroll as recorded; `None` before it.
    pub recorded: Option<Box<PayrollRecorded>>,
    /// How it was taken back; `None` when it was not.
    pub voided: Option<Box<PayrollVoided>>,
}
