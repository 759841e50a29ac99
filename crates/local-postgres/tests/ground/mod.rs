//! The ground that the tests stand on: folders, the installation, one-line queries.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(unreachable_pub, reason = "a module of tests, shared by inclusion")]
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "the driver's message enum is non-exhaustive"
)]

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use posars_local_postgres::{Durability, Installation, ServerConfig};
use tokio_postgres::{NoTls, SimpleQueryMessage};

/// A temporary folder that the server's user can walk into.
pub struct Ground(tempfile::TempDir);

impl Ground {
    pub fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("pg").tempdir().unwrap();
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
        Self(dir)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

pub fn config(folder: &Path) -> ServerConfig {
    let mut config = ServerConfig::new(Installation::find().unwrap(), folder);
    config.durability = Durability::Disposable;
    config
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().unwrap()
}

/// The first column of every row.
pub async fn query(url: &str, sql: &str) -> Result<Vec<String>, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(async move { drop(connection.await) });
    let messages = client.simple_query(sql).await?;
    let first = |message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    };
    Ok(messages.into_iter().filter_map(first).collect())
}

pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Whether the process is there and not merely unreaped.
pub fn is_alive(pid: u32) -> bool {
    let output = std::process::Command::new("ps")
        .args(["-o", "stat=", "-p", &pid.to_string()])
        .output()
        .unwrap();
    let state = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

/// Gives `path` the owner of `example`.
pub fn give_like(path: &Path, example: &Path) {
    let meta = std::fs::metadata(example).unwrap();
    std::os::unix::fs::chown(path, Some(meta.uid()), Some(meta.gid())).unwrap();
}
