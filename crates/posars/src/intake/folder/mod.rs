//! A folder that is watched: what lies still in it is imported, then moved to `done` or `failed`, with its results in
//! `results` beside them.
//!
//! Nothing but the file itself says what is still to be done: a process that is killed leaves it where it was, and the next
//! look finds it. Of several processes one watches.

mod beneath;
mod drops;
mod keeping;
mod look;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use posars_xls_importer::Language;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::worker::{Delivery, End, Intake};
use crate::failure::{Failure, on_file};
use beneath::OpenFolder;
use drops::DroppedFile;
use look::{Found, Stamp};

/// How long a file must lie still, and how often it is looked.
const LOOK: Duration = Duration::from_secs(1);
/// How often it is looked for what has been kept long enough.
const KEEPING: Duration = Duration::from_secs(3600);
/// How often a process that does not watch tries to.
const STAND_BY: Duration = Duration::from_secs(5);
/// Where what is imported goes, what nobody can import, and what came of both.
const DONE: &str = "done";
const FAILED: &str = "failed";
const RESULTS: &str = "results";
/// The folders that are ours.
const OWN: [&str; 3] = [DONE, FAILED, RESULTS];

/// The folder and those of our own in it, held open: their names may mean anything.
pub(super) struct Folders {
    root: OpenFolder,
    done: OpenFolder,
    failed: OpenFolder,
    results: OpenFolder,
}

/// A folder whose files are imported as they arrive.
pub(crate) struct WatchedFolder {
    root: PathBuf,
    /// How long originals and results stay.
    keep: Duration,
    language: Language,
    /// Open while this process watches.
    folders: Option<Arc<Folders>>,
    /// What the last look found.
    seen: HashMap<PathBuf, Stamp>,
    /// What is left alone until then, unless it changes.
    later: HashMap<PathBuf, (Stamp, Instant)>,
    kept_at: Option<Instant>,
}

impl WatchedFolder {
    /// Watches this folder, which is there.
    pub(crate) fn new(root: &Path, keep: Duration, language: Language) -> Self {
        Self {
            root: root.to_owned(),
            keep,
            language,
            folders: None,
            seen: HashMap::new(),
            later: HashMap::new(),
            kept_at: None,
        }
    }

    /// The open folders; none while another process watches.
    fn watch(&mut self) -> Result<Option<Arc<Folders>>, Failure> {
        if let Some(folders) = &self.folders {
            return Ok(Some(Arc::clone(folders)));
        }
        let unusable = |error: std::io::Error| on_file("watching", &self.root, &error);
        let root = OpenFolder::root(&self.root).map_err(unusable)?;
        // The folder itself is locked: a file in it could be anybody's.
        match flock(&root, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => return Ok(None),
            Err(error) => return Err(unusable(error.into())),
        }
        let own = |name: &str| {
            let folder = root.own_folder(name);
            folder.map_err(|error| on_file("taking", &self.root.join(name), &error))
        };
        let (done, failed, results) = (own(DONE)?, own(FAILED)?, own(RESULTS)?);
        let folders = Arc::new(Folders {
            root,
            done,
            failed,
            results,
        });
        self.folders = Some(Arc::clone(&folders));
        Ok(Some(folders))
    }

    /// A file that lies still, the oldest first.
    async fn look(&mut self, folders: &Arc<Folders>) -> Result<Option<Found>, Failure> {
        let folders = Arc::clone(folders);
        let found = tokio::task::spawn_blocking(move || look::at(&folders.root)).await;
        let found = found.map_err(std::io::Error::from).flatten();
        let found = found.map_err(|error| on_file("looking at", &self.root, &error))?;
        let now = Instant::now();
        self.later.retain(|path, (stamp, until)| {
            *until > now && found.iter().any(|one| one.path == *path && one.stamp == *stamp)
        });
        let lies_still = |found: &&Found| {
            self.seen.get(&found.path) == Some(&found.stamp) && !self.later.contains_key(&found.path)
        };
        let oldest = found
            .iter()
            .filter(lies_still)
            .min_by_key(|found| found.stamp.age());
        let oldest = oldest.cloned();
        self.seen = found.into_iter().map(|found| (found.path, found.stamp)).collect();
        Ok(oldest)
    }

    async fn remove_what_was_kept(&mut self, folders: &Arc<Folders>) {
        if self.kept_at.is_some_and(|at| at.elapsed() < KEEPING) {
            return;
        }
        self.kept_at = Some(Instant::now());
        let (folders, keep) = (Arc::clone(folders), self.keep);
        let removed = tokio::task::spawn_blocking(move || {
            let own = [&folders.done, &folders.failed, &folders.results];
            keeping::remove_older(&own.map(OpenFolder::path), keep)
        })
        .await;
        match removed.map_err(std::io::Error::from).flatten() {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "files of imports were kept long enough and are removed"),
            Err(error) => tracing::warn!(%error, "files of imports that were kept long enough stay for now"),
        }
    }
}

impl Intake for WatchedFolder {
    type Ticket = Found;
    type Original = DroppedFile;

    async fn next(&mut self) -> Result<Option<Delivery<Found, DroppedFile>>, Failure> {
        let Some(folders) = self.watch()? else {
            tokio::time::sleep(STAND_BY).await;
            return Ok(None);
        };
        self.remove_what_was_kept(&folders).await;
        let Some(found) = self.look(&folders).await? else {
            tokio::time::sleep(LOOK).await;
            return Ok(None);
        };
        let original = DroppedFile::new(&self.root, folders, found.clone(), self.language);
        Ok(Some(Delivery {
            ticket: found,
            originals: vec![original],
        }))
    }

    fn keep_every(&self) -> Option<Duration> {
        None
    }

    async fn keep(&self, _ticket: &Found) -> Result<(), Failure> {
        Ok(())
    }

    async fn end(&mut self, ticket: Found, end: End) -> Result<(), Failure> {
        let is_done = match end {
            End::Done => true,
            End::PutAside(_) => false,
            End::GiveBack(after) => {
                self.later
                    .insert(ticket.path, (ticket.stamp, Instant::now() + after));
                return Ok(());
            }
        };
        let Some(folders) = self.folders.clone() else {
            return Ok(());
        };
        let path = ticket.path.clone();
        let moved = tokio::task::spawn_blocking(move || {
            let to = if is_done { &folders.done } else { &folders.failed };
            keeping::move_away(&folders.root, &ticket, to)
        })
        .await;
        let moved = moved.map_err(std::io::Error::from).flatten();
        moved.map_err(|error| on_file("moving", &self.root.join(&path), &error))
    }
}
