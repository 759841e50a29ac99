//! One server: started or attached to, and ended with its owner.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::account::{Account, command};
use crate::cluster::{self, SUPERUSER, last_words};
use crate::error::at;
use crate::keeper::{Keeper, send};
use crate::layout::Layout;
use crate::postmaster::{Incumbent, OWNER_SETTING, PidFile, incumbent};
use crate::process::Process;
use crate::settings::for_server;
use crate::{Durability, ServerConfig, StartError, StopError, access};

/// A zombie or a dying backend of the last server holds its place for about a second; ten are plenty.
const STALE_WAIT: Duration = Duration::from_secs(10);
/// A fast stop writes a checkpoint first, which a slow disk draws out.
const FAST_STOP_WAIT: Duration = Duration::from_secs(20);
/// After each harder signal.
const HARD_STOP_WAIT: Duration = Duration::from_secs(5);
/// How often `postmaster.pid` is looked at while a server starts.
const READY_POLL: Duration = Duration::from_millis(10);

/// A running private server. Dropping it stops the server, unless it was only attached to; that blocks as
/// [`Server::stop`] does, so async code prefers [`Server::stop_async`].
#[derive(Debug)]
pub struct Server {
    pid: u32,
    socket_folder: PathBuf,
    port: u16,
    owned: Option<Owned>,
}

#[derive(Debug)]
struct Owned {
    keeper: Keeper,
    layout: Layout,
}

/// What to do about a server that somebody else runs on the folder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Other {
    Refuse,
    Attach,
}

/// Why one try to start failed: for good, or because the last server's remains are still there.
enum Failure {
    Final(StartError),
    InTheWay(StartError),
}

impl Server {
    /// Makes the cluster if needed and starts the server; returns when it takes connections. Blocks.
    ///
    /// # Errors
    /// Every variant of [`StartError`]; [`StartError::AlreadyRunning`] when another process runs one here.
    pub fn start(config: ServerConfig) -> Result<Self, StartError> {
        Self::open(&config, Other::Refuse)
    }

    /// As [`Server::start`], but uses the server that another process runs on the folder, if there is one. Blocks.
    ///
    /// # Errors
    /// Every variant of [`StartError`] but [`StartError::AlreadyRunning`].
    pub fn start_or_attach(config: ServerConfig) -> Result<Self, StartError> {
        Self::open(&config, Other::Attach)
    }

    /// [`Server::start_or_attach`] for async code.
    ///
    /// # Errors
    /// As there.
    pub async fn start_or_attach_async(config: ServerConfig) -> Result<Self, StartError> {
        let folder = config.data_dir.clone();
        tokio::task::spawn_blocking(move || Self::start_or_attach(config))
            .await
            .map_err(|error| at("starting PostgreSQL below", &folder)(error.into()))?
    }

    /// The connection string for database `dbname`, as key=value pairs with the unix socket as host.
    pub fn url(&self, dbname: &str) -> String {
        let quoted = |value: &str| format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"));
        format!(
            "host={} port={} user={SUPERUSER} dbname={}",
            quoted(&self.socket_folder.to_string_lossy()),
            self.port,
            quoted(dbname)
        )
    }

    /// The folder of the unix socket, absolute.
    pub fn socket_folder(&self) -> &Path {
        &self.socket_folder
    }

    /// The process id of the server.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether another process owns the server, so that this handle never stops it.
    pub fn is_attached(&self) -> bool {
        self.owned.is_none()
    }

    /// Whether the server process is there.
    pub fn is_running(&self) -> bool {
        match &self.owned {
            Some(owned) => owned.keeper.exit_status().is_none(),
            None => matches!(Process::look(self.pid), Process::Alive { .. }),
        }
    }

    /// Stops the server: open transactions are rolled back, committed ones are safe. Only forgets an attached one.
    /// Blocks, at most half a minute.
    ///
    /// # Errors
    /// [`StopError::Forced`] and [`StopError::Stuck`].
    pub fn stop(mut self) -> Result<(), StopError> {
        self.owned.take().map_or(Ok(()), Owned::stop)
    }

    /// [`Server::stop`] for async code.
    ///
    /// # Errors
    /// As there, and [`StopError::Interrupted`] when the runtime ends meanwhile.
    pub async fn stop_async(self) -> Result<(), StopError> {
        tokio::task::spawn_blocking(move || self.stop())
            .await
            .map_err(|_| StopError::Interrupted)?
    }

    /// Ends the server at once as a crash would (SIGKILL), for tests of recovery. Does nothing to an attached one.
    ///
    /// # Errors
    /// [`StopError::Stuck`].
    pub fn kill(mut self) -> Result<(), StopError> {
        let Some(owned) = self.owned.take() else {
            return Ok(());
        };
        owned.keeper.signal(Signal::KILL);
        owned
            .keeper
            .wait(HARD_STOP_WAIT)
            .map(drop)
            .ok_or(StopError::Stuck { pid: self.pid })
    }

    fn open(config: &ServerConfig, other: Other) -> Result<Self, StartError> {
        let layout = Layout::open(&config.data_dir)?;
        let account = Account::for_cluster(&layout.data, config.durability)?;
        if let Some(account) = &account {
            account.check_walkable(&layout.root)?;
            account.check_walkable(layout.data.parent().unwrap_or(&layout.root))?;
            account.check_walkable(config.installation.bin_dir())?;
        }
        // Held until ready: a second process then finds a server to attach to, not one half started.
        let _lock = layout.lock(config.start_timeout + STALE_WAIT)?;
        let give_up = Instant::now() + STALE_WAIT;
        loop {
            match incumbent(&layout.data) {
                Incumbent::None => {}
                Incumbent::Running(file) => match wait_until_useful(file, &layout.data, config) {
                    Some(file) => return Self::meet(&file, other, &layout),
                    None => continue,
                },
                Incumbent::Orphan(pid) => end_orphan(pid),
            }
            match Self::try_start(config, &layout, account.as_ref()) {
                Ok(server) => return Ok(server),
                Err(Failure::InTheWay(_)) if Instant::now() < give_up => {
                    std::thread::sleep(Duration::from_millis(200));
                }
                Err(Failure::InTheWay(error) | Failure::Final(error)) => return Err(error),
            }
        }
    }

    fn meet(file: &PidFile, other: Other, layout: &Layout) -> Result<Self, StartError> {
        if other == Other::Refuse {
            return Err(StartError::AlreadyRunning {
                data: layout.data.clone(),
                pid: file.pid,
            });
        }
        tracing::info!(
            pid = file.pid,
            "using the PostgreSQL that another process runs on this folder"
        );
        Ok(Self {
            pid: file.pid,
            socket_folder: file.socket_folder.clone(),
            port: file.port,
            owned: None,
        })
    }

    fn try_start(config: &ServerConfig, layout: &Layout, account: Option<&Account>) -> Result<Self, Failure> {
        let began = Instant::now();
        cluster::ensure(config, layout, account).map_err(Failure::Final)?;
        layout.prepare(account).map_err(Failure::Final)?;
        if let Some(account) = account {
            account.check_walkable(&layout.run).map_err(Failure::Final)?;
        }
        let keeper = spawn(config, layout, account).map_err(Failure::Final)?;
        let owned = Owned {
            keeper,
            layout: layout.clone(),
        };
        wait_until_ready(config, &owned)?;
        let pid = owned.keeper.pid();
        tracing::info!(pid, took_ms = began.elapsed().as_millis(), data = %layout.data.display(), "PostgreSQL is ready");
        Ok(Self {
            pid,
            socket_folder: layout.run.clone(),
            port: crate::layout::PORT,
            owned: Some(owned),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(Err(error)) = self.owned.take().map(Owned::stop) {
            tracing::warn!(%error, "PostgreSQL did not stop as it should");
        }
    }
}

impl Owned {
    fn stop(self) -> Result<(), StopError> {
        let pid = self.keeper.pid();
        let stopped = [
            (Signal::INT, FAST_STOP_WAIT),
            (Signal::QUIT, HARD_STOP_WAIT),
            (Signal::KILL, HARD_STOP_WAIT),
        ]
        .into_iter()
        .find_map(|(signal, wait)| {
            self.keeper.signal(signal);
            self.keeper.wait(wait).map(|_| signal)
        });
        match stopped {
            Some(Signal::INT) => {
                self.layout.tidy();
                Ok(())
            }
            Some(_) => Err(StopError::Forced {
                pid,
                waited_s: FAST_STOP_WAIT.as_secs(),
            }),
            None => Err(StopError::Stuck { pid }),
        }
    }
}

fn spawn(config: &ServerConfig, layout: &Layout, account: Option<&Account>) -> Result<Keeper, StartError> {
    let program = config.installation.program("postgres");
    // A disposable server is a test's own, whose roles come and go.
    let access = match (account, config.durability) {
        (Some(_), Durability::Durable) => access::only_for_us(layout)?,
        (Some(_), Durability::Disposable) | (None, _) => Vec::new(),
    };
    let log = layout.start_log();
    let output = File::create(&log).map_err(at("making", &log))?;
    let errors = output.try_clone().map_err(at("opening", &log))?;
    let mut postgres = command(&program, account);
    postgres.arg("-D").arg(&layout.data);
    // First, where a look at the process list finds it.
    postgres
        .arg("-c")
        .arg(format!("{OWNER_SETTING}={}", std::process::id()));
    for (name, value) in for_server(config, layout, access) {
        postgres.arg("-c").arg(format!("{name}={value}"));
    }
    postgres.stdout(Stdio::from(output)).stderr(Stdio::from(errors));
    Keeper::spawn(postgres, Signal::INT).map_err(|source| StartError::Spawn { program, source })
}

fn wait_until_ready(config: &ServerConfig, owned: &Owned) -> Result<(), Failure> {
    let deadline = Instant::now() + config.start_timeout;
    let Owned { keeper, layout } = owned;
    loop {
        if PidFile::read(&layout.data).is_some_and(|file| file.ready && file.pid == keeper.pid()) {
            return Ok(());
        }
        if keeper.wait(READY_POLL).is_some() {
            let output = last_words(&words_of(keeper.pid(), layout));
            let remains = ["lock file", "pre-existing shared memory block"]
                .iter()
                .any(|part| output.contains(part));
            let error = StartError::Exited {
                data: layout.data.clone(),
                output,
                log: layout.log.clone(),
            };
            return Err(if remains {
                Failure::InTheWay(error)
            } else {
                Failure::Final(error)
            });
        }
        if Instant::now() > deadline {
            keeper.signal(Signal::INT);
            if keeper.wait(HARD_STOP_WAIT).is_none() {
                keeper.signal(Signal::QUIT);
                keeper.wait(HARD_STOP_WAIT);
            }
            return Err(Failure::Final(StartError::Timeout {
                data: layout.data.clone(),
                waited_s: config.start_timeout.as_secs(),
                log: layout.log.clone(),
            }));
        }
    }
}

/// What a server said: on its error output, and after that in its log files, on lines marked with its id.
fn words_of(pid: u32, layout: &Layout) -> String {
    let read = |path: PathBuf| String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned();
    let mark = format!("[{pid}]");
    let mut words = read(layout.start_log());
    for entry in std::fs::read_dir(&layout.log).into_iter().flatten().flatten() {
        for line in read(entry.path()).lines().filter(|line| line.contains(&mark)) {
            words.push_str(line);
            words.push('\n');
        }
    }
    words
}

/// Waits while somebody else's server starts or stops; `None` when it ended or lost its owner meanwhile.
fn wait_until_useful(mut file: PidFile, data: &Path, config: &ServerConfig) -> Option<PidFile> {
    let deadline = Instant::now() + config.start_timeout;
    while !file.ready && Instant::now() < deadline {
        std::thread::sleep(READY_POLL);
        match incumbent(data) {
            Incumbent::Running(now) => file = now,
            Incumbent::None | Incumbent::Orphan(_) => return None,
        }
    }
    Some(file)
}

/// Waits for a server whose owner died to end, and ends it where the kernel did not tell it to.
fn end_orphan(pid: u32) {
    tracing::info!(pid, "waiting for the PostgreSQL of a process that died");
    for (signal, wait) in [
        (None, HARD_STOP_WAIT),
        (Some(Signal::INT), FAST_STOP_WAIT),
        (Some(Signal::QUIT), HARD_STOP_WAIT),
        (Some(Signal::KILL), HARD_STOP_WAIT),
    ] {
        if let Some(signal) = signal {
            send(pid, signal);
        }
        let deadline = Instant::now() + wait;
        while Instant::now() < deadline {
            if !matches!(Process::look(pid), Process::Alive { .. }) {
                return;
            }
            std::thread::sleep(READY_POLL);
        }
    }
}
