//! One span, one histogram point and, when something broke, one log line per call.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use opentelemetry::KeyValue;
use opentelemetry::metrics::Histogram;
use posars_event_store::{Origins, Traceparent};
use tonic::{Code, Status};
use tracing::{Instrument as _, Span};

use crate::call::TRACE_HEADER;

/// Buckets from half a millisecond, the time of a read from memory, to the longest deadline.
const DURATION_BUCKETS_S: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0,
];
/// What a path that is no method of ours counts as. Its own text would let a caller make metrics without end.
const UNKNOWN_METHOD: &str = "unknown";

/// Where calls are counted.
#[derive(Clone)]
pub(crate) struct CallMetrics {
    duration: Histogram<f64>,
    methods: Arc<[String]>,
}

impl CallMetrics {
    /// Counts calls of `methods`, paths such as `/posars.sales.v1.SaleService/RecordSale`, in the process's meter.
    pub(crate) fn new(methods: Vec<String>) -> Self {
        let duration = opentelemetry::global::meter("posars.gateway")
            .f64_histogram("rpc.server.call.duration")
            .with_description("Time from a call's headers to its answer's headers.")
            .with_unit("s")
            .with_boundaries(DURATION_BUCKETS_S.to_vec())
            .build();
        Self {
            duration,
            methods: methods.into(),
        }
    }

    fn method<'path>(&self, path: &'path str) -> &'path str {
        let known = self.methods.iter().any(|method| method == path);
        if known {
            path.trim_start_matches('/')
        } else {
            UNKNOWN_METHOD
        }
    }
}

/// Runs the call in its own span and records how long it took and how it ended.
pub(crate) async fn observe_call(
    State(metrics): State<CallMetrics>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let path = request.uri().path().to_owned();
    let method = metrics.method(&path);
    let span = tracing::info_span!(
        "rpc",
        otel.name = method,
        otel.kind = "server",
        rpc.system = "grpc",
        rpc.method = method,
        rpc.grpc.status_code = tracing::field::Empty
    );
    caller_trace(request.headers()).join(&span);
    async {
        let response = next.run(request).await;
        let code = code_of(response.headers());
        let elapsed = started.elapsed();
        Span::current().record("rpc.grpc.status_code", i32::from(code));
        metrics.duration.record(
            elapsed.as_secs_f64(),
            &[
                KeyValue::new("rpc.method", method.to_owned()),
                KeyValue::new("rpc.grpc.status_code", i64::from(i32::from(code))),
            ],
        );
        tracing::debug!(code = ?code, elapsed_us = elapsed.as_micros(), "call ended");
        response
    }
    .instrument(span)
    .await
}

/// The trace that the caller is part of, if it says so.
fn caller_trace(headers: &HeaderMap) -> Origins {
    let named = headers.get(TRACE_HEADER).and_then(|value| value.to_str().ok());
    named.and_then(Traceparent::parse).into_iter().collect()
}

/// The status of an answer. tonic puts a failure that came before the first message into the headers; success comes
/// later, in the trailers.
fn code_of(headers: &HeaderMap) -> Code {
    Status::from_header_map(headers).map_or(Code::Ok, |status| status.code())
}
