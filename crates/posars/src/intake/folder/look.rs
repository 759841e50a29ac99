//! A look at the folder: what could be a dropped file, and what tells whether it lies still.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::OWN;
use super::beneath::OpenFolder;
use crate::intake::names::is_dropped;

/// How deep below the folder files are looked for.
const DEPTH_MAX: usize = 8;
/// The most files that one look keeps; the others are found when these are done.
const FOUND_MAX: usize = 10_000;

/// What changes when a file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    device: u64,
    number: u64,
    size_bytes: u64,
    modified_s: i64,
    modified_ns: i64,
}

impl Stamp {
    /// Of a file.
    pub(super) fn of(found: &Metadata) -> Self {
        Self {
            device: found.dev(),
            number: found.ino(),
            size_bytes: found.len(),
            modified_s: found.mtime(),
            modified_ns: found.mtime_nsec(),
        }
    }

    /// The time of its last change: what is older comes first.
    pub(super) fn age(&self) -> (i64, i64) {
        (self.modified_s, self.modified_ns)
    }

    pub(super) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }
}

/// As no other version of the file is written.
impl std::fmt::Display for Stamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            device,
            number,
            size_bytes,
            modified_s,
            modified_ns,
        } = self;
        write!(f, "{device}-{number}-{size_bytes}-{modified_s}.{modified_ns:09}")
    }
}

/// A file that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Below the folder.
    pub(super) path: PathBuf,
    pub(super) stamp: Stamp,
}

/// Every file in the folder that could be a drop. Links are not followed.
pub(super) fn at(root: &OpenFolder) -> std::io::Result<Vec<Found>> {
    let mut found = Vec::new();
    below(root, &PathBuf::new(), &mut found)?;
    Ok(found)
}

fn below(root: &OpenFolder, folder: &Path, found: &mut Vec<Found>) -> std::io::Result<()> {
    let open = root.folder(folder)?;
    for entry in std::fs::read_dir(open.path())? {
        let entry = entry?;
        let name = entry.file_name();
        let shown = name.to_string_lossy();
        let is_own = folder.as_os_str().is_empty() && OWN.iter().any(|own| *own == shown);
        if is_own || !is_dropped(&shown) {
            continue;
        }
        let path = folder.join(&name);
        // A file that vanishes meanwhile belongs to somebody who is still at it.
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_dir() && path.components().count() < DEPTH_MAX {
            // A folder that cannot be opened keeps no other file from being imported.
            if let Err(error) = below(root, &path, found) {
                tracing::warn!(folder = %path.display(), %error, "a folder of drops cannot be looked at");
            }
        } else if metadata.is_file() && metadata.len() > 0 && found.len() < FOUND_MAX {
            let stamp = Stamp::of(&metadata);
            found.push(Found { path, stamp });
        }
    }
    Ok(())
}
