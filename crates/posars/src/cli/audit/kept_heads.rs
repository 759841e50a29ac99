//! Heads of the chain that are kept elsewhere: in a folder of another machine, or in a bucket whose objects nobody can
//! change. Each is put once; the last one is the anchor of the next proof.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use posars_event_store::Anchor;
use posars_files::{FileError, FileName, FileStore, FileType, FolderName, LIST_FILES_MAX, Source};
use serde::{Deserialize, Serialize};

use super::anchor::parse_anchor;
use crate::failure::{Exit, Failure};
use crate::file_store::Files;

/// A kept head is one short line.
const HEAD_BYTES_MAX: usize = 4_096;
/// Digits of a position, so that names sort as positions do.
const DIGITS: usize = 20;

/// What is kept of a head; nothing in it changes from one look to the next.
#[derive(Debug, Serialize, Deserialize)]
struct KeptHead {
    log: String,
    anchor: String,
}

/// The heads of one log.
pub(super) struct KeptHeads {
    store: Arc<dyn FileStore>,
    folder: FolderName,
    log: String,
}

impl KeptHeads {
    /// Those of a log, in a folder or below `s3://BUCKET/PREFIX`.
    ///
    /// # Errors
    /// `FILES_ADDRESS_INVALID`, `AWS_REGION_MISSING`.
    pub(super) async fn at(place: &str, log: &str) -> Result<Self, Failure> {
        let folder = FolderName::new(&[format!("company={log}")]);
        Ok(Self {
            store: Files::at(place).await?.store(),
            folder: folder.map_err(|error| Failure::new(Exit::Usage, "FILES_ADDRESS_INVALID", error))?,
            log: log.to_owned(),
        })
    }

    /// The last head that was kept; none when this is the first.
    ///
    /// # Errors
    /// Those of the store; `FILE_DAMAGED` for one that cannot be read.
    pub(super) async fn last(&self) -> Result<Option<Anchor>, Failure> {
        let mut last: Option<FileName> = None;
        loop {
            let page = self
                .store
                .list(&self.folder, last.as_ref(), LIST_FILES_MAX)
                .await?;
            let is_the_end = page.next.is_none();
            last = page.files.into_iter().next_back().map(|(name, _)| name).or(last);
            if is_the_end {
                break;
            }
        }
        match last {
            Some(name) => Ok(Some(self.read(&name).await?)),
            None => Ok(None),
        }
    }

    async fn read(&self, name: &FileName) -> Result<Anchor, Failure> {
        let mut content = self.store.read(name, None).await?;
        let mut bytes = Vec::new();
        while let Some(piece) = content.try_next().await? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > HEAD_BYTES_MAX {
                break;
            }
        }
        let kept = serde_json::from_slice::<KeptHead>(&bytes).ok();
        let kept = kept.filter(|kept| kept.log == self.log);
        kept.and_then(|kept| parse_anchor(&kept.anchor).ok())
            .ok_or_else(|| {
                Failure::from(FileError::Damaged {
                    name: name.to_string(),
                })
            })
    }

    /// Keeps a head that was proven.
    ///
    /// # Errors
    /// `HEAD_DIFFERS` when another one was kept for the same position: the log or the kept head was made anew. Those of
    /// the store.
    pub(super) async fn keep(&self, position: u64, anchor: &str) -> Result<(), Failure> {
        let head = KeptHead {
            log: self.log.clone(),
            anchor: anchor.to_owned(),
        };
        let content = serde_json::to_vec(&head)
            .map_err(|error| Failure::new(Exit::Failure, "HEAD_UNWRITABLE", error))?;
        let name = self.folder.file(&format!("{position:0DIGITS$}"), FileType::Json);
        let name = name.map_err(|error| Failure::new(Exit::Failure, "HEAD_UNWRITABLE", error))?;
        match self.store.put_once(&name, Source::Bytes(Bytes::from(content))).await {
            Ok(_) => Ok(()),
            Err(FileError::Taken { name }) => Err(Failure::new(
                Exit::Unverified,
                "HEAD_DIFFERS",
                format!("another head was kept as {name} for the same position"),
            )
            .next("stop writing, keep a copy of the database as it is, and restore a backup beside it to compare")),
            Err(error) => Err(error.into()),
        }
    }
}
