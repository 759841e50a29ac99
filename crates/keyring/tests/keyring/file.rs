//! The file of master keys.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use posars_keyring::{KeyFile, KeyringError, MasterKey as _};

fn refused<T: std::fmt::Debug>(result: Result<T, KeyringError>) -> String {
    let error = result.unwrap_err();
    let is_refused = matches!(error, KeyringError::MasterKeyStore(_));
    assert!(is_refused, "{error}");
    error.to_string()
}

#[tokio::test]
async fn it_is_its_owners_alone_and_whole() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("below/master.key");
    let file = KeyFile::at(&path);
    assert!(file.names()?.is_empty() && !file.begin_if_it_may()?);
    assert!(refused(file.wrap(b"key", "context").await).contains("no such file"));
    let file = file.that_may_begin();
    assert!(file.begin_if_it_may()? && !file.begin_if_it_may()?);
    assert_eq!(fs::metadata(&path)?.mode() & 0o777, 0o600);
    assert_eq!(
        fs::read_dir(path.parent().unwrap())?.count(),
        1,
        "nothing is left beside it"
    );

    fs::set_permissions(&path, fs::Permissions::from_mode(0o640))?;
    assert!(refused(file.names()).contains("chmod 600"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    let text = fs::read_to_string(&path)?;
    for broken in [
        "",
        "not a key\n",
        &text.replace("posars", "other"),
        &text.replacen("-1 ", "-1 0", 1),
    ] {
        fs::write(&path, broken)?;
        assert!(
            refused(file.names()).contains("no file of master keys"),
            "{broken}"
        );
        assert!(refused(file.add()).contains("no file of master keys"));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_add_keys_at_once_lose_none() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let file = KeyFile::at(folder.path().join("master.key")).that_may_begin();
    let wrapped = file.wrap(b"key", "context").await?;
    let added: Vec<_> = (0..8)
        .map(|_| {
            let file = file.clone();
            std::thread::spawn(move || file.add())
        })
        .collect();
    let mut names = Vec::new();
    for thread in added {
        names.push(thread.join().unwrap()?);
    }
    let kept = file.names()?;
    assert!(
        names.iter().all(|name| kept.contains(name)) && kept.len() == 9,
        "{kept:?}"
    );
    // The older ones still unwrap, for their context alone.
    assert_eq!(file.unwrap(&wrapped, "context").await?.as_slice(), b"key");
    assert!(matches!(
        file.unwrap(&wrapped, "other").await,
        Err(KeyringError::Damaged(_))
    ));
    assert_eq!(
        file.keep_only(std::slice::from_ref(&wrapped.master_key))?.len(),
        7
    );
    assert_eq!(file.names()?.len(), 2);
    assert_eq!(fs::metadata(file.path())?.mode() & 0o777, 0o600);
    Ok(())
}
