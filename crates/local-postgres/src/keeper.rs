//! The thread that owns the server process.
//!
//! The kernel's parent death signal follows the *thread* that spawned the child, not the process. A server spawned
//! from a test thread or a runtime's worker would be ended when that thread retires. So a thread of its own
//! spawns it, and lives exactly as long.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};

/// A running child and the way to learn of its end.
#[derive(Debug)]
pub(crate) struct Keeper {
    pid: u32,
    end: Arc<End>,
}

#[derive(Debug, Default)]
struct End {
    status: Mutex<Option<ExitStatus>>,
    changed: Condvar,
}

impl End {
    fn lock(&self) -> MutexGuard<'_, Option<ExitStatus>> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keeper {
    /// Runs `command` so that `on_parent_death` reaches it when this process ends, however it ends.
    pub(crate) fn spawn(mut command: Command, on_parent_death: Signal) -> io::Result<Self> {
        // A group of its own: Ctrl-C in the terminal must reach us first, not the server behind our back.
        command.process_group(0);
        end_with_parent(&mut command, on_parent_death);
        let end = Arc::new(End::default());
        let (tell, told) = mpsc::sync_channel(1);
        let kept = Arc::clone(&end);
        std::thread::Builder::new()
            .name("postgres-keeper".to_owned())
            .spawn(move || {
                let spawned = command.spawn();
                // The command holds our copies of the child's files.
                drop(command);
                match spawned {
                    Ok(child) => {
                        let sent = tell.send(Ok(child.id()));
                        drop((sent, tell));
                        keep(child, &kept);
                    }
                    Err(error) => drop(tell.send(Err(error))),
                }
            })?;
        let pid = told
            .recv()
            .map_err(|_| io::Error::other("the keeper thread ended early"))??;
        Ok(Self { pid, end })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Sends a signal, unless the process has ended (its id may then belong to somebody else).
    pub(crate) fn signal(&self, signal: Signal) {
        let status = self.end.lock();
        if status.is_none() {
            send(self.pid, signal);
        }
    }

    pub(crate) fn exit_status(&self) -> Option<ExitStatus> {
        *self.end.lock()
    }

    /// Waits for the end of the process, at most `timeout`.
    pub(crate) fn wait(&self, timeout: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + timeout;
        let mut status = self.end.lock();
        while status.is_none() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            status = self
                .end
                .changed
                .wait_timeout(status, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        *status
    }
}

/// Sends a signal to a process by id; a process that is gone already is what we wanted.
pub(crate) fn send(pid: u32, signal: Signal) {
    if let Some(pid) = to_pid(pid)
        && let Err(error) = rustix::process::kill_process(pid, signal)
    {
        tracing::debug!(%error, ?pid, ?signal, "signal not delivered");
    }
}

/// Arranges for `signal` to reach the command's process when the thread that spawns it ends.
#[cfg(target_os = "linux")]
#[expect(
    unsafe_code,
    reason = "the parent death signal can only be set between fork and exec"
)]
pub(crate) fn end_with_parent(command: &mut Command, signal: Signal) {
    let parent = to_pid(std::process::id());
    let hook = move || {
        rustix::process::set_parent_process_death_signal(Some(signal))?;
        // The parent may have died between the fork and the line above; then the signal never comes.
        if rustix::process::getppid() == parent {
            Ok(())
        } else {
            Err(io::Error::from(rustix::io::Errno::SRCH))
        }
    };
    // SAFETY: the hook makes two system calls and neither allocates nor takes a lock, which is all that is
    // allowed in the child of a fork of a process with threads. It runs after setuid, which would clear it.
    unsafe { command.pre_exec(hook) };
}

/// Elsewhere the kernel has no such signal; the next start finds the orphan and ends it.
#[cfg(not(target_os = "linux"))]
pub(crate) fn end_with_parent(_command: &mut Command, _signal: Signal) {}

fn keep(mut child: Child, end: &End) {
    // First wait without reaping, then reap under the lock: so `signal` never hits a reused process id.
    if let Some(pid) = to_pid(child.id()) {
        while let Err(rustix::io::Errno::INTR) =
            rustix::process::waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)
        {}
    }
    let mut status = end.lock();
    match child.wait() {
        Ok(ended) => *status = Some(ended),
        Err(error) => {
            tracing::warn!(%error, "the end of PostgreSQL could not be read");
            *status = Some(ExitStatus::default());
        }
    }
    end.changed.notify_all();
}

fn to_pid(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_child_outlives_the_thread_that_asked_for_it() {
        let keeper = std::thread::spawn(|| {
            let mut command = Command::new("sleep");
            command.arg("60");
            Keeper::spawn(command, Signal::KILL).unwrap()
        })
        .join()
        .unwrap();
        assert_eq!(keeper.wait(Duration::from_millis(300)), None);
        keeper.signal(Signal::KILL);
        assert!(keeper.wait(Duration::from_secs(10)).is_some());
        keeper.signal(Signal::KILL);
    }

    #[test]
    fn a_missing_program_is_an_error_not_a_hang() {
        let error = Keeper::spawn(Command::new("/no/such/program"), Signal::KILL).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
