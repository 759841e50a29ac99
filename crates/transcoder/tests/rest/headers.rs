//! Headers into metadata and back, and what web pages may do.

use axum::body::Body;
use http::header::HeaderName;
use posars_transcoder::{CorsOptions, CorsOrigins, TranscoderOptions};
use serde_json::json;

use crate::api::Api;
use crate::service::Peer;

#[tokio::test]
async fn metadata_in() {
    let api = Api::with(TranscoderOptions {
        headers_in: vec![HeaderName::from_static("x-shop")],
        headers_withheld: vec![HeaderName::from_static("x-identity")],
        ..TranscoderOptions::default()
    });
    let headers = [
        ("authorization", "Bearer t"),
        ("traceparent", "00-a-b-01"),
        ("idempotency-key", "k"),
        ("if-match", "\"1\""),
        ("accept-language", "pt-BR"),
        ("x-shop", "7"),
        ("grpc-metadata-colour", "red"),
        ("grpc-metadata-x-identity", "forged"),
        ("x-identity", "forged"),
        ("cookie", "a=b"),
        ("x-forwarded-for", "1.2.3.4"),
        ("connection", "close"),
        ("grpc-timeout", "5S"),
        ("grpc-encoding", "gzip"),
        ("accept", "application/json"),
    ];
    let answer = api.send("GET", "/v1/tell", &headers, Body::empty()).await;
    let expected = json!({
        "authorization": "Bearer t", "traceparent": "00-a-b-01", "idempotency-key": "k", "if-match": "\"1\"",
        "accept-language": "pt-BR", "x-shop": "7", "colour": "red",
        "content-type": "application/grpc", "te": "trailers", "grpc-timeout": "5020m",
    });
    assert_eq!(answer.json()["metadata"], expected);
}

#[tokio::test]
async fn metadata_out() {
    let api = Api::new();
    let answer = api.get("/v1/tell?trailers=true").await;
    assert_eq!(answer.header("etag"), Some("\"7\""));
    assert_eq!(answer.header("cost"), Some("3"), "trailers become headers");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    for reserved in ["secret-bin", "grpc-internal", "grpc-status", "trailer", "te"] {
        assert_eq!(answer.header(reserved), None, "{reserved}");
    }
}

#[tokio::test]
async fn extensions_of_the_request_reach_the_service() {
    let api = Api::new();
    let mut request = http::Request::get("/v1/tell").body(Body::empty()).unwrap();
    request.extensions_mut().insert(Peer("10.0.0.1".to_owned()));
    assert_eq!(api.call(request).await.json()["text"], "10.0.0.1");
}

#[tokio::test]
async fn web_pages_ask_first() {
    let api = Api::with(TranscoderOptions {
        cors: Some(CorsOptions {
            origins: CorsOrigins::These(vec!["https://shop.example".parse().unwrap()]),
            max_age: std::time::Duration::from_secs(600),
        }),
        ..TranscoderOptions::default()
    });
    let asking = |origin: &'static str| {
        [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization,content-type"),
        ]
    };
    let answer = api
        .send(
            "OPTIONS",
            "/v1/echo",
            &asking("https://shop.example"),
            Body::empty(),
        )
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some("https://shop.example")
    );
    assert_eq!(
        answer.header("access-control-allow-headers"),
        Some("authorization,content-type")
    );
    assert_eq!(answer.header("access-control-max-age"), Some("600"));
    let answer = api
        .send(
            "OPTIONS",
            "/v1/echo",
            &asking("https://evil.example"),
            Body::empty(),
        )
        .await;
    assert_eq!(answer.header("access-control-allow-origin"), None);
    let answer = api
        .send(
            "GET",
            "/v1/echo/a",
            &[("origin", "https://shop.example")],
            Body::empty(),
        )
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some("https://shop.example")
    );
    let closed = Api::new();
    let answer = closed
        .send(
            "OPTIONS",
            "/v1/echo",
            &asking("https://shop.example"),
            Body::empty(),
        )
        .await;
    assert_eq!(answer.refused(405).0, "METHOD_NOT_ALLOWED");
}
