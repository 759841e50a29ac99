//! The rules of a sale.

use super::{
    CATEGORY, Decided, RecordSale, SaleCommand, SaleContext, SaleEvent, SaleRejection, SaleState, record,
    returning, voiding,
};
use crate::{Decider, SaleId};

/// The sale's rules.
#[derive(Debug, Clone, Copy)]
pub struct Sale;

impl Sale {
    /// The id part of the stream's name.
    #[must_use]
    pub const fn stream_id(sale_id: &SaleId) -> SaleId {
        *sale_id
    }

    /// Decides on that one command, for callers that have no other.
    ///
    /// # Errors
    /// As [`Decider::decide`].
    pub fn record(state: &SaleState, command: &RecordSale, context: &SaleContext) -> Decided {
        record::decide(state, command, context)
    }
}

impl Decider for Sale {
    const CATEGORY: &'static str = CATEGORY;
    type Command = SaleCommand;
    type Context = SaleContext;
    type Event = SaleEvent;
    type State = SaleState;
    type Rejection = SaleRejection;

    fn decide(state: &SaleState, command: &SaleCommand, context: &SaleContext) -> Decided {
        match command {
            SaleCommand::RecordSale(command) => Self::record(state, command, context),
            SaleCommand::VoidSale(command) => voiding::decide(state, command, context),
            SaleCommand::RecordReturn(command) => returning::decide(state, command, context),
        }
    }

    fn evolve(mut state: SaleState, event: &SaleEvent) -> SaleState {
        match event {
            SaleEvent::SaleRecorded(recorded) => state.recorded = Some(Box::new(recorded.clone())),
            SaleEvent::SaleVoided(voided) => state.voided = Some(Box::new(voided.clone())),
            SaleEvent::SaleReturned(returned) => state.returns.push(returned.clone()),
        }
        state
    }
}
