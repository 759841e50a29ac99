//! Ways below a folder that others write to. A link that somebody puts in the way, at whatever moment, is never followed: the
//! kernel refuses it, and folders are held open, not named again.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd as _, OwnedFd};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};
use rustix::io::Errno;

/// Rights of a folder with rows about people: its owner's alone.
const PRIVATE_MODE: u32 = 0o700;
/// The rights of others to write.
const OTHERS_WRITE: u32 = 0o022;

/// An open folder. Clones are made by opening again.
#[derive(Debug)]
pub(super) struct OpenFolder(OwnedFd);

impl OpenFolder {
    /// The folder that is watched, by its name.
    pub(super) fn root(path: &Path) -> io::Result<Self> {
        Ok(Self(File::open(path)?.into()))
    }

    /// A folder below this one.
    pub(super) fn folder(&self, path: &Path) -> io::Result<Self> {
        if path.as_os_str().is_empty() {
            return Ok(Self(self.0.try_clone()?));
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self(self.open(path, flags)?))
    }

    /// A file below this one, to be read. A pipe is not waited for.
    pub(super) fn file(&self, path: &Path) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(self.open(path, flags)?.into())
    }

    fn open(&self, path: &Path, flags: OFlags) -> rustix::io::Result<OwnedFd> {
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        openat2(&self.0, path, flags, Mode::empty(), resolve)
    }

    /// A folder of our own right below this one, made when it is not there. One that is a link, that is another user's, or that
    /// others may write to, is not taken.
    pub(super) fn own_folder(&self, name: &str) -> io::Result<Self> {
        let made = std::fs::DirBuilder::new()
            .mode(PRIVATE_MODE)
            .create(self.path().join(name));
        match made {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let folder = self.folder(Path::new(name))?;
        let found = File::from(folder.0.try_clone()?).metadata()?;
        let is_ours = found.uid() == rustix::process::geteuid().as_raw() && found.mode() & OTHERS_WRITE == 0;
        if is_ours {
            Ok(folder)
        } else {
            Err(io::Error::other(format!(
                "{name} is another user's, or others may write to it: remove it, or take that right away"
            )))
        }
    }

    /// A path that means this folder for as long as it is open, whatever becomes of its name.
    pub(super) fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.0.as_raw_fd()))
    }
}

impl AsFd for OpenFolder {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Whether there is nothing of that name, or a link, which is never followed.
pub(super) fn is_nothing(error: &io::Error) -> bool {
    let known = Errno::from_io_error(error);
    known.is_some_and(|known| [Errno::NOENT, Errno::NOTDIR, Errno::LOOP].contains(&known))
}
