//! Requests handed on to a server behind: streams, trailers, and a server that goes away.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod front;

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Version};
use axum::response::Response;
use front::{Front, SOON};
use futures_util::StreamExt as _;
use http_body::{Body as _, Frame};
use posars_edge::{Server, Upstream, UpstreamError};
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;

fn upstream(front: &Front) -> Upstream {
    format!("http://{}", front.address).parse().unwrap()
}

/// The next frame of an answer.
async fn frame(body: &mut Body) -> Option<Frame<Bytes>> {
    let next = std::future::poll_fn(|context| std::pin::Pin::new(&mut *body).poll_frame(context));
    tokio::time::timeout(SOON, next)
        .await
        .expect("no frame came")
        .map(Result::unwrap)
}

/// A body of frames that a test sends.
struct Frames(ReceiverStream<Frame<Bytes>>);

impl http_body::Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_next_unpin(context).map(|next| next.map(Ok))
    }
}

#[tokio::test]
async fn a_stream_arrives_piece_by_piece_with_its_trailers() {
    let (send, frames) = mpsc::channel(4);
    let frames = Arc::new(std::sync::Mutex::new(Some(frames)));
    let router = Router::new().fallback(async move |request: Request| {
        assert_eq!(request.version(), Version::HTTP_2);
        let frames = frames.lock().unwrap().take().unwrap();
        Response::new(Body::new(Frames(ReceiverStream::new(frames))))
    });
    let behind = Front::serve(Server::default(), router).await;
    let request = Request::post("/x")
        .version(Version::HTTP_11)
        .body(Body::empty())
        .unwrap();
    let answer = upstream(&behind).send(request, SOON, ()).await.unwrap();
    assert_eq!(answer.version(), Version::HTTP_11, "as it was asked");
    let mut body = answer.into_body();
    for piece in ["one", "two"] {
        // The next is sent only when the one before has arrived.
        send.send(Frame::data(Bytes::from(piece))).await.unwrap();
        assert_eq!(frame(&mut body).await.unwrap().into_data().unwrap(), piece);
    }
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", "0".parse().unwrap());
    send.send(Frame::trailers(trailers.clone())).await.unwrap();
    drop(send);
    assert_eq!(frame(&mut body).await.unwrap().into_trailers().unwrap(), trailers);
    assert!(frame(&mut body).await.is_none());
}

#[tokio::test]
async fn a_body_is_streamed_up_too() {
    let (told, mut heard) = mpsc::channel(4);
    let router = Router::new().fallback(async move |request: Request| {
        let mut body = request.into_body();
        while let Some(frame) =
            std::future::poll_fn(|context| std::pin::Pin::new(&mut body).poll_frame(context)).await
        {
            told.send(frame.unwrap().into_data().unwrap()).await.unwrap();
        }
        "done"
    });
    let behind = Front::serve(Server::default(), router).await;
    let (send, frames) = mpsc::channel(1);
    let request = Request::post("/x")
        .body(Body::new(Frames(ReceiverStream::new(frames))))
        .unwrap();
    let upstream = upstream(&behind);
    let answer = tokio::spawn(async move { upstream.send(request, SOON, ()).await });
    for piece in ["one", "two"] {
        send.send(Frame::data(Bytes::from(piece))).await.unwrap();
        let arrived = tokio::time::timeout(SOON, heard.recv()).await.unwrap();
        assert_eq!(arrived.unwrap(), piece);
    }
    drop(send);
    assert!(answer.await.unwrap().is_ok());
}

#[tokio::test]
async fn more_calls_than_one_connection_takes_are_under_way_at_once() {
    const CALLS: usize = 300;
    let arrived = Arc::new(AtomicUsize::new(0));
    let (all_there, seen) = oneshot::channel();
    let all_there = Arc::new(std::sync::Mutex::new(Some(all_there)));
    let (release, released) = tokio::sync::watch::channel(false);
    let router = Router::new().fallback({
        let arrived = Arc::clone(&arrived);
        async move |_: Request| {
            if arrived.fetch_add(1, Ordering::SeqCst) + 1 == CALLS {
                let _ = all_there.lock().unwrap().take().unwrap().send(());
            }
            let _ = released.clone().wait_for(|released| *released).await;
            "done"
        }
    });
    let behind = Front::serve(Server::default(), router).await;
    let upstream = upstream(&behind);
    let calls: Vec<_> = (0..CALLS)
        .map(|_| {
            let upstream = upstream.clone();
            tokio::spawn(async move { upstream.send(Request::new(Body::empty()), SOON, ()).await.is_ok() })
        })
        .collect();
    tokio::time::timeout(SOON, seen)
        .await
        .expect("some calls wait")
        .unwrap();
    release.send_replace(true);
    for call in calls {
        assert!(call.await.unwrap());
    }
}

#[tokio::test]
async fn clients_that_leave_do_not_end_the_connection_of_the_others() {
    let (begun, mut begins) = mpsc::channel(1);
    let (release, released) = tokio::sync::watch::channel(false);
    let router = Router::new().fallback(async move |request: Request| {
        if request.uri().path() == "/slow" {
            let _ = begun.send(()).await;
            let _ = released.clone().wait_for(|released| *released).await;
        }
        "done"
    });
    let behind = Front::serve(Server::default(), router).await;
    let upstream = upstream(&behind);
    let slow = tokio::spawn({
        let upstream = upstream.clone();
        async move {
            upstream
                .send(Request::get("/slow").body(Body::empty()).unwrap(), SOON, ())
                .await
                .is_ok()
        }
    });
    tokio::time::timeout(SOON, begins.recv()).await.unwrap();
    for _ in 0..1_000 {
        // Sent, and left at once.
        let leaving = upstream.send(Request::new(Body::empty()), SOON, ());
        let mut leaving = Box::pin(leaving);
        let polled = futures_util::poll!(leaving.as_mut());
        drop((polled.is_ready(), leaving));
    }
    release.send_replace(true);
    assert!(tokio::time::timeout(SOON, slow).await.unwrap().unwrap());
    assert!(upstream.send(Request::new(Body::empty()), SOON, ()).await.is_ok());
}

#[tokio::test]
async fn a_server_that_goes_and_comes_back_is_found_again() {
    let router = || Router::new().fallback(async || "done");
    let behind = Front::serve(Server::default(), router()).await;
    let address = behind.address;
    let upstream = upstream(&behind);
    assert!(upstream.send(Request::new(Body::empty()), SOON, ()).await.is_ok());
    drop(behind.stop);
    behind.ended.await.unwrap().unwrap();
    let held = Arc::new(());
    let error = upstream
        .send(Request::new(Body::empty()), SOON, Arc::clone(&held))
        .await
        .unwrap_err();
    assert!(matches!(error, UpstreamError::Away { .. }), "{error}");
    assert_eq!(
        Arc::strong_count(&held),
        1,
        "nothing is held for an answer that never comes"
    );
    let listener = tokio::net::TcpListener::bind(address).await.unwrap();
    let again = tokio::spawn(async move {
        posars_edge::serve(
            listener,
            router(),
            &posars_edge::Limits::default(),
            std::future::pending(),
        )
        .await
    });
    let answer = upstream
        .send(Request::new(Body::empty()), SOON, Arc::clone(&held))
        .await
        .unwrap();
    assert_eq!(Arc::strong_count(&held), 2, "held until the answer was taken");
    drop(answer);
    assert_eq!(Arc::strong_count(&held), 1);
    again.abort();
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up_and_so_is_what_is_held_for_it() {
    // Takes connections and never reads from them.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream: Upstream = format!("http://{}", silent.local_addr().unwrap())
        .parse()
        .unwrap();
    let held = Arc::new(());
    let patience = Duration::from_millis(50);
    let asked = upstream.send(Request::new(Body::empty()), patience, Arc::clone(&held));
    let error = tokio::time::timeout(SOON, asked).await.unwrap().unwrap_err();
    assert!(matches!(error, UpstreamError::Late { .. }), "{error}");
    assert_eq!(Arc::strong_count(&held), 1);
}
