//! The master key of personal data, in a file of this machine.

use std::sync::Arc;

use posars_event_store::{EventStore, Log};
use posars_keyring::{KeyFile, Keyring, MasterKey, master_keys_in_use};

use crate::database::Database;
use crate::failure::Failure;

/// The file of a database's master key, whether or not it is there; none where nobody knows where it would be. It is made
/// when it is first needed, but never in the place of one that is lost.
///
/// # Errors
/// `DATABASE_UNAVAILABLE` and the other codes of the database.
pub(crate) async fn of(database: &Database, store: &EventStore) -> Result<Option<Arc<KeyFile>>, Failure> {
    let Some(path) = database.master_key() else {
        return Ok(None);
    };
    let file = KeyFile::at(path);
    if !file.path().exists() && master_keys_in_use(store).await?.is_empty() {
        return Ok(Some(Arc::new(file.that_may_begin())));
    }
    Ok(Some(Arc::new(file)))
}

/// As [`of`], and made now where it may be. What keeps it from being made is told, and locks no more than what is personal.
///
/// # Errors
/// As [`of`].
pub(crate) async fn begun(database: &Database, store: &EventStore) -> Result<Option<Arc<KeyFile>>, Failure> {
    let file = of(database, store).await?;
    let Some(key_file) = &file else {
        tracing::warn!(
            "there is no place for a master key, so nothing personal can be kept; set POSARS_MASTER_KEY_FILE"
        );
        return Ok(None);
    };
    let path = key_file.path().display();
    match key_file.begin_if_it_may() {
        Ok(true) => tracing::info!(
            file = %path,
            "a master key was made: copy it to a safe place, apart from the backups; without it names, tax numbers and \
             wages cannot be read"
        ),
        Ok(false) if !key_file.path().exists() => tracing::error!(
            file = %path,
            "the master key is not there, so names, tax numbers and wages cannot be read; put it back (`posars keys \
             status`)"
        ),
        Ok(false) => {}
        Err(error) => tracing::error!(%error, "nothing personal can be written or read"),
    }
    Ok(file)
}

/// The keys of the people of a company.
pub(crate) fn keyring(log: &Log, file: Option<Arc<KeyFile>>) -> Keyring {
    let master = file.map(|file| -> Arc<dyn MasterKey> { file });
    Keyring::new(log.clone(), master)
}
