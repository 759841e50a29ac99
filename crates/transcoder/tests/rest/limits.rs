//! What is too much.

use axum::body::Body;
use posars_transcoder::TranscoderOptions;

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
