//! Traces go to a collector when one is named.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::Uri;
use posars_testkit::TestServer;

use crate::support::{Folder, Up, posars};

pub(crate) type Received = Arc<Mutex<Vec<(String, Bytes)>>>;

/// A stand-in for a collector: remembers every call and answers that all is well.
pub(crate) async fn collector() -> (String, Received) {
    let received = Received::default();
    let kept = Arc::clone(&received);
    let router = Router::new().fallback(async move |uri: Uri, body: Bytes| {
        kept.lock().unwrap().push((uri.path().to_owned(), body));
        // Headers alone may end a gRPC answer.
        [("content-type", "application/grpc"), ("grpc-status", "0")]
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let limits = posars_edge::Limits::default();
        posars_edge::serve(listener, router, &limits, std::future::pending()).await
    });
    (address, received)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_a_span_at_the_collector() {
    let (endpoint, received) = collector().await;
    let server = TestServer::private().await.unwrap();
    let url = server.create_database().await.unwrap();
    let folder = Folder::new();
    let mut command = posars(&["up", "--listen", "127.0.0.1:0"]);
    command
        .env("POSARS_DATABASE_URL", &url)
        .env("POSARS_IDENTITY", folder.file("identity"))
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
    let (code, talk) = tokio::task::spawn_blocking(|| {
        let up = Up::spawn(command);
        assert_eq!(crate::up::health_of(&up), 1, "SERVING");
        // What was not sent by now is sent at the end.
        up.terminate()
    })
    .await
    .unwrap();
    assert_eq!(code, 0, "{talk}");
    let received = received.lock().unwrap();
    let traces: Vec<&Bytes> = received
        .iter()
        .filter(|(path, _)| path.ends_with("TraceService/Export"))
        .map(|(_, body)| body)
        .collect();
    let holds = |needle: &[u8]| {
        traces
            .iter()
            .any(|body| body.windows(needle.len()).any(|part| part == needle))
    };
    assert!(holds(b"posars"), "the service's name");
    assert!(holds(b"rpc.system"), "the call's span");
    assert!(!holds(b"TraceService"), "the exporter traced itself");
}

#[test]
fn a_collector_that_is_away_delays_the_end_only_within_bounds() {
    let began = std::time::Instant::now();
    // Nobody listens on port 1.
    let output = posars(&["migrate"])
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
        .env("POSARS_DATABASE_URL", "host=127.0.0.1 port=1 user=x dbname=x")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}
