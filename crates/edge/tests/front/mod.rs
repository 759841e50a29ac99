//! A server on a real socket, without a database, and clients that see every byte of what it says.
#![allow(dead_code, reason = "every test file uses its own part of the front")]

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use posars_edge::Server;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Longer than any limit of a test, shorter than the patience of whoever runs it.
pub(crate) const SOON: Duration = Duration::from_secs(10);

pub(crate) struct Front {
    pub(crate) address: SocketAddr,
    pub(crate) stop: oneshot::Sender<()>,
    pub(crate) ended: JoinHandle<std::io::Result<()>>,
}

impl Front {
    pub(crate) async fn serve(server: Server, router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(async move {
            let shutdown = async { drop(stopped.await) };
            server.serve(listener, router, shutdown).await
        });
        Self { address, stop, ended }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    pub(crate) async fn http2(&self) -> http2::SendRequest<Body> {
        let stream = TokioIo::new(self.connect().await);
        let (client, connection) = http2::handshake(TokioExecutor::new(), stream).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// One request on a connection of its own.
    pub(crate) async fn ask_http1(&self, mut request: Request<Body>) -> Answer {
        let stream = TokioIo::new(self.connect().await);
        let (mut client, connection) = http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        request
            .headers_mut()
            .insert("host", "shop.example".parse().unwrap());
        Answer::of(client.send_request(request).await.unwrap().map(Body::new)).await
    }

    pub(crate) async fn ask_http2(&self, request: Request<Body>) -> Answer {
        let mut client = self.http2().await;
        Answer::of(client.send_request(request).await.unwrap().map(Body::new)).await
    }

    /// What comes back until the server closes.
    pub(crate) async fn exchange(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.unwrap();
        rest_of(&mut stream).await
    }
}

/// Reads until the server closes, however it does that.
pub(crate) async fn rest_of(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let mut part = [0; 4096];
    let read = async {
        while let Ok(count @ 1..) = stream.read(&mut part).await {
            all.extend_from_slice(&part[..count]);
        }
    };
    tokio::time::timeout(SOON, read)
        .await
        .expect("the server did not close");
    String::from_utf8_lossy(&all).into_owned()
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) http: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) async fn of(response: axum::http::Response<Body>) -> Self {
        let (head, body) = response.into_parts();
        Self {
            http: head.status,
            headers: head.headers,
            body: to_bytes(body, usize::MAX).await.unwrap(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}
