//! Locks on a data folder, so that two processes never pull one server from under each other.
//!
//! Two files below the folder. `up.lock`: at most one `posars up`; it holds what the owner wrote about itself.
//! `users.lock`: shared by every process that uses the private server; its owner waits for the others before it
//! stops the server. The kernel lets go of both when a process ends, however it ends.

use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::failure::{Exit, Failure, on_file};

const UP_LOCK: &str = "up.lock";
const USERS_LOCK: &str = "users.lock";
/// How often a lock that others hold is tried again.
const POLL: Duration = Duration::from_millis(50);

/// What the running `posars up` says of itself to those who find the folder taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Owner {
    /// Its process id.
    pub(crate) pid: u32,
    /// Where it serves.
    pub(crate) listen: String,
}

/// The right to be the only `posars up` of a folder.
#[derive(Debug)]
pub(crate) struct UpLock(File);

/// The note that this process uses the server of a folder.
#[derive(Debug)]
pub(crate) struct UserLock(File);

fn open(folder: &Path, name: &str) -> Result<File, Failure> {
    make_folder(folder).map_err(|error| on_file("making the data folder", folder, &error))?;
    let path = folder.join(name);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    options
        .open(&path)
        .map_err(|error| on_file("opening the lock file", &path, &error))
}

fn make_folder(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(folder)?;
    if rustix::process::geteuid().is_root() {
        // PostgreSQL's user must walk through, whatever our umask says; it need not look around.
        std::fs::set_permissions(folder, Permissions::from_mode(0o711))?;
    }
    Ok(())
}

impl UpLock {
    /// Takes it and says who we are.
    ///
    /// # Errors
    /// `ALREADY_UP` with the process that holds it; `FILE_UNUSABLE`.
    pub(crate) fn take(folder: &Path, owner: &Owner) -> Result<Self, Failure> {
        let mut file = open(folder, UP_LOCK)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(already_up(folder)),
            Err(TryLockError::Error(error)) => return Err(on_file("locking", &folder.join(UP_LOCK), &error)),
        }
        let text = serde_json::to_string(owner).unwrap_or_default();
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(text.as_bytes()))
            .map_err(|error| on_file("writing", &folder.join(UP_LOCK), &error))?;
        Ok(Self(file))
    }

    /// Says where we really serve, once it is known.
    pub(crate) fn rewrite(&mut self, owner: &Owner) {
        let text = serde_json::to_string(owner).unwrap_or_default();
        let written = self
            .0
            .set_len(0)
            .and_then(|()| self.0.rewind())
            .and_then(|()| self.0.write_all(text.as_bytes()));
        if let Err(error) = written {
            tracing::warn!(%error, "the lock file does not say where we serve");
        }
    }
}

/// The `posars up` that runs on a folder; none when nobody holds its lock.
pub(crate) fn owner_of(folder: &Path) -> Option<Owner> {
    let mut file = File::open(folder.join(UP_LOCK)).ok()?;
    match file.try_lock_shared() {
        Ok(()) => None,
        Err(_) => {
            let mut text = String::new();
            file.read_to_string(&mut text).ok()?;
            Some(serde_json::from_str(&text).unwrap_or(Owner {
                pid: 0,
                listen: "an unknown address".to_owned(),
            }))
        }
    }
}

fn already_up(folder: &Path) -> Failure {
    let who = owner_of(folder).map_or_else(
        || "another process".to_owned(),
        |owner| format!("process {} at {}", owner.pid, owner.listen),
    );
    Failure::new(
        Exit::Conflict,
        "ALREADY_UP",
        format!("posars up runs on {} already ({who})", folder.display()),
    )
    .next("use that one, or stop it first, or name another folder with --data DIR")
}

impl UserLock {
    /// Notes that this process uses the server of the folder. Waits while its owner stops it.
    ///
    /// # Errors
    /// `FILE_UNUSABLE`.
    pub(crate) fn share(folder: &Path) -> Result<Self, Failure> {
        let file = open(folder, USERS_LOCK)?;
        file.lock_shared()
            .map_err(|error| on_file("locking", &folder.join(USERS_LOCK), &error))?;
        Ok(Self(file))
    }

    /// Becomes the only user, waiting at most `wait` for the others to end. Says whether it did.
    pub(crate) fn alone(&self, wait: Duration) -> bool {
        let deadline = Instant::now() + wait;
        // A lock of one open file changes its kind in place.
        loop {
            match self.0.try_lock() {
                Ok(()) => return true,
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => std::thread::sleep(POLL),
                Err(_) => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_up_per_folder_and_the_second_learns_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let owner = Owner {
            pid: 7,
            listen: "127.0.0.1:8080".to_owned(),
        };
        assert_eq!(owner_of(folder.path()), None);
        let held = UpLock::take(folder.path(), &owner).unwrap();
        assert_eq!(owner_of(folder.path()), Some(owner.clone()));
        let refused = UpLock::take(folder.path(), &owner).unwrap_err();
        assert_eq!(refused.exit, Exit::Conflict);
        assert!(
            refused.message.contains("process 7 at 127.0.0.1:8080"),
            "{refused}"
        );
        drop(held);
        assert_eq!(owner_of(folder.path()), None);
        UpLock::take(folder.path(), &owner).unwrap();
    }

    #[test]
    fn the_owner_is_alone_only_when_the_others_have_ended() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, theirs) = (
            UserLock::share(folder.path()).unwrap(),
            UserLock::share(folder.path()).unwrap(),
        );
        assert!(!ours.alone(Duration::from_millis(60)));
        drop(theirs);
        assert!(ours.alone(Duration::from_millis(60)));
    }
}
