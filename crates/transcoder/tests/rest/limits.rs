//! What is too much.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use http::Request;
use posars_transcoder::{BodyScale, TranscoderOptions};
use tonic::Status;

use crate::api::Api;

fn small() -> Api {
    Api::with(TranscoderOptions {
        request_bytes_max: 1000,
        upload_bytes_max: 5000,
        ..TranscoderOptions::default()
    })
}

fn chunked(size_bytes: usize) -> Body {
    let pieces = vec![b' '; size_bytes];
    let pieces: Vec<Result<Vec<u8>, std::io::Error>> =
        pieces.chunks(300).map(|piece| Ok(piece.to_vec())).collect();
    Body::from_stream(futures_util::stream::iter(pieces))
}

#[tokio::test]
async fn a_body_that_is_too_large_is_413() {
    let api = small();
    let json = [("content-type", "application/json")];
    for (uri, body) in [
        ("/v1/echo", Body::from(vec![b' '; 1001])),
        ("/v1/echo", chunked(1001)),
        ("/v1/upload", chunked(1001)),
        ("/v1/add", chunked(1001)),
        ("/v1/uploads/a", Body::from(vec![b' '; 5001])),
        ("/v1/uploads/a", chunked(5001)),
    ] {
        let answer = api.send("POST", uri, &json, body).await;
        assert_eq!(answer.refused(413).0, "REQUEST_TOO_LARGE", "{uri}");
        assert_eq!(answer.json()["code"], 8);
    }
    let mut fits = b"{}".to_vec();
    fits.resize(1000, b' ');
    assert_eq!(api.send("POST", "/v1/echo", &json, fits).await.status, 200);
    assert_eq!(
        api.send("POST", "/v1/uploads/a", &json, chunked(5000))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn what_unpacks_to_too_much_is_413() {
    let body = format!("{{\"name\":\"{}\"}}", "a".repeat(20_000));
    let gzip = [("accept-encoding", "gzip"), ("content-type", "application/json")];
    let packed = Api::new().send("POST", "/v1/echo", &gzip, body).await.body;
    assert!(packed.len() < 1000, "{} bytes", packed.len());
    let headers = [("content-encoding", "gzip"), ("content-type", "application/json")];
    let answer = small().send("POST", "/v1/echo", &headers, packed).await;
    assert_eq!(answer.refused(413).0, "REQUEST_TOO_LARGE");
}

#[tokio::test]
async fn what_becomes_too_much_for_the_service_is_413() {
    let api = small();
    let numbers = |count: usize| format!(r#"{{"free":{{"a":[{}1]}}}}"#, "1,".repeat(count));
    let answer = api.post("/v1/echo", &numbers(400)).await;
    assert_eq!(answer.refused(413).0, "REQUEST_TOO_LARGE");
    assert_eq!(api.post("/v1/echo", &numbers(40)).await.status, 200);
    let answer = api.post("/v1/add", &"{}".repeat(300)).await;
    assert_eq!(answer.refused(413).0, "REQUEST_TOO_LARGE");
    assert_eq!(api.post("/v1/add", &"{}".repeat(100)).await.status, 200);
}

/// Bodies of so many values each.
fn bodies_of(values: usize) -> [(&'static str, String); 5] {
    let list = |count: usize, element: &str| [element].repeat(count).join(",");
    let members = |count: usize| {
        let members: Vec<String> = (0..count).map(|key| format!(r#""{key}":"""#)).collect();
        members.join(",")
    };
    [
        (
            "/v1/echo",
            format!(r#"{{"innerList":[{}]}}"#, list(values - 2, "{}")),
        ),
        (
            "/v1/echo",
            format!(r#"{{"words":[{}]}}"#, list(values - 2, r#""""#)),
        ),
        ("/v1/labels", format!("{{{}}}", members(values - 1))),
        (
            "/v1/echo",
            format!(r#"{{"free":{{"a":[[],{}]}}}}"#, list(values - 4, "[]")),
        ),
        ("/v1/add", "{}\n".repeat(values)),
    ]
}

#[tokio::test]
async fn more_values_than_may_be_are_413() {
    const VALUES_MAX: usize = 40;
    let api = Api::with(TranscoderOptions {
        request_values_max: VALUES_MAX,
        ..TranscoderOptions::default()
    });
    for (uri, body) in bodies_of(VALUES_MAX) {
        let answer = api.post(uri, &body).await;
        assert_eq!(answer.status, 200, "{body}: {}", answer.text());
    }
    for (uri, body) in bodies_of(VALUES_MAX + 1) {
        let answer = api.post(uri, &body).await;
        assert_eq!(answer.refused(413).0, "REQUEST_VALUES_TOO_MANY", "{body}");
        assert!(answer.text().contains("the limit is 40"), "{}", answer.text());
        assert_eq!(answer.json()["code"], 8);
    }
}

#[tokio::test]
async fn a_scale_is_told_of_every_byte_and_may_refuse() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let send = async |encoding: &str, body: Body| {
        told.lock().unwrap().clear();
        let heard = Arc::clone(&told);
        let scale = BodyScale::new(move |bytes| {
            heard.lock().unwrap().push(bytes);
            if bytes > 20_000 {
                return Err(Status::unavailable("full"));
            }
            Ok(())
        });
        let request = Request::post("/v1/echo")
            .header("content-type", "application/json")
            .header("content-encoding", encoding)
            .extension(scale)
            .body(body)
            .unwrap();
        let answer = Api::new().call(request).await;
        (answer.status.as_u16(), told.lock().unwrap().clone())
    };
    let (status, told) = send("identity", Body::from(r#"{"words":["a","b"]}"#)).await;
    assert_eq!((status, told.len(), told[0]), (200, 2, 19));
    assert!(told[1] > told[0], "values weigh more than their text");

    let (status, told) = send("identity", chunked(20_500)).await;
    assert_eq!((status, told[..3].to_vec()), (503, vec![300, 600, 900]));
    let gzip = [("accept-encoding", "gzip"), ("content-type", "application/json")];
    let long = format!("{{\"name\":\"{}\"}}", "a".repeat(30_000));
    let packed = Api::new().send("POST", "/v1/echo", &gzip, long).await.body;
    let (status, told) = send("gzip", Body::from(packed)).await;
    assert_eq!(status, 503, "what it unpacks to counts: {told:?}");
    let many = format!(r#"{{"innerList":[{}{{}}]}}"#, "{},".repeat(1_000));
    assert_eq!(send("identity", Body::from(many)).await.0, 503);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_400() {
    let pieces = [Ok("{".to_owned()), Err(std::io::Error::other("gone"))];
    let body = Body::from_stream(futures_util::stream::iter(pieces));
    let answer = Api::new().send("POST", "/v1/echo", &[], body).await;
    assert_eq!(answer.refused(400).0, "BODY_UNREADABLE");
    let gzip = [("content-encoding", "gzip")];
    for uri in ["/v1/echo", "/v1/upload", "/v1/uploads/a"] {
        let answer = Api::new().send("POST", uri, &gzip, "no gzip").await;
        assert_eq!(answer.refused(400).0, "BODY_UNREADABLE", "{uri}");
    }
}
