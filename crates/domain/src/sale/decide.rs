//! The rules of a sale.

use jiff::{SignedDuration, Timestamp};

use super::{
    CLOCK_AHEAD_MAX_S, RecordSale, SaleCommand, SaleEvent, SaleRecorded, SaleRejection, SaleState, record,
    returning, voiding,
};
use crate::store::StoreSettings;
use crate::{Claim, Decider, Decision, FiscalRef, SaleId, StoreId};

/// The sale's rules.
#[derive(Debug, Clone, Copy)]
pub struct Sale;

impl Sale {
    /// The id part of the stream's name.
    #[must_use]
    pub const fn stream_id(sale_id: &SaleId) -> SaleId {
        *sale_id
    }

    /// Decides on that one command, for those who have no other.
    ///
    /// # Errors
    /// As [`Decider::decide`].
    pub fn record(
        state: &SaleState,
        command: &RecordSale,
        context: &SaleContext,
    ) -> Result<Decision<SaleEvent, SaleRejection>, SaleRejection> {
        record::decide(state, command, context)
    }
}

/// What a sale's decisions need from outside its stream.
#[derive(Debug, Clone)]
pub struct SaleContext {
    /// The store of the sale; `None` when it is not defined.
    pub store: Option<StoreSettings>,
    /// The server's time.
    pub recorded_at: Timestamp,
    /// For how many hours after the sale it may be voided; `None` is for ever.
    pub void_window_hours: Option<u32>,
}

pub(super) type Decided = Result<Decision<SaleEvent, SaleRejection>, SaleRejection>;

impl Decider for Sale {
    const CATEGORY: &'static str = "sale";
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

/// The store of the sale, which must be defined.
pub(super) fn store_of<'a>(
    context: &'a SaleContext,
    store_id: &StoreId,
) -> Result<&'a StoreSettings, SaleRejection> {
    let store = context.store.as_ref().filter(|store| store.store_id == *store_id);
    store.ok_or_else(|| SaleRejection::UnknownStore {
        store_id: store_id.clone(),
    })
}

/// The sale as recorded, without which nothing can be voided or returned.
pub(super) fn recorded(state: &SaleState, sale_id: SaleId) -> Result<&SaleRecorded, SaleRejection> {
    state
        .recorded
        .as_deref()
        .ok_or(SaleRejection::SaleNotFound { sale_id })
}

/// A till's clock may run a little ahead; a time further ahead would put the sale on a day that is not here yet.
pub(super) fn not_in_future(occurred_at: Timestamp, recorded_at: Timestamp) -> Result<(), SaleRejection> {
    if occurred_at.duration_since(recorded_at) > SignedDuration::from_secs(CLOCK_AHEAD_MAX_S) {
        return Err(SaleRejection::OccurredInFuture {
            occurred_at,
            recorded_at,
        });
    }
    Ok(())
}

/// Claims the document's access key, if it has one.
pub(super) fn fiscal_claim(fiscal_ref: Option<&FiscalRef>) -> Option<Claim<SaleRejection>> {
    let access_key = fiscal_ref?.access_key.clone()?;
    Some(Claim {
        key: ["fiscal:", access_key.as_str()].concat(),
        holder: None,
        namesake: None,
        taken: SaleRejection::DuplicateFiscalKey { access_key },
    })
}
