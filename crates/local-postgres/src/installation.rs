//! One set of PostgreSQL programs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::FindError;

/// The oldest major version that the schema and the supervisor work with.
pub const MAJOR_MIN: u32 = 15;

/// A folder with usable `postgres` and `initdb`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    bin_dir: PathBuf,
    version: String,
    major: u32,
}

impl Installation {
    /// The installation in one folder (or beside one program), if PostgreSQL there is new enough.
    ///
    /// # Errors
    /// [`FindError::Chosen`].
    pub fn in_folder(path: &Path) -> Result<Self, FindError> {
        let folder = if path.is_file() {
            path.parent().unwrap_or(path)
        } else {
            path
        };
        let chosen = |why: String| FindError::Chosen {
            path: path.to_owned(),
            why,
        };
        let found = Self::probe(folder).map_err(chosen)?;
        if found.major < MAJOR_MIN {
            return Err(chosen(format!(
                "it is PostgreSQL {}, older than {MAJOR_MIN}",
                found.version
            )));
        }
        Ok(found)
    }

    /// The folder of the programs, absolute.
    pub fn bin_dir(&self) -> &Path {
        &self.bin_dir
    }

    /// The full version, such as `15.18`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The major version, such as 15; at least [`MAJOR_MIN`].
    pub fn major(&self) -> u32 {
        self.major
    }

    /// The path of one of its programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin_dir.join(name)
    }

    /// The installation in a folder, of any version; the error says why it is unusable.
    pub(crate) fn probe(folder: &Path) -> Result<Self, String> {
        let bin_dir = folder.canonicalize().map_err(|error| error.to_string())?;
        for program in ["postgres", "initdb"] {
            if !bin_dir.join(program).is_file() {
                return Err(format!("there is no `{program}` in it"));
            }
        }
        // This works even as root, unlike anything else that `postgres` does.
        let output = Command::new(bin_dir.join("postgres"))
            .arg("--version")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("its `postgres` cannot be run: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let (version, major) =
            parse_version(&text).ok_or_else(|| format!("its `postgres --version` says {:?}", text.trim()))?;
        Ok(Self {
            bin_dir,
            version,
            major,
        })
    }
}

/// Version and major out of `postgres (PostgreSQL) 15.18 (Debian …)`; also `17beta1` and `18devel`.
fn parse_version(text: &str) -> Option<(String, u32)> {
    let version = text.split_once("(PostgreSQL)")?.1.split_whitespace().next()?;
    let digits = version
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(version.len());
    Some((version.to_owned(), version.get(..digits)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_all_kinds_are_read() {
        let read = |text| parse_version(text).map(|(_, major)| major);
        assert_eq!(
            read("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(read("postgres (PostgreSQL) 18.6"), Some(18));
        assert_eq!(read("postgres (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(read("postgres (EnterpriseDB) 15.1"), None);
    }
}
