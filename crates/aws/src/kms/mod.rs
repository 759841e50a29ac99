//! A master key in KMS, which never leaves it: companies' keys are sent there to be wrapped and unwrapped.
//!
//! What a key is wrapped for goes along as encryption context: KMS unwraps it for nothing else, and writes it into the
//! audit trail. KMS's own yearly rotation of a key needs nothing here; its older versions unwrap what they wrapped.

use std::fmt;

use aws_sdk_kms::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_kms::primitives::Blob;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use posars_keyring::{KeyringError, MasterKey, Wrapped};
use zeroize::Zeroizing;

/// What the name of a master key in KMS begins with: in the setting, and beside what it wrapped.
pub const KMS_PREFIX: &str = "kms:";
/// The name in the encryption context of what a key is wrapped for.
const CONTEXT: &str = "posars";
/// The longest name that KMS takes.
const NAME_BYTES_MAX: usize = 2_048;

/// The setting names no key of KMS.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} names no key of KMS; write kms: and the key's id, ARN or alias, such as kms:alias/posars or \
     kms:arn:aws:kms:us-east-1:123456789012:key/…"
)]
pub struct KmsKeyNameError(String);

/// Which key of KMS: its id, ARN or alias, behind `kms:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KmsKeyName(String);

impl KmsKeyName {
    /// Reads a setting.
    ///
    /// # Errors
    /// [`KmsKeyNameError`].
    pub fn parse(text: &str) -> Result<Self, KmsKeyNameError> {
        let name = text.strip_prefix(KMS_PREFIX).unwrap_or_default();
        let is_name = |character: char| character.is_ascii_alphanumeric() || "-_/:.".contains(character);
        if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.chars().all(is_name) {
            return Err(KmsKeyNameError(text.to_owned()));
        }
        Ok(Self(name.to_owned()))
    }
}

impl fmt::Display for KmsKeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{KMS_PREFIX}{}", self.0)
    }
}

/// A master key in KMS. Whoever uses it needs `kms:Encrypt` and `kms:Decrypt` on it, and nothing else.
#[derive(Clone, Debug)]
pub struct KmsMasterKey {
    client: aws_sdk_kms::Client,
    name: KmsKeyName,
}

impl KmsMasterKey {
    /// The key of that name; nobody asks whether it is there before it is used.
    #[must_use]
    pub const fn new(client: aws_sdk_kms::Client, name: KmsKeyName) -> Self {
        Self { client, name }
    }

    /// Which one wraps.
    #[must_use]
    pub const fn name(&self) -> &KmsKeyName {
        &self.name
    }

    async fn wrapped(&self, plain: &[u8], context: &str) -> Result<Wrapped, KeyringError> {
        let answer = self
            .client
            .encrypt()
            .key_id(&self.name.0)
            .plaintext(Blob::new(plain))
            .encryption_context(CONTEXT, context)
            .send()
            .await
            .map_err(|error| trouble(&error, &self.name.to_string(), context))?;
        match (answer.key_id, answer.ciphertext_blob) {
            // By its ARN, whatever it was called: an alias may be given to another key tomorrow.
            (Some(arn), Some(ciphertext)) => Ok(Wrapped {
                master_key: format!("{KMS_PREFIX}{arn}"),
                ciphertext: ciphertext.into_inner(),
            }),
            _ => Err(KeyringError::MasterKeyStore(format!(
                "KMS wrapped with {} and did not answer with what it made",
                self.name
            ))),
        }
    }

    async fn unwrapped(&self, wrapped: &Wrapped, context: &str) -> Result<Zeroizing<Vec<u8>>, KeyringError> {
        let Some(arn) = wrapped.master_key.strip_prefix(KMS_PREFIX) else {
            return Err(KeyringError::Locked {
                master_key: wrapped.master_key.clone(),
                place: "KMS".to_owned(),
            });
        };
        let answer = self
            .client
            .decrypt()
            // Named, so that KMS opens nothing that another key wrapped and somebody put in its place.
            .key_id(arn)
            .ciphertext_blob(Blob::new(wrapped.ciphertext.as_slice()))
            .encryption_context(CONTEXT, context)
            .send()
            .await
            .map_err(|error| trouble(&error, &wrapped.master_key, context))?;
        let plain = answer.plaintext.ok_or_else(|| {
            KeyringError::MasterKeyStore(format!("KMS unwrapped with {arn} and did not answer with it"))
        })?;
        Ok(Zeroizing::new(plain.into_inner()))
    }
}

impl MasterKey for KmsMasterKey {
    fn wrap<'a>(&'a self, plain: &'a [u8], context: &'a str) -> BoxFuture<'a, Result<Wrapped, KeyringError>> {
        self.wrapped(plain, context).boxed()
    }

    fn unwrap<'a>(
        &'a self,
        wrapped: &'a Wrapped,
        context: &'a str,
    ) -> BoxFuture<'a, Result<Zeroizing<Vec<u8>>, KeyringError>> {
        self.unwrapped(wrapped, context).boxed()
    }
}

/// What an error means for whoever needs the key.
fn trouble<E>(error: &SdkError<E, HttpResponse>, master_key: &str, context: &str) -> KeyringError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let service = error.as_service_error().map(ProvideErrorMetadata::meta);
    let code = service.and_then(|meta| meta.code()).unwrap_or_default();
    let locked = |why: &str| KeyringError::Locked {
        master_key: master_key.to_owned(),
        place: format!("KMS ({why})"),
    };
    match code {
        "InvalidCiphertextException" | "IncorrectKeyException" => {
            KeyringError::Damaged(format!("master key {master_key} did not wrap {context}"))
        }
        "NotFoundException" => locked("there is none of that name in this account and region"),
        "DisabledException" => locked("it is disabled; enable it there"),
        "KMSInvalidStateException" => locked("it is about to be deleted; cancel that there"),
        _ => {
            let said = service.and_then(|meta| meta.message());
            let said = said.map_or_else(
                || DisplayErrorContext(error).to_string(),
                |message| format!("{code}: {message}"),
            );
            KeyringError::MasterKeyStore(format!(
                "KMS does not work with {master_key}: {said}. Next: check that the network reaches KMS, and that this role \
                 may kms:Encrypt and kms:Decrypt with that key"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_names_a_key_or_is_refused() {
        for text in [
            "kms:alias/posars",
            "kms:1234abcd-12ab-34cd-56ef-1234567890ab",
            "kms:arn:aws:kms:us-east-1:123456789012:key/mrk-1234",
        ] {
            assert_eq!(KmsKeyName::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "",
            "kms:",
            "alias/posars",
            "KMS:alias/posars",
            "kms:a b",
            "kms:'x'",
            "file:/k",
        ] {
            let error = KmsKeyName::parse(text).unwrap_err().to_string();
            assert!(error.contains("kms:alias/posars"), "{error}");
        }
    }
}
