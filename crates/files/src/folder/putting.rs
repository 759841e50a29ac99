//! Putting a file: written beside its place, then linked into it.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::{create, make_parent, problem};
use crate::{FileError, Source};

/// How names of files that are not finished begin and end. No name of a file begins so.
pub(super) const UNFINISHED: (&str, &str) = (".", ".part");

/// Puts the content at a path below the root; false when something is there already, which is left as it is.
pub(super) fn put(root: &Path, path: &Path, source: &Source) -> Result<bool, FileError> {
    if path.symlink_metadata().is_ok() {
        return Ok(false);
    }
    let failed = |error: std::io::Error| problem(&format!("writing {}", path.display()), &error);
    make_parent(root, path).map_err(failed)?;
    let unfinished = unfinished(path);
    let put = write(&unfinished, source).and_then(|()| {
        // One of several that link the same name at once does; a rename would replace.
        match std::fs::hard_link(&unfinished, path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    });
    // What cannot be removed now is removed as abandoned later.
    let _ = std::fs::remove_file(&unfinished);
    let put = put.map_err(failed)?;
    if let Some(parent) = path.parent().filter(|_| put) {
        let synced = std::fs::File::open(parent).and_then(|folder| folder.sync_all());
        synced.map_err(failed)?;
    }
    Ok(put)
}

fn write(path: &Path, source: &Source) -> std::io::Result<()> {
    let mut out = BufWriter::new(create(path)?);
    source.each_chunk(|chunk| out.write_all(chunk))?;
    out.into_inner()
        .map_err(std::io::IntoInnerError::into_error)?
        .sync_all()
}

/// A name that nobody else has: of this process, this moment and this call.
fn unfinished(path: &Path) -> PathBuf {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (begins, ends) = UNFINISHED;
    path.with_file_name(format!(
        "{begins}{}-{}-{call}{ends}",
        std::process::id(),
        since.as_nanos()
    ))
}
