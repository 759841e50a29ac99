//! The store of one machine: a folder. Files are put under a name of nobody else's and then linked to their own, so that
//! nobody opens half of one, and of two that put the same name one does.

mod content;
mod listing;
mod putting;

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Read as _;
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jiff::Timestamp;

use crate::{
    Content, FileError, FileFacts, FileName, FilePage, FileStore, FolderName, LIST_FILES_MAX, Link, LinkKey,
    LinkLifetime, Put, Source,
};

/// Rights of our folders and files: reports and sheets are nobody else's business.
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
/// The file of the key that signs links. No name of a file begins so.
const KEY_FILE: &str = ".link-key";

/// Files below a folder of this machine. Cheap to clone; several processes may use the same one.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The files below this folder, which is made when the first is put.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where it is.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The key of its links, made by the first who asks, whichever process that is. Blocks.
    ///
    /// # Errors
    /// [`FileError::Refused`] and [`FileError::Unavailable`] of the file system.
    pub fn link_key(&self) -> Result<LinkKey, FileError> {
        let path = self.root.join(KEY_FILE);
        let failed = |error: std::io::Error| problem(&format!("reading {}", path.display()), &error);
        if !path.exists() {
            let mut bytes = [0; 32];
            let made = File::open("/dev/urandom").and_then(|mut random| random.read_exact(&mut bytes));
            made.map_err(|error| problem("making the key of links", &error))?;
            putting::put(&self.root, &path, &Source::from(bytes.to_vec()))?;
        }
        let mut bytes = [0; 32];
        let mut file = open(&path).map_err(failed)?;
        file.read_exact(&mut bytes).map_err(failed)?;
        Ok(LinkKey::new(bytes))
    }

    fn path(&self, name: &FileName) -> PathBuf {
        self.root.join(name.as_str())
    }
}

impl FileStore for Folder {
    fn put_once<'a>(&'a self, name: &'a FileName, source: Source) -> BoxFuture<'a, Result<Put, FileError>> {
        let (root, path) = (self.root.clone(), self.path(name));
        async move {
            let put = blocking(move || {
                if putting::put(&root, &path, &source)? {
                    return Ok(Some(Put::Now));
                }
                let there = File::open(&path).map(Source::from);
                let same = there.and_then(|there| {
                    Ok(there.size_bytes()? == source.size_bytes()? && there.sha256()? == source.sha256()?)
                });
                let same = same.map_err(|error| problem(&format!("reading {}", path.display()), &error))?;
                Ok(same.then_some(Put::Before))
            });
            put.await?.ok_or_else(|| FileError::Taken {
                name: name.to_string(),
            })
        }
        .boxed()
    }

    fn stat<'a>(&'a self, name: &'a FileName) -> BoxFuture<'a, Result<Option<FileFacts>, FileError>> {
        let path = self.path(name);
        blocking(move || match std::fs::symlink_metadata(&path) {
            Ok(found) if found.is_file() => Ok(Some(facts(&found))),
            Ok(_) => Ok(None),
            Err(error) if is_nothing(&error) => Ok(None),
            Err(error) => Err(problem(&format!("looking at {}", path.display()), &error)),
        })
        .boxed()
    }

    fn read<'a>(
        &'a self,
        name: &'a FileName,
        range: Option<Range<u64>>,
    ) -> BoxFuture<'a, Result<Content, FileError>> {
        let (path, name) = (self.path(name), name.clone());
        blocking(move || content::of(&path, &name, range)).boxed()
    }

    fn list<'a>(
        &'a self,
        under: &'a FolderName,
        after: Option<&'a FileName>,
        limit: usize,
    ) -> BoxFuture<'a, Result<FilePage, FileError>> {
        let (root, under, after) = (self.root.clone(), under.clone(), after.cloned());
        let limit = limit.clamp(1, LIST_FILES_MAX);
        blocking(move || listing::page(&root, &under, after.as_ref(), limit)).boxed()
    }

    fn link<'a>(
        &'a self,
        name: &'a FileName,
        lifetime: LinkLifetime,
    ) -> BoxFuture<'a, Result<Link, FileError>> {
        let (folder, name) = (self.clone(), name.clone());
        blocking(move || {
            let expires = Timestamp::now().saturating_add(lifetime.get());
            let expires = expires.unwrap_or(Timestamp::MAX);
            let url = folder.link_key()?.link(&name, expires);
            Ok(Link { url, lifetime })
        })
        .boxed()
    }

    fn delete<'a>(&'a self, name: &'a FileName) -> BoxFuture<'a, Result<(), FileError>> {
        let path = self.path(name);
        blocking(move || match std::fs::remove_file(&path) {
            Ok(()) => Ok(()),
            Err(error) if is_nothing(&error) => Ok(()),
            Err(error) => Err(problem(&format!("deleting {}", path.display()), &error)),
        })
        .boxed()
    }

    fn remove_abandoned(&self, older_than: Duration) -> BoxFuture<'_, Result<usize, FileError>> {
        let root = self.root.clone();
        blocking(move || listing::remove_unfinished(&root, SystemTime::now() - older_than)).boxed()
    }
}

/// File systems block; they do so on threads that are there for it.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FileError> + Send + 'static,
) -> Result<T, FileError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(FileError::Unavailable {
            doing: "working with the folder of files".to_owned(),
            detail: error.to_string(),
        }),
    }
}

fn facts(found: &std::fs::Metadata) -> FileFacts {
    let put_at = found.modified().ok().and_then(|at| Timestamp::try_from(at).ok());
    let put_at = put_at.and_then(|at| Timestamp::from_second(at.as_second()).ok());
    FileFacts {
        size_bytes: found.len(),
        put_at: put_at.unwrap_or(Timestamp::UNIX_EPOCH),
    }
}

fn is_nothing(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Opens a file to be read; whatever else stands there is not followed and not waited for.
fn open(path: &Path) -> std::io::Result<File> {
    let found = std::fs::symlink_metadata(path)?;
    if !found.is_file() {
        return Err(std::io::ErrorKind::NotFound.into());
    }
    File::open(path)
}

/// Makes the folder of a file, and those above it below the root.
fn make_parent(root: &Path, path: &Path) -> std::io::Result<()> {
    let parent = path.parent().unwrap_or(root);
    if parent.is_dir() {
        return Ok(());
    }
    DirBuilder::new()
        .recursive(true)
        .mode(FOLDER_MODE)
        .create(parent)?;
    // A folder is there after a crash only when the one that names it was written.
    for above in parent.ancestors().skip(1) {
        File::open(above)?.sync_all()?;
        if above == root || !above.starts_with(root) {
            break;
        }
    }
    Ok(())
}

fn create(path: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(FILE_MODE)
        .open(path)
}

fn problem(doing: &str, error: &std::io::Error) -> FileError {
    use std::io::ErrorKind;
    let (doing, detail) = (doing.to_owned(), error.to_string());
    let is_refusal = matches!(
        error.kind(),
        ErrorKind::PermissionDenied
            | ErrorKind::StorageFull
            | ErrorKind::QuotaExceeded
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::NotADirectory
            | ErrorKind::NotFound
            | ErrorKind::Unsupported
            | ErrorKind::InvalidInput
    );
    if is_refusal {
        FileError::Refused { doing, detail }
    } else {
        FileError::Unavailable { doing, detail }
    }
}
