//! Where keys are read from: a file or a URL.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::io::AsyncReadExt as _;

use super::fetch::{self, Client, DOCUMENT_BYTES_MAX};
use super::set::{KeySet, SetError};
use crate::{KeySource, VerifierConfig};

/// An open place of keys.
pub(super) enum Source {
    File(PathBuf),
    Url { client: Client, timeout: Duration },
}

/// Changes when a file does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    modified: Option<SystemTime>,
    size_bytes: u64,
    inode: u64,
}

/// Why no keys came; each text ends with the next step.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("the key file cannot be read: {0}. Next: check the path and its permissions")]
    File(io::Error),
    #[error(
        "the key set is longer than {DOCUMENT_BYTES_MAX} bytes. Next: check that the setting names a key set"
    )]
    TooLong,
    #[error("the key set cannot be used: {0}. Next: check that the setting names the issuer's key set")]
    Set(#[from] SetError),
    #[error("the issuer did not answer in {0} ms. Next: check that this machine reaches it")]
    Timeout(u128),
    #[error(transparent)]
    Call(#[from] fetch::CallError),
}

impl Source {
    pub(super) fn new(config: &VerifierConfig) -> Self {
        match &config.key_source {
            KeySource::File(path) => Self::File(path.clone()),
            KeySource::Url(url) => Self::Url {
                client: Client::new(url.clone()),
                timeout: config.fetch_timeout,
            },
        }
    }

    /// What tells a changed file; none for a URL or a file that cannot be looked at.
    pub(super) async fn stamp(&self) -> Option<Stamp> {
        use std::os::unix::fs::MetadataExt as _;
        let Self::File(path) = self else { return None };
        let meta = tokio::fs::metadata(path).await.ok()?;
        Some(Stamp {
            modified: meta.modified().ok(),
            size_bytes: meta.len(),
            inode: meta.ino(),
        })
    }

    pub(super) async fn fetch(&self) -> Result<KeySet, FetchError> {
        let document = match self {
            Self::File(path) => read(path).await?,
            Self::Url { client, timeout } => match tokio::time::timeout(*timeout, client.get()).await {
                Ok(answer) => answer?,
                Err(_) => return Err(FetchError::Timeout(timeout.as_millis())),
            },
        };
        Ok(KeySet::read(&document)?)
    }
}

async fn read(path: &Path) -> Result<Vec<u8>, FetchError> {
    let file = tokio::fs::File::open(path).await.map_err(FetchError::File)?;
    let bound = u64::try_from(DOCUMENT_BYTES_MAX).unwrap_or(u64::MAX);
    let mut document = Vec::new();
    let read = file.take(bound + 1).read_to_end(&mut document).await;
    if read.map_err(FetchError::File)? > DOCUMENT_BYTES_MAX {
        return Err(FetchError::TooLong);
    }
    Ok(document)
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(out),
            Self::Url { client, .. } => client.fmt(out),
        }
    }
}
