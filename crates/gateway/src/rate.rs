//! How often each caller may call, and each address from which nobody known calls.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use posars_domain::CompanyId;
use posars_edge::{Limits, Peer, Rates, Refusal, Refusals};
use tonic::{Code, Status};

use crate::{COMPANY_HEADER, Principal, status};

/// The rates of callers and addresses. Clones share them.
#[derive(Clone)]
pub(crate) struct CallRates {
    rates: Rates,
    refusals: Refusals,
}

impl CallRates {
    /// Rates as in `limits`.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            rates: Rates::new(limits),
            refusals: Refusals::new(),
        }
    }

    /// Whether [`turn_strangers_away`] will let the request pass; if not, that is left with it.
    pub(crate) fn look_early(&self, request: &mut Request) -> bool {
        match self.rates.look_at_address(address_of(request)) {
            Ok(()) => true,
            Err(refusal) => {
                request.extensions_mut().insert(TurnedAway(refusal));
                false
            }
        }
    }
}

/// Left with a REST request that [`turn_strangers_away`] will refuse.
#[derive(Clone, Copy)]
struct TurnedAway(Refusal);

fn address_of(request: &Request) -> Option<Peer> {
    request.extensions().get::<Peer>().copied()
}

/// Before authentication: turns away an address from which too many calls came with tokens that do not hold, and
/// notes those that do not.
pub(crate) async fn turn_strangers_away(
    State(calls): State<CallRates>,
    request: Request,
    next: Next,
) -> Response {
    let address = address_of(&request);
    // What was decided before holds: the body of such a request is gone.
    let allowed = match request.extensions().get::<TurnedAway>() {
        Some(TurnedAway(refusal)) => Err(*refusal),
        None => calls.rates.look_at_address(address),
    };
    if let Err(refusal) = allowed {
        return status::counted_refusal(&calls.refusals, refusal);
    }
    let response = next.run(request).await;
    let unknown = Status::from_header_map(response.headers())
        .is_some_and(|status| status.code() == Code::Unauthenticated);
    if unknown {
        // Whether this one was the last allowed matters to the next call, not to this answer.
        let _ = calls.rates.take_for_address(address);
    }
    response
}

/// After authentication: keeps each caller to its rate, and each address that calls without a token, as for health.
pub(crate) async fn keep_rate(State(calls): State<CallRates>, request: Request, next: Next) -> Response {
    let taken = match request.extensions().get::<Principal>() {
        Some(caller) => {
            let company = company_of(caller, request.headers());
            calls.rates.take_for_caller((caller.subject(), company))
        }
        None => calls.rates.take_for_address(address_of(&request)),
    };
    match taken {
        Ok(()) => next.run(request).await,
        Err(refusal) => status::counted_refusal(&calls.refusals, refusal),
    }
}

/// The company of the call as far as it is the caller's own; what else a header says must not open further buckets.
fn company_of<'caller>(caller: &'caller Principal, headers: &HeaderMap) -> Option<&'caller CompanyId> {
    let own = caller.companies();
    match headers.get(COMPANY_HEADER) {
        Some(asked) => own
            .into_iter()
            .find(|company| company.as_str().as_bytes() == asked.as_bytes()),
        None if own.len() == 1 => own.first().copied(),
        None => None,
    }
}
