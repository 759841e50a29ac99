//! TLS: what is spoken, what is refused, and certificates that change.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod front;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use front::{Front, SOON, rest_of};
use posars_edge::{Limits, Server, Tls, TlsError, TlsFiles};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion, version};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// How often the server of a test looks at its files.
const LOOK: Duration = Duration::from_millis(20);

/// A folder with a certificate for `localhost` and its key.
struct Certificate {
    folder: TempDir,
    der: CertificateDer<'static>,
}

impl Certificate {
    fn new() -> Self {
        let mut certificate = Self {
            folder: tempfile::tempdir().unwrap(),
            der: CertificateDer::from(Vec::new()),
        };
        certificate.renew();
        certificate
    }

    fn renew(&mut self) {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let files = self.files();
        // As certificates are renewed in practice: each file beside the old one, then in its place.
        replace(&files.key, &signing_key.serialize_pem());
        replace(&files.certificate, &cert.pem());
        self.der = cert.der().clone();
    }

    fn files(&self) -> TlsFiles {
        TlsFiles {
            certificate: self.folder.path().join("tls.crt"),
            key: self.folder.path().join("tls.key"),
        }
    }

    fn tls(&self) -> Tls {
        Tls::load_and_look_every(self.files(), LOOK).unwrap()
    }

    async fn serve(&self, limits: Limits) -> Front {
        let server = Server {
            tls: Some(self.tls()),
            limits,
            ..Server::default()
        };
        Front::serve(server, Router::new().route("/", get(async || "hello"))).await
    }

    /// A client that trusts this certificate alone.
    async fn connect(
        &self,
        front: &Front,
        protocol: &str,
        versions: &[&'static SupportedProtocolVersion],
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config))
            .connect(name, front.connect().await)
            .await
    }

    async fn ask(&self, front: &Front) -> std::io::Result<String> {
        let mut stream = self.connect(front, "http/1.1", rustls::ALL_VERSIONS).await?;
        stream
            .write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            .await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }
}

fn replace(path: &Path, text: &str) {
    let beside = path.with_extension("new");
    std::fs::write(&beside, text).unwrap();
    std::fs::rename(&beside, path).unwrap();
}

#[tokio::test]
async fn both_protocols_are_spoken_over_both_versions() {
    let certificate = Certificate::new();
    let front = certificate.serve(Limits::default()).await;
    let answer = certificate.ask(&front).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("hello"),
        "{answer}"
    );

    for (version, spoken) in [
        (&version::TLS12, ProtocolVersion::TLSv1_2),
        (&version::TLS13, ProtocolVersion::TLSv1_3),
    ] {
        let stream = certificate.connect(&front, "h2", &[version]).await.unwrap();
        let (_, session) = stream.get_ref();
        assert_eq!(session.protocol_version(), Some(spoken));
        assert_eq!(session.alpn_protocol(), Some(&b"h2"[..]));
        let (mut client, connection) = hyper::client::conn::http2::handshake(
            hyper_util::rt::TokioExecutor::new(),
            hyper_util::rt::TokioIo::new(stream),
        )
        .await
        .unwrap();
        tokio::spawn(connection);
        let request = axum::http::Request::get("https://localhost/").body(axum::body::Body::empty());
        assert_eq!(client.send_request(request.unwrap()).await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn whoever_does_not_speak_tls_is_told_and_others_are_served() {
    let certificate = Certificate::new();
    let front = certificate.serve(Limits::default()).await;
    let answer = front.exchange(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(body, "this port speaks TLS; ask again at https://\n");
    assert!(
        head.contains(&format!("content-length: {}", body.len())),
        "{head}"
    );

    for nonsense in [&b"\x16\x03\x01\xff\xff nonsense"[..], b"\0\0\0", b"{}", b""] {
        let mut stream = front.connect().await;
        stream.write_all(nonsense).await.unwrap();
        stream.shutdown().await.unwrap();
        let answer = rest_of(&mut stream).await;
        assert!(!answer.contains("hello"), "{answer}");
    }
    assert!(certificate.ask(&front).await.unwrap().ends_with("hello"));
}

#[tokio::test]
async fn a_handshake_that_does_not_end_is_cut_off() {
    let certificate = Certificate::new();
    let limits = Limits {
        tls_handshake_timeout: Duration::from_millis(200),
        ..Limits::default()
    };
    let front = certificate.serve(limits).await;
    for beginning in [&b""[..], b"\x16\x03\x01"] {
        assert_eq!(front.exchange(beginning).await, "");
    }
    assert!(certificate.ask(&front).await.unwrap().ends_with("hello"));
}

#[tokio::test]
async fn a_handshake_does_not_keep_the_server_from_ending() {
    let certificate = Certificate::new();
    let limits = Limits {
        drain_timeout: Duration::from_secs(3600),
        tls_handshake_timeout: Duration::from_secs(3600),
        ..Limits::default()
    };
    let front = certificate.serve(limits).await;
    let _silent = front.connect().await;
    assert!(certificate.ask(&front).await.unwrap().ends_with("hello"));
    front.stop.send(()).unwrap();
    tokio::time::timeout(SOON, front.ended)
        .await
        .expect("it waits")
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn a_new_certificate_is_taken_and_a_broken_one_is_not() {
    let mut certificate = Certificate::new();
    let front = certificate.serve(Limits::default()).await;
    assert!(certificate.ask(&front).await.is_ok());

    replace(&certificate.files().certificate, "half of a certifi");
    tokio::time::sleep(5 * LOOK).await;
    assert!(
        certificate.ask(&front).await.is_ok(),
        "the one before stays in use"
    );

    certificate.renew();
    let renewed = async {
        while certificate.ask(&front).await.is_err() {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(SOON, renewed)
        .await
        .expect("the new certificate is not in use");
}

#[test]
fn unusable_files_are_told_apart() {
    let own = Certificate::new();
    let other = Certificate::new();
    let TlsFiles { certificate, key } = own.files();
    let path = |name: &str, text: &str| {
        let path = own.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let pem = std::fs::read_to_string(&certificate).unwrap();
    let load = |certificate: &Path, key: &Path| {
        let files = TlsFiles {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
        };
        Tls::load(files).expect_err("these files cannot be used")
    };
    let missing = own.folder.path().join("nothing.pem");
    let empty = path("empty.pem", "");
    let broken = path("broken.pem", &pem.replace('a', "§"));
    let nonsense = path(
        "nonsense.pem",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    );

    let error = load(&missing, &key);
    assert!(
        matches!(&error, TlsError::Unreadable { path, .. } if *path == missing),
        "{error}"
    );
    let error = load(&certificate, &missing);
    assert!(
        matches!(&error, TlsError::Unreadable { path, .. } if *path == missing),
        "{error}"
    );
    let error = load(&empty, &key);
    assert!(
        matches!(&error, TlsError::CertificateMissing { path } if *path == empty),
        "{error}"
    );
    let error = load(&certificate, &empty);
    assert!(
        matches!(&error, TlsError::KeyMissing { path } if *path == empty),
        "{error}"
    );
    let error = load(&key, &certificate);
    assert!(
        matches!(&error, TlsError::CertificateMissing { path } if *path == key),
        "swapped: {error}"
    );
    let error = load(&broken, &key);
    assert!(
        matches!(&error, TlsError::Malformed { path, .. } if *path == broken),
        "{error}"
    );
    let error = load(&nonsense, &key);
    assert!(matches!(&error, TlsError::Unusable { .. }), "{error}");
    let error = load(&certificate, &other.files().key);
    assert!(matches!(&error, TlsError::Mismatch { .. }), "{error}");
    assert!(error.to_string().contains("made together"), "{error}");
}
