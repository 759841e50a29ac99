//! A cluster made of a base backup: a copy, which a server of its own runs while the backup stays as it is.

use std::fs::{DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::account::Account;
use crate::error::{BackupError, at};
use crate::last_words::last_words;
use crate::layout::Layout;
use crate::{Durability, Installation};

/// Deeper than any folder of a cluster; stops a link that leads back.
const DEPTH_MAX: usize = 16;
/// What a backup of a standby has in it, or of a server that runs: the copy is neither.
const LEFT_OUT: [&str; 4] = [
    "standby.signal",
    "recovery.signal",
    "postmaster.pid",
    "postmaster.opts",
];
/// Settings that win over those of the backup: a copy must not archive into the backup's archive, wait for its standbys,
/// fetch from its primary, or load what is not installed here.
const SETTINGS: &str = "\
# Written for a copy of a base backup.
archive_mode = off
archive_command = ''
restore_command = ''
primary_conninfo = ''
primary_slot_name = ''
synchronous_standby_names = ''
shared_preload_libraries = ''
ssl = off
";
/// The socket lies in a folder of the server's user alone.
const ACCESS: &str = "# Written for a copy of a base backup.\nlocal all all trust\n";

/// Compares a base backup with the list of files and checksums that `pg_basebackup` wrote into it; false where it has no
/// such list, or the program that reads it is not installed. Blocks.
///
/// # Errors
/// [`BackupError::Damaged`], and [`BackupError::Start`] where the program does not run.
pub fn verify_manifest(installation: &Installation, backup: &Path) -> Result<bool, BackupError> {
    let program = installation.program("pg_verifybackup");
    if !backup.join("backup_manifest").exists() || !program.exists() {
        return Ok(false);
    }
    let output = Command::new(&program)
        .args(["--quiet", "--no-parse-wal"])
        .arg(backup)
        .stdin(Stdio::null())
        .output()
        .map_err(at("running", &program))?;
    if output.status.success() {
        return Ok(true);
    }
    Err(BackupError::Damaged {
        backup: backup.to_owned(),
        words: last_words(&String::from_utf8_lossy(&output.stderr)),
    })
}

/// Copies the cluster of a base backup below a data folder, which must hold none yet; a server can be started on it then.
/// Blocks.
///
/// # Errors
/// [`BackupError::NotABackup`], [`BackupError::Running`], [`BackupError::Tablespaces`], and [`BackupError::Start`] where
/// files cannot be read or written.
pub fn copy_backup(backup: &Path, data_dir: &Path) -> Result<(), BackupError> {
    if !backup.join("PG_VERSION").is_file() {
        return Err(BackupError::NotABackup {
            backup: backup.to_owned(),
        });
    }
    // A copy of files that change meanwhile is no copy of any moment.
    if backup.join("postmaster.pid").exists() && !backup.join("backup_label").exists() {
        return Err(BackupError::Running {
            backup: backup.to_owned(),
        });
    }
    let spaces = std::fs::read_dir(backup.join("pg_tblspc"));
    if spaces.is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(BackupError::Tablespaces {
            backup: backup.to_owned(),
        });
    }
    let layout = Layout::open(data_dir)?;
    let account = Account::for_cluster(&layout.data, Durability::Durable)?;
    let copying = Copying {
        account: account.as_ref(),
    };
    copying.folder(backup, &layout.data, 0)?;
    for (name, text) in [("postgresql.auto.conf", SETTINGS), ("pg_hba.conf", ACCESS)] {
        copying.write(&layout.data.join(name), text)?;
    }
    // Those of Debian's packages lie elsewhere, and are in no backup.
    for name in ["postgresql.conf", "pg_ident.conf"] {
        if !layout.data.join(name).exists() {
            copying.write(&layout.data.join(name), "# Not in the backup.\n")?;
        }
    }
    Ok(())
}

struct Copying<'a> {
    account: Option<&'a Account>,
}

impl Copying<'_> {
    fn folder(&self, from: &Path, to: &Path, depth: usize) -> Result<(), BackupError> {
        if depth > DEPTH_MAX {
            return Err(BackupError::NotABackup {
                backup: from.to_owned(),
            });
        }
        DirBuilder::new()
            .mode(0o700)
            .create(to)
            .map_err(at("making", to))?;
        self.give(to)?;
        for entry in std::fs::read_dir(from).map_err(at("reading", from))? {
            let entry = entry.map_err(at("reading", from))?;
            let name = entry.file_name();
            if depth == 0 && LEFT_OUT.iter().any(|left_out| name == *left_out) {
                continue;
            }
            let (source, target) = (entry.path(), to.join(&name));
            // Followed: the write-ahead log may lie on a disk of its own.
            let meta = std::fs::metadata(&source).map_err(at("looking at", &source))?;
            if meta.is_dir() {
                self.folder(&source, &target, depth + 1)?;
            } else if meta.is_file() {
                self.file(&source, &target)?;
            }
        }
        Ok(())
    }

    fn file(&self, from: &Path, to: &Path) -> Result<(), BackupError> {
        std::fs::copy(from, to).map_err(at("copying", from))?;
        self.own(to)
    }

    fn write(&self, path: &Path, text: &str) -> Result<(), BackupError> {
        std::fs::write(path, text).map_err(at("writing", path))?;
        self.own(path)
    }

    fn own(&self, path: &Path) -> Result<(), BackupError> {
        let private = Permissions::from_mode(0o600);
        std::fs::set_permissions(path, private).map_err(at("setting the mode of", path))?;
        self.give(path)
    }

    fn give(&self, path: &Path) -> Result<(), BackupError> {
        if let Some(account) = self.account {
            account.give(path)?;
        }
        Ok(())
    }
}

/// A folder for such a copy, which does not exist yet.
pub fn scratch_folder(beside: &Path) -> PathBuf {
    let nanos = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos());
    beside.join(format!("posars-backup-{}-{nanos}", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_backup_is_not_copied() {
        let folder = tempfile::tempdir().unwrap();
        let (backup, copy) = (folder.path().join("backup"), folder.path().join("copy"));
        std::fs::create_dir_all(backup.join("pg_tblspc")).unwrap();
        let refused = copy_backup(&backup, &copy).unwrap_err();
        assert!(matches!(refused, BackupError::NotABackup { .. }), "{refused}");
        std::fs::write(backup.join("PG_VERSION"), "15\n").unwrap();
        std::fs::write(backup.join("postmaster.pid"), "1\n").unwrap();
        let refused = copy_backup(&backup, &copy).unwrap_err();
        assert!(matches!(refused, BackupError::Running { .. }), "{refused}");
        std::fs::remove_file(backup.join("postmaster.pid")).unwrap();
        std::os::unix::fs::symlink("/", backup.join("pg_tblspc/16384")).unwrap();
        let refused = copy_backup(&backup, &copy).unwrap_err();
        assert!(matches!(refused, BackupError::Tablespaces { .. }), "{refused}");
        assert!(!copy.exists(), "nothing was begun");
    }
}
