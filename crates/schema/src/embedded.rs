//! The migrations this binary was built with.

use std::fmt;

mod generated {
    refinery::embed_migrations!("../../migrations");
}

/// One migration file, known by its version and name: `V1__event_log`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Migration {
    /// Place in the order of migrations, from 1; unique.
    pub version: i32,
    /// The file name without version and extension.
    pub name: String,
}

impl fmt::Display for Migration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "V{}__{}", self.version, self.name)
    }
}

impl From<&refinery::Migration> for Migration {
    fn from(file: &refinery::Migration) -> Self {
        Self {
            version: file.version(),
            name: file.name().to_owned(),
        }
    }
}

/// The refinery runner over the embedded files.
pub(crate) fn runner() -> refinery::Runner {
    generated::migrations::runner()
}

/// Every embedded migration, lowest version first.
pub fn migrations() -> Vec<Migration> {
    let mut all: Vec<Migration> = runner().get_migrations().iter().map(Migration::from).collect();
    all.sort();
    all
}

/// A short text that changes whenever any embedded migration changes; a key for caches of migrated databases.
pub fn fingerprint() -> String {
    let runner = runner();
    let mut files: Vec<(i32, u64)> = runner
        .get_migrations()
        .iter()
        .map(|file| (file.version(), file.checksum()))
        .collect();
    files.sort_unstable();
    // FNV-1a over the checksums: a cache key needs no cryptography, only the same answer in every build.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for (version, checksum) in files {
        for byte in version.to_le_bytes().into_iter().chain(checksum.to_le_bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}
