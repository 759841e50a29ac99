//! The cached cluster: made and migrated once, then copied for every server.
//!
//! It lies in the target folder, where `cargo clean` finds it. No server ever runs there: the user that one runs
//! as may not be able to walk down to it. It is made in the temporary folder and copied in.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use posars_local_postgres::{Durability, Installation, Server, ServerConfig};

use crate::scratch::Scratch;

/// The migrated database in every cached cluster.
pub(crate) const TEMPLATE: &str = "posars_template";
/// One in use, and a few of other branches; each is about 50 MB.
const CLUSTERS_MAX: usize = 4;

/// Copies the cached cluster to `pg/data` below `folder`, making the cached one first if it is missing.
pub(crate) fn lay_out(installation: &Installation, folder: &Path) -> anyhow::Result<()> {
    let cache = cache_folder()?;
    std::fs::create_dir_all(&cache).with_context(|| format!("making {}", cache.display()))?;
    let lock = cache.join("lock");
    let lock = File::create(&lock).with_context(|| format!("opening {}", lock.display()))?;
    let cached = cache.join(key(installation, folder)?);
    let destination = folder.join("pg");
    std::fs::create_dir(&destination)?;
    loop {
        // Shared, so that test processes copy side by side while nobody removes what they copy.
        lock.lock_shared()?;
        if cached.exists() {
            copy(&cached, &destination.join("data"))?;
            return Ok(lock.unlock()?);
        }
        lock.unlock()?;
        lock.lock()?;
        if !cached.exists() {
            remove_oldest(&cache)?;
            make(installation, &cached)?;
        }
        lock.unlock()?;
    }
}

/// `target/posars-testkit`, found from the running test: `target/debug/deps/some_test-0123`.
fn cache_folder() -> anyhow::Result<PathBuf> {
    let exe = std::env::current_exe().context("asking for the path of this program")?;
    let profile = exe
        .ancestors()
        .find(|path| path.file_name().is_some_and(|name| name == "deps"))
        .and_then(Path::parent)
        .or_else(|| exe.parent());
    let target = profile
        .and_then(Path::parent)
        .context("this program lies in no target folder")?;
    Ok(target.join("posars-testkit"))
}

/// Changes with everything that the cluster is made of: programs, migrations, and the user that owns the files (the
/// one who made `folder`).
fn key(installation: &Installation, folder: &Path) -> anyhow::Result<String> {
    use std::os::unix::fs::MetadataExt as _;
    let user = std::fs::metadata(folder)?.uid();
    Ok(format!(
        "pg{}-{}-user{user}",
        installation.version(),
        posars_schema::fingerprint()
    ))
}

fn make(installation: &Installation, cached: &Path) -> anyhow::Result<()> {
    let scratch = Scratch::create()?;
    let mut config = ServerConfig::new(installation.clone(), scratch.path());
    config.durability = Durability::Disposable;
    let server = Server::start(config)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        server.create_database(TEMPLATE, None).await?;
        posars_schema::migrate(&server.url(TEMPLATE)).await?;
        anyhow::Ok(())
    })?;
    drop(runtime);
    // Stopped cleanly, so that no copy has to recover.
    server.stop()?;
    let unfinished = cached.with_extension("unfinished");
    if unfinished.exists() {
        std::fs::remove_dir_all(&unfinished)?;
    }
    copy(&scratch.path().join("pg").join("data"), &unfinished)?;
    Ok(std::fs::rename(&unfinished, cached)?)
}

/// Copies a folder with owners and modes; shares the blocks where the file system can.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let mut why = String::new();
    // The second form is what every system has.
    for flags in [&["-a", "--reflink=auto"][..], &["-pR"]] {
        let output = Command::new("cp")
            .args(flags)
            .arg(from)
            .arg(to)
            .output()
            .context("running cp")?;
        if output.status.success() {
            return Ok(());
        }
        why = String::from_utf8_lossy(&output.stderr).into_owned();
        if to.exists() {
            std::fs::remove_dir_all(to)?;
        }
    }
    bail!("copying {} to {} failed: {why}", from.display(), to.display())
}

/// Makes room for one more; the caller holds the lock alone.
fn remove_oldest(cache: &Path) -> anyhow::Result<()> {
    let mut clusters: Vec<(std::time::SystemTime, PathBuf)> = std::fs::read_dir(cache)?
        .flatten()
        .filter_map(|entry| {
            let meta = entry.metadata().ok().filter(std::fs::Metadata::is_dir)?;
            Some((meta.modified().ok()?, entry.path()))
        })
        .collect();
    clusters.sort();
    let surplus = (clusters.len() + 1).saturating_sub(CLUSTERS_MAX);
    for (_, path) in clusters.into_iter().take(surplus) {
        std::fs::remove_dir_all(&path).with_context(|| format!("removing {}", path.display()))?;
    }
    Ok(())
}
