//! Master keys that are missing, lost, wrong, and new.

use std::sync::Arc;

use posars_domain::RetentionClass::Fiscal;
use posars_keyring::{KeyFile, Keyring, KeyringError, MasterKey};

use crate::world::{World, opened, sealed, spot, wanted};

fn on_file(world: &World, file: &KeyFile) -> Keyring {
    let file: Arc<dyn MasterKey> = Arc::new(file.clone());
    Keyring::new(world.log.clone(), Some(file))
}

#[tokio::test]
async fn a_lost_master_key_is_named_and_never_made_anew() -> anyhow::Result<()> {
    let (world, folder) = (World::open().await?, tempfile::tempdir()?);
    let path = folder.path().join("master.key");
    let file = KeyFile::at(&path).that_may_begin();
    let data = sealed(&on_file(&world, &file), "Maria", &spot()).await?;
    let [name] = <[String; 1]>::try_from(file.names()?).unwrap();
    std::fs::remove_file(&path)?;
    let lost = on_file(&world, &file);
    match opened(&lost, &mut data.clone(), &spot()).await {
        Err(KeyringError::Locked { master_key, place }) => {
            assert_eq!((master_key, place), (name.clone(), path.display().to_string()));
        }
        other => anyhow::bail!("{other:?}"),
    }
    assert!(lost.keys(&[wanted("b", Fiscal, None)]).await.is_err());
    assert!(!path.exists());
    let standing = lost.standing().await?.company.unwrap();
    assert!(standing.master_key == name && standing.problem.is_some());
    // Another file is not the right one either.
    KeyFile::at(&path).that_may_begin().begin_if_it_may()?;
    let wrong = opened(&on_file(&world, &file), &mut data.clone(), &spot()).await;
    assert!(matches!(wrong, Err(KeyringError::Locked { .. })), "{wrong:?}");
    Ok(())
}

#[tokio::test]
async fn a_new_master_key_is_followed_by_who_runs_already() -> anyhow::Result<()> {
    let (world, folder) = (World::open().await?, tempfile::tempdir()?);
    let file = KeyFile::at(folder.path().join("master.key")).that_may_begin();
    let running = on_file(&world, &file);
    let data = sealed(&running, "Maria", &spot()).await?;
    let new = file.add()?;
    let rotating = on_file(&world, &file);
    assert!(rotating.rewrap().await? && !rotating.rewrap().await?);
    assert_eq!(
        posars_keyring::master_keys_in_use(&world.store).await?,
        std::slice::from_ref(&new)
    );
    assert_eq!(file.keep_only(&[new])?.len(), 1);
    for keyring in [&running, &rotating, &on_file(&world, &file)] {
        let mut read = data.clone();
        assert_eq!(opened(keyring, &mut read, &spot()).await?.clear, 1);
    }
    assert!(
        !Keyring::new(world.log.clone(), None)
            .standing()
            .await?
            .keys
            .is_empty()
    );
    Ok(())
}
