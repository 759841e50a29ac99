//! Running the program as a person or a script does.

use std::fs::Permissions;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Long enough for a first start on a busy machine; reaching it is a failure.
const PATIENCE: Duration = Duration::from_secs(90);
/// The master key of all tests that have none of their own.
pub(crate) const MASTER_KEY: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/master.key");
const POLL: Duration = Duration::from_millis(20);

/// A folder of one test, gone with it, that PostgreSQL's user can walk into also when the test runs as root.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        Self(folder)
    }

    /// The data folder, not made yet.
    pub(crate) fn data(&self) -> String {
        self.file("data").display().to_string()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// The program without the settings of whoever runs the tests.
pub(crate) fn posars<S: AsRef<str>>(arguments: &[S]) -> Command {
    program(Path::new(env!("CARGO_BIN_EXE_posars")), arguments)
}

/// As [`posars`], of another build.
pub(crate) fn program<S: AsRef<str>>(path: &Path, arguments: &[S]) -> Command {
    let mut command = Command::new(path);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if (text.starts_with("POSARS_") && text != "POSARS_PG_BIN")
            || text.starts_with("OTEL_")
            || text == "RUST_LOG"
        {
            command.env_remove(&name);
        }
    }
    // Beside a database given by URL it would be in the folder of whoever runs the tests.
    command.env("POSARS_MASTER_KEY_FILE", MASTER_KEY);
    command.args(arguments.iter().map(AsRef::as_ref));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// What a finished run said.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) talk: String,
}

impl Ran {
    /// The one JSON value on standard output.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// The failure on standard error.
    pub(crate) fn error(&self) -> Value {
        let line = self.talk.lines().find(|line| line.starts_with("{\"error\""));
        let line = line.unwrap_or_else(|| panic!("no error: {self}"));
        serde_json::from_str::<Value>(line).unwrap()["error"].clone()
    }

    /// Asserts that it ended as it should have.
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self}");
        self
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "exit {}\n--- stdout\n{}\n--- stderr\n{}",
            self.code, self.out, self.talk
        )
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            talk: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Runs to the end.
pub(crate) fn run<S: AsRef<str>>(arguments: &[S]) -> Ran {
    posars(arguments).output().unwrap().into()
}

/// Runs to the end on the database of this URL.
pub(crate) fn run_on<S: AsRef<str>>(url: &str, arguments: &[S]) -> Ran {
    posars(arguments)
        .env("POSARS_DATABASE_URL", url)
        .output()
        .unwrap()
        .into()
}

/// A running `posars up`; killed when dropped.
pub(crate) struct Up {
    child: Child,
    /// What it printed when it was ready.
    pub(crate) ready: Value,
    talk: mpsc::Receiver<String>,
}

impl Up {
    /// Starts it on any free port and waits until it is ready.
    pub(crate) fn start<S: AsRef<str>>(arguments: &[S]) -> Self {
        let mut all = vec!["up", "--listen", "127.0.0.1:0"];
        all.extend(arguments.iter().map(AsRef::as_ref));
        Self::spawn(posars(&all))
    }

    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut talk = child.stderr.take().unwrap();
        let (said, heard) = mpsc::channel();
        std::thread::spawn(move || {
            let mut text = String::new();
            let _ = talk.read_to_string(&mut text);
            let _ = said.send(text);
        });
        let (first, line) = mpsc::channel();
        std::thread::spawn(move || {
            let mut text = String::new();
            let _ = out.read_line(&mut text);
            let _ = first.send(text);
            // Keeps reading, so that the program never meets a closed pipe.
            let _ = std::io::copy(&mut out, &mut std::io::sink());
        });
        let line = line.recv_timeout(PATIENCE).unwrap_or_default();
        match serde_json::from_str(&line) {
            Ok(ready) => Self {
                child,
                ready,
                talk: heard,
            },
            Err(_) => {
                let _ = child.kill();
                let code = child.wait().unwrap();
                panic!(
                    "up did not get ready ({code}, {line:?}): {}",
                    heard.recv().unwrap_or_default()
                );
            }
        }
    }

    pub(crate) fn address(&self) -> &str {
        self.ready["listen"].as_str().unwrap()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Status and body of a plain HTTP request.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        http_get(self.address(), path)
    }

    /// Waits until `/readyz` answers with this status.
    pub(crate) fn wait_for_readyz(&self, status: u16) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let (got, body) = self.get("/readyz");
            if got == status {
                return serde_json::from_str(&body).unwrap();
            }
            assert!(Instant::now() < deadline, "readyz stays {got}: {body}");
            std::thread::sleep(POLL);
        }
    }

    /// Waits until `/metrics` shows all of these; what a worker measures comes with its first work.
    pub(crate) fn wait_for_metrics(&self, names: &[&str]) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let (status, page) = self.get("/metrics");
            assert_eq!(status, 200, "{page}");
            let missing: Vec<_> = names.iter().filter(|name| !page.contains(**name)).collect();
            if missing.is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "{missing:?} are missing: {page}");
            std::thread::sleep(POLL);
        }
    }

    /// Asks it to end, as a service manager does; gives the exit code and what it said.
    pub(crate) fn terminate(self) -> (i32, String) {
        signal(self.pid(), "-TERM");
        self.wait()
    }

    /// Waits for its end, which somebody asked for; gives the exit code and what it said.
    pub(crate) fn wait(mut self) -> (i32, String) {
        let code = wait(&mut self.child).unwrap_or(-1);
        (code, self.talk.recv_timeout(PATIENCE).unwrap_or_default())
    }

    /// Ends it as a crash would.
    pub(crate) fn kill9(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for the end of a process; its exit code.
pub(crate) fn wait(child: &mut Child) -> Option<i32> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        assert!(Instant::now() < deadline, "the process does not end");
        std::thread::sleep(POLL);
    }
}

pub(crate) fn signal(pid: u32, signal: &str) {
    let done = Command::new("kill")
        .args([signal, &pid.to_string()])
        .status()
        .unwrap();
    assert!(done.success());
}

pub(crate) fn http_get(address: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let status = text.split_whitespace().nth(1).unwrap().parse().unwrap();
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (status, body.to_owned())
}

/// The processes that work below a folder: PostgreSQL's all stand in its data folder.
pub(crate) fn processes_below(folder: &str) -> Vec<u32> {
    let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.into());
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter(|entry| {
            std::fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(&folder))
        })
        .filter_map(|entry| entry.file_name().to_string_lossy().parse().ok())
        .collect()
}

/// Waits until nothing runs below a folder.
pub(crate) fn wait_until_nobody_is_below(folder: &str) {
    let deadline = Instant::now() + Duration::from_secs(15);
    loop {
        let left = processes_below(folder);
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "still running: {left:?}");
        std::thread::sleep(POLL);
    }
}
