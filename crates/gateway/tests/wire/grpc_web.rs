//! gRPC-Web in both encodings over both versions of HTTP, as browsers send it.

use crate::front::{Answer, Front, GET_STOCK, HEALTH, NOTHING, grpc};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use posars_edge::Server;
use tonic::Code;

/// What the health service of a server that has not begun to serve answers: one message, then the trailers.
const NOT_SERVING: &[u8] = b"\0\0\0\0\x02\x08\x02\x80\0\0\0\x0fgrpc-status:0\r\n";
const NOTHING_IN_BASE64: &str = "AAAAAAA=";
const NOT_SERVING_IN_BASE64: &str = "AAAAAAIIAg==gAAAAA9ncnBjLXN0YXR1czowDQo=";
const ORIGIN: &str = "https://shop.example";

async fn ask(front: &Front, http2: bool, request: Request<Body>) -> Answer {
    if http2 {
        front.ask_http2(request).await
    } else {
        front.ask_http1(request).await
    }
}

#[tokio::test]
async fn calls_are_answered_in_their_own_encoding() {
    let front = Front::gateway(Server::default()).await;
    for http2 in [false, true] {
        for content_type in [
            "application/grpc-web",
            "application/grpc-web+proto",
            "application/grpc-web; charset=utf-8",
            "Application/gRPC-Web+proto",
        ] {
            let request = with_accept(grpc(HEALTH, content_type, NOTHING), content_type);
            let answer = ask(&front, http2, request).await;
            assert_eq!(answer.http, StatusCode::OK, "{content_type}");
            assert_eq!(&answer.body[..], NOT_SERVING, "{content_type}, HTTP/2: {http2}");
            assert!(
                answer.header("content-type").starts_with("application/grpc-web"),
                "{answer:?}"
            );
        }
        for content_type in ["application/grpc-web-text", "application/grpc-web-text+proto"] {
            let request = with_accept(grpc(HEALTH, content_type, NOTHING_IN_BASE64), content_type);
            let answer = ask(&front, http2, request).await;
            let body = String::from_utf8_lossy(&answer.body);
            assert_eq!(body, NOT_SERVING_IN_BASE64, "{content_type}, HTTP/2: {http2}");
            assert!(
                answer
                    .header("content-type")
                    .starts_with("application/grpc-web-text"),
                "{answer:?}"
            );
        }
    }
}

/// A browser asks for what it sends.
fn with_accept(mut request: Request<Body>, content_type: &str) -> Request<Body> {
    request
        .headers_mut()
        .insert("accept", content_type.parse().unwrap());
    request
}

#[tokio::test]
async fn refusals_say_why_in_the_headers() {
    let front = Front::gateway(Server::default()).await;
    for http2 in [false, true] {
        let answer = ask(
            &front,
            http2,
            grpc(GET_STOCK, "application/grpc-web+proto", NOTHING),
        )
        .await;
        assert_eq!(answer.http, StatusCode::OK);
        assert_eq!(answer.refusal(), (Code::NotFound, "UNKNOWN_COMPANY".to_owned()));
    }
    let unknown = grpc("/posars.nothing.v1.Nothing/Do", "application/grpc-web", NOTHING);
    assert_eq!(
        front.ask_http1(unknown).await.status().code(),
        Code::Unimplemented
    );
}

#[tokio::test]
async fn what_is_no_call_is_refused() {
    let front = Front::gateway(Server::default()).await;
    let json = grpc(HEALTH, "application/grpc-web+json", "{}");
    let answer = front.ask_http1(json).await;
    assert_eq!(answer.http, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(
        String::from_utf8_lossy(&answer.body).contains("application/grpc-web+proto"),
        "{answer:?}"
    );

    let mut request = grpc(HEALTH, "application/grpc-web", NOTHING);
    *request.method_mut() = Method::PUT;
    let answer = front.ask_http1(request).await;
    assert_eq!(answer.http, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.header("allow"), "POST");

    let not_base64 = grpc(HEALTH, "application/grpc-web-text", "§§§§");
    let answer = front.ask_http1(not_base64).await;
    assert_ne!(answer.status().code(), Code::Ok, "{answer:?}");
}

fn preflight(origin: &str) -> Request<Body> {
    Request::options(format!("http://shop.example{HEALTH}"))
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "authorization,content-type,x-grpc-web,posars-company",
        )
        .body(Body::empty())
        .unwrap()
}

fn of_page(origin: &str) -> Request<Body> {
    let mut request = grpc(HEALTH, "application/grpc-web", NOTHING);
    request.headers_mut().insert("origin", origin.parse().unwrap());
    request
}

#[tokio::test]
async fn pages_of_listed_origins_may_call_and_read() {
    let server = Server {
        allowed_origins: vec![ORIGIN.parse().unwrap(), "http://localhost:3000".parse().unwrap()],
        ..Server::default()
    };
    let front = Front::gateway(server).await;
    for http2 in [false, true] {
        for origin in [ORIGIN, "http://localhost:3000"] {
            let answer = ask(&front, http2, preflight(origin)).await;
            assert_eq!(answer.http, StatusCode::OK);
            assert_eq!(answer.header("access-control-allow-origin"), origin);
            assert!(
                answer.header("access-control-allow-methods").contains("POST"),
                "{answer:?}"
            );
            for header in ["authorization", "x-grpc-web", "posars-company"] {
                assert!(
                    answer.header("access-control-allow-headers").contains(header),
                    "{answer:?}"
                );
            }
            let answer = ask(&front, http2, of_page(origin)).await;
            assert_eq!(answer.header("access-control-allow-origin"), origin);
            assert_eq!(answer.header("access-control-expose-headers"), "*");
            assert_eq!(&answer.body[..], NOT_SERVING);
        }
        let answer = ask(&front, http2, preflight("https://evil.example")).await;
        assert!(
            !answer.headers.contains_key("access-control-allow-origin"),
            "{answer:?}"
        );
        let answer = ask(&front, http2, of_page("https://evil.example")).await;
        assert!(
            !answer.headers.contains_key("access-control-allow-origin"),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn without_a_list_only_our_own_pages_may_read() {
    let front = Front::gateway(Server::default()).await;
    for request in [preflight(ORIGIN), of_page(ORIGIN)] {
        let answer = front.ask_http1(request).await;
        assert!(
            !answer.headers.contains_key("access-control-allow-origin"),
            "{answer:?}"
        );
    }
    let server = Server {
        allowed_origins: vec!["*".parse().unwrap()],
        ..Server::default()
    };
    let front = Front::gateway(server).await;
    assert_eq!(
        front
            .ask_http1(of_page(ORIGIN))
            .await
            .header("access-control-allow-origin"),
        "*"
    );
}
