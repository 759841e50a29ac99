//! What only a real connection shows.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::api::Api;

async fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().fallback_service(Api::new().transcoder);
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// Everything that comes back on a connection which is closed after the answer.
async fn exchange(request: &str) -> String {
    let mut socket = TcpStream::connect(serve().await).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = socket.read_to_end(&mut answer);
    // A stream that is cut ends with a reset, which is an answer too.
    let _end = tokio::time::timeout(Duration::from_secs(10), read).await.unwrap();
    String::from_utf8(answer).unwrap()
}

fn get(target: &str, headers: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n")
}

#[tokio::test]
async fn a_get_and_a_head() {
    let answer = exchange(&get("/v1/echo/a?i32=1", "")).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("content-length: "), "{answer}");
    assert!(answer.contains("\"i32\":1"), "{answer}");
    let head = exchange(&get("/v1/echo/a?i32=1", "").replace("GET", "HEAD")).await;
    assert!(
        head.contains("content-length: ") && head.ends_with("\r\n\r\n"),
        "{head}"
    );
}

#[tokio::test]
async fn a_stream_that_fails_after_it_began_is_cut_when_it_is_raw() {
    let answer = exchange(&get("/v1/downloads?count=2&fail_code=10&pause_ms=50", "")).await;
    assert!(answer.contains("line 1"), "{answer}");
    assert!(
        !answer.ends_with("0\r\n\r\n"),
        "a clean end would say that it is complete: {answer}"
    );
    let whole = exchange(&get("/v1/downloads?count=2&pause_ms=50", "")).await;
    assert!(whole.ends_with("0\r\n\r\n"), "{whole}");
}

#[tokio::test]
async fn messages_go_out_as_they_come() {
    let mut socket = TcpStream::connect(serve().await).await.unwrap();
    let request = get("/v1/watch?count=2&pause_ms=400", "accept: text/event-stream\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut seen = String::new();
    let mut buffer = [0; 4096];
    while !seen.contains("n0") {
        let read = socket.read(&mut buffer).await.unwrap();
        assert_ne!(read, 0, "the stream ended: {seen}");
        seen.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
    }
    assert!(!seen.contains("n1"), "the first message was held back: {seen}");
}

#[tokio::test]
async fn a_body_that_is_declared_too_large_is_refused_unread() {
    let request =
        "POST /v1/echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 99999999\r\n\r\n";
    let answer = exchange(request).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("REQUEST_TOO_LARGE"), "{answer}");
}

#[tokio::test]
async fn the_whole_body_arrives_chunk_by_chunk() {
    let request = "POST /v1/echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n\
                   7\r\n{\"name\"\r\n5\r\n:\"ab\"\r\n1\r\n}\r\n0\r\n\r\n";
    let answer = exchange(request).await;
    assert!(answer.contains("\"name\":\"ab\""), "{answer}");
}
