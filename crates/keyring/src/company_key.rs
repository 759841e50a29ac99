//! What wraps the keys of a company's people, and what they are found by.

use hmac::{Hmac, KeyInit as _, Mac as _};
use posars_event_store::LogName;
use sha2_of_hmac::Sha256;

use crate::cipher::Key;

/// What a tax number is found by.
pub(crate) type Digest = [u8; 32];

/// The company's own key, and what persons are found by.
pub(crate) struct CompanyKey {
    pub(crate) wrapping: Key,
    finding: Key,
}

impl CompanyKey {
    pub(crate) const fn new(wrapping: Key, finding: Key) -> Self {
        Self { wrapping, finding }
    }

    /// What a tax number is found by.
    pub(crate) fn digest(&self, finder: &str) -> Digest {
        // Keys of any length are good for it.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.finding.bytes()) else {
            return Digest::default();
        };
        mac.update(finder.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// What a company's key is wrapped for.
pub(crate) fn company_context(log: &LogName) -> String {
    format!("posars company key of {log}")
}
