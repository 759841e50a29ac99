//! What of `posars up` faces the network: TLS, web pages, rates, and what the metrics say of them.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::support::{Folder, Ran, Up, posars, run};

/// A certificate for `localhost` with its key, in two files.
struct Certificate {
    folder: tempfile::TempDir,
    der: CertificateDer<'static>,
}

impl Certificate {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("tls.crt"), made.cert.pem()).unwrap();
        std::fs::write(folder.path().join("tls.key"), made.signing_key.serialize_pem()).unwrap();
        Self {
            folder,
            der: made.cert.der().clone(),
        }
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// The answer to a request over TLS, by a client that trusts this certificate alone.
    fn ask(&self, address: &str, request: &str) -> String {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let session = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut stream = StreamOwned::new(session, TcpStream::connect(address).unwrap());
        let request = format!("{request}host: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

#[test]
fn up_speaks_tls_and_counts_whom_it_turns_away() {
    let folder = Folder::new();
    let data = folder.data();
    let certificate = Certificate::new();
    let (cert, key) = (certificate.file("tls.crt"), certificate.file("tls.key"));
    let up = Up::start(&[
        "--data",
        &data,
        "--tls-cert",
        &cert,
        "--tls-key",
        &key,
        "--stranger-calls-per-s",
        "1",
        "--allow-origin",
        "https://shop.example",
    ]);
    let address = up.address().to_owned();
    assert_eq!(up.ready["grpc"], format!("https://{address}"));
    let ask = |request: &str| certificate.ask(&address, request);
    assert!(ask("GET /livez HTTP/1.1\r\n").ends_with("ok\n"));
    let (status, told) = up.get("/livez");
    assert_eq!(status, 400, "{told}");
    assert!(told.contains("https://"), "{told}");

    let health = "POST /grpc.health.v1.Health/Check HTTP/1.1\r\ncontent-type: application/grpc-web-text\r\n\
        origin: https://shop.example\r\ncontent-length: 0\r\n";
    // More than come back meanwhile, also on a slow machine.
    let answers: Vec<String> = (0..20).map(|_| ask(health)).collect();
    assert!(
        answers[0].contains("access-control-allow-origin: https://shop.example\r\n"),
        "{answers:?}"
    );
    assert!(
        !answers[0].contains("RATE_LIMITED") && !answers[0].contains("grpc-status: 8"),
        "{answers:?}"
    );
    let refused = answers
        .iter()
        .filter(|answer| answer.contains("grpc-status: 8\r\n"))
        .count();
    assert!(refused > 0, "{answers:?}");

    assert!(ask("GET /v1/nothing HTTP/1.1\r\n").contains("ROUTE_NOT_FOUND"));

    let page = ask("GET /metrics HTTP/1.1\r\n");
    for (reason, count) in [
        ("RATE_LIMITED", refused),
        ("TLS_MISSING", 1),
        ("ROUTE_NOT_FOUND", 1),
    ] {
        let counted = page.lines().any(|line| {
            line.starts_with("rpc_server_refusals_total{")
                && line.contains(&format!("reason=\"{reason}\""))
                && line.ends_with(&format!(" {count}"))
        });
        assert!(counted, "{count} {reason} in {page}");
    }
    assert!(page.contains("rpc_server_connections"), "{page}");
    assert!(page.contains("rpc_server_calls_in_flight"), "{page}");
}

/// An address of this machine that others could reach; none is told past the capture of the test runner.
fn address_beyond_loopback() -> Option<IpAddr> {
    // Sends nothing: the system only chooses the address that it would send from.
    let chosen = UdpSocket::bind("0.0.0.0:0").and_then(|socket| {
        socket.connect("198.51.100.1:9")?;
        socket.local_addr()
    });
    let address = chosen.ok().map(|address| address.ip());
    let address = address.filter(|address| !address.is_loopback() && !address.is_unspecified());
    if address.is_none() {
        let line = b"-- skipped: metrics asked for from beyond loopback, where this machine has no address\n";
        std::io::stderr().write_all(line).unwrap();
    }
    address
}

/// Status and answer of `/metrics`, asked for at this address with one more header.
fn metrics_at(address: SocketAddr, header: &str) -> (u16, String) {
    metrics_of(&format!("localhost:{}", address.port()), address, header)
}

/// The same by this name, which whoever asks may have chosen.
fn metrics_of(host: &str, address: SocketAddr, header: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET /metrics HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{header}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
}

#[test]
fn metrics_are_told_beyond_this_machine_only_when_they_are_exposed() {
    let folder = Folder::new();
    let data = folder.data();
    let beyond = address_beyond_loopback();
    let direct = "accept: text/plain";
    let proxied = "x-forwarded-for: 203.0.113.9";
    for (exposed, others_get) in [("false", 403), ("true", 200)] {
        let mut command = posars(&[
            "up",
            "--listen",
            "0.0.0.0:0",
            "--expose-local-issuer",
            "--data",
            &data,
        ]);
        command.env("POSARS_EXPOSE_METRICS", exposed);
        let up = Up::spawn(command);
        let port = up.address().parse::<SocketAddr>().unwrap().port();
        let loopback = SocketAddr::from(([127, 0, 0, 1], port));
        let (status, page) = metrics_at(loopback, direct);
        assert_eq!(status, 200, "{page}");
        assert!(page.contains("rpc_server_connections"), "{page}");

        for (host, header) in [
            ("attacker.example", direct),
            ("localhost.attacker.example", direct),
            ("localhost", "origin: https://attacker.example"),
        ] {
            let (status, told) = metrics_of(host, loopback, header);
            assert_eq!(status, others_get, "{host} {header}: {told}");
        }

        let others = [
            Some((loopback, proxied)),
            beyond.map(|address| (SocketAddr::new(address, port), direct)),
            beyond.map(|address| (SocketAddr::new(address, port), "x-forwarded-for: 127.0.0.1")),
        ];
        for (address, header) in others.into_iter().flatten() {
            let (status, told) = metrics_at(address, header);
            assert_eq!(status, others_get, "{address} {header}: {told}");
            let is_told_why = told.contains("METRICS_LOCAL_ONLY") && told.contains("--expose-metrics");
            assert_eq!(is_told_why, status == 403, "{told}");
            assert_eq!(told.contains("rpc_server_connections"), status == 200, "{told}");
        }
        assert_eq!(up.terminate().0, 0);
    }
    let unclear = posars(&["up", "--data", &data])
        .env("POSARS_EXPOSE_METRICS", "sometimes")
        .output();
    let unclear = Ran::from(unclear.unwrap()).ended(2);
    assert!(unclear.talk.contains("--expose-metrics"), "{unclear}");
}

#[test]
fn tls_that_cannot_work_is_refused_before_anything_starts() {
    let folder = Folder::new();
    let data = folder.data();
    let certificate = Certificate::new();
    let other = Certificate::new();
    let (cert, key) = (certificate.file("tls.crt"), certificate.file("tls.key"));
    let foreign_key = other.file("tls.key");
    for (arguments, code) in [
        (&["--tls-cert", &cert][..], "TLS_FILE_MISSING"),
        (&["--tls-key", &key], "TLS_FILE_MISSING"),
        (
            &["--tls-cert", &cert, "--tls-key", "/nothing/tls.key"],
            "TLS_FILES_UNUSABLE",
        ),
        (
            &["--tls-cert", &cert, "--tls-key", &foreign_key],
            "TLS_FILES_UNUSABLE",
        ),
        (&["--tls-cert", &key, "--tls-key", &cert], "TLS_FILES_UNUSABLE"),
    ] {
        let mut all = vec!["up", "--data", &data, "--listen", "127.0.0.1:0"];
        all.extend(arguments);
        let error = run(&all).ended(2).error();
        assert_eq!(error["code"], code, "{arguments:?}");
        assert!(error["next"].is_string(), "{error}");
    }
    assert!(!Path::new(&data).exists(), "nothing was begun");
}

#[test]
fn the_doctor_looks_at_the_files_of_tls() {
    let folder = Folder::new();
    let data = folder.data();
    let certificate = Certificate::new();
    let tls = |cert: Option<String>, key: Option<String>| {
        let mut doctor = posars(&["doctor", "--data", &data, "--listen", "127.0.0.1:0"]);
        if let Some(cert) = cert {
            doctor.env("POSARS_TLS_CERT", cert);
        }
        if let Some(key) = key {
            doctor.env("POSARS_TLS_KEY", key);
        }
        let diagnosis = Ran::from(doctor.output().unwrap()).json();
        let checks = diagnosis["checks"].as_array().unwrap();
        checks.iter().find(|check| check["name"] == "tls").cloned()
    };
    let file = |name: &str| Some(certificate.file(name));
    assert_eq!(tls(None, None), None);
    assert_eq!(tls(file("tls.crt"), file("tls.key")).unwrap()["state"], "ok");
    for (cert, key) in [
        (file("tls.crt"), None),
        (None, file("tls.key")),
        (file("tls.key"), file("tls.crt")),
        (file("nothing"), file("tls.key")),
    ] {
        let check = tls(cert, key).unwrap();
        assert_eq!(check["state"], "fault", "{check}");
        assert!(check["fix"].is_string(), "{check}");
    }
}
