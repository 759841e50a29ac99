//! The plain HTTP paths beside gRPC: `/livez`, `/readyz` and `/metrics`.

use axum::Router;
use axum::extract::{Extension, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use posars_gateway::FromThisMachine;

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
