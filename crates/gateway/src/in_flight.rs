//! Turns calls away while the process works on as many as it may.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::held_answer::holding;
use crate::refusals::Refusals;
use crate::status;

/// Whoever asks whether we are alive must hear it also when we are full, or a balancer sends everybody to the others,
/// which are then full as well. A watcher of health also stays for hours.
const EXEMPT: &str = "/grpc.health.v1.Health/";

/// The seats of calls. Clones share them.
#[derive(Clone)]
pub(crate) struct InFlight {
    seats: Arc<Semaphore>,
    calls_max: usize,
    refusals: Refusals,
}

impl InFlight {
    /// Seats for `calls_max` calls.
    pub(crate) fn new(calls_max: usize) -> Self {
        // A semaphore panics above its own maximum, which nobody can reach.
        let calls_max = calls_max.min(Semaphore::MAX_PERMITS);
        let seats = Arc::new(Semaphore::new(calls_max));
        let seen = Arc::clone(&seats);
        opentelemetry::global::meter("posars.gateway")
            .u64_observable_gauge("rpc.server.calls_in_flight")
            .with_description("Calls under way, their answers included.")
            .with_callback(move |gauge| {
                let taken = calls_max.saturating_sub(seen.available_permits());
                gauge.observe(u64::try_from(taken).unwrap_or(u64::MAX), &[]);
            })
            .build();
        Self {
            seats,
            calls_max,
            refusals: Refusals::new(),
        }
    }

    /// Takes the seat of a REST call before its body is read, for [`seat_call`] to find. False when none is free.
    pub(crate) fn seat_early(&self, request: &mut Request) -> bool {
        let seat = self.seat();
        let is_free = seat.is_some();
        request.extensions_mut().insert(Seat(seat));
        is_free
    }

    fn seat(&self) -> Option<Arc<OwnedSemaphorePermit>> {
        Arc::clone(&self.seats).try_acquire_owned().ok().map(Arc::new)
    }
}

/// The seat that a call was given, or found none; shared, because what is left with a request can be cloned.
#[derive(Clone)]
struct Seat(Option<Arc<OwnedSemaphorePermit>>);

/// Runs the call if a seat is free, which it holds until its answer was taken; refuses it with `OVERLOADED` if not.
pub(crate) async fn seat_call(
    State(in_flight): State<InFlight>,
    mut request: Request,
    next: Next,
) -> Response {
    if request.uri().path().starts_with(EXEMPT) {
        return next.run(request).await;
    }
    let Seat(seat) = request
        .extensions_mut()
        .remove()
        .unwrap_or_else(|| Seat(in_flight.seat()));
    let Some(seat) = seat else {
        in_flight.refusals.count(status::OVERLOADED);
        return status::overloaded(in_flight.calls_max).into_http::<Body>();
    };
    next.run(request).await.map(|answer| holding(seat, answer))
}
