//! One connection from its first byte to its last.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use futures_util::FutureExt as _;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Duration, Instant};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tower::ServiceExt as _;

use crate::answer_pace::{StreamTasks, paced};
use crate::connection_seats::{ConnectionPlace, NoSeat};
use crate::held_answer::holding;
use crate::patient_stream::PatientStream;
use crate::peer::{FromThisMachine, Network, Peer, address_of};
use crate::refusals::{Refusals, TLS_HANDSHAKE, TLS_HANDSHAKE_SLOW, TLS_MISSING};
use crate::request_pace::PacedRequest;
use crate::under_way::UnderWay;
use crate::{Limits, Tls};

/// A peer that answers no ping for an interval and this timeout is gone, and its connection is given to another.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(30);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(20);
/// hyper refuses a smaller HTTP/1 buffer.
const HTTP1_BUFFER_BYTES_MIN: usize = 8192;
/// Headers of one HTTP/1 request.
const HTTP1_HEADERS_MAX: usize = 100;
/// Streams that a client opened and reset before we looked at them; more end the connection (CVE-2023-44487).
const PENDING_RESETS_MAX: usize = 20;
/// Streams that we had to reset because of what the client sent; more end the connection (CVE-2025-8671).
const OWN_RESETS_MAX: usize = 128;
/// Whoever asks these must hear it also when every seat is taken, or we are restarted for being busy.
const PROBES: [&str; 3] = ["/livez", "/readyz", "/grpc.health.v1.Health/Check"];
/// The first byte of a TLS handshake.
const TLS_HANDSHAKE_RECORD: u8 = 0x16;
const TLS_EXPECTED: &[u8] = b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\nconnection: close\r\n\
    content-length: 44\r\n\r\nthis port speaks TLS; ask again at https://\n";

/// What all connections of a server share.
pub(crate) struct Connections {
    pub(crate) router: Router,
    pub(crate) limits: Limits,
    pub(crate) tls: Option<Tls>,
    pub(crate) trusted_proxies: Vec<Network>,
    http: Builder<StreamTasks>,
    refusals: Refusals,
}

impl Connections {
    pub(crate) fn new(
        router: Router,
        limits: Limits,
        tls: Option<Tls>,
        trusted_proxies: Vec<Network>,
    ) -> Self {
        let refusals = Refusals::new();
        Self {
            http: http_builder(&limits, refusals.clone()),
            router,
            limits,
            tls,
            trusted_proxies,
            refusals,
        }
    }

    /// Serves one connection until its peer leaves, breaks a limit, others need its `place`, or `stop` turns true and its
    /// calls are answered.
    pub(crate) async fn attend(
        self: Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
        place: ConnectionPlace,
        mut stop: watch::Receiver<bool>,
    ) {
        let place = Arc::new(place);
        let Some(tls) = &self.tls else {
            return self.talk(stream, peer.ip(), place, stop).await;
        };
        let handshake = tokio::time::timeout(self.limits.tls_handshake_timeout, self.greet(tls, stream));
        let greeted = tokio::select! {
            greeted = handshake => greeted,
            // Whoever is still greeting has no call under way.
            _ = stop.wait_for(|stop| *stop) => return,
            () = place.told_to_leave() => return,
        };
        match greeted {
            Ok(Some(stream)) => self.talk(stream, peer.ip(), place, stop).await,
            Ok(None) => {}
            Err(_) => {
                self.refusals.count(TLS_HANDSHAKE_SLOW);
                tracing::debug!(%peer, "a TLS handshake did not end in time");
            }
        }
    }

    /// The TLS handshake; whoever speaks plain HTTP is told so.
    async fn greet(&self, tls: &Tls, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        let mut first = [0];
        match stream.peek(&mut first).await {
            Ok(1) if first == [TLS_HANDSHAKE_RECORD] => {}
            Ok(1) => {
                self.refusals.count(TLS_MISSING);
                if first[0].is_ascii_uppercase()
                    && let Err(error) = self.ask_for_tls(stream).await
                {
                    tracing::debug!(%error, "a client without TLS did not hear that it is needed");
                }
                return None;
            }
            Ok(_) | Err(_) => return None,
        }
        match TlsAcceptor::from(tls.config()).accept(stream).await {
            Ok(stream) => Some(stream),
            Err(error) => {
                self.refusals.count(TLS_HANDSHAKE);
                tracing::debug!(%error, "a TLS handshake failed");
                None
            }
        }
    }

    /// Answers plain HTTP.
    async fn ask_for_tls(&self, stream: TcpStream) -> io::Result<()> {
        let open_until = Instant::now() + self.limits.header_read_timeout;
        let mut stream = PatientStream::new(
            stream,
            open_until,
            self.limits.answer_write_timeout,
            self.refusals.clone(),
        );
        stream.write_all(TLS_EXPECTED).await?;
        stream.shutdown().await
    }

    async fn talk<S>(
        &self,
        stream: S,
        peer: IpAddr,
        place: Arc<ConnectionPlace>,
        mut stop: watch::Receiver<bool>,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let open_until = Instant::now() + self.limits.header_read_timeout;
        let write_timeout = self.limits.answer_write_timeout;
        let stream = PatientStream::new(stream, open_until, write_timeout, self.refusals.clone());
        let service = hyper::service::service_fn(|request| self.answer(peer, request, Arc::clone(&place)));
        let mut connection = pin!(self.http.serve_connection(TokioIo::new(stream), service));
        let idle = place.under_way().idle_for(self.limits.idle_timeout);
        let ended = tokio::select! {
            ended = connection.as_mut() => Some(ended),
            _ = stop.wait_for(|stop| *stop) => None,
            () = idle => None,
            () = place.told_to_leave() => {
                if !place.is_seated() {
                    return;
                }
                if place.under_way().idle_since().is_some() {
                    // Says farewell, if its peer takes that at once, and waits for nothing: its seat is needed.
                    connection.as_mut().graceful_shutdown();
                    return drop(connection.now_or_never());
                }
                None
            }
        };
        let ended = match ended {
            Some(ended) => ended,
            None => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(error, %peer, "connection ended");
        }
    }

    /// Hands a request with its peer to the router, and the answer back.
    fn answer(
        &self,
        socket: IpAddr,
        request: Request<Incoming>,
        place: Arc<ConnectionPlace>,
    ) -> impl Future<Output = Result<Response<Body>, Infallible>> + Send + 'static {
        let address = address_of(socket, request.headers(), &self.trusted_proxies);
        let from_this_machine = FromThisMachine::mark(socket, request.uri(), request.headers());
        let timeout = self.limits.body_read_timeout;
        let refusals = self.refusals.clone();
        let router = self.router.clone();
        let call = UnderWay::begin(place.under_way());
        async move {
            let mut request = request.map(|body| Body::new(PacedRequest::new(body, timeout, refusals)));
            request.extensions_mut().insert(Peer(address));
            if let Some(mark) = from_this_machine {
                request.extensions_mut().insert(mark);
            }
            if PROBES.contains(&request.uri().path()) {
                place.sit_if_free();
            } else if !place.sit().await {
                request.extensions_mut().insert(NoSeat);
            }
            let response = router.oneshot(request).await?;
            Ok(response.map(|answer| holding(call, paced(answer))))
        }
    }
}

fn http_builder(limits: &Limits, refusals: Refusals) -> Builder<StreamTasks> {
    let mut builder = Builder::new(StreamTasks::new(limits.answer_write_timeout, refusals));
    let header_bytes_max = usize::try_from(limits.header_bytes_max).unwrap_or(usize::MAX);
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_read_timeout)
        .max_headers(HTTP1_HEADERS_MAX)
        .max_buf_size(header_bytes_max.max(HTTP1_BUFFER_BYTES_MIN));
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.concurrent_streams_max)
        .max_header_list_size(limits.header_bytes_max)
        .max_pending_accept_reset_streams(PENDING_RESETS_MAX)
        .max_local_error_reset_streams(OWN_RESETS_MAX)
        .keep_alive_interval(KEEP_ALIVE_INTERVAL)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT);
    builder
}
