//! S3: the store of files of many machines, and the objects that others drop to be imported.

mod files;
mod multipart;
mod objects;
mod trouble;

pub use files::{Encryption, S3Files, S3FilesError};
pub use objects::{ObjectAddress, ObjectAddressError, ObjectError, ObjectFacts, Objects};
