//! Files that posars keeps: reports, and what comes and goes with imports. Put once, read, listed, handed out by links
//! that expire, deleted.
//!
//! [`FileStore`] is the seam; [`Folder`] is the store of one machine, S3 another. `tests/conformance/` is run by both. A
//! [`FileName`] is made by code of validated parts, never of a caller's text.

mod error;
mod folder;
mod link;
mod name;
mod source;
mod store;

pub use error::FileError;
pub use folder::Folder;
pub use link::{LINK_LIFETIME_MAX, Link, LinkKey, LinkLifetime, LinkRefusal};
pub use name::{FileName, FileType, FolderName, InvalidFileName};
pub use source::Source;
pub use store::{Content, FileFacts, FilePage, FileStore, LIST_FILES_MAX, Put};
