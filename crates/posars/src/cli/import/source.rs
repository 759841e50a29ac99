//! What `posars import` is given: a file of this machine, or an object of S3.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use posars_aws::{ObjectAddress, ObjectAddressError};

/// How an address of an object begins.
const S3: &str = "s3://";

/// Where a workbook is.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// On this machine.
    File(PathBuf),
    /// In a bucket.
    Object(ObjectAddress),
}

impl Source {
    /// Reads it from the command line.
    pub(super) fn parser() -> impl TypedValueParser<Value = Self> {
        OsStringValueParser::new().try_map(Self::of)
    }

    fn of(text: OsString) -> Result<Self, ObjectAddressError> {
        match text.to_str() {
            Some(address) if address.starts_with(S3) => Ok(Self::Object(address.parse()?)),
            Some(_) | None => Ok(Self::File(text.into())),
        }
    }

    /// The file of this machine, if it is one.
    pub(super) fn file(&self) -> Option<&PathBuf> {
        match self {
            Self::File(file) => Some(file),
            Self::Object(_) => None,
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Object(object) => write!(f, "{object}"),
        }
    }
}
