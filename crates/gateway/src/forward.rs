//! A gateway without services of its own: it hands each call on to the process that serves its area.
//!
//! Everything about a call is decided there: who calls, what they may, for how long. What could not be handed on goes the
//! way of any call of this process, to services that only say so: so a refusal is written here as everywhere, in the
//! protocol and the language of its caller.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use opentelemetry::KeyValue;
use opentelemetry::metrics::Counter;
use posars_edge::{CallSlot, Limits, Refusal, Refusals, Share, Shares, Upstream};
use prost_reflect::DescriptorPool;
use tonic::service::Routes;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

use crate::access::AccessRules;
use crate::areas::{Area, AreaFinder};
use crate::by_protocol::Protocols;
use crate::gateway::{SERVICE_NAMES, rest, with_reflection};
use crate::grpc_web::speak_grpc_web;
use crate::in_flight::{InFlight, hold_slot};
use crate::localize::{localize_call, localize_rest};
use crate::observe::{CallMetrics, observe_call};
use crate::proto::FILE_DESCRIPTOR_SET;
use crate::{Gateway, GatewayError, Readiness, status};

const METER: &str = "posars.gateway";
/// One area has at most one of so many parts of the seats.
const AREA_SHARE: usize = 2;
/// How much longer than a call may take its answer is waited for: the process behind tells its client of the deadline.
const PATIENCE: Duration = Duration::from_secs(5);
/// What belongs to no area goes there: an answer that nothing is at its path, or a file that was linked.
const REST_AREA: Area = Area::Reporting;
/// What every process answers for itself.
const OWN_SERVICES: [&str; 2] = ["/grpc.health.", "/grpc.reflection."];

/// Where the services of each area are served.
#[derive(Clone, Debug)]
pub struct Upstreams(BTreeMap<Area, Upstream>);

/// An area that nobody serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no process is named that serves {0}; name one for each of sales, inventory, finance, hr and reporting"
)]
pub struct UpstreamMissing(pub Area);

impl Upstreams {
    /// One for each area; the same one may serve several.
    ///
    /// # Errors
    /// [`UpstreamMissing`] for the first area without one.
    pub fn new(all: impl IntoIterator<Item = (Area, Upstream)>) -> Result<Self, UpstreamMissing> {
        let all: BTreeMap<Area, Upstream> = all.into_iter().collect();
        match Area::ALL.into_iter().find(|area| !all.contains_key(area)) {
            Some(missing) => Err(UpstreamMissing(missing)),
            None => Ok(Self(all)),
        }
    }

    /// Each area with where it is served.
    pub fn iter(&self) -> impl Iterator<Item = (Area, &Upstream)> {
        self.0.iter().map(|(area, upstream)| (*area, upstream))
    }
}

/// What the layer needs.
#[derive(Clone)]
struct Forwarding {
    upstreams: Upstreams,
    finder: Arc<AreaFinder>,
    rules: Arc<AccessRules>,
    deadline_max: Duration,
    in_flight: InFlight,
    /// How many calls each area has under way: one that hangs must leave seats to the others.
    areas: Shares<Area>,
    forwarded: Counter<u64>,
}

/// Left with a call that was not handed on: why.
#[derive(Clone, Copy, Debug)]
enum Unforwarded {
    /// Its process does not answer.
    Away(Area),
    /// This process works on as many calls as it may.
    Refused(Refusal),
}

impl Forwarding {
    fn new(
        upstreams: Upstreams,
        rules: Arc<AccessRules>,
        in_flight: InFlight,
        limits: &Limits,
    ) -> Result<Self, GatewayError> {
        let forwarded = opentelemetry::global::meter(METER)
            .u64_counter("posars.gateway.forwarded")
            .with_description("Calls for another process, by area and by whether an answer began.")
            .build();
        Ok(Self {
            upstreams,
            finder: Arc::new(AreaFinder::new()?),
            rules,
            deadline_max: limits.deadline_max,
            in_flight,
            areas: Shares::new(limits.in_flight_calls_max.div_ceil(AREA_SHARE)),
            forwarded,
        })
    }

    /// The area of a request, and how long its answer may be waited for: longer than the process behind works on it.
    fn way_of(&self, request: &Request) -> (Area, Duration) {
        let rpc_path = self.finder.rpc_path_of(request.method(), request.uri().path());
        let area = rpc_path.as_deref().and_then(Area::of_rpc_path);
        let rule = rpc_path.and_then(|path| self.rules.rule(&path));
        let deadline = rule
            .and_then(|rule| rule.deadline_max)
            .unwrap_or(self.deadline_max);
        (area.unwrap_or(REST_AREA), deadline.saturating_add(PATIENCE))
    }

    /// A seat for a call of this area.
    fn seat(&self, request: &Request, area: Area) -> Result<(CallSlot, Share<Area>), Refusal> {
        let share = self.areas.take(area).ok_or(Refusal::Overloaded {
            in_flight_calls_max: self.areas.share_max(),
        })?;
        Ok((self.in_flight.take(request)?, share))
    }

    fn count(&self, area: Area, outcome: &'static str) {
        self.forwarded.add(
            1,
            &[
                KeyValue::new("area", area.name()),
                KeyValue::new("outcome", outcome),
            ],
        );
    }
}

/// Hands a call on and its answer back. One that cannot be handed on goes on here, without its body.
async fn forward(State(forwarding): State<Forwarding>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if OWN_SERVICES.iter().any(|own| path.starts_with(own)) {
        return next.run(request).await;
    }
    let (area, patience) = forwarding.way_of(&request);
    let seat = match forwarding.seat(&request, area) {
        Ok(seat) => seat,
        Err(refusal) => {
            forwarding.count(area, "refused");
            let refused = without_body(&request, Unforwarded::Refused(refusal));
            return next.run(refused).await;
        }
    };
    let asked = without_body(&request, Unforwarded::Away(area));
    let Some(upstream) = forwarding.upstreams.0.get(&area) else {
        return next.run(asked).await;
    };
    match upstream.send(request, patience, seat).await {
        Ok(answer) => {
            forwarding.count(area, "answered");
            answer
        }
        Err(error) => {
            forwarding.count(area, "away");
            tracing::warn!(%area, %error, "a call could not be handed on");
            next.run(asked).await
        }
    }
}

/// The same request, to be refused for this.
fn without_body(request: &Request, why: Unforwarded) -> Request {
    let mut bare = Request::new(Body::empty());
    *bare.method_mut() = request.method().clone();
    *bare.uri_mut() = request.uri().clone();
    *bare.version_mut() = request.version();
    bare.headers_mut().clone_from(request.headers());
    bare.headers_mut().remove(CONTENT_LENGTH);
    bare.headers_mut().remove(CONTENT_ENCODING);
    bare.extensions_mut().insert(why);
    bare
}

/// The answer to a call of another process's service that was not handed on.
async fn unforwarded(request: Request) -> Response {
    let status = match request.extensions().get::<Unforwarded>() {
        Some(Unforwarded::Away(area)) => status::upstream_unavailable(*area),
        Some(Unforwarded::Refused(refusal)) => status::from_refusal(*refusal),
        None => status::unknown_method(request.uri().path()),
    };
    status.into_http::<Body>()
}

impl Gateway {
    /// Puts a gateway together that has no services of its own but health and reflection, and hands all calls on.
    ///
    /// As with [`Gateway::new`], the health service says `NOT_SERVING` at first.
    ///
    /// # Errors
    /// When the descriptors built into the program cannot be used; a mistake of the build.
    pub async fn forwarding(upstreams: Upstreams, limits: &Limits) -> Result<Self, GatewayError> {
        let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET)?;
        let rules = Arc::new(AccessRules::of(&pool)?);
        let reporter = HealthReporter::new();
        let readiness = Readiness::closed(reporter.clone(), SERVICE_NAMES.to_vec()).await;
        let in_flight = InFlight::new(limits.in_flight_calls_max, Arc::clone(&rules));
        let metrics = CallMetrics::new(rules.paths().map(str::to_owned).collect());
        let calls = with_reflection(Routes::default())?
            .add_service(HealthServer::new(HealthService::from_health_reporter(reporter)))
            .into_axum_router()
            .fallback(unforwarded)
            .layer(from_fn_with_state(in_flight.clone(), hold_slot))
            .layer(from_fn(localize_call))
            .layer(from_fn_with_state(metrics, observe_call));
        let protocols = Protocols {
            grpc: calls.clone(),
            grpc_web: calls.clone().layer(from_fn(speak_grpc_web)),
            rest: rest(pool, calls, &rules, limits)?
                .layer(from_fn_with_state(Refusals::new(), localize_rest)),
        };
        let forwarding = Forwarding::new(upstreams, rules, in_flight, limits)?;
        let router = protocols
            .into_router()
            .layer(from_fn_with_state(forwarding, forward));
        Ok(Self::of(router, readiness))
    }
}
