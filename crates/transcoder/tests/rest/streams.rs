//! Streaming answers in every form, and how each of them ends badly.

use std::time::Duration;

use axum::body::Body;
use posars_transcoder::{Transcoder, TranscoderOptions};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::api::{Answer, Api};

async fn watch(api: &Api, query: &str, accept: &str) -> Answer {
    let headers = [("accept", accept)];
    api.send("GET", &format!("/v1/watch?{query}"), &headers, Body::empty())
        .await
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn numbers(frames: &[Value]) -> Vec<Value> {
    frames
        .iter()
        .map(|frame| frame["result"]["number"].clone())
        .collect()
}

fn error() -> Value {
    json!({"error": {"code": 10, "message": "in the middle", "details": []}})
}

#[tokio::test]
async fn lines_of_json() {
    let api = Api::new();
    let answer = watch(&api, "count=3", "*/*").await;
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    assert_eq!(numbers(&lines(&answer.text())), [json!(0), json!(1), json!(2)]);
    let answer = watch(&api, "count=2&fail_code=10", "application/x-ndjson").await;
    assert_eq!(answer.status, 200);
    let frames = lines(&answer.text());
    assert_eq!(frames.len(), 3);
    assert_eq!(frames.last(), Some(&error()));
    assert_eq!(watch(&api, "count=0", "*/*").await.text(), "");
}

#[tokio::test]
async fn events() {
    let api = Api::new();
    let answer = watch(&api, "count=2&fail_code=10", "text/event-stream").await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(answer.header("cache-control"), Some("no-cache"));
    let text = answer.text();
    let events: Vec<&str> = text.split_terminator("\n\n").collect();
    assert_eq!(events.len(), 3, "{text}");
    let first: Value = serde_json::from_str(events[0].strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(first["text"], "n0");
    let last = events[2].strip_prefix("event: error\ndata: ").unwrap();
    assert_eq!(serde_json::from_str::<Value>(last).unwrap(), error()["error"]);
}

#[tokio::test]
async fn silence_is_kept_alive() {
    let api = Api::with(TranscoderOptions {
        sse_keep_alive: Duration::from_millis(20),
        ..TranscoderOptions::default()
    });
    let text = watch(&api, "count=2&pause_ms=100", "text/event-stream")
        .await
        .text();
    assert!(text.matches(": keep-alive\n\n").count() >= 2, "{text}");
    assert_eq!(text.matches("data: ").count(), 2);
    let text = watch(&api, "count=2&pause_ms=100", "*/*").await.text();
    assert_eq!(lines(&text).len(), 2, "only events have comments");
}

#[tokio::test]
async fn arrays() {
    let api = Api::new();
    let answer = watch(&api, "count=3", "application/json").await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let frames = answer.json();
    assert_eq!(
        numbers(frames.as_array().unwrap()),
        [json!(0), json!(1), json!(2)]
    );
    assert_eq!(watch(&api, "count=0", "application/json").await.json(), json!([]));
    let answer = watch(&api, "count=1&fail_code=10", "application/json").await;
    assert_eq!(answer.json()[1], error());
    let answer = watch(&api, "count=0&fail_code=10", "application/json").await;
    assert_eq!(answer.status, 409, "nothing was sent yet, so the status can tell");
}

#[tokio::test]
async fn an_error_at_once_has_its_status() {
    let api = Api::new();
    for accept in ["*/*", "text/event-stream", "application/json"] {
        let answer = watch(&api, "count=-1&fail_code=5", accept).await;
        assert_eq!(answer.status, 404);
        assert_eq!(
            answer.json(),
            json!({"code": 5, "message": "at once", "details": []})
        );
    }
}

#[tokio::test]
async fn one_field_of_each_message() {
    let answer = Api::new().get("/v1/watch-text?count=2").await;
    assert_eq!(
        lines(&answer.text()),
        [json!({"result": "n0"}), json!({"result": "n1"})]
    );
}

#[tokio::test]
async fn the_deadline_is_the_last_frame() {
    let api = Api::new();
    let headers = [("grpc-timeout", "200m")];
    let answer = api
        .send("GET", "/v1/watch?count=1000&pause_ms=30", &headers, Body::empty())
        .await;
    assert_eq!(answer.status, 200);
    let frames = lines(&answer.text());
    let last = frames.last().unwrap();
    assert_eq!(last["error"]["code"], 4, "{last}");
    assert_eq!(last["error"]["details"][0]["reason"], "DEADLINE_EXCEEDED");
    assert!(frames.len() > 1);
}

#[tokio::test]
async fn a_stream_that_is_never_quiet_has_a_deadline_too() {
    let api = Api::new();
    let headers = [("grpc-timeout", "100m")];
    let answer = api
        .send("GET", "/v1/watch?count=2000000000", &headers, Body::empty())
        .await;
    let text = answer.text();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(last["error"]["details"][0]["reason"], "DEADLINE_EXCEEDED");
}

#[tokio::test]
async fn raw_bytes() {
    let api = Api::new();
    let answer = api.get("/v1/downloads?count=3").await;
    assert_eq!(answer.header("content-type"), Some("text/plain"));
    assert_eq!(answer.text(), "line 0\nline 1\nline 2\n");
    let answer = api.get("/v1/downloads?count=-1&fail_code=5").await;
    assert_eq!(answer.status, 404);
    let answer = api.get("/v1/downloads?count=0").await;
    assert_eq!((answer.status.as_u16(), answer.text().as_str()), (200, ""));
}

#[tokio::test]
async fn streams_are_not_held_back_by_compression() {
    let api = Api::new();
    let headers = [("accept-encoding", "gzip")];
    let answer = api
        .send("GET", "/v1/watch?count=50", &headers, Body::empty())
        .await;
    assert_eq!(answer.header("content-encoding"), None);
    assert_eq!(lines(&answer.text()).len(), 50);
}

/// Tells when it is dropped.
struct Alive(#[expect(dead_code, reason = "kept for its drop")] tokio::sync::oneshot::Sender<()>);

#[tokio::test]
async fn a_call_ends_when_its_client_is_gone() {
    for (path, answers_first) in [("/v1/wait", false), ("/v1/watch", true)] {
        let (alive, gone) = tokio::sync::oneshot::channel();
        let slot = std::sync::Arc::new(std::sync::Mutex::new(Some(Alive(alive))));
        let untaken = std::sync::Arc::clone(&slot);
        let calls = tower::service_fn(move |_call: http::Request<Body>| {
            let alive = slot.lock().unwrap().take();
            async move {
                if !answers_first {
                    std::future::pending::<()>().await;
                }
                let body = futures_util::stream::poll_fn(move |_| {
                    let _kept = &alive;
                    std::task::Poll::<Option<Result<bytes::Bytes, std::io::Error>>>::Pending
                });
                Ok::<_, std::convert::Infallible>(http::Response::new(Body::from_stream(body)))
            }
        });
        let transcoder =
            Transcoder::new(crate::service::pool(), calls, TranscoderOptions::default()).unwrap();
        let request = http::Request::get(path).body(Body::empty()).unwrap();
        let asked = tokio::time::timeout(Duration::from_millis(1500), transcoder.oneshot(request)).await;
        assert_eq!(asked.is_ok(), answers_first, "{path}");
        assert!(
            untaken.lock().unwrap().is_none(),
            "{path} did not reach the service"
        );
        drop(asked);
        let ended = tokio::time::timeout(Duration::from_secs(5), gone).await;
        assert!(matches!(ended, Ok(Err(_dropped))), "{path} goes on for nobody");
    }
}

#[tokio::test]
async fn many_messages_arrive_in_order() {
    let answer = watch(&Api::new(), "count=5000", "*/*").await;
    let frames = lines(&answer.text());
    assert_eq!(frames.len(), 5000);
    assert!(
        numbers(&frames)
            .into_iter()
            .enumerate()
            .all(|(at, number)| number == json!(at))
    );
}
