//! More connections than a gateway has seats for: calls without one are refused as any other.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod front;

use axum::http::StatusCode;
use front::{Front, GET_STOCK, HEALTH, NOTHING, grpc};
use posars_edge::{Limits, Server};
use tonic::Code;

/// Newcomers beside the seats of a small server.
const NEWCOMERS: usize = 64;

#[tokio::test]
async fn beyond_those_who_wait_a_call_is_told_to_come_back() {
    let limits = Limits {
        connections_max: 1,
        ..Limits::default()
    };
    let server = Server {
        limits,
        ..Server::default()
    };
    let front = Front::gateway(server).await;
    // Stays for as long as it is read.
    let mut busy = front.http2().await;
    let watch = grpc("/grpc.health.v1.Health/Watch", "application/grpc", NOTHING);
    let watched = busy.send_request(watch).await.unwrap();
    assert_eq!(watched.status(), StatusCode::OK);
    let calls = (0..NEWCOMERS).map(|_| front.ask_http2(grpc(GET_STOCK, "application/grpc", NOTHING)));
    let (answer, _, _) = futures_util::future::select_all(calls.map(Box::pin)).await;
    assert_eq!(answer.refusal(), (Code::Unavailable, "OVERLOADED".to_owned()));
    let health = front.ask_http2(grpc(HEALTH, "application/grpc", NOTHING)).await;
    assert!(!health.body.is_empty(), "{health:?}");
    drop(watched);
}
