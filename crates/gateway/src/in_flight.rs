//! Turns calls away while the process works on as many as it may.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::access::{Access, AccessRules};
use crate::connection_seats::NoSeat;
use crate::held_answer::holding;
use crate::refusals::Refusals;
use crate::status;

/// Whoever asks whether we are alive must hear it also when we are full, or a balancer sends everybody to the others,
/// which are then full as well.
const EXEMPT: &str = "/grpc.health.v1.Health/Check";

/// Whoever watches health stays for hours, so it sits where it is in nobody's way.
const WATCH: &str = "/grpc.health.v1.Health/Watch";

/// Balancers that watch health, in one process; each has one stream or a few.
const WATCHERS_MAX: usize = 64;

/// Of the seats for callers, how many there are besides for calls that anybody may make. One that asks what there is
/// can stay open as long as its client likes, and strangers must not sit where callers want to.
const OPEN_SEATS_SHARE: usize = 8;

/// The seats of calls. Clones share them.
#[derive(Clone)]
pub(crate) struct InFlight {
    callers: Seats,
    strangers: Seats,
    watchers: Seats,
    rules: Arc<AccessRules>,
    refusals: Refusals,
}

#[derive(Clone)]
struct Seats {
    free: Arc<Semaphore>,
    calls_max: usize,
}

impl Seats {
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

    fn seat(&self) -> Seat {
        Seat(Arc::clone(&self.free).try_acquire_owned().ok().map(Arc::new))
    }
}

impl InFlight {
    /// Seats for `calls_max` calls of those who have to say who they are, and some for others and for watchers of health.
    pub(crate) fn new(calls_max: usize, rules: Arc<AccessRules>) -> Self {
        let callers = Seats::new(calls_max);
        let strangers = Seats::new(calls_max.div_ceil(OPEN_SEATS_SHARE));
        let watchers = Seats::new(WATCHERS_MAX);
        let seen = [callers.clone(), strangers.clone(), watchers.clone()];
        opentelemetry::global::meter("posars.gateway")
            .u64_observable_gauge("rpc.server.calls_in_flight")
            .with_description("Calls under way, their answers included.")
            .with_callback(move |gauge| {
                let taken: usize = seen.iter().map(Seats::taken).sum();
                gauge.observe(u64::try_from(taken).unwrap_or(u64::MAX), &[]);
            })
            .build();
        Self {
            callers,
            strangers,
            watchers,
            rules,
            refusals: Refusals::new(),
        }
    }

    /// Takes the seat of a REST call before its body is read, for [`seat_call`] to find. False when none is free.
    pub(crate) fn seat_early(&self, request: &mut Request) -> bool {
        let seat = if is_without_seat(request) {
            Seat(None)
        } else {
            self.callers.seat()
        };
        let is_free = seat.0.is_some();
        request.extensions_mut().insert(seat);
        is_free
    }

    fn seats_for(&self, path: &str) -> &Seats {
        if path == WATCH {
            return &self.watchers;
        }
        match self.rules.rule(path).map(|rule| &rule.access) {
            Some(Access::Public) => &self.strangers,
            Some(Access::AnyOf(_)) | None => &self.callers,
        }
    }
}

/// The seat that a call was given, or found none; shared, because what is left with a request can be cloned.
#[derive(Clone)]
struct Seat(Option<Arc<OwnedSemaphorePermit>>);

/// Whether its connection found no seat: then there is none for its calls either.
fn is_without_seat(request: &Request) -> bool {
    request.extensions().get::<NoSeat>().is_some()
}

/// Runs the call if a seat is free, which it holds until its answer was taken; refuses it with `OVERLOADED` if not.
pub(crate) async fn seat_call(
    State(in_flight): State<InFlight>,
    mut request: Request,
    next: Next,
) -> Response {
    if request.uri().path() == EXEMPT {
        return next.run(request).await;
    }
    let early = request.extensions_mut().remove::<Seat>();
    let seats = in_flight.seats_for(request.uri().path());
    let Seat(seat) = match early {
        Some(early) => early,
        None if is_without_seat(&request) => Seat(None),
        None => seats.seat(),
    };
    let Some(seat) = seat else {
        in_flight.refusals.count(status::OVERLOADED);
        return status::overloaded(seats.calls_max).into_http::<Body>();
    };
    next.run(request).await.map(|answer| holding(seat, answer))
}
