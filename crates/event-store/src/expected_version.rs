//! What a caller believes of a stream before it is written.

use std::fmt;

use crate::Version;

/// What the caller believes of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpectedVersion {
    /// Its last event has this version.
    Exact(Version),
    /// It has no event.
    NoStream,
    /// Nothing.
    Any,
    /// It has at least one event.
    Exists,
}

impl ExpectedVersion {
    pub(crate) fn to_sql(self) -> i64 {
        match self {
            Self::Exact(version) => version.to_sql(),
            Self::NoStream => 0,
            Self::Any => -1,
            Self::Exists => -2,
        }
    }
}

impl fmt::Display for ExpectedVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(version) => version.fmt(f),
            Self::NoStream => f.write_str("no stream"),
            Self::Any => f.write_str("any version"),
            Self::Exists => f.write_str("an existing stream"),
        }
    }
}
