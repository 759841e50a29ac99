//! Links to files on our own server: a name, a time and a signature over both.

use std::fmt;
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2_of_hmac::Sha256;
use zeroize::Zeroizing;

use crate::FileName;

/// The longest that a link may last: what S3 allows.
pub const LINK_LIFETIME_MAX: Duration = Duration::from_hours(7 * 24);
/// A block of SHA-256: HMAC fills a shorter key up with zeros.
const BLOCK_BYTES: usize = 64;
/// Keeps these signatures apart from all others that the key could ever make.
const PURPOSE: &str = "posars file link 1";

/// How long a link lasts: a second to seven days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkLifetime(Duration);

impl LinkLifetime {
    /// As long as asked for, in whole seconds, within what is allowed.
    #[must_use]
    pub fn clamped(asked: Duration) -> Self {
        let seconds = asked.as_secs().clamp(1, LINK_LIFETIME_MAX.as_secs());
        Self(Duration::from_secs(seconds))
    }

    /// The duration.
    #[must_use]
    pub const fn get(self) -> Duration {
        self.0
    }
}

/// A link to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// A URL, or the path and query of one on our own server.
    pub url: String,
    /// How long it lasts: as long as asked for, or shorter where the store's own credentials end before.
    pub lifetime: LinkLifetime,
}

/// Why a link is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkRefusal {
    /// It was good until then.
    #[error("the link has expired. Next: ask for a new one with `posars files link`")]
    Expired,
    /// Nobody here made it.
    #[error("the link was not made here, or was changed. Next: ask for a new one with `posars files link`")]
    Forged,
}

/// Signs links, and knows its own again. Whoever has it reads every file.
#[derive(Clone)]
pub struct LinkKey(Zeroizing<[u8; BLOCK_BYTES]>);

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkKey(..)")
    }
}

impl LinkKey {
    /// The key of these bytes, which are random and secret.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        let mut block = Zeroizing::new([0; BLOCK_BYTES]);
        block[..bytes.len()].copy_from_slice(&bytes);
        Self(block)
    }

    /// Path and query of a link to a file, good until then.
    #[must_use]
    pub fn link(&self, name: &FileName, expires: Timestamp) -> String {
        let expires = expires.as_second();
        let signature = self.signature(name, expires);
        let signature = hex::encode(signature.finalize().into_bytes());
        format!("/files/{name}?expires={expires}&signature={signature}")
    }

    /// Whether a link may be followed.
    ///
    /// # Errors
    /// See [`LinkRefusal`].
    pub fn check(
        &self,
        name: &FileName,
        expires: i64,
        signature: &str,
        now: Timestamp,
    ) -> Result<(), LinkRefusal> {
        let given = hex::decode(signature).map_err(|_| LinkRefusal::Forged)?;
        // In constant time, and before the time is looked at: a stranger learns nothing of what he makes up.
        self.signature(name, expires)
            .verify_slice(&given)
            .map_err(|_| LinkRefusal::Forged)?;
        if now.as_second() >= expires {
            return Err(LinkRefusal::Expired);
        }
        Ok(())
    }

    fn signature(&self, name: &FileName, expires: i64) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new((&*self.0).into());
        // A name has no line feed in it.
        mac.update(format!("{PURPOSE}\n{name}\n{expires}").as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(link: &str) -> (FileName, i64, String) {
        let (path, query) = link.split_once('?').unwrap();
        let (expires, signature) = query.split_once('&').unwrap();
        (
            path.strip_prefix("/files/").unwrap().parse().unwrap(),
            expires.strip_prefix("expires=").unwrap().parse().unwrap(),
            signature.strip_prefix("signature=").unwrap().to_owned(),
        )
    }

    #[test]
    fn a_link_opens_its_file_until_it_expires_and_no_other() {
        let key = LinkKey::new([7; 32]);
        let name: FileName = "reports/a.csv".parse().unwrap();
        let now = Timestamp::from_second(1_000).unwrap();
        let expires = Timestamp::from_second(1_060).unwrap();
        let (named, until, signature) = parts(&key.link(&name, expires));
        assert_eq!((&named, until), (&name, 1_060));
        key.check(&named, until, &signature, now).unwrap();
        let forged = Err(LinkRefusal::Forged);
        let other: FileName = "reports/b.csv".parse().unwrap();
        assert_eq!(key.check(&other, until, &signature, now), forged);
        assert_eq!(key.check(&name, until + 1, &signature, now), forged);
        assert_eq!(key.check(&name, until, &signature[2..], now), forged);
        assert_eq!(key.check(&name, until, "", now), forged);
        assert_eq!(LinkKey::new([8; 32]).check(&name, until, &signature, now), forged);
        assert_eq!(
            key.check(&name, until, &signature, expires),
            Err(LinkRefusal::Expired)
        );
    }

    #[test]
    fn lifetimes_stay_within_what_is_allowed() {
        let of = |seconds| LinkLifetime::clamped(Duration::from_secs(seconds)).get();
        assert_eq!(of(0), Duration::from_secs(1));
        assert_eq!(of(90), Duration::from_secs(90));
        assert_eq!(of(u64::MAX), LINK_LIFETIME_MAX);
    }
}
