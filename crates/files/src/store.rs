//! The seam: what a store of files does.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use jiff::Timestamp;

use crate::{FileError, FileName, FolderName, Link, LinkLifetime, Source};

/// The most files of one page of a list.
pub const LIST_FILES_MAX: usize = 1_000;

/// The bytes of a file, piece by piece. An error ends it: what came before is then only a beginning.
pub type Content = BoxStream<'static, Result<Bytes, FileError>>;

/// What putting a file came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is there now.
    Now,
    /// It was there already, with the same content.
    Before,
}

/// What a store knows of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// How many bytes it has.
    pub size_bytes: u64,
    /// When it was put, by the store's clock, to the second.
    pub put_at: Timestamp,
}

/// A page of a list of files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilePage {
    /// The files by name, as bytes compare.
    pub files: Vec<(FileName, FileFacts)>,
    /// What the next page stands after; none when this is the last one.
    pub next: Option<FileName>,
}

/// Files under names that are given once: a folder of this machine, or a bucket. Whatever fails, a file is there whole
/// or not at all.
pub trait FileStore: fmt::Debug + Send + Sync {
    /// Puts a file whose name is new. Of several that put it at once, one does.
    ///
    /// # Errors
    /// [`FileError::Taken`] when a file with other content is there, and those of the store.
    fn put_once<'a>(&'a self, name: &'a FileName, source: Source) -> BoxFuture<'a, Result<Put, FileError>>;

    /// What is known of a file; none when it is not there.
    ///
    /// # Errors
    /// Those of the store.
    fn stat<'a>(&'a self, name: &'a FileName) -> BoxFuture<'a, Result<Option<FileFacts>, FileError>>;

    /// The content, or the bytes of a range of it, which is cut at the end of the file.
    ///
    /// # Errors
    /// [`FileError::Missing`], [`FileError::BadRange`], and those of the store.
    fn read<'a>(
        &'a self,
        name: &'a FileName,
        range: Option<Range<u64>>,
    ) -> BoxFuture<'a, Result<Content, FileError>>;

    /// The files in a place and below it, by name, at most `limit` and [`LIST_FILES_MAX`] of them, those after a name.
    ///
    /// # Errors
    /// Those of the store.
    fn list<'a>(
        &'a self,
        under: &'a FolderName,
        after: Option<&'a FileName>,
        limit: usize,
    ) -> BoxFuture<'a, Result<FilePage, FileError>>;

    /// A link with which anybody can read the file until it expires: a URL, or the path and query of one on our own
    /// server. Whether the file is there shows when the link is used.
    ///
    /// # Errors
    /// Those of the store.
    fn link<'a>(
        &'a self,
        name: &'a FileName,
        lifetime: LinkLifetime,
    ) -> BoxFuture<'a, Result<Link, FileError>>;

    /// Deletes a file; one that is not there is no failure.
    ///
    /// # Errors
    /// Those of the store.
    fn delete<'a>(&'a self, name: &'a FileName) -> BoxFuture<'a, Result<(), FileError>>;

    /// Removes what writers that died have left, none of it a file; answers how much.
    ///
    /// # Errors
    /// Those of the store.
    fn remove_abandoned(&self, older_than: Duration) -> BoxFuture<'_, Result<usize, FileError>>;
}
