//! A streaming standby of a test's own server.

use std::os::unix::fs::{MetadataExt as _, lchown};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};
use posars_local_postgres::{Server, ServerConfig};

use crate::TestServer;
use crate::scratch::Scratch;
use crate::server::DATABASE_MARK;

impl TestServer {
    /// A standby that follows this server by streaming and takes what only reads. It can be mistreated as any other; what
    /// it replays is paused by `select pg_wal_replay_pause()` on it.
    ///
    /// # Errors
    /// When this server is down, or `pg_basebackup` is not beside its programs or fails.
    pub async fn standby(&self) -> anyhow::Result<Self> {
        let (source, config) = (self.running()?.url("postgres"), self.config.clone());
        tokio::task::spawn_blocking(move || begin(&source, config)).await?
    }
}

fn begin(source: &str, mut config: ServerConfig) -> anyhow::Result<TestServer> {
    let scratch = Scratch::create()?;
    let data = scratch.path().join("pg").join("data");
    std::fs::create_dir(scratch.path().join("pg"))?;
    let output = Command::new(config.installation.bin_dir().join("pg_basebackup"))
        .args([
            "--write-recovery-conf",
            "--checkpoint=fast",
            "--no-sync",
            "--dbname",
            source,
            "--pgdata",
        ])
        .arg(&data)
        .output()
        .context("running pg_basebackup")?;
    if !output.status.success() {
        bail!(
            "pg_basebackup failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    // The copy is ours, and PostgreSQL runs as the user of the first server's files.
    let owner = std::fs::metadata(config.data_dir.join("pg").join("data"))?;
    give(&data, owner.uid(), owner.gid())?;
    config.data_dir = scratch.path().to_owned();
    let server = Server::start(config.clone())?;
    Ok(TestServer {
        url_pattern: server.url(DATABASE_MARK),
        server: Some(server),
        config,
        scratch,
    })
}

fn give(path: &Path, uid: u32, gid: u32) -> anyhow::Result<()> {
    lchown(path, Some(uid), Some(gid))?;
    if std::fs::symlink_metadata(path)?.is_dir() {
        for entry in std::fs::read_dir(path)? {
            give(&entry?.path(), uid, gid)?;
        }
    }
    Ok(())
}
