//! A PostgreSQL that speaks TLS on a port of this machine; it ends with the test process.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use posars_database_address::Address;
use posars_local_postgres::{Durability, Installation, Server, ServerConfig};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

/// The name in the certificate. Nobody resolves it: `hostaddr` says where it is.
pub(crate) const NAME: &str = "db.posars.test";
const START_WAIT: Duration = Duration::from_secs(60);
/// Somebody may take the port between its choice and its use.
const TRIES: usize = 4;
/// PostgreSQL does not write down that a client without TLS is welcome: so it is not.
const ACCESS: &str = "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n";

/// An authority that signs certificates of servers.
pub(crate) type Authority = CertifiedIssuer<'static, KeyPair>;

pub(crate) fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A running server with the role `ana`, whose password is `first`.
pub(crate) struct TlsServer {
    folder: TempDir,
    owner: (u32, u32),
    port: u16,
    /// Who signed its first certificate.
    pub(crate) authority: Authority,
    child: Child,
}

impl TlsServer {
    /// One of one's own. Blocks until it serves.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711))?;
        let installation = Installation::find()?;
        let mut config = ServerConfig::new(installation.clone(), folder.path());
        config.durability = Durability::Disposable;
        // It makes the cluster, with the right owner, and its users; on a port it never listens.
        let private = Server::start(config)?;
        let socket = private.url("postgres");
        run_blocking(&socket, "create role ana login password 'first' superuser")?;
        private.stop()?;
        let data = std::fs::metadata(folder.path().join("pg").join("data"))?;
        let owner = (data.uid(), data.gid());
        let authority = authority("authority of the server");
        write_certificate(folder.path(), owner, &authority, NAME)?;
        write_for(&data_of(folder.path()).join("access.conf"), ACCESS, owner)?;
        let mut why = anyhow::anyhow!("it was not tried");
        for _ in 0..TRIES {
            let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
            match serving(&installation, folder.path(), owner, port) {
                Ok(child) => {
                    return Ok(Self {
                        folder,
                        owner,
                        port,
                        authority,
                        child,
                    });
                }
                Err(error) => why = error,
            }
        }
        Err(why)
    }

    /// The one that the tests of this process share; it ends with the last of them, because nothing that is kept for the
    /// whole process is ever dropped, and its folder is large.
    pub(crate) async fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<TlsServer>> = Mutex::new(Weak::new());
        let started = tokio::task::spawn_blocking(|| {
            let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
            shared.upgrade().unwrap_or_else(|| {
                let server = Arc::new(TlsServer::start().unwrap());
                *shared = Arc::downgrade(&server);
                server
            })
        });
        started.await.unwrap()
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// A file in a folder that the test may write to.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The address of a host that is this server, with more pairs; its password is `first` unless they name a file.
    pub(crate) fn address(&self, host: &str, more: &str) -> Address {
        let password = if more.contains("passfile") {
            ""
        } else {
            "password=first"
        };
        let port = self.port;
        let text =
            format!("host={host} hostaddr=127.0.0.1 port={port} user=ana dbname=postgres {password} {more}");
        Address::parse(&text).unwrap()
    }

    /// Gives it a certificate of another authority.
    pub(crate) async fn renew(&self, authority: &Authority) {
        write_certificate(self.folder.path(), self.owner, authority, NAME).unwrap();
        let client = connected(&self.address(NAME, "sslmode=require")).await;
        client.batch_execute("select pg_reload_conf()").await.unwrap();
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        // The shell then tells the server to stop at once.
        drop(self.child.stdin.take());
        drop(self.child.wait());
    }
}

/// A client whose driver runs in the background.
pub(crate) async fn connected(address: &Address) -> Client {
    let (client, connection) = address.connect().await.unwrap();
    tokio::spawn(async move { drop(connection.await) });
    client
}

/// Why no connection is made, with all causes.
pub(crate) async fn refusal(address: &Address) -> String {
    let Err(error) = address.connect().await else {
        panic!("{address:?} connects")
    };
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

fn data_of(folder: &Path) -> PathBuf {
    folder.join("pg").join("data")
}

fn write_certificate(
    folder: &Path,
    owner: (u32, u32),
    authority: &Authority,
    name: &str,
) -> anyhow::Result<()> {
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(vec![name.to_owned()])?.signed_by(&key, authority)?;
    write_for(&data_of(folder).join("tls.key"), &key.serialize_pem(), owner)?;
    write_for(&data_of(folder).join("tls.crt"), &certificate.pem(), owner)
}

/// A file of the server's user, and nobody else's.
fn write_for(path: &Path, text: &str, (uid, gid): (u32, u32)) -> anyhow::Result<()> {
    std::fs::write(path, text)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(chown(path, Some(uid), Some(gid))?)
}

fn run_blocking(url: &str, statement: &str) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        let run = async {
            client.batch_execute(statement).await?;
            drop(client);
            anyhow::Ok(())
        };
        let (done, ended) = tokio::join!(run, connection);
        ended?;
        done
    })
}

fn serving(
    installation: &Installation,
    folder: &Path,
    owner: (u32, u32),
    port: u16,
) -> anyhow::Result<Child> {
    let program = installation.bin_dir().join("postgres");
    // The end of our standard input is what a killed test process leaves behind.
    let script = r#""$@" & server=$!; read -r _; kill -QUIT $server; wait $server"#;
    let data = data_of(folder);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", script, "sh"])
        .arg(&program)
        .arg("-D")
        .arg(&data);
    let settings = [
        ("listen_addresses", "127.0.0.1".to_owned()),
        ("port", port.to_string()),
        ("unix_socket_directories", String::new()),
        ("hba_file", data.join("access.conf").display().to_string()),
        ("ssl", "on".to_owned()),
        ("ssl_cert_file", "tls.crt".to_owned()),
        ("ssl_key_file", "tls.key".to_owned()),
        ("fsync", "off".to_owned()),
    ];
    for (name, value) in settings {
        shell.arg("-c").arg(format!("{name}={value}"));
    }
    if is_root()? {
        shell.uid(owner.0).gid(owner.1);
    }
    let log = folder.join("server.log");
    let output = std::fs::File::create(&log)?;
    let mut child = shell
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::from(output.try_clone()?))
        .stderr(Stdio::from(output))
        .spawn()
        .context("running sh")?;
    let deadline = Instant::now() + START_WAIT;
    // Its port is open before it takes calls.
    while !(answers(port) && is_ready(&data)) {
        let words = std::fs::read_to_string(&log)?;
        ensure!(!words.contains("FATAL"), "the server ended at its start: {words}");
        if Instant::now() > deadline {
            child.kill()?;
            bail!("the server did not serve: {words}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(child)
}

/// Whether this process runs as root, whom PostgreSQL does not serve.
fn is_root() -> anyhow::Result<bool> {
    Ok(tempfile::NamedTempFile::new()?.as_file().metadata()?.uid() == 0)
}

/// Whether it says that it speaks TLS.
fn answers(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(&[0, 0, 0, 8, 4, 210, 22, 47])?;
        let mut answer = [0];
        stream.read_exact(&mut answer)?;
        Ok(answer == *b"S")
    };
    ask().unwrap_or(false)
}

/// Whether the server says in its own file that it takes calls.
fn is_ready(data: &Path) -> bool {
    let told = std::fs::read_to_string(data.join("postmaster.pid"));
    told.is_ok_and(|told| told.lines().nth(7).is_some_and(|state| state.trim() == "ready"))
}
