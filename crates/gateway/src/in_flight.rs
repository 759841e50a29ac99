//! Turns calls away while the process works on as many as it may.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use posars_edge::{CallOf, CallSlot, CallSlots, Refusal, Refusals, holding};

use crate::access::{Access, AccessRules};
use crate::status;

/// A health check is answered even when all seats are taken. Otherwise a balancer would send everybody to the other
/// processes, which would be full next.
const EXEMPT: &str = "/grpc.health.v1.Health/Check";

/// A health watch stays open for hours, so it has slots of its own and takes none from callers.
const WATCH: &str = "/grpc.health.v1.Health/Watch";

/// The slots of calls, by who makes them. Clones share them.
#[derive(Clone)]
pub(crate) struct InFlight {
    slots: CallSlots,
    rules: Arc<AccessRules>,
    refusals: Refusals,
}

/// The slot of a REST call, taken before its body was read, or why there was none.
#[derive(Clone)]
struct EarlySlot(Result<CallSlot, Refusal>);

impl InFlight {
    /// A health watch stays open for hours, so it has slots of its own and takes none from callers.
    pub(crate) fn new(calls_max: usize, rules: Arc<AccessRules>) -> Self {
        Self {
            slots: CallSlots::new(calls_max),
            rules,
            refusals: Refusals::new(),
        }
    }

    /// Takes the slot of a REST call before its body is read, for [`hold_slot`] to find. False when none is free.
    pub(crate) fn take_early(&self, request: &mut Request) -> bool {
        let slot = self.slots.take(request, CallOf::Caller);
        let is_free = slot.is_ok();
        request.extensions_mut().insert(EarlySlot(slot));
        is_free
    }

    /// A slot for a call of somebody who has to say who it is, or why there is none.
    pub(crate) fn take(&self, request: &Request) -> Result<CallSlot, Refusal> {
        let slot = self.slots.take(request, CallOf::Caller);
        if let Err(refusal) = &slot {
            self.refusals.count(refusal.reason());
        }
        slot
    }

    fn call_of(&self, path: &str) -> CallOf {
        if path == WATCH {
            return CallOf::Watcher;
        }
        match self.rules.rule(path).map(|rule| &rule.access) {
            Some(Access::Public) => CallOf::Stranger,
            Some(Access::AnyOf(_)) | None => CallOf::Caller,
        }
    }
}

/// Runs the call if a slot is free, which it holds until its answer was taken; refuses it with `OVERLOADED` if not.
pub(crate) async fn hold_slot(
    State(in_flight): State<InFlight>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if path == EXEMPT {
        return next.run(request).await;
    }
    let call_of = in_flight.call_of(path);
    let slot = match request.extensions_mut().remove::<EarlySlot>() {
        Some(EarlySlot(early)) => early,
        None => in_flight.slots.take(&request, call_of),
    };
    match slot {
        Ok(slot) => next.run(request).await.map(|answer| holding(slot, answer)),
        Err(refusal) => status::counted_refusal(&in_flight.refusals, refusal),
    }
}
