//! Requests handed on to a server behind this one.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{self, HeaderName};
use axum::http::uri::{Authority, PathAndQuery, Scheme};
use axum::http::{HeaderMap, HeaderValue, Uri, Version};
use axum::response::Response;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::held_answer::holding;
use crate::peer::{FORWARDED_FOR, Peer};

/// A server on the same network takes a connection within this, or is away.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// A server that answers no ping for an interval and this timeout is gone, and so is what was asked of it.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(10);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection without a call is kept: less than the server behind keeps it, so that it never closes one that is
/// about to be used.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// Connections to one server, used in turn: one takes no more calls at once than the server lets it.
const LANES: usize = 4;
/// Headers about one connection: they are not handed on (RFC 9110, 7.6.1).
const HOP_HEADERS: [HeaderName; 6] = [
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::HOST,
    header::EXPECT,
    header::PROXY_AUTHORIZATION,
];
const HOP_HEADERS_UNNAMED: [&str; 2] = ["keep-alive", "proxy-connection"];
const TRAILERS: HeaderValue = HeaderValue::from_static("trailers");

/// A server that requests are handed on to, over plain HTTP/2: both of HTTP/1 and of HTTP/2, with streams and trailers.
/// Clones share its connections.
#[derive(Clone)]
pub struct Upstream {
    authority: Authority,
    lanes: Arc<[Client<HttpConnector, Body>]>,
    turn: Arc<AtomicUsize>,
}

/// A text that is no address of a server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no address of a server behind this one; write http://HOST:PORT, without a path")]
pub struct UpstreamAddressError(String);

/// Why no answer came. Whether the request was worked on is not known.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// The server could not be reached, or went away before it answered.
    #[error("{authority} does not answer: {problem}")]
    Away {
        /// Its host and port.
        authority: Authority,
        /// What was met.
        problem: String,
    },
    /// It took longer than the call may take.
    #[error("{authority} did not begin an answer within {} s", patience.as_secs())]
    Late {
        /// Its host and port.
        authority: Authority,
        /// How long it had.
        patience: Duration,
    },
}

impl FromStr for Upstream {
    type Err = UpstreamAddressError;

    fn from_str(text: &str) -> Result<Self, UpstreamAddressError> {
        let wrong = || UpstreamAddressError(text.to_owned());
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let parts = uri.into_parts();
        let has_path = parts
            .path_and_query
            .as_ref()
            .is_some_and(|path| path.as_str() != "/");
        let authority = parts.authority.ok_or_else(wrong)?;
        let is_plain = parts.scheme == Some(Scheme::HTTP) && !authority.as_str().contains('@');
        if !is_plain || has_path || authority.port_u16().is_none() {
            return Err(wrong());
        }
        Ok(Self::of(authority))
    }
}

impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.authority)
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Upstream").field(&self.authority).finish()
    }
}

impl Upstream {
    fn of(authority: Authority) -> Self {
        let lane = || {
            let mut connector = HttpConnector::new();
            connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
            connector.set_nodelay(true);
            Client::builder(TokioExecutor::new())
                .timer(TokioTimer::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(POOL_IDLE_TIMEOUT)
                .http2_only(true)
                .http2_keep_alive_interval(KEEP_ALIVE_INTERVAL)
                .http2_keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
                .build(connector)
        };
        Self {
            authority,
            lanes: std::iter::repeat_with(lane).take(LANES).collect(),
            turn: Arc::default(),
        }
    }

    /// Hands a request on and gives the beginning of its answer, which has to come within `patience`; `held` is let go when
    /// the answer was taken, or will never be. The server behind learns the address that the request came from as `x-forwarded-for`, and has to trust this one.
    ///
    /// A client that leaves does not end the request before its answer began: hundreds that leave at once would look like an
    /// attack to the server behind, which would close the connection that all share.
    ///
    /// # Errors
    /// [`UpstreamError`]: it may have been worked on all the same.
    pub async fn send<T>(
        &self,
        request: Request,
        patience: Duration,
        held: T,
    ) -> Result<Response, UpstreamError>
    where
        T: Send + Unpin + 'static,
    {
        let away = |problem: String| UpstreamError::Away {
            authority: self.authority.clone(),
            problem,
        };
        let version = request.version();
        let request = self.readdressed(request);
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % LANES;
        let Some(lane) = self.lanes.get(turn) else {
            return Err(away("there is no connection for it".to_owned()));
        };
        let answer = tokio::time::timeout(patience, lane.request(request));
        let asked = tokio::spawn(async move { (answer.await, held) });
        match asked.await {
            Ok((Ok(Ok(answer)), held)) => {
                let mut answer = answer.map(|body| holding(held, Body::new(body)));
                *answer.version_mut() = version;
                Ok(answer)
            }
            Ok((Ok(Err(error)), _)) => Err(away(with_causes(&error))),
            Ok((Err(_), _)) => Err(UpstreamError::Late {
                authority: self.authority.clone(),
                patience,
            }),
            Err(error) => Err(away(error.to_string())),
        }
    }

    /// The request as the server behind is asked it.
    fn readdressed(&self, request: Request) -> Request {
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().cloned();
        let uri = Uri::builder()
            .scheme(Scheme::HTTP)
            .authority(self.authority.clone())
            .path_and_query(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
        // Each part is valid by itself, and all are there.
        parts.uri = uri.build().unwrap_or_default();
        parts.version = Version::HTTP_2;
        leave_hop_headers_out(&mut parts.headers);
        // Older entries of the header are only believed of trusted proxies; the peer was made from those already.
        parts.headers.remove(FORWARDED_FOR);
        if let Some(Peer(address)) = parts.extensions.get::<Peer>()
            && let Ok(value) = HeaderValue::try_from(address.to_string())
        {
            parts.headers.insert(FORWARDED_FOR, value);
        }
        Request::from_parts(parts, body)
    }
}

fn leave_hop_headers_out(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|names| names.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    // gRPC asks for trailers, which HTTP/2 allows to say and nothing else of the kind.
    let wants_trailers = headers.get(header::TE) == Some(&TRAILERS);
    for name in named.iter().chain(&HOP_HEADERS) {
        headers.remove(name);
    }
    for name in HOP_HEADERS_UNNAMED {
        headers.remove(name);
    }
    headers.remove(header::TE);
    if wants_trailers {
        headers.insert(header::TE, TRAILERS);
    }
}

/// An error with what caused it, on one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_with_a_port_and_nothing_else() {
        for text in [
            "http://127.0.0.1:8081",
            "http://sales.internal:80/",
            "http://[::1]:8081",
        ] {
            let upstream: Upstream = text.parse().unwrap();
            assert_eq!(upstream.to_string(), text.trim_end_matches('/'));
        }
        for text in [
            "",
            "sales:8081",
            "https://sales:8081",
            "http://sales",
            "http://sales:8081/v1",
            "http://ana@sales:8081",
            "http://sales:99999",
        ] {
            assert!(text.parse::<Upstream>().is_err(), "{text}");
        }
    }

    #[tokio::test]
    async fn what_concerns_a_connection_is_not_handed_on() {
        let upstream: Upstream = "http://sales:8081".parse().unwrap();
        let mut request = Request::get("/v1/x?y=1")
            .version(Version::HTTP_10)
            .header("host", "shop.example")
            .header("connection", "close, X-Mine")
            .header("x-mine", "1")
            .header("keep-alive", "5")
            .header("te", "gzip")
            .header("x-forwarded-for", "203.0.113.9")
            .header("authorization", "Bearer a.b.c")
            .body(Body::empty())
            .unwrap();
        request
            .extensions_mut()
            .insert(Peer("192.0.2.7".parse().unwrap()));
        let request = upstream.readdressed(request);
        assert_eq!(request.uri(), "http://sales:8081/v1/x?y=1");
        let mut names: Vec<&str> = request.headers().keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["authorization", "x-forwarded-for"]);
        assert_eq!(request.headers()["x-forwarded-for"], "192.0.2.7");
        let trailers = Request::post("/")
            .header("te", "trailers")
            .body(Body::empty())
            .unwrap();
        assert_eq!(upstream.readdressed(trailers).headers()["te"], "trailers");
    }
}
