//! Walking the folder: lists of files, and what writers that died have left.

use std::collections::BTreeMap;
use std::fs::DirEntry;
use std::path::Path;
use std::time::SystemTime;

use super::putting::UNFINISHED;
use super::{facts, is_nothing, problem};
use crate::{FileError, FileName, FilePage, FolderName};

/// A page of the files below a place. A walk looks at all of them and keeps the first that the page has room for.
pub(super) fn page(
    root: &Path,
    under: &FolderName,
    after: Option<&FileName>,
    limit: usize,
) -> Result<FilePage, FileError> {
    let mut first = BTreeMap::new();
    walk(&root.join(under.as_str()), &mut |entry| {
        let path = entry.path();
        let name = path.strip_prefix(root).ok().and_then(Path::to_str);
        // What is no name of ours was put there by somebody else.
        let Some(name) = name.and_then(|name| name.parse::<FileName>().ok()) else {
            return Ok(());
        };
        if after.is_none_or(|after| *after < name) {
            let found = entry.metadata()?;
            first.insert(name, facts(&found));
            if first.len() > limit + 1 {
                first.pop_last();
            }
        }
        Ok(())
    })?;
    let has_more = first.len() > limit;
    let files: Vec<_> = first.into_iter().take(limit).collect();
    let next = files.last().filter(|_| has_more).map(|(name, _)| name.clone());
    Ok(FilePage { files, next })
}

/// Removes unfinished files that nobody has written to since.
pub(super) fn remove_unfinished(root: &Path, since: SystemTime) -> Result<usize, FileError> {
    let (begins, ends) = UNFINISHED;
    let mut removed = 0;
    walk(root, &mut |entry| {
        let name = entry.file_name();
        let is_unfinished = name
            .to_str()
            .is_some_and(|name| name.starts_with(begins) && name.ends_with(ends));
        if is_unfinished && entry.metadata()?.modified()? < since {
            std::fs::remove_file(entry.path())?;
            removed += 1;
        }
        Ok(())
    })?;
    Ok(removed)
}

/// Shows every regular file below a folder; links are not followed. What vanishes meanwhile is no failure.
fn walk(folder: &Path, show: &mut impl FnMut(&DirEntry) -> std::io::Result<()>) -> Result<(), FileError> {
    let failed = |error: std::io::Error| problem(&format!("listing {}", folder.display()), &error);
    let entries = match std::fs::read_dir(folder) {
        Err(error) if is_nothing(&error) => return Ok(()),
        entries => entries.map_err(failed)?,
    };
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let kind = match entry.file_type() {
            Err(error) if is_nothing(&error) => continue,
            kind => kind.map_err(failed)?,
        };
        if kind.is_dir() {
            walk(&entry.path(), show)?;
        } else if kind.is_file() {
            match show(&entry) {
                Err(error) if is_nothing(&error) => {}
                shown => shown.map_err(failed)?,
            }
        }
    }
    Ok(())
}
