//! Master keys in a file of this machine: the first line is the current one, the others still unwrap.
//!
//! The file is read at each use, which is once a company and process: so a server follows a rotation by the command line,
//! and a key that was put back is found without a new start. It is never written in place: a new file is written beside it,
//! brought to the disk, and takes its place in one step. So a crash leaves the old file or the new one.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use sha2_of_hmac::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::cipher::Key;
use crate::{KeyringError, MasterKey, Wrapped};

/// What each line begins with.
const MARK: &str = "posars-master-key-1";

/// A file of master keys, readable by its owner alone. Each line is a mark, the key's name and the key.
#[derive(Debug, Clone)]
pub struct KeyFile {
    path: PathBuf,
    /// Goes when the file is seen: one that was there and is gone is lost.
    may_begin: Arc<AtomicBool>,
}

/// A key with its name.
type NamedKey = (String, Key);

impl KeyFile {
    /// The file at this path, which need not be there: then what other keys wrapped is locked.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            may_begin: Arc::default(),
        }
    }

    /// The same, made with a new key when it is needed and not there. Only where no company's key is wrapped by another:
    /// a new one in the place of a lost one would hide the loss.
    #[must_use]
    pub fn that_may_begin(self) -> Self {
        Self {
            may_begin: Arc::new(AtomicBool::new(true)),
            ..self
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the file with a new key in it, if it may and it is not there; whether it was made.
    ///
    /// # Errors
    /// [`KeyringError::MasterKeyStore`] when it cannot be written.
    pub fn begin_if_it_may(&self) -> Result<bool, KeyringError> {
        if !self.may_begin.load(Ordering::Acquire) {
            return Ok(false);
        }
        let is_new = self.begin().map_err(|error| self.problem(error))?;
        self.may_begin.store(false, Ordering::Release);
        Ok(is_new)
    }

    fn begin(&self) -> io::Result<bool> {
        if let Some(folder) = self.path.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let folder = self.folder()?;
        folder.lock()?;
        if self.path.exists() {
            return Ok(false);
        }
        self.replace(&folder, &[named(Key::random())])?;
        Ok(true)
    }

    /// The names of the keys, the current one first; none when there is no file.
    ///
    /// # Errors
    /// [`KeyringError::MasterKeyStore`] when it cannot be read, others may read it, or it is no file of master keys.
    pub fn names(&self) -> Result<Vec<String>, KeyringError> {
        let keys = self.keys()?;
        Ok(keys.into_iter().map(|(name, _)| name).collect())
    }

    /// Makes a new key the current one; those before stay and unwrap what they wrapped. Answers its name.
    ///
    /// # Errors
    /// As [`KeyFile::names`]; [`KeyringError::NoMasterKey`] when there is no file.
    pub fn add(&self) -> Result<String, KeyringError> {
        let new = named(Key::random());
        let name = new.0.clone();
        self.rewrite(|keys| {
            keys.insert(0, new);
            Ok(())
        })?;
        Ok(name)
    }

    /// Moves all keys but these and the current one into a file beside it, [`KeyFile::dropped`]: a backup, or another
    /// database that uses the same file, may still need them. Answers their names.
    ///
    /// # Errors
    /// As [`KeyFile::add`].
    pub fn keep_only(&self, names: &[String]) -> Result<Vec<String>, KeyringError> {
        let mut dropped = Vec::new();
        self.rewrite(|keys| {
            let all = std::mem::take(keys);
            for (place, named) in all.into_iter().enumerate() {
                if place == 0 || names.contains(&named.0) {
                    keys.push(named);
                } else {
                    dropped.push(named);
                }
            }
            self.put_aside(&dropped)
        })?;
        Ok(dropped.into_iter().map(|(name, _)| name).collect())
    }

    /// Where keys are that were dropped.
    #[must_use]
    pub fn dropped(&self) -> PathBuf {
        self.beside(".dropped")
    }

    fn put_aside(&self, keys: &[NamedKey]) -> io::Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut options = OpenOptions::new();
        let mut file = options
            .append(true)
            .create(true)
            .mode(0o600)
            .open(self.dropped())?;
        file.write_all(text_of(keys).as_bytes())?;
        file.sync_all()
    }

    fn rewrite(&self, change: impl FnOnce(&mut Vec<NamedKey>) -> io::Result<()>) -> Result<(), KeyringError> {
        if !self.path.exists() {
            return Err(KeyringError::NoMasterKey);
        }
        // Two that change it at once would lose a key. The folder's lock, since the file itself is another one afterwards;
        // given back when the folder is closed.
        let folder = self.folder().map_err(|error| self.problem(error))?;
        folder.lock().map_err(|error| self.problem(error))?;
        let mut keys = self.keys()?;
        let changed = change(&mut keys).and_then(|()| self.replace(&folder, &keys));
        changed.map_err(|error| self.problem(error))
    }

    /// Puts these keys in the place of the file, in one step. The folder is locked.
    fn replace(&self, folder: &File, keys: &[NamedKey]) -> io::Result<()> {
        let new = self.beside(".new");
        // One that a crash left holds master keys, too.
        match fs::remove_file(&new) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(&new)?;
        let written = file
            .write_all(text_of(keys).as_bytes())
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&new, &self.path));
        if let Err(error) = written {
            fs::remove_file(&new)?;
            return Err(error);
        }
        folder.sync_all()
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(ending);
        self.path.with_file_name(name)
    }

    /// The keys in the file; none when there is no file.
    fn keys(&self) -> Result<Vec<NamedKey>, KeyringError> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.problem(error)),
        };
        self.may_begin.store(false, Ordering::Release);
        let mode = fs::metadata(&self.path)
            .map_err(|error| self.problem(error))?
            .permissions()
            .mode();
        if mode & 0o077 != 0 {
            return Err(self.problem("others may read it; chmod 600"));
        }
        let keys = text.lines().map(parsed).collect::<Option<Vec<_>>>();
        let keys = keys.filter(|keys| !keys.is_empty());
        keys.ok_or_else(|| self.problem("it is no file of master keys; put the right one back"))
    }

    fn folder(&self) -> io::Result<File> {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => File::open(folder),
            Some(_) | None => File::open("."),
        }
    }

    fn problem(&self, problem: impl std::fmt::Display) -> KeyringError {
        KeyringError::MasterKeyStore(format!("{}: {problem}", self.path.display()))
    }

    fn wrapped(&self, plain: &[u8], context: &str) -> Result<Wrapped, KeyringError> {
        self.begin_if_it_may()?;
        let keys = self.keys()?;
        let Some((name, key)) = keys.first() else {
            return Err(self.problem("there is no such file; `posars up` makes it where none was lost"));
        };
        Ok(Wrapped {
            master_key: name.clone(),
            ciphertext: key.encrypt(plain, context.as_bytes()),
        })
    }

    fn unwrapped(&self, wrapped: &Wrapped, context: &str) -> Result<Zeroizing<Vec<u8>>, KeyringError> {
        let keys = self.keys()?;
        match keys.iter().find(|(name, _)| *name == wrapped.master_key) {
            Some((name, key)) => key
                .decrypt(&wrapped.ciphertext, context.as_bytes())
                .map_err(|_| KeyringError::Damaged(format!("master key {name} did not wrap {context}"))),
            None => Err(KeyringError::Locked {
                master_key: wrapped.master_key.clone(),
                place: self.path.display().to_string(),
            }),
        }
    }
}

/// A key with its name, which says nothing of it.
fn named(key: Key) -> NamedKey {
    let digest = Sha256::digest([MARK.as_bytes(), key.bytes()].concat());
    (hex::encode(digest.get(..8).unwrap_or_default()), key)
}

fn parsed(line: &str) -> Option<NamedKey> {
    let (mark, rest) = line.split_once(' ')?;
    let (name, key) = rest.split_once(' ')?;
    let bytes = Zeroizing::new(BASE64_STANDARD.decode(key.trim()).ok()?);
    let key = named(Key::from_bytes(&bytes)?);
    (mark == MARK && key.0 == name).then_some(key)
}

fn text_of(keys: &[NamedKey]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    for (name, key) in keys {
        let key = Zeroizing::new(BASE64_STANDARD.encode(key.bytes()));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{MARK} {name} {}", *key);
    }
    text
}

impl MasterKey for KeyFile {
    fn wrap<'a>(&'a self, plain: &'a [u8], context: &'a str) -> BoxFuture<'a, Result<Wrapped, KeyringError>> {
        ready(self.wrapped(plain, context)).boxed()
    }

    fn unwrap<'a>(
        &'a self,
        wrapped: &'a Wrapped,
        context: &'a str,
    ) -> BoxFuture<'a, Result<Zeroizing<Vec<u8>>, KeyringError>> {
        ready(self.unwrapped(wrapped, context)).boxed()
    }
}
