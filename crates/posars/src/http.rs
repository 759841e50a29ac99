//! The plain HTTP paths beside gRPC: `/livez`, `/readyz` and `/metrics`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderValue, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use posars_edge::FromThisMachine;

use crate::health::Health;
use crate::telemetry::Metrics;

/// The content type of Prometheus' text form.
const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
/// Told to whom the metrics are not for.
const METRICS_LOCAL_ONLY: &str = "METRICS_LOCAL_ONLY: the metrics name every company, so they are told only to \
    programs on this machine that ask at a loopback address and by such a name, without a proxy or a web page between; ask there (http://127.0.0.1:PORT/metrics), \
    or let scrapers on other machines read them with `posars up --expose-metrics` (POSARS_EXPOSE_METRICS=true)\n";

/// Who may read the metrics, which hold the id of every company and how much goes on in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MetricsReaders {
    /// Programs on this machine.
    ThisMachine,
    /// Everybody who can reach the port.
    Everybody,
}

impl MetricsReaders {
    fn include(self, reader: Option<FromThisMachine>) -> bool {
        match self {
            Self::ThisMachine => reader.is_some(),
            Self::Everybody => true,
        }
    }
}

/// The routes, to be merged with those of the gateway.
pub(crate) fn router(health: Health, metrics: Metrics, readers: MetricsReaders) -> Router {
    Router::new()
        // Whether to restart the process: never a question to the database, or its outage would restart us all.
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(readyz).with_state(health))
        .route("/metrics", get(page).with_state((metrics, readers)))
}

/// Whether this process is about to end. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ending(Arc<AtomicBool>);

impl Ending {
    /// It is, from now on.
    pub(crate) fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Lets clients of HTTP/1 leave with an answer while we end. One that still keeps its connection when the port closes
/// may send a call into it at that moment, and learns of no outcome. HTTP/2 has a farewell of its own.
pub(crate) async fn close_with_answer(
    State(Ending(is_ending)): State<Ending>,
    request: Request,
    next: Next,
) -> Response {
    let is_http1 = request.version() <= Version::HTTP_11;
    let mut response = next.run(request).await;
    if is_http1 && is_ending.load(Ordering::Relaxed) {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response
}

async fn readyz(State(health): State<Health>) -> Response {
    let readiness = health.readiness();
    let status = if readiness.ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    match serde_json::to_string(&readiness) {
        Ok(body) => (status, [(header::CONTENT_TYPE, "application/json")], body + "\n").into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn page(
    State((metrics, readers)): State<(Metrics, MetricsReaders)>,
    reader: Option<Extension<FromThisMachine>>,
) -> Response {
    if !readers.include(reader.map(|Extension(mark)| mark)) {
        return (StatusCode::FORBIDDEN, METRICS_LOCAL_ONLY).into_response();
    }
    match metrics.page() {
        Ok(body) => ([(header::CONTENT_TYPE, METRICS_TYPE)], body).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_for_this_machine_unless_they_are_exposed() {
        let (local, other) = (Some(FromThisMachine), None);
        assert!(MetricsReaders::ThisMachine.include(local));
        assert!(!MetricsReaders::ThisMachine.include(other));
        assert!(MetricsReaders::Everybody.include(local));
        assert!(MetricsReaders::Everybody.include(other));
    }
}
