//! XChaCha20-Poly1305 over keys and fields.

use chacha20poly1305::aead::{Aead as _, Generate as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

/// Bytes of every key.
pub(crate) const KEY_BYTES: usize = 32;
/// Bytes of a nonce: long enough to be drawn at random for ever.
const NONCE_BYTES: usize = 24;
/// What is sealed is filled up to a multiple of this, so that its length says little.
const BLOCK_BYTES: usize = 16;
/// Ends the data in front of the filling.
const END: u8 = 0x80;

/// A key in memory; wiped when it is dropped, never shown.
#[derive(Clone)]
pub(crate) struct Key(Zeroizing<[u8; KEY_BYTES]>);

impl std::fmt::Debug for Key {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Key(***)")
    }
}

/// The ciphertext is no work of this key in this place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Foreign;

impl Key {
    /// A random key.
    pub(crate) fn random() -> Self {
        Self(Zeroizing::new(<[u8; KEY_BYTES]>::generate()))
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// The nonce, the ciphertext and its tag.
    pub(crate) fn encrypt(&self, plain: &[u8], place: &[u8]) -> Vec<u8> {
        let nonce = XNonce::generate();
        let payload = Payload {
            msg: plain,
            aad: place,
        };
        let mut sealed = nonce.to_vec();
        // It fails only for messages of 256 GiB.
        sealed.extend(self.cipher().encrypt(&nonce, payload).unwrap_or_default());
        sealed
    }

    /// # Errors
    /// [`Foreign`] when it was sealed with another key or for another place, or was changed.
    pub(crate) fn decrypt(&self, sealed: &[u8], place: &[u8]) -> Result<Zeroizing<Vec<u8>>, Foreign> {
        let (nonce, ciphertext) = sealed.split_at_checked(NONCE_BYTES).ok_or(Foreign)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| Foreign)?;
        let payload = Payload {
            msg: ciphertext,
            aad: place,
        };
        let plain = self.cipher().decrypt(&nonce, payload).map_err(|_| Foreign)?;
        Ok(Zeroizing::new(plain))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.bytes().into())
    }
}

/// Fills a text up, so that a short wage looks like a long one.
pub(crate) fn filled(text: &str) -> Zeroizing<Vec<u8>> {
    let length = (text.len() + 1).next_multiple_of(BLOCK_BYTES);
    let mut bytes = Vec::with_capacity(length);
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(END);
    bytes.resize(length, 0);
    Zeroizing::new(bytes)
}

/// The text in front of the filling.
pub(crate) fn unfilled(bytes: &[u8]) -> Option<&str> {
    let end = bytes.iter().rposition(|byte| *byte != 0)?;
    match bytes.split_at_checked(end)? {
        (text, [END, ..]) => str::from_utf8(text).ok(),
        _ => None,
    }
}
