//! The calls that a process works on at once: each takes a slot, and finds none when all are taken.

use std::sync::Arc;

use axum::extract::Request;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Refusal;
use crate::connection_seats::NoSeat;
use crate::refusals::METER;

/// Balancers that watch health, in one process; each has one stream or a few.
const WATCHERS_MAX: usize = 64;

/// Of the slots for callers, how many there are besides for calls that anybody may make. One that asks what there is
/// can stay open as long as its client likes, and strangers must not sit where callers want to.
const STRANGERS_SHARE: usize = 8;

/// The slots of all calls of a process. Clones share them.
#[derive(Clone)]
pub struct CallSlots {
    callers: Slots,
    strangers: Slots,
    watchers: Slots,
}

/// Who makes a call. Each kind has slots of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallOf {
    /// Somebody who has to say who it is.
    Caller,
    /// Anybody: the call is open to all.
    Stranger,
    /// A watcher of health, which stays for hours.
    Watcher,
}

/// The slot of one call, free again when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct CallSlot {
    _permit: Arc<OwnedSemaphorePermit>,
}

#[derive(Clone)]
struct Slots {
    free: Arc<Semaphore>,
    calls_max: usize,
}

impl Slots {
    fn new(calls_max: usize) -> Self {
        // A semaphore panics above its own maximum, which nobody can reach.
        let calls_max = calls_max.min(Semaphore::MAX_PERMITS);
        Self {
            free: Arc::new(Semaphore::new(calls_max)),
            calls_max,
        }
    }

    fn taken(&self) -> usize {
        self.calls_max.saturating_sub(self.free.available_permits())
    }

    fn take(&self) -> Option<CallSlot> {
        let permit = Arc::clone(&self.free).try_acquire_owned().ok()?;
        Some(CallSlot {
            _permit: Arc::new(permit),
        })
    }
}

impl CallSlots {
    /// Slots for `calls_max` calls of those who have to say who they are, and some for others and for watchers of health.
    /// The number of calls is told to whoever watches.
    pub fn new(calls_max: usize) -> Self {
        let callers = Slots::new(calls_max);
        let strangers = Slots::new(calls_max.div_ceil(STRANGERS_SHARE));
        let watchers = Slots::new(WATCHERS_MAX);
        let seen = [callers.clone(), strangers.clone(), watchers.clone()];
        opentelemetry::global::meter(METER)
            .u64_observable_gauge("rpc.server.calls_in_flight")
            .with_description("Calls under way, their answers included.")
            .with_callback(move |gauge| {
                let taken: usize = seen.iter().map(Slots::taken).sum();
                gauge.observe(u64::try_from(taken).unwrap_or(u64::MAX), &[]);
            })
            .build();
        Self {
            callers,
            strangers,
            watchers,
        }
    }

    /// A slot for the call that `request` makes.
    ///
    /// # Errors
    /// [`Refusal::Overloaded`], not counted yet, when none is free, or when the request's connection found no seat: then
    /// there is no slot for its calls either.
    pub fn take(&self, request: &Request, call_of: CallOf) -> Result<CallSlot, Refusal> {
        let slots = match call_of {
            CallOf::Caller => &self.callers,
            CallOf::Stranger => &self.strangers,
            CallOf::Watcher => &self.watchers,
        };
        let is_seated = request.extensions().get::<NoSeat>().is_none();
        let slot = if is_seated { slots.take() } else { None };
        slot.ok_or(Refusal::Overloaded {
            in_flight_calls_max: slots.calls_max,
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn each_kind_of_call_has_slots_of_its_own() {
        let slots = CallSlots::new(9);
        let request = Request::new(Body::empty());
        for (call_of, calls_max) in [
            (CallOf::Caller, 9),
            (CallOf::Stranger, 2),
            (CallOf::Watcher, WATCHERS_MAX),
        ] {
            let take = || slots.take(&request, call_of);
            let taken: Vec<_> = (0..calls_max).map(|_| take().unwrap()).collect();
            let refusal = Refusal::Overloaded {
                in_flight_calls_max: calls_max,
            };
            assert_eq!(take().unwrap_err(), refusal, "{call_of:?}");
            drop(taken);
            assert!(take().is_ok(), "{call_of:?}");
        }
    }

    #[test]
    fn a_connection_without_a_seat_gets_no_slot() {
        let slots = CallSlots::new(9);
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(NoSeat);
        assert!(slots.take(&request, CallOf::Caller).is_err());
    }
}
