//! The migrations this binary was built with.

use std::fmt;

use crate::phase::Phase;

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

/// The text of an embedded migration.
fn sql_of(version: i32) -> Option<String> {
    let runner = runner();
    let file = runner
        .get_migrations()
        .iter()
        .find(|file| file.version() == version)?;
    file.sql().map(str::to_owned)
}

/// Whether an embedded migration takes something away.
///
/// # Errors
/// What is wrong with its heading.
pub(crate) fn phase_of(version: i32) -> Result<Phase, String> {
    let sql = sql_of(version).ok_or_else(|| format!("V{version} is not embedded"))?;
    Phase::of(version, &sql)
}

/// The oldest schema whose builds may run on a database that has every embedded migration. A heading that is wrong takes
/// nothing away here; a test refuses it.
pub(crate) fn oldest_build() -> i32 {
    let phases = migrations()
        .into_iter()
        .filter_map(|file| phase_of(file.version).ok());
    phases.map(Phase::oldest_build).max().unwrap_or(0)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_says_whether_it_takes_something_away() {
        let wrong: Vec<String> = migrations()
            .iter()
            .filter_map(|file| phase_of(file.version).err())
            .collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        assert_eq!(
            oldest_build(),
            6,
            "raised by a migration that takes something away"
        );
    }
}
