//! One GET of a key set, with everything about the answer bounded. Redirects are not followed: the setting says
//! where the keys are, not whoever answers there.

use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};

use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Empty, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

/// The longest key set: a hundred keys of 4,096 bits with certificates fit.
pub(super) const DOCUMENT_BYTES_MAX: usize = 256 * 1_024;

/// Fetches one URL.
pub(super) struct Client {
    url: Uri,
    /// Made at the first use; reading the root certificates takes some milliseconds.
    tls: OnceLock<TlsConnector>,
}

/// Why a call brought nothing; each text ends with the next step.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    #[error("no connection to the issuer: {0}. Next: check the URL and that this machine reaches it")]
    Connect(io::Error),
    #[error(
        "the name does not lead to this machine, and plain http is for this machine only. \
         Next: use https"
    )]
    NotLoopback,
    #[error(
        "no secured connection to the issuer: {0}. Next: check its certificate and the clock of this machine"
    )]
    Tls(io::Error),
    #[error("TLS cannot be set up: {0}. Next: install the package ca-certificates, or set SSL_CERT_FILE")]
    Roots(String),
    #[error("the issuer broke the exchange off: {0}. Next: check that the URL is that of a key set")]
    Http(#[from] hyper::Error),
    #[error(
        "the issuer answered {0}. Next: check that the URL is that of a key set; redirects are not followed"
    )]
    Status(StatusCode),
    #[error("the issuer's answer is longer than {DOCUMENT_BYTES_MAX} bytes. Next: check the URL")]
    TooLong,
    #[error("the issuer's answer broke off. Next: nothing, if it happens once")]
    Body,
    #[error("the URL has no host that can be called. Next: write it as https://host/path")]
    Url,
}

impl Client {
    pub(super) fn new(url: Uri) -> Self {
        Self {
            url,
            tls: OnceLock::new(),
        }
    }

    #[cfg(test)]
    fn with_roots(url: Uri, roots: RootCertStore) -> Self {
        let client = Self::new(url);
        drop(client.tls.set(connector(roots).unwrap()));
        client
    }

    pub(super) async fn get(&self) -> Result<Vec<u8>, CallError> {
        let host = self.url.host().ok_or(CallError::Url)?;
        // The brackets of an IPv6 address belong to the URL, not to the address.
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let is_secure = self.url.scheme_str() != Some("http");
        let port = self.url.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
        let stream = TcpStream::connect((host, port))
            .await
            .map_err(CallError::Connect)?;
        if !is_secure {
            if !stream.peer_addr().is_ok_and(|peer| peer.ip().is_loopback()) {
                return Err(CallError::NotLoopback);
            }
            return self.exchange(stream).await;
        }
        let name = ServerName::try_from(host.to_owned()).map_err(|_| CallError::Url)?;
        let stream = self.tls().await?.connect(name, stream).await;
        self.exchange(stream.map_err(CallError::Tls)?).await
    }

    async fn exchange<S>(&self, stream: S) -> Result<Vec<u8>, CallError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
            .max_buf_size(64 * 1_024)
            .handshake::<_, Empty<Bytes>>(TokioIo::new(stream))
            .await?;
        let authority = self.url.authority().ok_or(CallError::Url)?;
        let path = self.url.path_and_query().map_or("/", |path| path.as_str());
        let request = Request::get(path)
            .header(header::HOST, authority.as_str())
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, concat!("posars/", env!("CARGO_PKG_VERSION")))
            .header(header::CONNECTION, "close")
            .body(Empty::new())
            .map_err(|_| CallError::Url)?;
        let answer = async {
            let answer = sender.send_request(request).await?;
            if answer.status() != StatusCode::OK {
                return Err(CallError::Status(answer.status()));
            }
            let body = Limited::new(answer.into_body(), DOCUMENT_BYTES_MAX)
                .collect()
                .await;
            match body {
                Ok(body) => Ok(body.to_bytes().to_vec()),
                Err(error) if error.is::<LengthLimitError>() => Err(CallError::TooLong),
                Err(_) => Err(CallError::Body),
            }
        };
        // Both in this task, so that a timeout ends the connection with the call.
        let mut connection = std::pin::pin!(connection);
        let mut answer = std::pin::pin!(answer);
        tokio::select! {
            answer = &mut answer => answer,
            ended = &mut connection => {
                ended?;
                answer.await
            }
        }
    }

    async fn tls(&self) -> Result<&TlsConnector, CallError> {
        if let Some(tls) = self.tls.get() {
            return Ok(tls);
        }
        let loaded = tokio::task::spawn_blocking(|| {
            let found = rustls_native_certs::load_native_certs();
            let mut roots = RootCertStore::empty();
            let (added, _) = roots.add_parsable_certificates(found.certs);
            if added == 0 {
                return Err(CallError::Roots(
                    "this machine has no root certificates".to_owned(),
                ));
            }
            connector(roots)
        })
        .await
        .map_err(|error| CallError::Roots(error.to_string()))??;
        Ok(self.tls.get_or_init(|| loaded))
    }
}

/// The provider is named here and not taken from the process, which might have none or another.
fn connector(roots: RootCertStore) -> Result<TlsConnector, CallError> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error: rustls::Error| CallError::Roots(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

impl fmt::Display for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.url.fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertifiedKey, generate_simple_self_signed};
    use rustls::ServerConfig;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    use super::*;

    /// A TLS endpoint with a test certificate of that name, made here; answers `{}` to everybody.
    async fn endpoint(name: &str) -> (u16, CertificateDer<'static>) {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed([name.to_owned()]).unwrap();
        let cert = cert.der().clone();
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A client that trusts us not ends the handshake.
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    continue;
                };
                let mut request = [0; 1_024];
                assert!(stream.read(&mut request).await.unwrap() > 0);
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
                stream.write_all(answer).await.unwrap();
                drop(stream.shutdown().await);
            }
        });
        (port, cert)
    }

    async fn get(host: &str, port: u16, trusted: &[CertificateDer<'static>]) -> Result<Vec<u8>, CallError> {
        let mut roots = RootCertStore::empty();
        for cert in trusted {
            roots.add(cert.clone()).unwrap();
        }
        let url = format!("https://{host}:{port}/jwks.json").parse().unwrap();
        Client::with_roots(url, roots).get().await
    }

    #[tokio::test]
    async fn keys_come_over_tls_from_whom_the_roots_vouch_for() {
        let (port, cert) = endpoint("localhost").await;
        let (other_port, other_cert) = endpoint("issuer.example").await;
        assert_eq!(
            get("localhost", port, std::slice::from_ref(&cert)).await.unwrap(),
            b"{}"
        );
        for (host, port, trusted) in [
            ("localhost", port, vec![]),
            ("localhost", port, vec![other_cert.clone()]),
            // Vouched for, but it is the certificate of another name.
            ("localhost", other_port, vec![other_cert]),
            ("127.0.0.1", port, vec![cert]),
        ] {
            let refused = get(host, port, &trusted).await;
            assert!(matches!(refused, Err(CallError::Tls(_))), "{host}: {refused:?}");
        }
    }
}
