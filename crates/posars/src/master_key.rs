//! The master key of personal data: in a file of this machine, or in KMS.

use std::fmt;
use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt as _, ready};
use posars_aws::{KMS_PREFIX, KmsKeyName, KmsMasterKey};
use posars_event_store::Log;
use posars_keyring::{KeyFile, Keyring, KeyringError, MasterKey, Wrapped};
use zeroize::Zeroizing;

use crate::aws_clients::aws_clients;
use crate::database::Database;
use crate::databases::Databases;
use crate::failure::Failure;
use crate::master_key_place::MasterKeyPlace;

/// The word for the file, where a key of KMS may be named.
pub(crate) const FILE_WORD: &str = "file";

/// Those of a database: one wraps, all unwrap what they wrapped.
#[derive(Clone, Debug)]
pub(crate) struct MasterKeys {
    kms: Option<KmsMasterKey>,
    file: Option<Arc<KeyFile>>,
    wraps_by_kms: bool,
}

impl MasterKeys {
    /// The file, whether or not it is there.
    pub(crate) fn file(&self) -> Option<&KeyFile> {
        self.file.as_deref()
    }

    /// The key of KMS that wraps.
    pub(crate) fn kms(&self) -> Option<&KmsKeyName> {
        self.kms
            .as_ref()
            .filter(|_| self.wraps_by_kms)
            .map(KmsMasterKey::name)
    }

    /// The same, where another key of KMS wraps.
    ///
    /// # Errors
    /// `AWS_REGION_MISSING`.
    pub(crate) async fn wrapping_by_kms(&self, name: KmsKeyName) -> Result<Self, Failure> {
        Ok(Self {
            kms: Some(KmsMasterKey::new(aws_clients().await?.kms(), name)),
            file: self.file.clone(),
            wraps_by_kms: true,
        })
    }

    /// The same, where the file wraps.
    pub(crate) fn wrapping_by_file(&self) -> Self {
        Self {
            wraps_by_kms: false,
            ..self.clone()
        }
    }

    /// What wraps; none where nobody knows where it would be.
    fn wrapping(&self) -> Option<&dyn MasterKey> {
        if self.wraps_by_kms {
            self.kms.as_ref().map(|kms| -> &dyn MasterKey { kms })
        } else {
            self.file.as_deref().map(|file| -> &dyn MasterKey { file })
        }
    }
}

impl fmt::Display for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kms(), &self.file) {
            (Some(name), _) => write!(f, "{name}"),
            (None, Some(file)) => write!(f, "{}", file.path().display()),
            (None, None) => f.write_str("nowhere"),
        }
    }
}

impl MasterKey for MasterKeys {
    fn wrap<'a>(&'a self, plain: &'a [u8], context: &'a str) -> BoxFuture<'a, Result<Wrapped, KeyringError>> {
        match self.wrapping() {
            Some(wrapping) => wrapping.wrap(plain, context),
            None => ready(Err(KeyringError::NoMasterKey)).boxed(),
        }
    }

    fn unwrap<'a>(
        &'a self,
        wrapped: &'a Wrapped,
        context: &'a str,
    ) -> BoxFuture<'a, Result<Zeroizing<Vec<u8>>, KeyringError>> {
        let is_of_kms = wrapped.master_key.starts_with(KMS_PREFIX);
        match (&self.kms, &self.file) {
            (Some(kms), _) if is_of_kms => kms.unwrap(wrapped, context),
            (_, Some(file)) if !is_of_kms => file.unwrap(wrapped, context),
            _ => ready(Err(KeyringError::Locked {
                master_key: wrapped.master_key.clone(),
                place: "the settings (POSARS_MASTER_KEY names a key of KMS, POSARS_MASTER_KEY_FILE a file)"
                    .to_owned(),
            }))
            .boxed(),
        }
    }
}

/// The master keys of a database, whether or not they are there; none where nobody knows where they would be. A file is
/// made when it is first needed, but never in the place of one that is lost, nor where KMS wraps.
///
/// # Errors
/// `AWS_REGION_MISSING`, `DATABASE_UNAVAILABLE` and the other codes of the database.
pub(crate) async fn of(
    database: &Database,
    databases: &Databases,
) -> Result<Option<Arc<MasterKeys>>, Failure> {
    let MasterKeyPlace { kms, file } = database.master_key().clone();
    let file = match file.map(KeyFile::at) {
        Some(file)
            if kms.is_none() && !file.path().exists() && databases.master_keys_in_use().await?.is_empty() =>
        {
            Some(file.that_may_begin())
        }
        file => file,
    };
    let keys = MasterKeys {
        kms: None,
        file: file.map(Arc::new),
        wraps_by_kms: false,
    };
    match kms {
        Some(name) => Ok(Some(Arc::new(keys.wrapping_by_kms(name).await?))),
        None if keys.file.is_none() => Ok(None),
        None => Ok(Some(Arc::new(keys))),
    }
}

/// As [`of`], and made now where it may be. What keeps it from being made is told, and locks no more than what is personal.
///
/// # Errors
/// As [`of`].
pub(crate) async fn begun(
    database: &Database,
    databases: &Databases,
) -> Result<Option<Arc<MasterKeys>>, Failure> {
    let keys = of(database, databases).await?;
    let Some(found) = &keys else {
        tracing::warn!(
            "there is no place for a master key, so nothing personal can be kept; set POSARS_MASTER_KEY_FILE or \
             POSARS_MASTER_KEY"
        );
        return Ok(None);
    };
    if let (None, Some(file)) = (found.kms(), found.file()) {
        begin(file);
    }
    Ok(keys)
}

fn begin(key_file: &KeyFile) {
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
}

/// The keys of the people of a company.
pub(crate) fn keyring(log: &Log, keys: Option<Arc<MasterKeys>>) -> Keyring {
    let master = keys.map(|keys| -> Arc<dyn MasterKey> { keys });
    Keyring::new(log.clone(), master)
}
