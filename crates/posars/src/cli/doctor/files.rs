//! The store of files: whether it answers.

use posars_files::FolderName;

use super::checkup::Check;
use crate::failure::Failure;
use crate::file_store::Files;
use crate::settings::{FileArgs, Place};

const NAME: &str = "files";

/// One check: a list of one file.
pub(super) async fn check(args: &FileArgs, place: &Place) -> Check {
    match look(args, place).await {
        Ok(found) => Check::ok(NAME, found),
        Err(failure) => Check::failed(NAME, failure),
    }
}

async fn look(args: &FileArgs, place: &Place) -> Result<String, Failure> {
    let files = Files::open(args, place).await?;
    let all = FolderName::new::<&str>(&[])
        .map_err(|error| Failure::new(crate::failure::Exit::Failure, "FILE_NAME_INVALID", error))?;
    let page = files.store().list(&all, None, 1).await?;
    let place = args.shown(place).unwrap_or_default();
    Ok(if page.files.is_empty() {
        format!("{place}: no file yet")
    } else {
        format!("{place}: there are files")
    })
}
