//! Turns calls away while the process works on as many as it may.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

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
}

/// Runs the call if a seat is free, which it holds until its answer was taken; refuses it with `OVERLOADED` if not.
pub(crate) async fn seat_call(State(in_flight): State<InFlight>, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with(EXEMPT) {
        return next.run(request).await;
    }
    let Ok(seat) = Arc::clone(&in_flight.seats).try_acquire_owned() else {
        in_flight.refusals.count(status::OVERLOADED);
        return status::overloaded(in_flight.calls_max).into_http::<Body>();
    };
    let response = next.run(request).await;
    if response.body().is_end_stream() {
        return response;
    }
    response.map(|answer| Body::new(Seated { answer, _seat: seat }))
}

/// An answer that holds the seat of its call.
struct Seated {
    answer: Body,
    _seat: OwnedSemaphorePermit,
}

impl HttpBody for Seated {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.answer).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.answer.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.answer.size_hint()
    }
}
