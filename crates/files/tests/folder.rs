//! The folder as a store of files.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod conformance;

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use jiff::Timestamp;
use posars_files::{FileError, FileName, FileStore as _, Folder, LinkLifetime, Source};

fn name(text: &str) -> FileName {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_folder_conforms() {
    let folder = tempfile::tempdir().unwrap();
    conformance::of(&Folder::new(folder.path().join("made/when/needed"))).await;
}

#[tokio::test]
async fn links_of_one_process_are_known_to_another() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (Folder::new(folder.path()), Folder::new(folder.path()));
    let lifetime = LinkLifetime::clamped(Duration::from_secs(60));
    let link = one.link(&name("a/b.csv"), lifetime).await.unwrap().url;
    let (path, query) = link.split_once('?').unwrap();
    assert_eq!(path, "/files/a/b.csv");
    let (expires, signature) = query.split_once('&').unwrap();
    let expires: i64 = expires.strip_prefix("expires=").unwrap().parse().unwrap();
    let signature = signature.strip_prefix("signature=").unwrap();
    let now = Timestamp::now();
    assert!((55..=60).contains(&(expires - now.as_second())), "{link}");
    let key = other.link_key().unwrap();
    key.check(&name("a/b.csv"), expires, signature, now).unwrap();
    let mode = std::fs::metadata(folder.path().join(".link-key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn files_are_their_owners_alone_and_leftovers_go() {
    let folder = tempfile::tempdir().unwrap();
    let store = Folder::new(folder.path().join("files"));
    let report = name("reports/month=2026-11/x.csv");
    store
        .put_once(&report, Source::from(b"1".to_vec()))
        .await
        .unwrap();
    let mode = |path: &str| {
        let path = folder.path().join("files").join(path);
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode(report.as_str()), 0o600);
    assert_eq!(mode("reports"), 0o700);
    // As a writer that was killed leaves it.
    let left = folder.path().join("files/reports/.1-2-3.part");
    std::fs::write(&left, "half").unwrap();
    assert_eq!(store.remove_abandoned(Duration::from_secs(60)).await, Ok(0));
    assert_eq!(store.remove_abandoned(Duration::ZERO).await, Ok(1));
    assert!(!left.exists() && store.stat(&report).await.unwrap().is_some());
}

#[tokio::test]
async fn what_others_put_there_is_neither_listed_nor_followed() {
    let folder = tempfile::tempdir().unwrap();
    let store = Folder::new(folder.path());
    let secret = folder.path().join("SECRET");
    std::fs::write(&secret, "x").unwrap();
    std::os::unix::fs::symlink(&secret, folder.path().join("link.csv")).unwrap();
    std::fs::create_dir(folder.path().join("folder.csv")).unwrap();
    for text in ["link.csv", "folder.csv"] {
        assert_eq!(store.stat(&name(text)).await, Ok(None), "{text}");
        let read = store.read(&name(text), None).await.err();
        assert!(
            matches!(read, Some(FileError::Missing { .. })),
            "{text}: {read:?}"
        );
    }
    let all = posars_files::FolderName::new::<&str>(&[]).unwrap();
    assert!(store.list(&all, None, 10).await.unwrap().files.is_empty());
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "x").unwrap();
    let store = Folder::new(folder.path().join("file/below"));
    let put = store
        .put_once(&name("a.csv"), Source::from(b"1".to_vec()))
        .await
        .unwrap_err();
    assert!(matches!(put, FileError::Refused { .. }), "{put:?}");
    assert!(put.to_string().contains("POSARS_FILES"), "{put}");
}
