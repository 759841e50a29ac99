//! Files that are there whole or not at all, and in the place of nothing that is not theirs.

use std::fs::{File, Metadata, OpenOptions};
use std::io::BufWriter;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, RenameFlags, renameat_with};
use rustix::io::Errno;

use crate::failure::{Exit, Failure, on_file};
use crate::own_file::OwnFile;

/// Rights of a file with rows about people: its owner's alone.
const PRIVATE_MODE: u32 = 0o600;
/// Rights of other files, less what the user's mask takes away.
const USUAL_MODE: u32 = 0o666;

/// A file about to be written.
#[derive(Debug)]
pub(crate) struct WholeFile<'a> {
    /// Where.
    pub(crate) path: &'a Path,
    /// What it is; only an older one of the same may be replaced, and an empty file.
    pub(crate) kind: OwnFile,
    /// Whether its name must be new.
    pub(crate) must_be_new: bool,
    /// The file that the command reads, which is never written over.
    pub(crate) input: Option<&'a Path>,
}

/// What stands at the place of the new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Nothing,
    /// A file that may be replaced: its device and number.
    Replaceable(u64, u64),
}

impl WholeFile<'_> {
    /// Whether the file may be written here: asked before the work whose result it is to hold.
    ///
    /// # Errors
    /// `FILE_IN_THE_WAY` when something else stands there, `FILE_UNUSABLE` when the place cannot be looked at.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let folder = self.unfinished()?;
        let folder = folder.parent().unwrap_or(Path::new("."));
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        std::fs::metadata(folder).map_err(|error| on_file("looking at", folder, &error))?;
        self.standing().map(|_| ())
    }

    /// Writes the file beside its place and puts it there when it is complete, so that nobody ever opens half of it.
    ///
    /// # Errors
    /// As [`WholeFile::check`], and whatever the writing fails with; what stood there is then as it was.
    pub(crate) fn write(
        &self,
        write: impl FnOnce(&mut BufWriter<File>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let unfinished = self.unfinished()?;
        let written = self
            .write_beside(&unfinished, write)
            .and_then(|()| self.put_in_place(&unfinished));
        // Nothing is left to be done about a file that cannot even be removed; after a success it is an older one.
        let _ = std::fs::remove_file(&unfinished);
        written
    }

    /// A name beside the place that nobody else has.
    fn unfinished(&self) -> Result<PathBuf, Failure> {
        let Some(name) = self.path.file_name() else {
            return Err(Failure::new(
                Exit::Usage,
                "FILE_UNUSABLE",
                format!("{} names no file", self.path.display()),
            )
            .next("give a file name"));
        };
        let mut unfinished = std::ffi::OsString::from(".");
        unfinished.push(name);
        unfinished.push(format!(".{}.part", uuid::Uuid::new_v4()));
        Ok(self.path.with_file_name(unfinished))
    }

    fn write_beside(
        &self,
        path: &Path,
        write: impl FnOnce(&mut BufWriter<File>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mode = if self.kind.is_private() {
            PRIVATE_MODE
        } else {
            USUAL_MODE
        };
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(path)
            .map_err(|error| on_file("making", self.path, &error))?;
        let mut out = BufWriter::new(file);
        write(&mut out)?;
        let at_writing = |error: std::io::Error| on_file("writing", self.path, &error);
        let mut file = out.into_inner().map_err(|error| at_writing(error.into_error()))?;
        self.kind.mark(&mut file).map_err(at_writing)?;
        file.sync_all().map_err(at_writing)
    }

    fn standing(&self) -> Result<Standing, Failure> {
        let found = match std::fs::symlink_metadata(self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Standing::Nothing),
            found => found.map_err(|error| on_file("looking at", self.path, &error))?,
        };
        if let Some(input) = self.input
            && std::fs::metadata(input).is_ok_and(|input| is_one_file(&input, &found))
        {
            return Err(self.in_the_way("is the file that is read"));
        }
        if self.must_be_new {
            return Err(self.in_the_way(if self.kind == OwnFile::PersonalData {
                "exists, and personal data is written over nothing"
            } else {
                "exists, and a dry run replaces nothing"
            }));
        }
        if !found.is_file() {
            return Err(self.in_the_way("is a link, a folder or a device"));
        }
        // The open file is looked at, not the name: the name may mean another file by now.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let opened = rustix::fs::open(self.path, flags, Mode::empty());
        let at_reading = |error: std::io::Error| on_file("looking at", self.path, &error);
        let mut file = File::from(opened.map_err(|error| at_reading(error.into()))?);
        let metadata = file.metadata().map_err(at_reading)?;
        if metadata.len() == 0 || self.kind.is(&mut file).map_err(at_reading)? {
            return Ok(Standing::Replaceable(metadata.dev(), metadata.ino()));
        }
        let what = format!("exists and is not {}", self.kind.described());
        Err(self.in_the_way(&what))
    }

    /// Gives the complete file its name. What stood there is looked at once more, in the same step that takes its
    /// name away, so that a file that came there meanwhile is put back.
    fn put_in_place(&self, unfinished: &Path) -> Result<(), Failure> {
        let rename = |flags| renameat_with(CWD, unfinished, CWD, self.path, flags);
        let plain = || std::fs::rename(unfinished, self.path);
        let failed = |error: std::io::Error| on_file("replacing", self.path, &error);
        match self.standing()? {
            Standing::Nothing => match rename(RenameFlags::NOREPLACE) {
                Err(Errno::EXIST) => Err(self.in_the_way("has come there meanwhile")),
                Err(Errno::INVAL | Errno::NOSYS) => std::fs::hard_link(unfinished, self.path).map_err(failed),
                renamed => renamed.map_err(|error| failed(error.into())),
            },
            Standing::Replaceable(device, number) => match rename(RenameFlags::EXCHANGE) {
                Ok(()) => {
                    let old = std::fs::symlink_metadata(unfinished).map_err(failed)?;
                    if (old.dev(), old.ino()) == (device, number) {
                        return Ok(());
                    }
                    rename(RenameFlags::EXCHANGE).map_err(|error| failed(error.into()))?;
                    Err(self.in_the_way("has come there meanwhile"))
                }
                // A file system without the exchange.
                Err(Errno::INVAL | Errno::NOSYS) => plain().map_err(failed),
                Err(error) => Err(failed(error.into())),
            },
        }
    }

    fn in_the_way(&self, what: &str) -> Failure {
        Failure::new(
            Exit::Conflict,
            "FILE_IN_THE_WAY",
            format!("{} {what}; it is left as it is", self.path.display()),
        )
        .next("give another file name, or move that file away first")
    }
}

fn is_one_file(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn csv(path: &Path) -> WholeFile<'_> {
        WholeFile {
            path,
            kind: OwnFile::ReportCsv,
            must_be_new: false,
            input: None,
        }
    }

    fn refused(path: &Path) -> WholeFile<'_> {
        WholeFile {
            kind: OwnFile::RefusedRows,
            ..csv(path)
        }
    }

    fn book(out: &mut BufWriter<File>) -> Result<(), Failure> {
        let bytes = rust_xlsxwriter::Workbook::new().save_to_buffer().unwrap();
        out.write_all(&bytes).unwrap();
        Ok(())
    }

    fn code(result: Result<(), Failure>) -> String {
        result.unwrap_err().code.into_owned()
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("refused.xlsx");
        refused(&path).write(book).unwrap();
        let old = std::fs::read(&path).unwrap();
        let failed = refused(&path).write(|out| {
            out.write_all(b"half").unwrap();
            Err(Failure::interrupted())
        });
        assert_eq!(code(failed), "INTERRUPTED");
        assert_eq!(std::fs::read(&path).unwrap(), old);
        refused(&path).write(book).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let nowhere = folder.path().join("none/report.csv");
        assert_eq!(code(csv(&nowhere).write(|_| Ok(()))), "FILE_UNUSABLE");
        assert_eq!(code(csv(&nowhere).check()), "FILE_UNUSABLE");
    }

    #[test]
    fn what_is_not_ours_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("key.pem");
        std::fs::write(&key, "a key").unwrap();
        let link = folder.path().join("link.xlsx");
        std::os::unix::fs::symlink(&key, &link).unwrap();
        let dangling = folder.path().join("dangling.xlsx");
        std::os::unix::fs::symlink(folder.path().join("new"), &dangling).unwrap();
        for path in [&key, &link, &dangling, &folder.path().to_owned()] {
            assert_eq!(code(refused(path).check()), "FILE_IN_THE_WAY");
            assert_eq!(code(refused(path).write(book)), "FILE_IN_THE_WAY");
            assert_eq!(code(csv(path).write(|_| Ok(()))), "FILE_IN_THE_WAY");
        }
        assert_eq!(std::fs::read(&key).unwrap(), b"a key");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
        assert_eq!(code(csv(Path::new("/dev/null")).check()), "FILE_IN_THE_WAY");
    }

    #[test]
    fn the_input_is_never_written_over_by_any_of_its_names() {
        let folder = tempfile::tempdir().unwrap();
        let (input, twin) = (
            folder.path().join("refused.xlsx"),
            folder.path().join("twin.xlsx"),
        );
        refused(&input).write(book).unwrap();
        std::fs::hard_link(&input, &twin).unwrap();
        for path in [&input, &twin] {
            let file = WholeFile {
                input: Some(&input),
                ..refused(path)
            };
            assert_eq!(code(file.check()), "FILE_IN_THE_WAY");
        }
        let new = WholeFile {
            must_be_new: true,
            ..refused(&twin)
        };
        assert_eq!(code(new.check()), "FILE_IN_THE_WAY");
    }

    #[test]
    fn rows_about_people_are_their_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("refused.xlsx");
        // An empty file has nothing to lose, but its rights are not taken over.
        std::fs::write(&path, "").unwrap();
        refused(&path).write(book).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    }
}
