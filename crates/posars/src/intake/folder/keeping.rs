//! What becomes of files of the folder: moved when they are dealt with, removed when they were kept long enough.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{RenameFlags, renameat, renameat_with};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};

use super::beneath::{OpenFolder, is_nothing};
use super::look::{Found, Stamp};

/// Moves a file that was dealt with to a folder of ours, under the path that it had. A file that came under its name meanwhile
/// stays and is a drop of its own.
pub(super) fn move_away(root: &OpenFolder, found: &Found, to: &OpenFolder) -> std::io::Result<()> {
    let (Some(parent), Some(name)) = (found.path.parent(), found.path.file_name()) else {
        return Ok(());
    };
    let from = match root.folder(parent) {
        Ok(from) => from,
        Err(error) if is_nothing(&error) => return Ok(()),
        Err(error) => return Err(error),
    };
    match std::fs::symlink_metadata(from.path().join(name)) {
        Ok(metadata) if Stamp::of(&metadata) == found.stamp => {}
        // Gone, or another.
        Ok(_) => return Ok(()),
        Err(error) if is_nothing(&error) => return Ok(()),
        Err(error) => return Err(error),
    }
    std::fs::create_dir_all(to.path().join(parent))?;
    let to = to.folder(parent)?;
    match renameat_with(&from, name, &to, name, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        Err(Errno::EXIST | Errno::INVAL | Errno::NOSYS) => {
            let marked = with_mark(Path::new(name), &found.stamp);
            Ok(renameat(&from, name, &to, &marked)?)
        }
        Err(error) => Err(error.into()),
    }
}

/// A name that only this version of the file has.
fn with_mark(path: &Path, stamp: &Stamp) -> PathBuf {
    let digest = Sha256::digest(stamp.to_string());
    let mark: String = digest[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("~{mark}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// Removes what has been in these folders for longer, and folders that are empty then; answers of how many files.
pub(super) fn remove_older(folders: &[PathBuf], keep: Duration) -> std::io::Result<usize> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let before_s = i64::try_from(now.saturating_sub(keep).as_secs()).unwrap_or(i64::MAX);
    let mut removed = 0;
    for folder in folders {
        remove_in(folder, before_s, &mut removed)?;
    }
    Ok(removed)
}

fn remove_in(folder: &Path, before_s: i64, removed: &mut usize) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let metadata = entry.metadata()?;
        if metadata.is_dir() {
            remove_in(&entry.path(), before_s, removed)?;
            // One that is not empty stays.
            let _ = std::fs::remove_dir(entry.path());
        } else if metadata.ctime() < before_s {
            // The time of its last change or move: when it was changed by its sender says nothing here.
            std::fs::remove_file(entry.path())?;
            *removed += 1;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::look;
    use super::*;

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn found(root: &Path) -> Vec<Found> {
        look::at(&OpenFolder::root(root).unwrap()).unwrap()
    }

    fn move_to_done(root: &Path, found: &Found) {
        let open = OpenFolder::root(root).unwrap();
        let done = open.own_folder("done").unwrap();
        move_away(&open, found, &done).unwrap();
    }

    fn paths(root: &Path) -> Vec<String> {
        let mut paths: Vec<String> = found(root)
            .into_iter()
            .map(|found| found.path.display().to_string())
            .collect();
        paths.sort();
        paths
    }

    #[test]
    fn only_what_was_dropped_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for path in [
            "vendas.xlsx",
            "company=filial/loja centro/vendas+11.XLS",
            "readme.txt",
            "done/old.xlsx",
            "failed/bad.xlsx",
            "results/x-1/refused.xlsx",
            "loja/done/new.xlsx",
            ".hidden.xlsx",
            ".git/x.xlsx",
            "~$vendas.xlsx",
            "vendas.xlsx.part",
            "VENDAS.XLSX.FILEPART",
        ] {
            write(root, path, "x");
        }
        write(root, "empty.xlsx", "");
        std::os::unix::fs::symlink("/etc/hostname", root.join("link.xlsx")).unwrap();
        assert_eq!(
            paths(root),
            [
                "company=filial/loja centro/vendas+11.XLS",
                "loja/done/new.xlsx",
                "readme.txt",
                "vendas.xlsx"
            ]
        );
    }

    #[test]
    fn a_file_is_moved_under_its_name_and_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for text in ["first", "second one"] {
            write(root, "loja/v.xlsx", text);
            move_to_done(root, &found(root)[0]);
            assert!(paths(root).is_empty());
        }
        assert_eq!(
            std::fs::read_to_string(root.join("done/loja/v.xlsx")).unwrap(),
            "first"
        );
        assert_eq!(std::fs::read_dir(root.join("done/loja")).unwrap().count(), 2);
        // Replaced while it was imported: the new one stays.
        write(root, "v.xlsx", "old");
        let old = found(root);
        std::fs::remove_file(root.join("v.xlsx")).unwrap();
        write(root, "v.xlsx", "newer");
        move_to_done(root, &old[0]);
        assert_eq!(paths(root), ["v.xlsx"]);
    }

    #[test]
    fn what_was_kept_long_enough_goes_with_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write(root, "done/loja/v.xlsx", "x");
        write(root, "v.xlsx", "x");
        let done = [root.join("done"), root.join("results")];
        assert_eq!(remove_older(&done, Duration::from_secs(60)).unwrap(), 0);
        // A day of the future is a day that has been kept long enough.
        let mut removed = 0;
        remove_in(&root.join("done"), i64::MAX, &mut removed).unwrap();
        assert_eq!(removed, 1);
        assert!(root.join("done").exists() && !root.join("done/loja").exists());
        assert_eq!(paths(root), ["v.xlsx"]);
    }

    #[test]
    fn links_that_somebody_puts_in_the_way_lead_nowhere() {
        let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (root, secret) = (folder.path(), outside.path().join("master.key"));
        std::fs::write(&secret, "a key").unwrap();
        let open = OpenFolder::root(root).unwrap();
        for own in ["done", "failed", "results"] {
            std::os::unix::fs::symlink(outside.path(), root.join(own)).unwrap();
            assert!(open.own_folder(own).is_err(), "{own}");
            std::fs::remove_file(root.join(own)).unwrap();
        }
        // A folder of drops that becomes a link: before the look, before the copy, before the move.
        write(root, "loja/master.key", "a key");
        let drop = found(root);
        std::fs::rename(root.join("loja"), root.join("old")).unwrap();
        std::os::unix::fs::symlink(outside.path(), root.join("loja")).unwrap();
        assert_eq!(paths(root), ["old/master.key"]);
        assert!(open.file(&drop[0].path).is_err());
        let same = Found {
            stamp: Stamp::of(&std::fs::metadata(&secret).unwrap()),
            ..drop[0].clone()
        };
        move_to_done(root, &same);
        assert_eq!(std::fs::read_to_string(&secret).unwrap(), "a key");
        // A name that becomes a link while the folder is open changes nothing.
        let done = open.own_folder("done").unwrap();
        std::fs::rename(root.join("done"), root.join("elsewhere")).unwrap();
        std::os::unix::fs::symlink(outside.path(), root.join("done")).unwrap();
        let mut removed = 0;
        remove_in(&done.path(), i64::MAX, &mut removed).unwrap();
        assert_eq!((removed, secret.exists()), (0, true));
    }

    #[test]
    fn a_folder_that_others_may_write_to_is_not_ours() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let open = OpenFolder::root(folder.path()).unwrap();
        let done = folder.path().join("done");
        std::fs::create_dir(&done).unwrap();
        std::fs::set_permissions(&done, std::fs::Permissions::from_mode(0o777)).unwrap();
        let refused = open.own_folder("done").unwrap_err();
        assert!(refused.to_string().contains("others may write"), "{refused}");
        std::fs::set_permissions(&done, std::fs::Permissions::from_mode(0o755)).unwrap();
        open.own_folder("done").unwrap();
    }
}
