//! The folder of the local issuer: the private key, and its public half for verifiers.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use jwt_simple::prelude::RS256KeyPair;
use uuid::Uuid;

use super::IssuerError;

/// The private key, PEM.
const KEY_FILE: &str = "signing-key.pem";
/// Its public half, a JSON Web Key Set.
const KEY_SET_FILE: &str = "jwks.json";
/// 2,048 bits are what Cognito signs with, and what NIST SP 800-57 holds good beyond 2030 for signatures of a day.
const KEY_BITS: usize = 2_048;
/// A PEM key of 4,096 bits has 3,300 bytes.
const KEY_FILE_BYTES_MAX: u64 = 16 * 1_024;
const FOLDER_MODE: u32 = 0o700;
const KEY_MODE: u32 = 0o600;
const KEY_SET_MODE: u32 = 0o644;
/// Permission bits of everybody but the owner.
const OTHERS: u32 = 0o077;

/// Where the public half is.
pub(super) fn key_set_path(folder: &Path) -> PathBuf {
    folder.join(KEY_SET_FILE)
}

/// A folder that only its owner can enter.
pub(super) struct KeyFolder {
    path: PathBuf,
}

impl KeyFolder {
    /// Makes the folder unless it is there.
    pub(super) fn make(path: &Path) -> Result<Self, IssuerError> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(failed("making", parent))?;
        }
        match DirBuilder::new().mode(FOLDER_MODE).create(path) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed("making", path)(error)),
        }
        Self::existing(path)
    }

    /// A folder that is there.
    pub(super) fn existing(path: &Path) -> Result<Self, IssuerError> {
        let meta = match std::fs::metadata(path) {
            Ok(meta) => meta,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(IssuerError::NoKey {
                    folder: path.to_owned(),
                });
            }
            Err(error) => return Err(failed("looking at", path)(error)),
        };
        refuse_exposed(path, meta.permissions().mode(), FOLDER_MODE)?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// The key.
    pub(super) fn key(&self) -> Result<RS256KeyPair, IssuerError> {
        let path = self.path.join(KEY_FILE);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(IssuerError::NoKey {
                    folder: self.path.clone(),
                });
            }
            Err(error) => return Err(failed("opening", &path)(error)),
        };
        // Of the open file, not of the name, which may mean another file by now.
        let meta = file.metadata().map_err(failed("looking at", &path))?;
        refuse_exposed(&path, meta.permissions().mode(), KEY_MODE)?;
        let mut pem = String::new();
        let read = file.take(KEY_FILE_BYTES_MAX).read_to_string(&mut pem);
        match read {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::InvalidData => return Err(IssuerError::BadKey { path }),
            Err(error) => return Err(failed("reading", &path)(error)),
        }
        match RS256KeyPair::from_pem(&pem) {
            Ok(key) => Ok(named(key)),
            Err(_) => Err(IssuerError::BadKey { path }),
        }
    }

    /// The key, made first if there is none.
    pub(super) fn key_or_make(&self) -> Result<RS256KeyPair, IssuerError> {
        match self.key() {
            Err(IssuerError::NoKey { .. }) => {}
            found => return found,
        }
        let key = RS256KeyPair::generate(KEY_BITS).map_err(|_| IssuerError::Signing)?;
        let pem = key.to_pem().map_err(|_| IssuerError::Signing)?;
        let path = self.path.join(KEY_FILE);
        let part = self.write_part(pem.as_bytes(), KEY_MODE)?;
        // A link, unlike a rename, leaves a key alone that another process has put there meanwhile.
        let linked = std::fs::hard_link(&part, &path);
        remove(&part);
        match linked {
            Ok(()) => self.sync()?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed("making", &path)(error)),
        }
        self.key()
    }

    /// Writes the public half, unless it is there already. It follows from the key, so whoever writes it last has
    /// written the same.
    pub(super) fn publish(&self, key: &RS256KeyPair) -> Result<(), IssuerError> {
        let path = key_set_path(&self.path);
        let document = format!("{{\"keys\":[{}]}}\n", key.public_key().to_jwk());
        if std::fs::read(&path).is_ok_and(|old| old == document.as_bytes()) {
            return Ok(());
        }
        let part = self.write_part(document.as_bytes(), KEY_SET_MODE)?;
        if let Err(error) = std::fs::rename(&part, &path) {
            remove(&part);
            return Err(failed("replacing", &path)(error));
        }
        self.sync()
    }

    /// A new file beside the others, complete and on disk before it gets its name.
    fn write_part(&self, content: &[u8], mode: u32) -> Result<PathBuf, IssuerError> {
        let path = self.path.join(format!(".{}.part", Uuid::new_v4()));
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&path)
            .and_then(|mut file| {
                file.write_all(content)?;
                file.sync_all()
            });
        if written.is_err() {
            remove(&path);
        }
        written.map_err(failed("writing", &path))?;
        Ok(path)
    }

    fn sync(&self) -> Result<(), IssuerError> {
        File::open(&self.path)
            .and_then(|folder| folder.sync_all())
            .map_err(failed("syncing", &self.path))
    }
}

/// The thumbprint names the key: the same key has the same name everywhere, and another key another one.
fn named(key: RS256KeyPair) -> RS256KeyPair {
    let kid = key.jwk_thumbprint();
    key.with_key_id(&kid)
}

fn refuse_exposed(path: &Path, mode: u32, wanted: u32) -> Result<(), IssuerError> {
    if mode & OTHERS == 0 {
        return Ok(());
    }
    Err(IssuerError::Exposed {
        path: path.to_owned(),
        mode: mode & 0o7777,
        wanted,
    })
}

fn remove(path: &Path) {
    // Best effort: a part is never read.
    drop(std::fs::remove_file(path));
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> IssuerError {
    let path = path.to_owned();
    move |source| IssuerError::File { doing, path, source }
}
