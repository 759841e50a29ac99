//! The measured server: this program in another process, whose CPU time the kernel counts.

use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};

/// Kernel ticks a second in `/proc`: fixed at 100 for every program, whatever the kernel uses itself.
const TICKS_PER_SECOND: u64 = 100;
/// Fields of `/proc/…/stat` behind the name in parentheses, counted from 0: CPU time of the program and of the
/// kernel for it.
const USER_TICKS: usize = 11;
const SYSTEM_TICKS: usize = 12;
const START_WAIT: Duration = Duration::from_secs(10);

/// A running echo server.
pub(super) struct EchoServer {
    child: Child,
    pid: u32,
    /// It serves as long as this is open, so that it never outlives us.
    stdin: Option<ChildStdin>,
    address: String,
}

impl EchoServer {
    /// Starts it and waits until it serves.
    pub(super) async fn start() -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("finding this program")?;
        let mut child = Command::new(program)
            .args(["bench", "echo-server"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("starting the measured server")?;
        let pid = child.id().context("the measured server ended at once")?;
        let out = child.stdout.take().context("the measured server has no output")?;
        let mut lines = BufReader::new(out).lines();
        let address = tokio::time::timeout(START_WAIT, lines.next_line())
            .await
            .context("the measured server does not say where it listens")??
            .context("the measured server ended before it served")?;
        Ok(Self {
            stdin: child.stdin.take(),
            child,
            pid,
            address,
        })
    }

    /// Host and port.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// All CPU time that it has used, in steps of 10 ms.
    pub(super) fn cpu_time(&self) -> anyhow::Result<Duration> {
        let path = format!("/proc/{}/stat", self.pid);
        let stat = std::fs::read_to_string(&path).with_context(|| format!("reading {path}"))?;
        let fields: Vec<&str> = stat
            .rsplit_once(')')
            .context("no name in the process's state")?
            .1
            .split_whitespace()
            .collect();
        let ticks = |index: usize| -> anyhow::Result<u64> {
            Ok(fields
                .get(index)
                .context("no CPU time in the process's state")?
                .parse()?)
        };
        Ok(Duration::from_millis(
            (ticks(USER_TICKS)? + ticks(SYSTEM_TICKS)?) * 1_000 / TICKS_PER_SECOND,
        ))
    }

    /// Ends it.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        drop(self.stdin.take());
        let status = self.child.wait().await?;
        anyhow::ensure!(status.success(), "the measured server ended with {status}");
        Ok(())
    }
}
