//! `postmaster.pid`: what PostgreSQL says about itself, and who it belongs to.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::process::Process;

/// Set on our servers' command line, so that anybody can see whose child it was meant to be.
pub(crate) const OWNER_SETTING: &str = "posars.owner_pid";
/// An id that no process can have (Linux ends at 2^22), for a file whose id now belongs to somebody else.
const NO_PROCESS: u32 = 2_147_483_647;
/// A server writes the file at once after making it; one empty for longer was left by a crash.
const EMPTY_FILE_AGE_MAX: Duration = Duration::from_secs(5);

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PidFile {
    pub(crate) pid: u32,
    pub(crate) port: u16,
    pub(crate) socket_folder: PathBuf,
    pub(crate) ready: bool,
}

/// Who runs on a data folder.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Incumbent {
    /// Nobody.
    None,
    /// A server whose owner lives, or that was started by other means.
    Running(PidFile),
    /// A server of ours whose owner has died: it is ending.
    Orphan(u32),
}

impl PidFile {
    pub(crate) fn read(data: &Path) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(data.join("postmaster.pid")).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let line = |number: usize| lines.get(number - 1).copied().unwrap_or("");
        Some(Self {
            pid: line(1).parse().ok()?,
            port: line(4).parse().unwrap_or(0),
            socket_folder: PathBuf::from(line(5)),
            // A hot standby takes connections, too, and says "standby".
            ready: ["ready", "standby"].iter().any(|word| line(8).starts_with(word)),
        })
    }
}

/// The process id of the server that runs on the data folder (the one given to the server's configuration), if any.
pub fn running_pid(data_dir: &Path) -> Option<u32> {
    let file = PidFile::read(&data_dir.join("pg").join("data"))?;
    matches!(Process::look(file.pid), Process::Alive { .. }).then_some(file.pid)
}

/// Looks who runs on `data`, and clears what a crash left in the way of the next server.
pub(crate) fn incumbent(data: &Path) -> Incumbent {
    let Some(file) = PidFile::read(data) else {
        remove_if_empty(data);
        return Incumbent::None;
    };
    match Process::look(file.pid) {
        Process::Gone => Incumbent::None,
        // PostgreSQL would take a zombie for a live server.
        Process::Zombie => {
            disown(data);
            Incumbent::None
        }
        Process::Alive {
            folder: Some(folder), ..
        } if folder != data => {
            disown(data);
            Incumbent::None
        }
        Process::Alive {
            parent, arguments, ..
        } => match owner(&arguments) {
            Some(owner) if owner != parent => Incumbent::Orphan(file.pid),
            Some(_) | None => Incumbent::Running(file),
        },
    }
}

fn owner(arguments: &str) -> Option<u32> {
    let (_, after) = arguments.split_once(&format!("{OWNER_SETTING}="))?;
    after.split_whitespace().next()?.parse().ok()
}

/// Replaces the process id in the file by an impossible one. The rest must stay: by it PostgreSQL checks that no
/// process of the dead server still uses its shared memory, so the file must not simply be deleted.
fn disown(data: &Path) {
    let path = data.join("postmaster.pid");
    let Ok(text) = std::fs::read_to_string(&path) else {
        return;
    };
    let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
    let new = format!("{NO_PROCESS}\n{rest}");
    // Root must not follow a link that the server's user may have put there.
    let flags = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0);
    let written = OpenOptions::new()
        .write(true)
        .custom_flags(flags)
        .open(&path)
        .and_then(|mut file| {
            file.write_all(new.as_bytes())?;
            file.set_len(u64::try_from(new.len()).unwrap_or(u64::MAX))
        });
    match written {
        Ok(()) => tracing::info!(path = %path.display(), "cleared the mark of a server that is gone"),
        Err(error) => tracing::warn!(%error, path = %path.display(), "stale server mark left in place"),
    }
}

fn remove_if_empty(data: &Path) {
    let path = data.join("postmaster.pid");
    let Ok(meta) = std::fs::symlink_metadata(&path) else {
        return;
    };
    let age = meta
        .modified()
        .ok()
        .and_then(|at| at.elapsed().ok())
        .unwrap_or_default();
    if meta.len() == 0 && age > EMPTY_FILE_AGE_MAX {
        let removed = std::fs::remove_file(&path);
        tracing::info!(path = %path.display(), ?removed, "removed an empty server mark left by a crash");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "42\n/srv/pg/data\n1790000000\n5432\n/srv/pg/run\n\n 123 456\nready   \n";

    fn folder_with(text: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("postmaster.pid"), text).unwrap();
        dir
    }

    #[test]
    fn the_eighth_line_says_ready() {
        let file = PidFile::parse(TEXT).unwrap();
        assert_eq!(
            file,
            PidFile {
                pid: 42,
                port: 5432,
                socket_folder: PathBuf::from("/srv/pg/run"),
                ready: true
            }
        );
        assert!(!PidFile::parse("42\n/srv/pg/data\n").unwrap().ready);
        assert!(!PidFile::parse(&TEXT.replace("ready", "stopping")).unwrap().ready);
        assert_eq!(PidFile::parse(""), None);
    }

    #[test]
    fn the_owner_is_read_from_the_command_line() {
        assert_eq!(owner("postgres -D x -c posars.owner_pid=77 -c port=1"), Some(77));
        assert_eq!(owner("postgres -D x"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_id_that_now_belongs_to_another_program_is_cleared_and_the_rest_kept() {
        let dir = folder_with(&TEXT.replace("42\n", &format!("{}\n", std::process::id())));
        assert_eq!(incumbent(dir.path()), Incumbent::None);
        let text = std::fs::read_to_string(dir.path().join("postmaster.pid")).unwrap();
        assert_eq!(text, TEXT.replace("42\n", "2147483647\n"));
    }

    #[test]
    fn only_an_old_empty_mark_is_removed() {
        let dir = folder_with("");
        let path = dir.path().join("postmaster.pid");
        assert_eq!(incumbent(dir.path()), Incumbent::None);
        assert!(path.exists(), "another server may be writing it right now");
        let old = std::time::SystemTime::now() - Duration::from_secs(60);
        std::fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(old)
            .unwrap();
        assert_eq!(incumbent(dir.path()), Incumbent::None);
        assert!(!path.exists());
    }
}
