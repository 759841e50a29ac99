//! What REST costs beside gRPC: the same echo service called both ways in one thread, without sockets.
//!
//! `cargo bench -p posars-transcoder`. The rounds are interleaved and the median of each counts, so that a busy
//! machine slows both alike. The service itself does no more than hand its bytes back.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement, not a part of the program"
)]
#![allow(
    dead_code,
    missing_docs,
    reason = "shares the services of the tests, not all of which are measured"
)]

#[path = "../tests/rest/service.rs"]
mod service;

use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::Request;
use posars_transcoder::{Transcoder, TranscoderOptions};
use prost::Message as _;
use prost_reflect::DynamicMessage;
use tower::ServiceExt as _;

const ROUNDS: usize = 15;
const CALLS: u32 = 2000;

/// About 0.8 kB, as a sale of some lines would be.
fn document() -> String {
    let lines: Vec<String> = (0..9)
        .map(|line| {
            format!(
                r#"{{"name":"product {line:04} of the shop","itemCount":"{line}","deep":{{"leaf":"unit"}}}}"#
            )
        })
        .collect();
    format!(
        r#"{{"name":"sale 1","i64":"1234567","colour":"RED","labels":{{"till":"1"}},"innerList":[{}]}}"#,
        lines.join(",")
    )
}

fn grpc_request(message: &[u8]) -> Request<Body> {
    let mut frame = vec![0];
    frame.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    frame.extend_from_slice(message);
    Request::post("/shelves.v1.EchoService/Post")
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .header("authorization", "Bearer t")
        .body(Body::from(frame))
        .unwrap()
}

fn get() -> Request<Body> {
    Request::get("/v1/multi/shelves/1/books/2?i32=5")
        .header("authorization", "Bearer t")
        .header("accept", "*/*")
        .header("host", "x")
        .body(Body::empty())
        .unwrap()
}

fn post(json: &Bytes) -> Request<Body> {
    Request::post("/v1/echo")
        .header("authorization", "Bearer t")
        .header("accept", "*/*")
        .header("host", "x")
        .header("content-type", "application/json")
        .body(Body::from(json.clone()))
        .unwrap()
}

async fn read(response: http::Response<Body>) -> usize {
    assert_eq!(response.status(), 200);
    axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .unwrap()
        .len()
}

async fn timed(calls: impl AsyncFn() -> usize) -> Duration {
    let began = Instant::now();
    for _ in 0..CALLS {
        assert!(calls().await > 0);
    }
    began.elapsed() / CALLS
}

fn median(mut rounds: Vec<Duration>) -> Duration {
    rounds.sort_unstable();
    rounds[rounds.len() / 2]
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let pool = service::pool();
    let router: Router = service::router(pool.clone());
    let transcoder = Transcoder::new(pool.clone(), router.clone(), TranscoderOptions::default()).unwrap();
    let json = Bytes::from(document());
    let everything = pool.get_message_by_name("shelves.v1.Everything").unwrap();
    let large = DynamicMessage::deserialize(
        everything.clone(),
        &mut serde_json::Deserializer::from_slice(&json),
    )
    .unwrap()
    .encode_to_vec();
    let small = DynamicMessage::deserialize(
        everything,
        &mut serde_json::Deserializer::from_str(r#"{"name":"shelves/1/books/2","i32":5}"#),
    )
    .unwrap()
    .encode_to_vec();
    let mut times = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        let grpc = async |message: &[u8]| {
            let response = router.clone().oneshot(grpc_request(message)).await.unwrap();
            read(response).await
        };
        let rest = async |request| read(transcoder.clone().oneshot(request).await.unwrap()).await;
        times[0].push(timed(async || grpc(&small).await).await);
        times[1].push(timed(async || rest(get()).await).await);
        times[2].push(timed(async || grpc(&large).await).await);
        times[3].push(timed(async || rest(post(&json)).await).await);
    }
    let [grpc_small, rest_get, grpc_large, rest_post] = times.map(median);
    println!(
        "gRPC, {} bytes: {grpc_small:?} a call; REST GET: {rest_get:?}",
        small.len()
    );
    println!(
        "gRPC, {} bytes: {grpc_large:?} a call; REST POST of {} bytes: {rest_post:?}",
        large.len(),
        json.len()
    );
    println!(
        "REST adds {:?} to a GET and {:?} to a POST",
        rest_get.saturating_sub(grpc_small),
        rest_post.saturating_sub(grpc_large)
    );
}
