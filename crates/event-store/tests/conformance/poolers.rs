//! A pooler in between: good as long as a session stays ours. Where there is no PgBouncer on this machine, this shows
//! nothing and says so.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use posars_event_store::{EventStore, LogName, StoreConfig, StoreError};
use posars_testkit::TestServer;

use crate::fixture::{any, name, position, range};

const START_WAIT: Duration = Duration::from_secs(30);
/// Somebody may take the port between its choice and its use.
const TRIES: usize = 4;

/// Where the program is.
fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
    let found = folders
        .map(|folder| folder.join("pgbouncer"))
        .find(|path| path.is_file());
    if found.is_none() {
        eprintln!("SKIPPED: there is no PgBouncer on this machine");
    }
    found
}

/// In front of one database; it ends with the test.
struct Pooler {
    shell: Child,
    url: String,
    _server: TestServer,
}

impl Pooler {
    async fn start(program: &PathBuf, mode: &str) -> anyhow::Result<Self> {
        let server = TestServer::private().await?;
        let url = server.create_database().await?;
        for _ in 0..TRIES {
            let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
            if let Some(shell) = serving(program, mode, &server, &url, port)? {
                let config: tokio_postgres::Config = url.parse()?;
                let database = config.get_dbname().unwrap_or_default();
                return Ok(Self {
                    shell,
                    url: format!("postgres://posars@127.0.0.1:{port}/{database}"),
                    _server: server,
                });
            }
        }
        anyhow::bail!("PgBouncer does not start")
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        drop(self.shell.wait());
    }
}

fn serving(
    program: &PathBuf,
    mode: &str,
    server: &TestServer,
    url: &str,
    port: u16,
) -> anyhow::Result<Option<Child>> {
    let settings = server.folder().join(format!("pgbouncer-{port}.ini"));
    let text = format!(
        "[databases]\n* = {}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
         auth_type = any\npool_mode = {mode}\ndefault_pool_size = 60\nignore_startup_parameters = extra_float_digits\n",
        url.split(" dbname=").next().unwrap_or_default()
    );
    std::fs::write(&settings, text)?;
    std::fs::set_permissions(&settings, std::fs::Permissions::from_mode(0o644))?;
    let owner = std::fs::metadata(server.folder().join("pg").join("data"))?;
    // The end of our standard input is what a killed test process leaves behind.
    let script = r#""$@" & pooler=$!; read -r _; kill -TERM $pooler; wait $pooler"#;
    let mut shell = Command::new("sh");
    shell
        .args(["-c", script, "sh"])
        .arg(program)
        .arg("-q")
        .arg(&settings);
    if std::fs::metadata(&settings)?.uid() == 0 {
        // It refuses root, too, and must reach the socket of the server's user.
        shell.uid(owner.uid()).gid(owner.gid());
    }
    let mut shell = shell
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let give_up = Instant::now() + START_WAIT;
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        if Instant::now() > give_up {
            drop(shell.stdin.take());
            shell.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(Some(shell))
}

#[tokio::test]
async fn sessions_of_their_own_work_through_a_pooler() -> anyhow::Result<()> {
    let Some(program) = program() else { return Ok(()) };
    let pooler = Pooler::start(&program, "session").await?;
    let open = async |log: &LogName| {
        let mut config = StoreConfig::new(pooler.url.as_str());
        // Only a notification comes sooner.
        config.poll_interval = Duration::from_secs(600);
        let store = EventStore::connect(config).await?;
        anyhow::Ok((store.log(log).await?, store))
    };
    let (writing, _store) = open(&name("main")).await?;
    let (reading, _other) = open(&name("main")).await?;
    let (stranger, _third) = open(&name("stranger")).await?;
    let mut watch = reading.watch();
    let appended = writing.append(any("note-1")).await?;
    assert_eq!(range(&appended), (1, 1));
    let woken = tokio::time::timeout(Duration::from_secs(60), watch.wait_past(position(0))).await?;
    assert_eq!(woken, position(1));
    assert_eq!(
        reading
            .last_events(&[crate::fixture::stream("note-1")])
            .await?
            .len(),
        1
    );
    assert_eq!(stranger.head().await?.position, position(0));
    Ok(())
}

#[tokio::test]
async fn sessions_that_change_with_every_transaction_are_refused() -> anyhow::Result<()> {
    let Some(program) = program() else { return Ok(()) };
    let pooler = Pooler::start(&program, "transaction").await?;
    let refused = EventStore::connect(StoreConfig::new(pooler.url.as_str())).await;
    let Err(StoreError::BadConfig(problem)) = refused else {
        panic!("it is taken: {refused:?}")
    };
    assert!(problem.contains("pool_mode"), "{problem}");
    Ok(())
}
