//! What requests may take of the memory, one of them and all together, by every protocol.

use std::time::Duration;

use crate::front::{Answer, Front, GET_STOCK, HEALTH, NOTHING, SOON, grpc, rest_of};
use axum::body::Body;
use axum::http::Request;
use posars_edge::{Limits, Server};
use posars_gateway::Authentication;
use posars_identity::{Grantee, LocalIssuer, Verifier};
use tokio::io::AsyncWriteExt as _;
use tonic::Code;
use tonic_types::StatusExt as _;

const VALUES_MAX: usize = 50;

fn rest(body: String) -> Request<Body> {
    Request::post("http://shop.example/v1/companies/acme/sales")
        .header("content-type", "application/json")
        .body(body.into())
        .unwrap()
}

/// The HTTP status of a refusal by REST, and its reason and values.
fn told(answer: &Answer) -> (u16, String, serde_json::Value) {
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    let details = body["details"].as_array().unwrap();
    let info = details.iter().find(|detail| detail["reason"].is_string());
    let info = info.unwrap().clone();
    let reason = info["reason"].as_str().unwrap().to_owned();
    (answer.http.as_u16(), reason, info["metadata"].clone())
}

#[tokio::test]
async fn a_request_of_too_many_values_is_refused_by_every_protocol() {
    let limits = Limits {
        request_values_max: VALUES_MAX,
        ..Limits::default()
    };
    let front = Front::gateway(Server {
        limits,
        ..Server::default()
    })
    .await;
    // The health service is there without a company.
    let frame = |values: usize| {
        let length = u32::try_from(values * 2).unwrap();
        let message = [0x52, 0].repeat(values);
        [&[0][..], &length.to_be_bytes(), &message].concat()
    };
    for content_type in ["application/grpc", "application/grpc-web"] {
        let answer = front
            .ask_http2(grpc(HEALTH, content_type, frame(VALUES_MAX)))
            .await;
        assert_eq!(answer.header("grpc-status"), "", "{content_type}: {answer:?}");
        let answer = front
            .ask_http2(grpc(HEALTH, content_type, frame(VALUES_MAX + 1)))
            .await;
        let expected = (Code::ResourceExhausted, "REQUEST_VALUES_TOO_MANY".to_owned());
        assert_eq!(answer.refusal(), expected, "{content_type}");
        let details = answer.status().get_error_details();
        assert_eq!(details.error_info().unwrap().metadata["request_values_max"], "50");
    }
    let lines = |count: usize| format!(r#"{{"lines":[{}{{}}]}}"#, "{},".repeat(count - 1));
    let (status, ..) = told(&front.ask_http1(rest(lines(VALUES_MAX - 2))).await);
    assert_eq!(status, 404, "it is read, and there is no such company");
    let (status, reason, values) = told(&front.ask_http1(rest(lines(VALUES_MAX - 1))).await);
    assert_eq!((status, reason.as_str()), (413, "REQUEST_VALUES_TOO_MANY"));
    assert_eq!(values["request_values_max"], "50");
}

/// Begins a REST request that says to be so long, and stays there.
async fn begin(front: &Front, token: &str, length: usize) -> tokio::net::TcpStream {
    let mut stream = front.connect().await;
    let head = format!(
        "POST /v1/companies/acme/sales HTTP/1.1\r\nhost: shop\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// A message of 128 KiB in a gRPC frame.
fn large_frame() -> Vec<u8> {
    let mut frame = vec![0, 0, 2, 0, 0];
    frame.resize(131_077, 0);
    frame
}

#[tokio::test]
async fn large_requests_share_a_budget_and_leave_ordinary_ones_alone() {
    const LARGE: usize = 200_000;
    // With two values.
    const LARGEST: usize = LARGE + 2 * 128;
    let folder = tempfile::tempdir().unwrap();
    let issuer = LocalIssuer::open(&folder.path().join("identity")).unwrap();
    let verifier = Verifier::new(issuer.verifier_config()).await.unwrap();
    let token_of = |subject: &str| {
        let grantee = Grantee {
            subject: subject.into(),
            memberships: vec!["acme/owner".parse().unwrap()],
        };
        issuer.issue(&grantee, Duration::from_secs(60)).unwrap()
    };
    let (ana, bia) = (token_of("ana"), token_of("bia"));
    // Two large requests, one of each caller.
    let limits = Limits {
        request_bytes_max: LARGE,
        request_values_max: 2,
        requests_bytes_max: 2 * LARGEST,
        ..Limits::default()
    };
    let server = Server {
        limits,
        ..Server::default()
    };
    let front = Front::gateway_for(server, Authentication::Tokens(verifier)).await;
    let by = |token: &str, mut request: Request<Body>| {
        let bearer = format!("Bearer {token}").parse().unwrap();
        request.headers_mut().insert("authorization", bearer);
        request
    };
    let large = || format!(r#"{{"seller":"{}"}}"#, "x".repeat(LARGE - 100));
    let ask = async |token: &str, body: String| told(&front.ask_http1(by(token, rest(body))).await);

    let until_full = async |token: &str| {
        let reached = async {
            loop {
                let answer = front.ask_http1(by(token, rest(large()))).await;
                let (status, reason, values) = told(&answer);
                if reason == "REQUESTS_OVERLOADED" {
                    assert_eq!((status, answer.header("retry-after")), (503, "1"));
                    assert_eq!(values["caller_bytes_max"], LARGEST.to_string());
                    return;
                }
            }
        };
        let reached = tokio::time::timeout(SOON, reached).await;
        reached.expect("what is announced is taken");
    };

    let first = begin(&front, &ana, LARGE).await;
    until_full(&ana).await;
    assert_eq!(
        ask(&ana, "{}".to_owned()).await.0,
        404,
        "her ordinary ones are served"
    );
    let get_stock = |frame: Vec<u8>| by(&ana, grpc(GET_STOCK, "application/grpc", frame));
    let answer = front.ask_http2(get_stock(NOTHING.to_vec())).await;
    assert_eq!(answer.refusal().1, "UNKNOWN_COMPANY");
    let refused = front.ask_http2(get_stock(large_frame())).await.refusal();
    assert_eq!(refused, (Code::Unavailable, "REQUESTS_OVERLOADED".to_owned()));
    assert_eq!(ask(&bia, large()).await.0, 404, "others have their share");

    let second = begin(&front, &bia, LARGE).await;
    until_full(&bia).await;
    let mut late = begin(&front, &bia, LARGE).await;
    let answer = rest_of(&mut late).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    drop((first, second));
    let until_free = async { while ask(&ana, large()).await.0 != 404 {} };
    tokio::time::timeout(SOON, until_free)
        .await
        .expect("what a request took is given back");
}
