//! Where the content of a file comes from.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use bytes::Bytes;
use sha2_of_hmac::{Digest as _, Sha256};

/// Bytes read in one go.
const CHUNK_BYTES: usize = 256 * 1024;

/// The content of a file that is put. It can be read more than once: a store tries again.
#[derive(Clone, Debug)]
pub enum Source {
    /// In memory; for what is small.
    Bytes(Bytes),
    /// An open file of this machine, from its beginning to its end. Nobody writes to it meanwhile.
    File(Arc<File>),
}

impl Source {
    /// How many bytes there are.
    ///
    /// # Errors
    /// When the file cannot be looked at.
    pub fn size_bytes(&self) -> std::io::Result<u64> {
        match self {
            Self::Bytes(bytes) => u64::try_from(bytes.len()).map_err(std::io::Error::other),
            Self::File(file) => Ok(file.metadata()?.len()),
        }
    }

    /// The bytes from `from` on, at most `bytes_max` of them; fewer only at the end. Blocks.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn chunk(&self, from: u64, bytes_max: usize) -> std::io::Result<Bytes> {
        match self {
            Self::Bytes(bytes) => {
                let from = usize::try_from(from).map_or(bytes.len(), |from| from.min(bytes.len()));
                Ok(bytes.slice(from..from.saturating_add(bytes_max).min(bytes.len())))
            }
            Self::File(file) => {
                let mut chunk = vec![0; bytes_max];
                let mut filled = 0;
                while filled < bytes_max {
                    let at = from.saturating_add(u64::try_from(filled).unwrap_or(u64::MAX));
                    match file.read_at(&mut chunk[filled..], at) {
                        Ok(0) => break,
                        Ok(count) => filled += count,
                        Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(error),
                    }
                }
                chunk.truncate(filled);
                Ok(chunk.into())
            }
        }
    }

    /// Gives every chunk in order to `take`. Blocks.
    ///
    /// # Errors
    /// When the file cannot be read, and those of `take`.
    pub fn each_chunk(&self, mut take: impl FnMut(&[u8]) -> std::io::Result<()>) -> std::io::Result<()> {
        let mut from = 0;
        loop {
            let chunk = self.chunk(from, CHUNK_BYTES)?;
            if chunk.is_empty() {
                return Ok(());
            }
            take(&chunk)?;
            from += u64::try_from(chunk.len()).map_err(std::io::Error::other)?;
        }
    }

    /// SHA-256 of all of it. Blocks.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn sha256(&self) -> std::io::Result<[u8; 32]> {
        let mut hasher = Sha256::new();
        self.each_chunk(|chunk| {
            hasher.update(chunk);
            Ok(())
        })?;
        Ok(hasher.finalize().into())
    }
}

impl From<Vec<u8>> for Source {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl From<File> for Source {
    fn from(file: File) -> Self {
        Self::File(Arc::new(file))
    }
}
