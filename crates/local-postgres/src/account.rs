//! Who the server runs as: this user, or, because PostgreSQL refuses root, another one.

use std::ffi::OsStr;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::StartError;
use crate::durability::Durability;
use crate::error::at;

/// The user of PostgreSQL's packages, shared with its other clusters.
const PACKAGED: &str = "postgres";
/// Our own user, which we make when it is not there.
const OWN: &str = "posars";
/// Shared by other daemons, hence only the last resort.
const LAST_RESORT: &str = "nobody";

/// A user to drop to.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) uid: u32,
    gid: u32,
    name: String,
}

impl Account {
    /// The user for the cluster in `data`: `None` means this very user.
    ///
    /// A new cluster gets a user of its own: the packaged one is also that of other clusters, and of whoever looks after
    /// them. A disposable one is no reason to make a user.
    pub(crate) fn for_cluster(data: &Path, durability: Durability) -> Result<Option<Self>, StartError> {
        let us = rustix::process::geteuid();
        let owner = std::fs::symlink_metadata(data).ok();
        if !us.is_root() {
            return match owner {
                Some(meta) if meta.uid() != us.as_raw() => Err(StartError::ForeignOwner {
                    path: data.to_owned(),
                    owner: meta.uid(),
                    user: us.as_raw(),
                }),
                Some(_) | None => Ok(None),
            };
        }
        // A cluster that is there keeps its owner: PostgreSQL refuses any other user.
        if let Some(meta) = owner.filter(|meta| meta.uid() != 0) {
            return Ok(Some(Self {
                uid: meta.uid(),
                gid: meta.gid(),
                name: format!("id {}", meta.uid()),
            }));
        }
        let packaged_first = match durability {
            Durability::Durable => None,
            Durability::Disposable => lookup(PACKAGED),
        };
        packaged_first
            .or_else(|| lookup(OWN))
            .or_else(|| {
                create(OWN);
                // Also after a failure: another process may have made it at the same instant.
                lookup(OWN)
            })
            .or_else(|| lookup(PACKAGED))
            .or_else(|| lookup(LAST_RESORT))
            .map(Some)
            .ok_or(StartError::NoAccount)
    }

    /// Makes `path` (not what is in it) this user's.
    pub(crate) fn give(&self, path: &Path) -> Result<(), StartError> {
        std::os::unix::fs::lchown(path, Some(self.uid), Some(self.gid))
            .map_err(at("changing the owner of", path))
    }

    /// Fails unless this user can walk down to `path`.
    pub(crate) fn check_walkable(&self, path: &Path) -> Result<(), StartError> {
        for folder in path
            .ancestors()
            .filter(|folder| folder.is_dir())
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
        {
            let meta = std::fs::metadata(folder).map_err(at("looking at", folder))?;
            let execute = if meta.uid() == self.uid {
                0o100
            } else if meta.gid() == self.gid {
                0o010
            } else {
                0o001
            };
            if meta.mode() & execute == 0 {
                return Err(StartError::Unwalkable {
                    user: self.name.clone(),
                    path: path.to_owned(),
                    blocker: folder.to_owned(),
                });
            }
        }
        Ok(())
    }
}

/// A command that runs as `account`, in no particular folder and with no setting of PostgreSQL's from our
/// environment.
pub(crate) fn command(program: &Path, account: Option<&Account>) -> Command {
    let mut command = Command::new(program);
    // The account may not be able to stay in our working folder.
    command.current_dir("/").stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"PG") {
            command.env_remove(name);
        }
    }
    // English, so that what it says can be recognised.
    command.env("LC_ALL", "C").env_remove("LANGUAGE");
    if let Some(account) = account {
        // This also drops root's supplementary groups.
        command.gid(account.gid).uid(account.uid);
    }
    command
}

fn lookup(name: &str) -> Option<Account> {
    // `id` asks the name service, which may know users that /etc/passwd does not.
    let ask = |flag: &str| -> Option<u32> {
        let output = Command::new("id")
            .args([flag, name])
            .stderr(Stdio::null())
            .output()
            .ok()?;
        String::from_utf8_lossy(&output.stdout).trim().parse().ok()
    };
    Some(Account {
        uid: ask("-u").filter(|uid| *uid != 0)?,
        gid: ask("-g")?,
        name: name.to_owned(),
    })
}

fn create(name: &str) {
    let run = |program: &str, arguments: &[&str]| {
        Command::new(program)
            .args(arguments.iter().map(OsStr::new))
            .arg(name)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let made = run(
        "useradd",
        &[
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            "/sbin/nologin",
        ],
    ) || run(
        "adduser",
        &["-S", "-D", "-H", "-h", "/nonexistent", "-s", "/sbin/nologin"],
    );
    if made {
        tracing::info!(
            user = name,
            "made a system user for PostgreSQL, which does not run as root"
        );
    }
}
