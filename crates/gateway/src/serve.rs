use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::connection::Connections;
use crate::connection_seats::{ConnectionPlace, ConnectionSeats};
use crate::peer::Network;
use crate::refusals::{ADDRESS_CONNECTIONS, NEWCOMER, Refusals};
use crate::{Limits, Origin, Tls, cors};

/// Pause after `accept` failed. It fails when the process has no file descriptor left; trying again at once would only
/// burn the processor that must free one.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);
/// The same when a connection was told to leave, which takes a turn of the scheduler.
const MADE_ROOM_RETRY: Duration = Duration::from_millis(2);

/// How a router is put on a socket.
#[derive(Clone, Debug, Default)]
pub struct Server {
    /// Bounds on connections and calls.
    pub limits: Limits,
    /// The certificate to speak TLS with; none speaks plain HTTP, as behind a balancer.
    pub tls: Option<Tls>,
    /// Proxies whose `x-forwarded-for` is believed. Behind one that is not listed all callers share its address.
    pub trusted_proxies: Vec<Network>,
    /// Origins whose web pages may call; none but our own without any.
    pub allowed_origins: Vec<Origin>,
}

impl Server {
    /// Serves `router` on `listener`, HTTP/1 and HTTP/2 on the same port, until `shutdown` resolves.
    ///
    /// hyper directly, not tonic's server: that one ends a call at its `grpc-timeout` with `CANCELLED` before anybody
    /// else can answer `DEADLINE_EXCEEDED`. After `shutdown` no connection is taken and calls in flight have
    /// [`Limits::drain_timeout`] to end.
    ///
    /// # Errors
    /// When the listener has no local address, that is, is no listener any more. Trouble of one connection ends only
    /// that.
    pub async fn serve(
        self,
        listener: TcpListener,
        router: Router,
        shutdown: impl Future<Output = ()>,
    ) -> io::Result<()> {
        tracing::info!(address = %listener.local_addr()?, tls = self.tls.is_some(), "listening");
        // Around everything: a browser's question before a call has no method that a route knows.
        let router = match cors::layer(&self.allowed_origins) {
            Some(cors) => Router::new().fallback_service(router).layer(cors),
            None => router,
        };
        let drain_timeout = self.limits.drain_timeout;
        let seats = ConnectionSeats::new(self.limits.connections_max, &self.trusted_proxies);
        let tls = self.tls.clone();
        let shared = Connections::new(router, self.limits, self.tls, self.trusted_proxies);
        let (stop, stopped) = watch::channel(false);
        let mut open = JoinSet::new();
        tokio::select! {
            () = shutdown => {}
            never = take_connections(&listener, &seats, Arc::new(shared), &stopped, &mut open) => match never {},
            () = follow_files(tls) => {}
        }
        drop(listener);
        stop.send_replace(true);
        let all = async { while open.join_next().await.is_some() {} };
        if tokio::time::timeout(drain_timeout, all).await.is_err() {
            tracing::warn!(?drain_timeout, "calls still in flight were cut off");
            open.shutdown().await;
        }
        Ok(())
    }
}

/// Serves as [`Server::serve`] without TLS, proxies or web pages of others.
///
/// # Errors
/// As there.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: &Limits,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let server = Server {
        limits: limits.clone(),
        ..Server::default()
    };
    server.serve(listener, router, shutdown).await
}

/// Keeps the certificate up to date; never returns.
async fn follow_files(tls: Option<Tls>) {
    match tls {
        Some(tls) => tls.follow_files().await,
        None => std::future::pending().await,
    }
}

/// Takes connections into `open` for ever.
async fn take_connections(
    listener: &TcpListener,
    seats: &ConnectionSeats,
    shared: Arc<Connections>,
    stopped: &watch::Receiver<bool>,
    open: &mut JoinSet<()>,
) -> std::convert::Infallible {
    let refusals = Refusals::new();
    loop {
        let accepted = tokio::select! {
            accepted = accept(listener, seats, &refusals) => accepted,
            Some(ended) = open.join_next() => {
                if let Err(error) = ended {
                    tracing::error!(%error, "a connection broke a rule of the program; the others go on");
                }
                continue;
            }
        };
        if let Some((stream, peer, place)) = accepted {
            open.spawn(Arc::clone(&shared).attend(stream, peer, place, stopped.clone()));
        }
    }
}

async fn accept(
    listener: &TcpListener,
    seats: &ConnectionSeats,
    refusals: &Refusals,
) -> Option<(TcpStream, SocketAddr, ConnectionPlace)> {
    match listener.accept().await {
        Ok((stream, peer)) => {
            let Some((place, has_made_way)) = seats.enter(peer.ip()) else {
                refusals.count(ADDRESS_CONNECTIONS);
                tracing::debug!(%peer, "an address has its share of the connections and gets no more");
                return None;
            };
            if has_made_way {
                refusals.count(NEWCOMER);
            }
            // Small answers must not wait for the peer's acknowledgement of the one before.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "connection without TCP_NODELAY");
            }
            Some((stream, peer, place))
        }
        Err(error) => {
            let pause = if seats.make_room() {
                MADE_ROOM_RETRY
            } else {
                ACCEPT_RETRY
            };
            tracing::warn!(%error, "no connection could be taken; trying again");
            tokio::time::sleep(pause).await;
            None
        }
    }
}
