//! What a sale's events add up to.

use super::{ReturnedLine, SaleEvent, SaleRecorded, SaleRejection, SaleReturned, SaleVoided};
use crate::{Aggregate, Amount, LineId, Needs, Quantity, SaleId};

/// What a sale is.
#[derive(Debug, Clone, Copy)]
pub struct Sale;

impl Sale {
    /// The id part of the stream's name.
    #[must_use]
    pub const fn stream_id(sale_id: &SaleId) -> SaleId {
        *sale_id
    }
}

impl Aggregate for Sale {
    const CATEGORY: &'static str = "sale";
    type Event = SaleEvent;
    type State = SaleState;
    type Rejection = SaleRejection;

    fn evolve(mut state: SaleState, event: &SaleEvent) -> SaleState {
        match event {
            SaleEvent::SaleRecorded(recorded) => state.recorded = Some(Box::new(recorded.clone())),
            SaleEvent::SaleVoided(voided) => state.voided = Some(Box::new(voided.clone())),
            SaleEvent::SaleReturned(returned) => state.returns.push(returned.clone()),
        }
        state
    }
}

/// The sale as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SaleState {
    /// The sale as recorded; `None` before it.
    pub recorded: Option<Box<SaleRecorded>>,
    /// The void, if there was one.
    pub voided: Option<Box<SaleVoided>>,
    /// Every return so far, oldest first.
    pub returns: Vec<SaleReturned>,
}

impl SaleState {
    /// The sale as recorded, without which nothing can be voided or returned.
    pub(super) fn sale(&self, sale_id: SaleId) -> Result<&SaleRecorded, SaleRejection> {
        self.recorded
            .as_deref()
            .ok_or(SaleRejection::SaleNotFound { sale_id })
    }

    /// A void or return counts in the store where the sale took place.
    pub(super) fn needs(&self) -> Needs<'_> {
        let recorded = self.recorded.as_deref();
        recorded.map_or(Needs::NOTHING, |sale| Needs::store(&sale.store_id))
    }

    /// How much of a line has come back; `None` when the sum is out of range.
    #[must_use]
    pub fn returned_quantity(&self, line_id: LineId) -> Option<Quantity> {
        Quantity::checked_sum(self.returned_lines(line_id).map(|line| line.quantity))
    }

    /// What has been given back of a line's net; `None` when the sum is out of range.
    #[must_use]
    pub fn returned_share(&self, line_id: LineId) -> Option<Amount> {
        Amount::checked_sum(self.returned_lines(line_id).map(|line| line.refund))
    }

    /// What has been refunded of the sale; `None` when the sum is out of range.
    #[must_use]
    pub fn refunded(&self) -> Option<Amount> {
        Amount::checked_sum(self.returns.iter().map(|returned| returned.total_refund))
    }

    fn returned_lines(&self, line_id: LineId) -> impl Iterator<Item = &ReturnedLine> {
        self.returns
            .iter()
            .flat_map(|returned| &returned.lines)
            .filter(move |line| line.line_id == line_id)
    }
}
