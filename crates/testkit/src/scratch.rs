//! The folder of one server, named by the process it belongs to, so that a later run can tell it is stale.

use std::fs::{DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context as _;

/// Every folder begins so; the rest is `PID-BIRTH-NUMBER`.
const PREFIX: &str = "posars-test-";

/// A folder in the temporary folder; removed when dropped, else by the next run.
#[derive(Debug)]
pub(crate) struct Scratch {
    path: PathBuf,
}

impl Scratch {
    pub(crate) fn create() -> anyhow::Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let pid = std::process::id();
        let birth = birth(pid).unwrap_or_default();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("{PREFIX}{pid}-{birth}-{number}"));
        DirBuilder::new()
            .mode(0o711)
            .create(&path)
            .with_context(|| format!("making {}", path.display()))?;
        // Whatever the umask: the user that the server runs as must walk through.
        std::fs::set_permissions(&path, Permissions::from_mode(0o711))?;
        Ok(Self { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Best effort: what is left is removed by the next run.
        drop(std::fs::remove_dir_all(&self.path));
    }
}

/// Removes the folders of processes that are gone, unless their server is still ending.
pub(crate) fn remove_stale() {
    let Ok(entries) = std::fs::read_dir(std::env::temp_dir()) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        if is_stale(&name) && posars_local_postgres::running_pid(&path).is_none() {
            // Another run may be removing it as well.
            drop(std::fs::remove_dir_all(&path));
        }
    }
}

fn is_stale(name: &str) -> bool {
    let Some(rest) = name.strip_prefix(PREFIX) else {
        return false;
    };
    let mut parts = rest.split('-');
    let (Some(Ok(pid)), Some(born)) = (parts.next().map(str::parse), parts.next()) else {
        return false;
    };
    // The birth tells apart a later process that was given the same id.
    birth(pid).is_none_or(|birth| birth != born)
}

/// When a process began, in the system's own words; `None` when there is no such process.
#[cfg(target_os = "linux")]
fn birth(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // Field 22 of proc(5); the name, field 2, may hold blanks and ends at the last parenthesis.
    stat.rsplit_once(')')?
        .1
        .split_whitespace()
        .nth(19)
        .map(str::to_owned)
}

/// When a process began, in the system's own words; `None` when there is no such process.
#[cfg(not(target_os = "linux"))]
fn birth(pid: u32) -> Option<String> {
    let output = std::process::Command::new("ps")
        .args(["-o", "lstart=", "-p", &pid.to_string()])
        .output()
        .ok()?;
    let text: String = String::from_utf8_lossy(&output.stdout)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_of_dead_processes_are_stale() {
        let me = std::process::id();
        let born = birth(me).unwrap();
        assert!(!is_stale(&format!("{PREFIX}{me}-{born}-0")));
        assert!(
            is_stale(&format!("{PREFIX}{me}-1-0")),
            "the id was given to another process"
        );
        assert!(is_stale(&format!("{PREFIX}4194305-{born}-0")));
        assert!(!is_stale("posars-test-notes"));
        assert!(!is_stale("somebody-else"));
    }
}
