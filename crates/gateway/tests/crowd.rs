//! More connections and more frames than a server has room for: whoever works is served.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod front;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use axum::routing::get;
use front::{Front, GET_STOCK, HEALTH, NOTHING, SOON, grpc, rest_of};
use posars_gateway::{Limits, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tonic::Code;

const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n";
const GET_AND_STAY: &[u8] = b"GET / HTTP/1.1\r\nhost: shop\r\n\r\n";
const LIVEZ: &[u8] = b"GET /livez HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n";
/// Newcomers beside the seats of a small server.
const NEWCOMERS: usize = 64;

async fn serve(connections_max: usize, router: Router) -> Front {
    let limits = Limits {
        connections_max,
        ..Limits::default()
    };
    let server = Server {
        limits,
        ..Server::default()
    };
    Front::serve(server, router).await
}

fn hello() -> Router {
    Router::new()
        .route("/", get(async || "hello"))
        .route("/livez", get(async || "ok"))
}

/// A path whose calls begin, say so, and end when they are told to.
fn slow(begun: &Arc<Notify>, goes_on: &Arc<Notify>) -> Router {
    let (begun, goes_on) = (Arc::clone(begun), Arc::clone(goes_on));
    hello().route(
        "/slow",
        get(async move || {
            begun.notify_one();
            goes_on.notified().await;
            "slow"
        }),
    )
}

async fn is_closed(mut stream: TcpStream) -> bool {
    let mut byte = [0];
    let read = tokio::time::timeout(SOON, stream.read(&mut byte)).await;
    matches!(read.expect("the connection stays open"), Ok(0) | Err(_))
}

#[tokio::test]
async fn silent_and_slow_connections_keep_nobody_out() {
    let front = serve(4, hello()).await;
    let mut busy = front.connect().await;
    busy.write_all(GET_AND_STAY).await.unwrap();
    busy.read_u8().await.unwrap();
    let mut crowd = Vec::new();
    for number in 0..4 * NEWCOMERS {
        let mut stream = front.connect().await;
        // Every other one says a little, as if more came.
        if number % 2 == 0 {
            stream.write_all(b"GET / HTTP/1.1\r\nhost: sh").await.unwrap();
        }
        crowd.push(stream);
    }
    let answer = front.exchange(GET).await;
    assert!(answer.ends_with("hello"), "{answer}");
    assert!(is_closed(crowd.remove(0)).await, "the oldest made way");
    let answer = front.exchange(LIVEZ).await;
    assert!(answer.ends_with("ok"), "{answer}");
    // Whoever has shown a request keeps its seat.
    busy.write_all(GET).await.unwrap();
    let rest = rest_of(&mut busy).await;
    assert!(rest.ends_with("hello"), "{rest}");
}

#[tokio::test]
async fn the_longest_idle_connection_makes_way_for_a_request() {
    let front = serve(2, hello()).await;
    let mut idle = Vec::new();
    for _ in 0..2 {
        let mut stream = front.connect().await;
        stream.write_all(GET_AND_STAY).await.unwrap();
        let mut answer = [0; 15];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
        idle.push(stream);
    }
    for _ in 0..2 {
        let answer = front.exchange(GET).await;
        assert!(answer.ends_with("hello"), "{answer}");
    }
    let rest = rest_of(&mut idle[0]).await;
    assert!(
        rest.ends_with("hello"),
        "it was answered before it was closed: {rest}"
    );
}

#[tokio::test]
async fn an_idle_http2_connection_is_told_that_it_makes_way() {
    let front = serve(1, hello()).await;
    let mut client = front.http2().await;
    let request = || Request::get("http://shop.example/").body(Body::empty()).unwrap();
    let answer = client.send_request(request()).await.unwrap();
    to_bytes(Body::new(answer.into_body()), 100).await.unwrap();
    let answer = front.exchange(GET).await;
    assert!(answer.ends_with("hello"), "{answer}");
    let closed = async {
        while client.ready().await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(SOON, closed).await.expect("it stays open");
}

#[tokio::test]
async fn a_request_waits_while_every_seat_is_busy_and_probes_do_not() {
    let (begun, goes_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let front = serve(1, slow(&begun, &goes_on)).await;
    let mut first = front.connect().await;
    first
        .write_all(b"GET /slow HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    begun.notified().await;
    let second = front.exchange(GET);
    tokio::pin!(second);
    let probe = async {
        let answer = front.exchange(LIVEZ).await;
        assert!(answer.ends_with("ok"), "{answer}");
    };
    tokio::select! {
        biased;
        answer = &mut second => panic!("it must wait: {answer}"),
        () = probe => {}
    }
    goes_on.notify_one();
    assert!(second.await.ends_with("hello"));
    assert!(rest_of(&mut first).await.ends_with("slow"));
}

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

/// An HTTP/2 frame without flags beyond these.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut frame = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

#[tokio::test]
async fn streams_opened_and_reset_at_once_end_the_connection() {
    let front = serve(1024, hello()).await;
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(frame(4, 0, 0, &[]));
    for stream in (1..4001).step_by(2) {
        // GET, http, /, and the authority "a".
        bytes.extend(frame(1, 5, stream, &[0x82, 0x86, 0x84, 0x41, 1, b'a']));
        bytes.extend(frame(3, 0, stream, &8_u32.to_be_bytes()));
    }
    let mut stream = front.connect().await;
    // The server may close before it has read all.
    let _ = stream.write_all(&bytes).await;
    let answer = rest_of(&mut stream).await;
    assert!(
        !answer.contains("hello"),
        "nobody waits for these answers: {answer}"
    );
    let answer = front.exchange(GET).await;
    assert!(answer.ends_with("hello"), "others are served: {answer}");
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

#[tokio::test]
async fn a_flood_of_frames_that_ask_for_nothing_ends_the_connection() {
    let front = serve(1024, hello()).await;
    let floods: [(&str, Vec<u8>); 5] = [
        ("WINDOW_UPDATE", frame(8, 0, 0, &1_u32.to_be_bytes())),
        ("PRIORITY", frame(2, 0, 1, &[0, 0, 0, 3, 7])),
        ("PING", frame(6, 0, 0, &[7; 8])),
        ("SETTINGS", frame(4, 0, 0, &[])),
        ("a frame of no known kind", frame(0xbe, 0, 0, b"xyz")),
    ];
    for (name, flood) in floods {
        let mut stream = front.connect().await;
        let (mut reader, mut writer) = stream.split();
        let flood = flood.repeat(1_000);
        let send = async {
            writer.write_all(PREFACE).await?;
            writer.write_all(&frame(4, 0, 0, &[])).await?;
            // A million, if the server lets them.
            for _ in 0..1_000 {
                writer.write_all(&flood).await?;
            }
            std::io::Result::Ok(())
        };
        let read = async {
            let mut part = [0; 65_536];
            while let Ok(1..) = reader.read(&mut part).await {}
        };
        let both = async { tokio::join!(send, read) };
        let (sent, ()) = tokio::time::timeout(SOON, both).await.expect(name);
        assert!(sent.is_err(), "{name}: all of it was taken");
    }
    let answer = front.exchange(GET).await;
    assert!(answer.ends_with("hello"), "others are served: {answer}");
}

#[tokio::test]
async fn a_busy_connection_is_never_taken_for_a_flood() {
    const PIECE_BYTES: usize = 300_000;
    let router = hello().route("/large", get(async || vec![b'x'; PIECE_BYTES]));
    let front = serve(1024, router).await;
    let client = front.http2().await;
    let ask = |path: &str| {
        let request = Request::get(format!("http://shop.example{path}")).body(Body::empty());
        let mut client = client.clone();
        async move {
            let answer = client.send_request(request.unwrap()).await.unwrap();
            to_bytes(Body::new(answer.into_body()), usize::MAX)
                .await
                .unwrap()
                .len()
        }
    };
    for _ in 0..20 {
        let calls = (0..100).map(|_| ask("/"));
        assert_eq!(futures_util::future::join_all(calls).await, [5; 100]);
    }
    for _ in 0..40 {
        assert_eq!(ask("/large").await, PIECE_BYTES);
    }
}
