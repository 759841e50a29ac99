//! Every limit on what connections do, on real sockets.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod front;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, StatusCode};
use axum::routing::get;
use front::{Front, SOON, rest_of};
use posars_gateway::{Limits, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{Notify, oneshot};

const GET_AND_STAY: &[u8] = b"GET / HTTP/1.1\r\nhost: shop\r\n\r\n";
const SHORT: Duration = Duration::from_millis(400);

async fn serve(limits: Limits, router: Router) -> Front {
    let server = Server {
        limits,
        ..Server::default()
    };
    Front::serve(server, router).await
}

fn hello() -> Router {
    Router::new().route("/", get(async || "hello"))
}

fn request() -> Request<Body> {
    Request::get("http://shop.example/").body(Body::empty()).unwrap()
}

#[tokio::test]
async fn headers_beyond_the_limit_are_refused() {
    let limits = Limits {
        header_bytes_max: 8192,
        ..Limits::default()
    };
    let front = serve(limits, hello()).await;
    let with_header = |size_bytes: usize| {
        let mut request = request();
        let value = "x".repeat(size_bytes).parse().unwrap();
        request.headers_mut().insert("x-long", value);
        request
    };
    assert_eq!(front.ask_http1(with_header(4000)).await.http, StatusCode::OK);
    let too_large = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
    assert_eq!(front.ask_http1(with_header(9000)).await.http, too_large);
    assert_eq!(front.ask_http2(with_header(4000)).await.http, StatusCode::OK);
    assert_eq!(front.ask_http2(with_header(8200)).await.http, too_large);

    let many = "a: b\r\n".repeat(101);
    let answer = front
        .exchange(format!("GET / HTTP/1.1\r\nhost: shop\r\n{many}\r\n").as_bytes())
        .await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn whoever_does_not_say_what_it_wants_is_cut_off() {
    let limits = Limits {
        header_read_timeout: SHORT,
        ..Limits::default()
    };
    let front = serve(limits, hello()).await;
    for beginning in [
        "",
        "G",
        "GET / HTTP/1.1\r\nhost: sh",
        "PRI",
        "PRI * HTTP/2.0\r\n\r\n",
    ] {
        let answer = front.exchange(beginning.as_bytes()).await;
        assert!(!answer.contains("200 OK"), "{beginning:?}: {answer}");
    }
    let answer = front.exchange(GET_AND_STAY).await;
    assert!(
        answer.ends_with("hello"),
        "answered, and closed after a pause: {answer}"
    );
}

/// An answer without end, and a signal when nobody wants more of it.
fn endless() -> (Router, oneshot::Receiver<()>) {
    struct Told(Option<oneshot::Sender<()>>);
    impl Drop for Told {
        fn drop(&mut self) {
            let _ = self.0.take().map(|ended| ended.send(()));
        }
    }
    let (ended, end) = oneshot::channel();
    let told = Arc::new(std::sync::Mutex::new(Some(Told(Some(ended)))));
    let router = Router::new().route("/", get(async || "hello")).route(
        "/endless",
        get(move || {
            let told = told.lock().unwrap().take();
            async move {
                let pieces = std::iter::repeat_with(move || {
                    assert!(told.is_some(), "asked for once");
                    Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 100_000]))
                });
                Body::from_stream(tokio_stream::iter(pieces))
            }
        }),
    );
    (router, end)
}

fn impatient() -> Limits {
    Limits {
        answer_write_timeout: SHORT,
        ..Limits::default()
    }
}

#[tokio::test]
async fn whoever_takes_nothing_of_its_answer_is_cut_off() {
    let (router, end) = endless();
    let front = serve(impatient(), router).await;
    let mut stream = front.connect().await;
    let request = b"GET /endless HTTP/1.1\r\nhost: shop\r\n\r\n";
    stream.write_all(request).await.unwrap();
    stream.read_u8().await.unwrap();
    tokio::time::timeout(SOON, end)
        .await
        .expect("the answer goes on")
        .unwrap();
}

#[tokio::test]
async fn only_the_stream_that_is_not_read_is_cut_off() {
    let (router, end) = endless();
    let front = serve(impatient(), router).await;
    let mut client = front.http2().await;
    let endless = Request::get("http://shop.example/endless")
        .body(Body::empty())
        .unwrap();
    let unread = client.send_request(endless).await.unwrap();
    tokio::time::timeout(SOON, end)
        .await
        .expect("the answer goes on")
        .unwrap();
    let answer = client.send_request(request()).await.unwrap();
    let body = to_bytes(Body::new(answer.into_body()), 100).await.unwrap();
    assert_eq!(&body[..], b"hello", "other streams of the connection go on");
    let rest = to_bytes(Body::new(unread.into_body()), usize::MAX).await;
    assert!(rest.is_err(), "the client learns that the answer is not whole");
}

#[tokio::test]
async fn a_reader_that_is_only_slow_gets_its_whole_answer() {
    const SIZE_BYTES: usize = 600_000;
    let router = Router::new().route("/", get(async || vec![b'x'; SIZE_BYTES]));
    let limits = Limits {
        answer_write_timeout: Duration::from_secs(1),
        ..Limits::default()
    };
    let front = serve(limits, router).await;
    let mut client = front.http2().await;
    let answer = client.send_request(request()).await.unwrap();
    assert_eq!(answer.headers()["content-length"], SIZE_BYTES.to_string());
    let mut pieces = Body::new(answer.into_body()).into_data_stream();
    let mut got = 0;
    while let Some(piece) = tokio_stream::StreamExt::next(&mut pieces).await {
        got += piece.unwrap().len();
        // All pieces together take twice the limit.
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    assert_eq!(got, SIZE_BYTES);
}

#[tokio::test]
async fn streams_beyond_the_limit_wait() {
    let limits = Limits {
        concurrent_streams_max: 2,
        ..Limits::default()
    };
    let (inside, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let goes_on = Arc::new(Notify::new());
    let handler = {
        let (inside, most, goes_on) = (Arc::clone(&inside), Arc::clone(&most), Arc::clone(&goes_on));
        async move || {
            let now = inside.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(now, Ordering::SeqCst);
            goes_on.notified().await;
            inside.fetch_sub(1, Ordering::SeqCst);
            "done"
        }
    };
    let front = serve(limits, Router::new().route("/", get(handler))).await;
    let mut client = front.http2().await;
    // Only with the first answer does the client surely know the limit.
    goes_on.notify_one();
    assert_eq!(
        client.send_request(request()).await.unwrap().status(),
        StatusCode::OK
    );
    let calls: Vec<_> = (0..5)
        .map(|_| {
            let mut client = client.clone();
            tokio::spawn(async move { client.send_request(request()).await.unwrap().status() })
        })
        .collect();
    for call in calls {
        // A permit is kept for whoever comes next, so none is lost.
        goes_on.notify_one();
        let answered = async {
            loop {
                tokio::time::sleep(Duration::from_millis(5)).await;
                goes_on.notify_one();
                if call.is_finished() {
                    break call.await.unwrap();
                }
            }
        };
        assert_eq!(
            tokio::time::timeout(SOON, answered).await.unwrap(),
            StatusCode::OK
        );
    }
    assert!((1..=2).contains(&most.load(Ordering::SeqCst)), "{most:?} at once");
}

#[tokio::test]
async fn an_idle_connection_is_given_to_others() {
    let limits = Limits {
        idle_timeout: SHORT,
        ..Limits::default()
    };
    let (piece, pieces) = tokio::sync::mpsc::channel::<Result<Bytes, std::io::Error>>(1);
    let pieces = Arc::new(std::sync::Mutex::new(Some(pieces)));
    let router = hello()
        .route(
            "/slow",
            get(async || {
                tokio::time::sleep(3 * SHORT).await;
                "slow"
            }),
        )
        .route(
            "/streamed",
            get(async move || {
                let pieces = pieces.lock().unwrap().take().unwrap();
                Body::from_stream(tokio_stream::wrappers::ReceiverStream::new(pieces))
            }),
        );
    let front = serve(limits, router).await;
    let mut client = front.http2().await;
    let slow = Request::get("http://shop.example/slow")
        .body(Body::empty())
        .unwrap();
    let answer = client.send_request(slow).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "a call under way is no idleness");
    let streamed = Request::get("http://shop.example/streamed")
        .body(Body::empty())
        .unwrap();
    let answer = client.send_request(streamed).await.unwrap();
    tokio::time::sleep(3 * SHORT).await;
    assert!(!client.is_closed(), "nor is an answer that goes on");
    drop((piece, answer));
    let closed = async {
        while !client.is_closed() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(SOON, closed)
        .await
        .expect("the connection stays open");
}

/// A server with one call under way, which ends when it is notified.
async fn busy(drain_timeout: Duration) -> (Front, tokio::net::TcpStream, Arc<Notify>) {
    let (goes_on, begun) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = {
        let (goes_on, begun) = (Arc::clone(&goes_on), Arc::clone(&begun));
        async move || {
            begun.notify_one();
            goes_on.notified().await;
            "hello"
        }
    };
    let limits = Limits {
        drain_timeout,
        ..Limits::default()
    };
    let front = serve(limits, Router::new().route("/", get(handler))).await;
    let mut stream = front.connect().await;
    stream.write_all(GET_AND_STAY).await.unwrap();
    begun.notified().await;
    (front, stream, goes_on)
}

#[tokio::test]
async fn a_call_under_way_is_answered_before_the_end() {
    let (front, mut stream, goes_on) = busy(SOON).await;
    front.stop.send(()).unwrap();
    let refused = async {
        while tokio::net::TcpStream::connect(front.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, refused)
        .await
        .expect("connections are still taken");
    assert!(!front.ended.is_finished());
    goes_on.notify_one();
    let answer = rest_of(&mut stream).await;
    assert!(answer.ends_with("hello"), "{answer}");
    tokio::time::timeout(SOON, front.ended)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn a_call_that_does_not_end_is_cut_off_at_the_end() {
    let (front, mut stream, _goes_on) = busy(SHORT).await;
    front.stop.send(()).unwrap();
    assert_eq!(rest_of(&mut stream).await, "");
    tokio::time::timeout(SOON, front.ended)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
}
