//! A master key that lives no longer than the process, for tests.

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use zeroize::Zeroizing;

use crate::cipher::Key;
use crate::{KeyringError, MasterKey, Wrapped};

/// The name of the only key.
const NAME: &str = "memory";

/// A random master key that is nowhere but here: what it wraps is lost with it. For tests, and for what tries things out.
#[derive(Debug, Clone)]
pub struct MemoryMasterKey(Key);

impl Default for MemoryMasterKey {
    fn default() -> Self {
        Self(Key::random())
    }
}

impl MasterKey for MemoryMasterKey {
    fn wrap<'a>(&'a self, plain: &'a [u8], context: &'a str) -> BoxFuture<'a, Result<Wrapped, KeyringError>> {
        ready(Ok(Wrapped {
            master_key: NAME.to_owned(),
            ciphertext: self.0.encrypt(plain, context.as_bytes()),
        }))
        .boxed()
    }

    fn unwrap<'a>(
        &'a self,
        wrapped: &'a Wrapped,
        context: &'a str,
    ) -> BoxFuture<'a, Result<Zeroizing<Vec<u8>>, KeyringError>> {
        let plain = self.0.decrypt(&wrapped.ciphertext, context.as_bytes());
        ready(plain.map_err(|_| KeyringError::Locked {
            master_key: wrapped.master_key.clone(),
            place: "the memory of this process".to_owned(),
        }))
        .boxed()
    }
}
