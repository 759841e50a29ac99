//! The cluster on disk: made whole or not at all, never deleted, never run with the wrong version.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::process::Signal;

use crate::account::{Account, command};
use crate::error::at;
use crate::keeper::end_with_parent;
use crate::last_words::last_words;
use crate::layout::{Layout, make_private};
use crate::{Durability, ServerConfig, StartError};

/// The superuser of our clusters. No password: the socket's folder lets nobody else in.
pub(crate) const SUPERUSER: &str = "posars";
/// A cluster being made has this before a number as its name; left over ones are removed.
const UNFINISHED: &str = "data.init.";

/// The major version that made the cluster below `data_dir`, as PostgreSQL wrote it; `None` without a cluster.
pub fn cluster_major(data_dir: &Path) -> Option<String> {
    version_of(&data_dir.join("pg").join("data"))
}

/// Makes the cluster unless it is there; checks that it fits the programs.
pub(crate) fn ensure(
    config: &ServerConfig,
    layout: &Layout,
    account: Option<&Account>,
) -> Result<(), StartError> {
    remove_unfinished(layout);
    if let Some(data_major) = version_of(&layout.data) {
        return if data_major == config.installation.major().to_string() {
            Ok(())
        } else {
            Err(StartError::VersionMismatch {
                data: layout.data.clone(),
                data_major,
                bin: config.installation.bin_dir().to_owned(),
                installed_major: config.installation.major(),
            })
        };
    }
    make_room(&layout.data)?;
    // Made beside its place and renamed: a half-made cluster is never seen under the final name.
    let unfinished = layout.root.join(unfinished_name());
    make_private(&unfinished, account)?;
    init(config, &unfinished, account)?;
    std::fs::rename(&unfinished, &layout.data).map_err(at("renaming", &unfinished))?;
    if config.durability == Durability::Durable {
        let folder = File::open(&layout.root).map_err(at("opening", &layout.root))?;
        folder.sync_all().map_err(at("syncing", &layout.root))?;
    }
    Ok(())
}

/// Nothing, or an empty folder, may be in the place of a new cluster; a rename needs it gone.
fn make_room(data: &Path) -> Result<(), StartError> {
    match std::fs::read_dir(data) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(StartError::NotACluster {
                    data: data.to_owned(),
                });
            }
            std::fs::remove_dir(data).map_err(at("replacing the empty folder", data))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(at("reading", data)(error)),
    }
}

fn version_of(data: &Path) -> Option<String> {
    std::fs::read_to_string(data.join("PG_VERSION"))
        .ok()
        .map(|text| text.trim().to_owned())
}

fn unfinished_name() -> String {
    let nanos = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos());
    format!("{UNFINISHED}{}.{nanos}", std::process::id())
}

/// Removes what an interrupted `initdb` left; best effort, because its names are never used again.
fn remove_unfinished(layout: &Layout) {
    let Ok(entries) = std::fs::read_dir(&layout.root) else {
        return;
    };
    for path in entries
        .flatten()
        .filter(|entry| is_unfinished(&entry.path()))
        .map(|entry| entry.path())
    {
        match std::fs::remove_dir_all(&path) {
            Ok(()) => tracing::info!(path = %path.display(), "removed a cluster that was never finished"),
            Err(error) => tracing::warn!(%error, path = %path.display(), "unfinished cluster left behind"),
        }
    }
}

fn is_unfinished(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with(UNFINISHED))
}

fn init(config: &ServerConfig, data: &Path, account: Option<&Account>) -> Result<(), StartError> {
    let program = config.installation.program("initdb");
    let mut initdb = command(&program, account);
    initdb.arg("--pgdata").arg(data);
    initdb.args([
        "--username",
        SUPERUSER,
        "--encoding",
        "UTF8",
        "--locale",
        "C",
        "--no-instructions",
    ]);
    initdb.args(["--auth-local", "trust", "--auth-host", "reject"]);
    if config.durability == Durability::Disposable {
        initdb.arg("--no-sync");
    }
    // This thread waits for it, so it may hang on this thread's life.
    end_with_parent(&mut initdb, Signal::KILL);
    initdb.stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = initdb.output().map_err(|source| StartError::Spawn {
        program: program.clone(),
        source,
    })?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    Err(StartError::Init {
        data: data.to_owned(),
        output: last_words(&String::from_utf8_lossy(&text)),
    })
}
