//! The key above all others.

use std::fmt;

use futures_util::future::BoxFuture;
use zeroize::Zeroizing;

use crate::KeyringError;

/// Something wrapped by a master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    /// Which master key.
    pub master_key: String,
    /// The ciphertext, as the master key's store made it.
    pub ciphertext: Vec<u8>,
}

/// Wraps and unwraps the companies' keys: a file on this machine, or a key service. Used once per company and process.
pub trait MasterKey: fmt::Debug + Send + Sync {
    /// Wraps at most 4,096 bytes with the current master key. The same context opens it again.
    ///
    /// # Errors
    /// [`KeyringError::NoMasterKey`], or [`KeyringError::MasterKeyStore`] when the store is away.
    fn wrap<'a>(&'a self, plain: &'a [u8], context: &'a str) -> BoxFuture<'a, Result<Wrapped, KeyringError>>;

    /// Unwraps with the master key that it was wrapped with.
    ///
    /// # Errors
    /// [`KeyringError::Locked`] when that master key is not there, [`KeyringError::Damaged`] when it did not wrap this,
    /// [`KeyringError::MasterKeyStore`] when the store is away.
    fn unwrap<'a>(
        &'a self,
        wrapped: &'a Wrapped,
        context: &'a str,
    ) -> BoxFuture<'a, Result<Zeroizing<Vec<u8>>, KeyringError>>;
}
