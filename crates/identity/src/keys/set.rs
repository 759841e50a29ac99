//! A JSON Web Key Set, read.

use std::collections::HashMap;

use jwt_simple::prelude::RS256PublicKey;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The most keys of a set; issuers publish two to five.
const KEYS_MAX: usize = 100;

/// The usable keys of a set by id: RSA of 2,048 to 4,096 bits, for RS256 signatures.
#[derive(Clone, Default)]
pub(super) struct KeySet {
    by_kid: HashMap<String, Key>,
}

#[derive(Clone)]
struct Key {
    key: RS256PublicKey,
    /// RFC 7638; two keys are the same when these are.
    thumbprint: String,
}

impl PartialEq for KeySet {
    fn eq(&self, other: &Self) -> bool {
        self.by_kid.len() == other.by_kid.len()
            && self.by_kid.iter().all(|(kid, key)| {
                let other = other.by_kid.get(kid);
                other.is_some_and(|other| other.thumbprint == key.thumbprint)
            })
    }
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    keys: Vec<&'a RawValue>,
}

/// Why a document gives no keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum SetError {
    #[error("it is not a JSON Web Key Set ({{\"keys\": […]}})")]
    NotASet,
    #[error("it has more than {KEYS_MAX} keys")]
    TooManyKeys,
    #[error("it has two keys with one id")]
    DoubleKid,
    #[error("it has no RSA key of 2048 to 4096 bits with a kid, for RS256 signatures")]
    NoUsableKey,
}

impl KeySet {
    /// Reads a set. Keys of other kinds and purposes are left out: sets hold such too.
    pub(super) fn read(document: &[u8]) -> Result<Self, SetError> {
        let document: Document<'_> = serde_json::from_slice(document).map_err(|_| SetError::NotASet)?;
        if document.keys.len() > KEYS_MAX {
            return Err(SetError::TooManyKeys);
        }
        let mut by_kid = HashMap::new();
        for entry in document.keys {
            let Ok(key) = RS256PublicKey::from_jwk(entry.get()) else {
                continue;
            };
            let Some(kid) = kid_of(&key) else { continue };
            let thumbprint = key.jwk_thumbprint();
            if by_kid.insert(kid, Key { key, thumbprint }).is_some() {
                return Err(SetError::DoubleKid);
            }
        }
        if by_kid.is_empty() {
            return Err(SetError::NoUsableKey);
        }
        Ok(Self { by_kid })
    }

    pub(super) fn key(&self, kid: &str) -> Option<&RS256PublicKey> {
        self.by_kid.get(kid).map(|key| &key.key)
    }

    pub(super) fn len(&self) -> usize {
        self.by_kid.len()
    }
}

fn kid_of(key: &RS256PublicKey) -> Option<String> {
    use jwt_simple::prelude::RSAPublicKeyLike as _;
    key.key_id().clone().filter(|kid| !kid.is_empty())
}
