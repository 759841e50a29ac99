//! Every limit on what callers send, on real sockets.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod front;

use std::num::NonZeroU32;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Request;
use front::{Answer, Front, GET_STOCK, HEALTH, NOTHING, SOON, grpc, rest_of};
use posars_edge::{Limits, Rate, Server};
use posars_gateway::Authentication;
use posars_gateway::proto::inventory::v1::GetStockItemRequest;
use posars_identity::{Grantee, LocalIssuer, Verifier};
use tokio::io::AsyncWriteExt as _;
use tokio_stream::StreamExt as _;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_types::StatusExt as _;

const GRPC: &str = "application/grpc";
const GRPC_WEB: &str = "application/grpc-web";

fn with(limits: Limits) -> Server {
    Server {
        limits,
        ..Server::default()
    }
}

/// So few calls per second that none comes back during a test.
fn rate(burst_calls_max: u32) -> Option<Rate> {
    Some(Rate {
        calls_per_s: NonZeroU32::MIN,
        burst_calls_max: NonZeroU32::new(burst_calls_max).unwrap(),
    })
}

fn told(code: Code, reason: &str) -> (Code, String) {
    (code, reason.to_owned())
}

/// The call went through every limit, to where its company is looked for.
fn passed() -> (Code, String) {
    told(Code::NotFound, "UNKNOWN_COMPANY")
}

async fn get_stock(front: &Front) -> Answer {
    front.ask_http2(grpc(GET_STOCK, GRPC, NOTHING)).await
}

#[tokio::test]
async fn a_caller_beyond_its_rate_is_told_when_to_come_back() {
    let limits = Limits {
        caller_rate: rate(3),
        ..Limits::default()
    };
    let front = Front::gateway(with(limits)).await;
    for call in 0..3 {
        assert_eq!(get_stock(&front).await.refusal(), passed(), "call {call}");
    }
    let answer = get_stock(&front).await;
    assert_eq!(answer.refusal(), told(Code::ResourceExhausted, "RATE_LIMITED"));
    let details = answer.status().get_error_details();
    let wait = details.retry_info().unwrap().retry_delay.unwrap();
    assert!(
        wait > Duration::ZERO && wait <= Duration::from_secs(1),
        "{wait:?}"
    );
    assert_eq!(details.error_info().unwrap().metadata["burst_calls_max"], "3");
    let health = front.ask_http2(grpc(HEALTH, GRPC, NOTHING)).await;
    assert_eq!(
        health.header("grpc-status"),
        "",
        "a stranger has a rate of its own: {health:?}"
    );
}

#[tokio::test]
async fn a_rate_is_the_same_by_every_protocol() {
    let limits = Limits {
        caller_rate: rate(2),
        ..Limits::default()
    };
    let front = Front::gateway(with(limits)).await;
    assert_eq!(get_stock(&front).await.refusal(), passed());
    let by_web = || front.ask_http1(grpc(GET_STOCK, GRPC_WEB, NOTHING));
    assert_eq!(by_web().await.refusal(), passed());
    assert_eq!(
        by_web().await.refusal(),
        told(Code::ResourceExhausted, "RATE_LIMITED")
    );
}

#[tokio::test]
async fn addresses_without_a_token_are_kept_apart_behind_a_listed_proxy() {
    let limits = Limits {
        stranger_rate: rate(1),
        ..Limits::default()
    };
    let health_from = async |front: &Front, address: &str| {
        let mut request = grpc(HEALTH, GRPC, NOTHING);
        let headers = request.headers_mut();
        headers.insert("x-forwarded-for", address.parse().unwrap());
        front.ask_http2(request).await.headers.contains_key("grpc-status")
    };
    let server = Server {
        trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
        ..with(limits.clone())
    };
    let front = Front::gateway(server).await;
    assert!(!health_from(&front, "192.0.2.1").await);
    assert!(
        health_from(&front, "192.0.2.1").await,
        "the second call is refused"
    );
    assert!(
        !health_from(&front, "192.0.2.2").await,
        "another address has its own rate"
    );
    assert!(!health_from(&front, "2001:db8::1").await);
    assert!(
        health_from(&front, "2001:db8::2").await,
        "a household has one rate"
    );

    let front = Front::gateway(with(limits)).await;
    assert!(!health_from(&front, "192.0.2.1").await);
    assert!(
        health_from(&front, "192.0.2.2").await,
        "whoever is not listed is not believed"
    );
}

#[tokio::test]
async fn an_address_with_too_many_bad_tokens_is_turned_away_before_they_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let issuer = LocalIssuer::open(&folder.path().join("identity")).unwrap();
    let verifier = Verifier::new(issuer.verifier_config()).await.unwrap();
    let limits = Limits {
        stranger_rate: rate(2),
        ..Limits::default()
    };
    let front = Front::gateway_for(with(limits), Authentication::Tokens(verifier)).await;
    let ana = Grantee {
        subject: "ana".into(),
        memberships: vec!["acme/owner".parse().unwrap()],
    };
    let good = issuer.issue(&ana, Duration::from_secs(60)).unwrap();
    let bad = format!("{}AAAA", &good[..good.len() - 4]);
    let call = async |token: &str| {
        let mut request = grpc(GET_STOCK, GRPC, NOTHING);
        let bearer = format!("Bearer {token}").parse().unwrap();
        request.headers_mut().insert("authorization", bearer);
        front.ask_http2(request).await.refusal()
    };
    assert_eq!(
        call(&good).await,
        passed(),
        "good tokens cost the address nothing"
    );
    assert_eq!(call(&good).await, passed());
    assert_eq!(call(&good).await, passed());
    assert_eq!(call(&bad).await, told(Code::Unauthenticated, "TOKEN_SIGNATURE"));
    assert_eq!(call(&bad).await, told(Code::Unauthenticated, "TOKEN_SIGNATURE"));
    assert_eq!(call(&bad).await, told(Code::ResourceExhausted, "RATE_LIMITED"));

    let mut request = rest("POST", "sales", "no JSON, and nobody looks".into());
    let bearer = format!("Bearer {bad}").parse().unwrap();
    request.headers_mut().insert("authorization", bearer);
    let answer = front.ask_http2(request).await;
    assert_eq!(rest_refusal(&answer), (429, "RATE_LIMITED".to_owned()));
}

/// A body that has begun and does not come to its end before the sender is dropped.
async fn unfinished() -> (tokio::sync::mpsc::Sender<std::io::Result<Bytes>>, Body) {
    let (piece, pieces) = tokio::sync::mpsc::channel(1);
    piece.send(Ok(Bytes::from_static(b"{"))).await.unwrap();
    let body = Body::from_stream(tokio_stream::wrappers::ReceiverStream::new(pieces));
    (piece, body)
}

/// Waits until a call is refused with `OVERLOADED` no more, or is so at last.
async fn until_overloaded(front: &Front, wanted: bool) {
    let overloaded = told(Code::Unavailable, "OVERLOADED");
    let reached = async {
        while (get_stock(front).await.refusal() == overloaded) != wanted {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, reached)
        .await
        .expect("the seats did not change");
}

#[tokio::test]
async fn calls_beyond_the_seats_are_told_to_come_back() {
    let limits = Limits {
        in_flight_calls_max: 1,
        ..Limits::default()
    };
    let front = Front::gateway(with(limits)).await;
    // By REST, whose call has its seat before its body is there.
    let (piece, body) = unfinished().await;
    let mut client = front.http2().await;
    let call = tokio::spawn(client.send_request(rest("POST", "sales", body)));
    until_overloaded(&front, true).await;

    let answer = get_stock(&front).await;
    assert_eq!(answer.refusal(), told(Code::Unavailable, "OVERLOADED"));
    assert!(answer.status().get_error_details().retry_info().is_some());
    let (other_piece, body) = unfinished().await;
    let answer = front.ask_http2(rest("POST", "sales", body)).await;
    assert_eq!(
        rest_refusal(&answer),
        (503, "OVERLOADED".to_owned()),
        "{answer:?}"
    );
    drop(other_piece);
    let health = front.ask_http2(grpc(HEALTH, GRPC, NOTHING)).await;
    assert!(
        !health.headers.contains_key("grpc-status"),
        "health is asked also of the full: {health:?}"
    );

    drop(piece);
    assert_eq!(call.await.unwrap().unwrap().status(), 400, "half of a document");
    until_overloaded(&front, false).await;
}

/// A request with the token of that person.
fn by(token: &str, mut request: Request<Body>) -> Request<Body> {
    let bearer = format!("Bearer {token}").parse().unwrap();
    request.headers_mut().insert("authorization", bearer);
    request
}

#[tokio::test]
async fn one_caller_does_not_sit_on_every_seat() {
    let folder = tempfile::tempdir().unwrap();
    let issuer = LocalIssuer::open(&folder.path().join("identity")).unwrap();
    let verifier = Verifier::new(issuer.verifier_config()).await.unwrap();
    let token_of = |subject: &str, company: &str| {
        let grantee = Grantee {
            subject: subject.into(),
            memberships: vec![format!("{company}/owner").parse().unwrap()],
        };
        issuer.issue(&grantee, Duration::from_secs(60)).unwrap()
    };
    let (ana, bia) = (token_of("ana", "acme"), token_of("bia", "acme"));
    let limits = Limits {
        in_flight_calls_max: 4,
        ..Limits::default()
    };
    let front = Front::gateway_for(with(limits), Authentication::Tokens(verifier)).await;
    let get_stock_by = async |token: &str| {
        let request = by(token, grpc(GET_STOCK, GRPC, NOTHING));
        front.ask_http2(request).await.refusal()
    };
    let full = told(Code::ResourceExhausted, "CALLER_OVERLOADED");
    let until_full = async |wanted: bool| {
        let reached = async { while (get_stock_by(&ana).await == full) != wanted {} };
        let reached = tokio::time::timeout(SOON, reached).await;
        reached.expect("the share did not change");
    };

    let mut client = front.http2().await;
    let mut open = Vec::new();
    for _ in 0..2 {
        let (piece, body) = unfinished().await;
        let call = client.send_request(by(&ana, rest("POST", "sales", body)));
        open.push((piece, tokio::spawn(call)));
    }
    until_full(true).await;
    let answer = front.ask_http2(by(&ana, grpc(GET_STOCK, GRPC, NOTHING))).await;
    let details = answer.status().get_error_details();
    assert!(details.retry_info().is_some());
    assert_eq!(details.error_info().unwrap().metadata["caller_calls_max"], "2");
    let (piece, body) = unfinished().await;
    let answer = front.ask_http2(by(&ana, rest("POST", "sales", body))).await;
    drop(piece);
    assert_eq!(rest_refusal(&answer), (429, "CALLER_OVERLOADED".to_owned()));
    assert_eq!(answer.header("retry-after"), "1");
    let elsewhere = token_of("ana", "beta");
    assert_eq!(
        get_stock_by(&elsewhere).await,
        full,
        "she is the same in another company"
    );
    assert_eq!(get_stock_by(&bia).await, passed(), "another caller is served");
    let answer = front.ask_http2(by(&bia, rest("POST", "sales", "{".into()))).await;
    assert_eq!(answer.http, 400, "and her body is read");

    let (piece, call) = open.pop().unwrap();
    drop(piece);
    assert_eq!(call.await.unwrap().unwrap().status(), 400, "half of a document");
    until_full(false).await;
    assert_eq!(get_stock_by(&ana).await, passed());
}

#[tokio::test]
async fn watchers_of_health_have_an_end_and_its_checks_have_none() {
    const WATCHERS_MAX: usize = 64;
    let front = Front::gateway(Server::default()).await;
    let channel = tonic::transport::Channel::from_shared(format!("http://{}", front.address));
    let mut health = HealthClient::new(channel.unwrap().connect().await.unwrap());
    let mut open = Vec::new();
    for _ in 0..WATCHERS_MAX {
        let mut changes = health
            .watch(HealthCheckRequest::default())
            .await
            .unwrap()
            .into_inner();
        changes.message().await.unwrap().unwrap();
        open.push(changes);
    }
    let refused = health.watch(HealthCheckRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable, "{refused:?}");
    let details = refused.get_error_details();
    assert_eq!(details.error_info().unwrap().reason, "OVERLOADED");
    health.check(HealthCheckRequest::default()).await.unwrap();
    reflect(&front).await.unwrap();
    assert_eq!(get_stock(&front).await.refusal(), passed());

    drop(open.pop());
    let seated = async { while health.watch(HealthCheckRequest::default()).await.is_err() {} };
    tokio::time::timeout(SOON, seated)
        .await
        .expect("the seat of a watcher that left is free again");
}

/// Starts to ask for the services, and leaves the question open while the sender lives.
async fn reflect(front: &Front) -> Result<tokio::sync::mpsc::Sender<ServerReflectionRequest>, tonic::Status> {
    let channel = tonic::transport::Channel::from_shared(format!("http://{}", front.address));
    let channel = channel.unwrap().connect().await.unwrap();
    let (question, questions) = tokio::sync::mpsc::channel(1);
    let list = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    question.send(list).await.unwrap();
    let mut answers = ServerReflectionClient::new(channel)
        .server_reflection_info(tokio_stream::wrappers::ReceiverStream::new(questions))
        .await?
        .into_inner();
    answers.next().await.unwrap()?;
    // Whoever drops the answers ends the call.
    tokio::spawn(async move { while let Some(Ok(_)) = answers.next().await {} });
    Ok(question)
}

#[tokio::test]
async fn strangers_do_not_sit_where_callers_want_to() {
    let limits = Limits {
        in_flight_calls_max: 9,
        ..Limits::default()
    };
    let front = Front::gateway(with(limits)).await;
    let open = [reflect(&front).await.unwrap(), reflect(&front).await.unwrap()];
    let refused = reflect(&front).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable, "{refused:?}");
    assert_eq!(
        refused.get_error_details().error_info().unwrap().reason,
        "OVERLOADED"
    );
    assert_eq!(get_stock(&front).await.refusal(), passed());

    drop(open);
    let seated = async { while reflect(&front).await.is_err() {} };
    tokio::time::timeout(SOON, seated)
        .await
        .expect("the seat of an ended call is free again");
}

#[tokio::test]
async fn nobody_reads_the_body_of_a_stranger() {
    let folder = tempfile::tempdir().unwrap();
    let issuer = LocalIssuer::open(&folder.path().join("identity")).unwrap();
    let verifier = Verifier::new(issuer.verifier_config()).await.unwrap();
    let front = Front::gateway_for(Server::default(), Authentication::Tokens(verifier)).await;
    let ana = Grantee {
        subject: "ana".into(),
        memberships: vec!["acme/owner".parse().unwrap()],
    };
    let good = issuer.issue(&ana, Duration::from_secs(60)).unwrap();
    for (header, reason) in [
        ("x-nothing: x".to_owned(), "TOKEN_MISSING"),
        ("authorization: Bearer x".to_owned(), "TOKEN_MALFORMED"),
        // A token has one name; a proxy in front looks for no other.
        (
            format!("grpc-metadata-authorization: Bearer {good}"),
            "TOKEN_MISSING",
        ),
    ] {
        for length in ["content-length: 3000000", "transfer-encoding: chunked"] {
            let mut stream = front.connect().await;
            let head = format!(
                "POST /v1/companies/acme/sales HTTP/1.1\r\nhost: shop\r\n\
                 content-type: application/json\r\n{header}\r\n{length}\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            // Not a byte of the body is sent, so whoever waited for it would say that it stalls.
            let answer = rest_of(&mut stream).await;
            assert!(
                answer.starts_with("HTTP/1.1 401 "),
                "{header}, {length}: {answer}"
            );
            assert!(answer.contains(reason), "{header}, {length}: {answer}");
        }
    }
    let mut request = rest("POST", "sales", "{\"nothing\": 1}".into());
    let bearer = format!("Bearer {good}").parse().unwrap();
    request.headers_mut().insert("authorization", bearer);
    let answer = front.ask_http1(request).await;
    assert_eq!(
        rest_refusal(&answer),
        (400, "BODY_FIELD_UNKNOWN".to_owned()),
        "that of a caller is read"
    );
}

fn small() -> Server {
    with(Limits {
        request_bytes_max: 1000,
        ..Limits::default()
    })
}

/// A gRPC frame around a message of so many bytes, all of it one unknown field.
fn message(size_bytes: u16) -> Vec<u8> {
    let field = size_bytes - 4;
    let low = u8::try_from(field & 0x7f).unwrap() | 0x80;
    let high = u8::try_from(field >> 7).unwrap();
    let mut frame = vec![0, 0, 0];
    frame.extend(size_bytes.to_be_bytes());
    // Field 500 with a length in two bytes.
    frame.extend([0xa2, 0x1f, low, high]);
    frame.resize(usize::from(size_bytes) + 5, b'x');
    frame
}

#[tokio::test]
async fn a_request_that_says_it_is_too_large_is_not_read() {
    let front = Front::gateway(small()).await;
    let mut stream = front.connect().await;
    let head = format!(
        "POST {GET_STOCK} HTTP/1.1\r\nhost: shop\r\ncontent-type: {GRPC}\r\ncontent-length: 1006\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = rest_of(&mut stream).await;
    assert!(answer.contains("grpc-status: 8\r\n"), "{answer}");

    let whole = [head.replace("1006", "3000000").as_bytes(), &[b'x'; 3_000_000]].concat();
    let answer = front.exchange(&whole).await;
    assert!(
        answer.contains("grpc-status: 8\r\n"),
        "also who sends it all first can read it: {answer}"
    );

    let answer = front.ask_http2(grpc(GET_STOCK, GRPC, message(1001))).await;
    assert_eq!(
        answer.refusal(),
        told(Code::ResourceExhausted, "REQUEST_TOO_LARGE")
    );
    let answer = front.ask_http2(grpc(GET_STOCK, GRPC, message(1000))).await;
    assert_eq!(answer.refusal(), passed(), "the largest that may be");
}

#[tokio::test]
async fn a_refusal_fits_into_headers_whatever_it_quotes() {
    let front = Front::gateway(with(Limits::default())).await;
    let name = format!("companies/{}/stores/sp01/stockItems/a", "x".repeat(1_000_000));
    let message = prost::Message::encode_to_vec(&GetStockItemRequest {
        name,
        ..GetStockItemRequest::default()
    });
    let mut frame = vec![0];
    frame.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    frame.extend(message);
    let answer = front.ask_http2(grpc(GET_STOCK, GRPC, frame)).await;
    assert_eq!(answer.refusal(), passed());
    let bytes: usize = answer.headers.values().map(|value| value.len()).sum();
    assert!(bytes < 8 * 1024, "{bytes} bytes of headers");
}

#[tokio::test]
async fn a_request_that_grows_too_large_is_cut_off() {
    let front = Front::gateway(small()).await;
    let pieces = |frame: &[u8], piece_bytes: usize| {
        let pieces: Vec<_> = frame
            .chunks(piece_bytes)
            .map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)))
            .collect();
        Body::from_stream(tokio_stream::iter(pieces))
    };
    let too_large = told(Code::ResourceExhausted, "REQUEST_TOO_LARGE");
    let inside = [
        ("the length of its message", message(1001)),
        ("more than its message", [message(600), message(600)].concat()),
    ];
    for (case, frame) in inside {
        for content_type in [GRPC, GRPC_WEB] {
            let request = grpc(HEALTH, content_type, pieces(&frame, 3));
            let refusal = front.ask_http2(request).await.refusal();
            assert_eq!(refusal, too_large, "{case}, {content_type}");
            // In one piece: a client that still writes after the answer may not come to read it.
            let request = grpc(HEALTH, content_type, pieces(&frame, frame.len()));
            let refusal = front.ask_http1(request).await.refusal();
            assert_eq!(refusal, too_large, "{case}, {content_type}, HTTP/1");
        }
    }
}

#[tokio::test]
async fn a_request_that_stops_coming_is_cut_off() {
    let limits = Limits {
        body_read_timeout: Duration::from_millis(200),
        ..Limits::default()
    };
    let front = Front::gateway(with(limits)).await;
    let (piece, pieces) = tokio::sync::mpsc::channel(1);
    piece
        .send(Ok::<_, std::io::Error>(Bytes::from_static(&[0, 0])))
        .await
        .unwrap();
    let body = Body::from_stream(tokio_stream::wrappers::ReceiverStream::new(pieces));
    let answer = front.ask_http2(grpc(HEALTH, GRPC, body)).await;
    assert_eq!(answer.refusal(), told(Code::DeadlineExceeded, "REQUEST_STALLED"));
    drop(piece);

    let mut stream = front.connect().await;
    let head = format!(
        "POST {HEALTH} HTTP/1.1\r\nhost: shop\r\ncontent-type: {GRPC_WEB}\r\ncontent-length: 5\r\n\r\n\0\0"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = rest_of(&mut stream).await;
    assert!(answer.contains("grpc-status: 4\r\n"), "{answer}");
}

#[tokio::test]
async fn a_request_that_drips_is_cut_off() {
    let limits = Limits {
        body_read_timeout: Duration::from_millis(300),
        ..Limits::default()
    };
    let front = Front::gateway(with(limits)).await;
    let head = std::iter::once(Bytes::from_static(&[0, 0, 0, 0x0f, 0xff]));
    let drops = tokio_stream::iter(head.chain(std::iter::repeat_n(Bytes::from_static(b"x"), 4095)));
    let drops = drops
        .throttle(Duration::from_millis(50))
        .map(Ok::<_, std::io::Error>);
    let request = grpc(HEALTH, GRPC, Body::from_stream(drops));
    let answer = tokio::time::timeout(SOON, front.ask_http2(request))
        .await
        .unwrap();
    assert_eq!(answer.refusal(), told(Code::DeadlineExceeded, "REQUEST_STALLED"));
}

/// A REST request of the same caller.
fn rest(method: &str, path: &str, body: Body) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(format!("http://shop.example/v1/companies/acme/{path}"))
        .header("content-type", "application/json")
        .body(body)
        .unwrap()
}

/// The HTTP status and the reason in the body.
fn rest_refusal(answer: &Answer) -> (u16, String) {
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    let details = body["details"].as_array().unwrap();
    let reason = details.iter().find_map(|detail| detail["reason"].as_str());
    (answer.http.as_u16(), reason.unwrap_or_default().to_owned())
}

#[tokio::test]
async fn rest_is_held_to_the_same_limits() {
    let told = |http: u16, reason: &str| (http, reason.to_owned());
    let limits = Limits {
        caller_rate: rate(1),
        request_bytes_max: 1000,
        body_read_timeout: Duration::from_millis(200),
        ..Limits::default()
    };
    let front = Front::gateway(with(limits)).await;
    let get = || rest("GET", "stores/sp01/stockItems/a", Body::empty());
    let answer = front.ask_http1(get()).await;
    assert_eq!(rest_refusal(&answer), told(404, "UNKNOWN_COMPANY"));
    let answer = front.ask_http2(get()).await;
    assert_eq!(rest_refusal(&answer), told(429, "RATE_LIMITED"));
    assert_eq!(answer.header("retry-after"), "1");

    let large = format!("{{\"seller\":\"{}\"}}", "x".repeat(1000));
    let answer = front.ask_http2(rest("POST", "sales", large.into())).await;
    assert_eq!(rest_refusal(&answer), told(413, "REQUEST_TOO_LARGE"));

    let (piece, body) = unfinished().await;
    let answer = front.ask_http2(rest("POST", "sales", body)).await;
    assert_eq!(rest_refusal(&answer), told(504, "REQUEST_STALLED"));
    drop(piece);

    let full = Front::gateway(with(Limits {
        in_flight_calls_max: 0,
        ..Limits::default()
    }))
    .await;
    let answer = full.ask_http1(get()).await;
    assert_eq!(rest_refusal(&answer), told(503, "OVERLOADED"));
    assert_eq!(answer.header("retry-after"), "1");
}
