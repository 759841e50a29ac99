//! Where the server's files are: `pg/data`, `pg/run` and `pg/log` below the data folder.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::StartError;
use crate::account::Account;
use crate::error::at;

/// The port is only part of the socket's name: nothing listens on TCP.
pub(crate) const PORT: u16 = 5432;
/// The kernel takes 108 bytes on Linux and 104 on macOS, and PostgreSQL adds a `.lock` file beside the socket.
const SOCKET_PATH_BYTES_MAX: usize = 98;
/// How often a held lock is tried again.
const LOCK_POLL: Duration = Duration::from_millis(50);

/// The folders of one server; all of them absolute.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// `pg/`: ours, not the server user's, so that root never follows a link planted in it.
    pub(crate) root: PathBuf,
    /// The cluster.
    pub(crate) data: PathBuf,
    /// The socket.
    pub(crate) run: PathBuf,
    /// The server's logs.
    pub(crate) log: PathBuf,
}

impl Layout {
    /// Makes the data folder and `pg/` if needed and settles the paths.
    pub(crate) fn open(data_dir: &Path) -> Result<Self, StartError> {
        let as_root = rustix::process::geteuid().is_root();
        let root = data_dir.join("pg");
        for path in [data_dir, &root] {
            if path.is_dir() {
                continue;
            }
            std::fs::create_dir_all(path).map_err(at("making", path))?;
            if as_root {
                // The server's user must walk through, whatever our umask says; it need not look around.
                std::fs::set_permissions(path, Permissions::from_mode(0o711))
                    .map_err(at("setting the mode of", path))?;
            }
        }
        let root = root.canonicalize().map_err(at("resolving", &root))?;
        let run = socket_folder(&root)?;
        let data = root.join("data");
        // It may be a link to a larger disk; PostgreSQL speaks of the place where it leads.
        let data = data.canonicalize().unwrap_or(data);
        Ok(Self {
            data,
            log: root.join("log"),
            run,
            root,
        })
    }

    /// What PostgreSQL prints before its log collector runs.
    pub(crate) fn start_log(&self) -> PathBuf {
        self.root.join("start.log")
    }

    /// Takes the lock under which servers on this folder are made, started and stopped, one at a time.
    pub(crate) fn lock(&self, wait: Duration) -> Result<File, StartError> {
        let path = self.root.join("start.lock");
        let mut open = OpenOptions::new();
        let file = open
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&path)
            .map_err(at("opening the lock file", &path))?;
        let deadline = Instant::now() + wait;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(std::fs::TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(LOCK_POLL);
                }
                Err(std::fs::TryLockError::WouldBlock) => {
                    return Err(StartError::Busy {
                        lock: path,
                        waited_s: wait.as_secs(),
                    });
                }
                Err(std::fs::TryLockError::Error(source)) => return Err(at("locking", &path)(source)),
            }
        }
    }

    /// Makes the folders for socket and logs, gives them to the server's user, and clears what a crash left there.
    /// The caller holds the lock and has seen that nobody runs on the folder.
    pub(crate) fn prepare(&self, account: Option<&Account>) -> Result<(), StartError> {
        for path in [&self.run, &self.log] {
            make_private(path, account)?;
        }
        // PostgreSQL would refuse to start while the process that wrote it is an unreaped zombie.
        let socket_lock = self.run.join(format!(".s.PGSQL.{PORT}.lock"));
        match std::fs::remove_file(&socket_lock) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(at("removing", &socket_lock)(error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Removes the socket folder if it is not below the data folder; only after the server has ended.
    pub(crate) fn tidy(&self) {
        if !self.run.starts_with(&self.root)
            && let Err(error) = std::fs::remove_dir(&self.run)
        {
            tracing::debug!(%error, path = %self.run.display(), "socket folder left behind");
        }
    }
}

/// Makes a folder that only the server's user may enter, or checks that the one there is such a folder.
pub(crate) fn make_private(path: &Path, account: Option<&Account>) -> Result<(), StartError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            return Err(at("making", path)(error));
        }
        Ok(()) | Err(_) => {}
    }
    // Not following links: in a temporary folder anybody may have put one there before us.
    let meta = std::fs::symlink_metadata(path).map_err(at("looking at", path))?;
    let us = rustix::process::geteuid().as_raw();
    let wanted = account.map_or(us, |account| account.uid);
    if !meta.is_dir() || (meta.uid() != us && meta.uid() != wanted) {
        return Err(StartError::ForeignOwner {
            path: path.to_owned(),
            owner: meta.uid(),
            user: us,
        });
    }
    if meta.mode() & 0o777 != 0o700 {
        std::fs::set_permissions(path, Permissions::from_mode(0o700))
            .map_err(at("setting the mode of", path))?;
    }
    if let Some(account) = account {
        account.give(path)?;
    }
    Ok(())
}

fn socket_folder(root: &Path) -> Result<PathBuf, StartError> {
    let near = root.join("run");
    if fits(&near) {
        return Ok(near);
    }
    // The name follows from the data folder, so that every start on it takes the same place.
    let user = rustix::process::geteuid().as_raw();
    let far = std::env::temp_dir().join(format!("posars-{user}-{:016x}", fingerprint(root)));
    if fits(&far) {
        Ok(far)
    } else {
        Err(StartError::SocketPath {
            path: near,
            bytes_max: SOCKET_PATH_BYTES_MAX,
        })
    }
}

/// Short enough for a socket, and free of what would end it in a PostgreSQL list or a connection string.
fn fits(folder: &Path) -> bool {
    let socket_bytes = folder.as_os_str().len() + format!("/.s.PGSQL.{PORT}").len();
    socket_bytes <= SOCKET_PATH_BYTES_MAX
        && folder.to_str().is_some_and(|text| {
            !text.contains(|c: char| c.is_control() || matches!(c, ',' | '"' | '\'' | '\\' | '%'))
        })
}

/// FNV-1a: the same in every build, unlike the standard hasher.
fn fingerprint(path: &Path) -> u64 {
    path.as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deep_or_odd_folder_puts_the_socket_into_the_temporary_folder() {
        let near = Path::new("/srv/shop/pg");
        assert_eq!(socket_folder(near).unwrap(), near.join("run"));
        for odd in [
            format!("/srv/{}/pg", "x".repeat(90)),
            "/srv/a,b/pg".to_owned(),
            "/srv/it's/pg".to_owned(),
        ] {
            let far = socket_folder(Path::new(&odd)).unwrap();
            assert!(!far.starts_with("/srv"), "{far:?}");
            assert_eq!(far, socket_folder(Path::new(&odd)).unwrap());
        }
    }

    #[test]
    fn a_link_or_file_in_the_place_of_a_private_folder_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("run");
        std::os::unix::fs::symlink("/tmp", &link).unwrap();
        let error = make_private(&link, None).unwrap_err();
        assert!(matches!(error, StartError::ForeignOwner { .. }), "{error}");
    }
}
