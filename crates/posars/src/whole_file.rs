//! Files that are there whole or not at all.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use crate::failure::{Exit, Failure, on_file};

/// Writes a file beside its place and puts it there when it is complete, so that nobody ever opens half of it.
///
/// # Errors
/// `FILE_UNUSABLE`, and whatever the writing fails with; an older file of the name is then as it was.
pub(crate) fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let Some(name) = path.file_name() else {
        return Err(Failure::new(
            Exit::Usage,
            "FILE_UNUSABLE",
            format!("{} names no file", path.display()),
        )
        .next("give a file name"));
    };
    let mut unfinished = std::ffi::OsString::from(".");
    unfinished.push(name);
    unfinished.push(format!(".{}.part", std::process::id()));
    let unfinished = path.with_file_name(unfinished);
    let written = write_beside(&unfinished, write).and_then(|()| {
        std::fs::rename(&unfinished, path).map_err(|error| on_file("replacing", path, &error))
    });
    if written.is_err() {
        // Nothing is left to be done about a file that cannot even be removed.
        let _ = std::fs::remove_file(&unfinished);
    }
    written
}

fn write_beside(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let file = File::create(path).map_err(|error| on_file("making", path, &error))?;
    let mut out = BufWriter::new(file);
    write(&mut out)?;
    out.into_inner()
        .map_err(|error| on_file("writing", path, error.error()))?
        .sync_all()
        .map_err(|error| on_file("writing", path, &error))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.csv");
        write_whole(&path, |out| {
            out.write_all(b"old").unwrap();
            Ok(())
        })
        .unwrap();
        let failed = write_whole(&path, |out| {
            out.write_all(b"half").unwrap();
            Err(Failure::interrupted())
        });
        assert_eq!(failed.unwrap_err().code, "INTERRUPTED");
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let nowhere = folder.path().join("none/report.csv");
        assert_eq!(
            write_whole(&nowhere, |_| Ok(())).unwrap_err().code,
            "FILE_UNUSABLE"
        );
    }
}
