//! A master key that lives no longer than the process, for tests.

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::cipher::Key;
use crate::{KeyringError, MasterKey, Wrapped};

/// What names of such keys begin with.
const NAME: &str = "memory";

/// A random master key that is nowhere but here: what it wraps is lost with it. For tests, and for what tries things out.
#[derive(Debug, Clone)]
pub struct MemoryMasterKey {
    name: String,
    key: Key,
}

impl Default for MemoryMasterKey {
    fn default() -> Self {
        let number = Uuid::new_v4().simple();
        Self {
            name: format!("{NAME}-{number}"),
            key: Key::random(),
        }
    }
}

impl MasterKey for MemoryMasterKey {
    fn wrap<'a>(&'a self, plain: &'a [u8], context: &'a str) -> BoxFuture<'a, Result<Wrapped, KeyringError>> {
        ready(Ok(Wrapped {
            master_key: self.name.clone(),
            ciphertext: self.key.encrypt(plain, context.as_bytes()),
        }))
        .boxed()
    }

    fn unwrap<'a>(
        &'a self,
        wrapped: &'a Wrapped,
        context: &'a str,
    ) -> BoxFuture<'a, Result<Zeroizing<Vec<u8>>, KeyringError>> {
        if wrapped.master_key != self.name {
            return ready(Err(KeyringError::Locked {
                master_key: wrapped.master_key.clone(),
                place: "the memory of this process".to_owned(),
            }))
            .boxed();
        }
        let plain = self.key.decrypt(&wrapped.ciphertext, context.as_bytes());
        let foreign = |_| KeyringError::Damaged(format!("master key {} did not wrap {context}", self.name));
        ready(plain.map_err(foreign)).boxed()
    }
}
