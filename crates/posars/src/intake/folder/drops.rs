//! A file that was dropped in the folder.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::beneath::is_nothing;
use super::look::{Found, Stamp};
use super::{Folders, RESULTS};
use crate::failure::{Exit, Failure, on_file};
use crate::importing::{CompanyOfPlace, Label, NotImported, Original, Results, company_of, refused};
use crate::intake::recorder::Placed;
use posars_files::Folder;
use posars_xls_importer::limits::FILE_BYTES_MAX;
use posars_xls_importer::{FileRefusal, Language};

/// Bytes copied at a time.
const PIECE_BYTES: usize = 256 * 1024;

/// A file, as it lay still.
pub(crate) struct DroppedFile {
    /// The folder, for people.
    root: PathBuf,
    folders: Arc<Folders>,
    found: Found,
    language: Language,
}

impl DroppedFile {
    pub(super) fn new(root: &Path, folders: Arc<Folders>, found: Found, language: Language) -> Self {
        Self {
            root: root.to_owned(),
            folders,
            found,
            language,
        }
    }

    /// Where it is below the folder, with `/` between the parts.
    fn place(&self) -> String {
        self.found.path.to_string_lossy().into_owned()
    }

    fn path(&self) -> PathBuf {
        self.root.join(&self.found.path)
    }
}

impl Original for DroppedFile {
    async fn identity(&self) -> Result<(String, String), NotImported> {
        Ok((self.place(), self.found.stamp.to_string()))
    }

    async fn spool(&self) -> Result<File, NotImported> {
        let size_bytes = self.found.stamp.size_bytes();
        if size_bytes > FILE_BYTES_MAX {
            let refusal = FileRefusal::TooLarge {
                what: "file".to_owned(),
                actual: size_bytes,
                limit: FILE_BYTES_MAX,
            };
            let failure = refused(&self.label(), &refusal, self.language);
            return Err(NotImported::Refused(failure));
        }
        let (folders, found, path) = (Arc::clone(&self.folders), self.found.clone(), self.path());
        let copied = tokio::task::spawn_blocking(move || copy(&folders, &found, &path)).await;
        copied.unwrap_or_else(|error| {
            let path = self.path();
            Err(NotImported::Failed(on_file("copying", &path, &error.into())))
        })
    }
}

impl Label for DroppedFile {
    fn label(&self) -> String {
        self.path().display().to_string()
    }
}

impl Placed for DroppedFile {
    fn company(&self) -> CompanyOfPlace {
        company_of(&self.place())
    }

    async fn results(&self) -> Result<Results, Failure> {
        let place = self.root.join(RESULTS);
        Ok(Results {
            place: place.display().to_string(),
            store: Arc::new(Folder::new(self.folders.results.path())),
        })
    }
}

/// Copies a file, which is as it was found from the first byte to the last. `path` names it for people.
fn copy(folders: &Folders, found: &Found, path: &Path) -> Result<File, NotImported> {
    let failed = |error: std::io::Error| NotImported::Failed(on_file("copying", path, &error));
    let stamp = found.stamp;
    // The open file is looked at, not the name: the name may mean another file by now.
    let mut file = match folders.root.file(&found.path) {
        Ok(file) => file,
        // Gone, or a link by now.
        Err(error) if is_nothing(&error) => return Err(changed(path)),
        Err(error) => return Err(failed(error)),
    };
    let is_as_found = |file: &File| -> std::io::Result<bool> { Ok(Stamp::of(&file.metadata()?) == stamp) };
    if !is_as_found(&file).map_err(failed)? {
        return Err(changed(path));
    }
    let mut copy = tempfile::tempfile().map_err(failed)?;
    let mut piece = vec![0; PIECE_BYTES];
    let mut rest = stamp.size_bytes();
    while rest > 0 {
        let count = match file.read(&mut piece) {
            Ok(0) => return Err(changed(path)),
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(error)),
        };
        copy.write_all(&piece[..count]).map_err(failed)?;
        rest = rest.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
    }
    if !is_as_found(&file).map_err(failed)? {
        return Err(changed(path));
    }
    Ok(copy)
}

/// Somebody is still at it: it is looked at again when it lies still.
fn changed(path: &Path) -> NotImported {
    NotImported::Failed(
        Failure::new(
            Exit::Conflict,
            "FILE_CHANGED",
            format!("{} changed while it was read", path.display()),
        )
        .next("nothing to do: it is imported when it lies still"),
    )
}
