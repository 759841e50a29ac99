//! The check of a token, from its text to who it speaks for.

use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use jwt_simple::JWTError;
use jwt_simple::prelude::{
    Duration, NoCustomClaims, RS256PublicKey, RSAPublicKeyLike as _, UnixTimeStamp, VerificationOptions,
};
use tokio::sync::Semaphore;

use crate::cache::{Cache, Entry, fingerprint};
use crate::claims::Unverified;
use crate::config::{ConfigError, VerifierConfig};
use crate::keys::{KeyState, Keys, Refresher};
use crate::{Identity, TokenError};

/// Checks access tokens of one issuer. Cheap to clone; the clones share keys and memory.
#[derive(Clone)]
pub struct Verifier {
    inner: Arc<Inner>,
}

struct Inner {
    config: VerifierConfig,
    keys: Arc<Keys>,
    cache: Arc<Cache>,
    /// Of RSA checks at the same time. Anybody can send tokens that cost one; half of the cores stay free for callers
    /// whose tokens are remembered.
    checks: Semaphore,
    /// Ends with the last clone.
    _refresher: Refresher,
}

impl Verifier {
    /// Fetches the keys for the first time and keeps fetching them in a task of its own. Keys that cannot be fetched
    /// are no error: the issuer may be away for a moment, and [`Verifier::state`] says so until it is back.
    ///
    /// # Errors
    /// [`ConfigError`] for settings that can never work.
    pub async fn new(config: VerifierConfig) -> Result<Self, ConfigError> {
        config.check()?;
        let cache = Arc::new(Cache::new(config.cache_entries_max));
        let flushed = Arc::clone(&cache);
        let keys = Arc::new(Keys::new(&config, Box::new(move || flushed.clear())));
        let refresher = Keys::begin(&keys).await;
        Ok(Self {
            inner: Arc::new(Inner {
                config,
                keys,
                cache,
                checks: Semaphore::new(checks_max()),
                _refresher: refresher,
            }),
        })
    }

    /// Checks a token, the text after `Bearer `.
    ///
    /// A token that was good within the last minute costs a hash and a look; any other one costs an RSA check of some
    /// tenths of a millisecond, and one signed with an unknown key may wait for the one fetch that is under way.
    ///
    /// # Errors
    /// A [`TokenError`] for each way in which it can be wrong.
    pub async fn verify(&self, token: &str) -> Result<Arc<Identity>, TokenError> {
        self.verify_at(token, Timestamp::now()).await
    }

    /// As [`Verifier::verify`], at a given time.
    ///
    /// # Errors
    /// As there.
    pub async fn verify_at(&self, token: &str, now: Timestamp) -> Result<Arc<Identity>, TokenError> {
        let Inner {
            config,
            keys,
            cache,
            checks,
            ..
        } = &*self.inner;
        if token.len() > config.token_bytes_max {
            return Err(TokenError::TooLong);
        }
        let name = fingerprint(token);
        if let Some(identity) = cache.get(&name, keys.generation(), now) {
            return Ok(identity);
        }
        let unverified = Unverified::read(token)?;
        let (key, generation) = keys.find(&unverified.kid).await?;
        {
            // It is never closed; were it, a check without a permit would still be a check.
            let _permit = checks.acquire().await.ok();
            check_signature(&key, token, &unverified.kid, config, now)?;
        }
        let identity = Arc::new(unverified.claims.identity(config, now)?);
        let ttl = SignedDuration::try_from(config.cache_ttl).unwrap_or(SignedDuration::ZERO);
        let until = now.saturating_add(ttl).unwrap_or(now).min(identity.expires_at);
        if now < until {
            cache.put(
                name,
                Entry {
                    identity: Arc::clone(&identity),
                    generation,
                    from: now,
                    until,
                },
            );
        }
        Ok(identity)
    }

    /// How the keys stand, for `/readyz`.
    #[must_use]
    pub fn state(&self) -> KeyState {
        self.inner.keys.state()
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Verifier")
            .field("issuer", &self.inner.config.issuer)
            .field("key_source", &self.inner.config.key_source)
            .finish_non_exhaustive()
    }
}

fn checks_max() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).max(1))
}

/// The library checks times as well; its answers are sorted so that a wrong signature is never called expired.
fn check_signature(
    key: &RS256PublicKey,
    token: &str,
    kid: &str,
    config: &VerifierConfig,
    now: Timestamp,
) -> Result<(), TokenError> {
    let now_s = u64::try_from(now.as_second()).unwrap_or(0);
    // Each default would be too kind: 15 min of tolerance, 1 MB of token, any issuer, any key id.
    let options = VerificationOptions {
        required_key_id: Some(kid.to_owned()),
        time_tolerance: Some(Duration::from_secs(config.leeway.as_secs())),
        max_token_length: Some(config.token_bytes_max),
        max_header_length: Some(config.token_bytes_max),
        artificial_time: Some(UnixTimeStamp::from_secs(now_s)),
        ..VerificationOptions::default()
    };
    match key.verify_token::<NoCustomClaims>(token, Some(options)) {
        Ok(_) => Ok(()),
        Err(error) if error.is::<serde_json::Error>() => Err(TokenError::Malformed),
        Err(error) => Err(match error.downcast_ref() {
            Some(JWTError::TokenHasExpired) => TokenError::Expired,
            Some(JWTError::TokenNotValidYet | JWTError::ClockDrift) => TokenError::NotYetValid,
            Some(JWTError::NotJWT | JWTError::HeaderTooLarge) => TokenError::Malformed,
            _ => TokenError::Signature,
        }),
    }
}
