//! The local issuer: tokens signed with a key of this machine.

mod error;
mod key_file;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use jwt_simple::prelude::{Claims, Duration as Seconds, RS256KeyPair, RSAKeyPairLike as _, UnixTimeStamp};
use serde::Serialize;
use uuid::Uuid;

use crate::{KeySource, Membership, Role, VerifierConfig};
pub use error::IssuerError;
use key_file::KeyFolder;

/// The longest life of a local token, 30 days: nothing can take it back.
pub const LIFETIME_MAX: Duration = Duration::from_secs(30 * 24 * 3_600);

/// `iss` of its tokens. The key tells two machines apart, not the name.
const ISSUER: &str = "posars-local";
/// `client_id` of its tokens.
const CLIENT: &str = "posars-cli";
/// What a verifier takes at most, [`VerifierConfig::token_bytes_max`].
const TOKEN_BYTES_MAX: usize = 8 * 1_024;

/// Whom a token is for.
#[derive(Clone)]
pub struct Grantee {
    /// The person or program: 1 to 64 visible characters without white space.
    pub subject: String,
    /// What they may do where.
    pub memberships: Vec<Membership>,
}

impl fmt::Debug for Grantee {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Grantee")
            .field("subject", &"***")
            .field("memberships", &self.memberships)
            .finish()
    }
}

/// Signs tokens with a key in a folder of this machine; whoever can read the folder can be anybody.
#[derive(Clone)]
pub struct LocalIssuer {
    folder: PathBuf,
    key: RS256KeyPair,
}

/// Beside the registered claims: those of Cognito's access tokens, so that both pass the same check.
#[derive(Serialize)]
struct AccessClaims<'a> {
    token_use: &'static str,
    client_id: &'static str,
    username: &'a str,
    #[serde(rename = "cognito:groups")]
    groups: Vec<String>,
    /// Inside the signature, so that its bearer cannot take it off.
    #[serde(rename = "posars:role_by_hand", skip_serializing_if = "Option::is_none")]
    role_by_hand: Option<&'static str>,
}

impl LocalIssuer {
    /// Opens the issuer of a folder, making folder, key and key set if they are not there. Several processes may do
    /// so at once: they end up with one key. Blocks, for up to some seconds when it makes the key.
    ///
    /// # Errors
    /// Every variant of [`IssuerError`] about files and keys.
    pub fn open(folder: &Path) -> Result<Self, IssuerError> {
        let files = KeyFolder::make(folder)?;
        let key = files.key_or_make()?;
        files.publish(&key)?;
        Ok(Self {
            folder: folder.to_owned(),
            key,
        })
    }

    /// As [`LocalIssuer::open`], but writes nothing: there must be a key.
    ///
    /// # Errors
    /// As there, and [`IssuerError::NoKey`].
    pub fn read(folder: &Path) -> Result<Self, IssuerError> {
        let key = KeyFolder::existing(folder)?.key()?;
        Ok(Self {
            folder: folder.to_owned(),
            key,
        })
    }

    /// The settings of a verifier that takes this issuer's tokens and no others.
    #[must_use]
    pub fn verifier_config(&self) -> VerifierConfig {
        let source = KeySource::File(key_file::key_set_path(&self.folder));
        VerifierConfig::new(ISSUER, source, vec![CLIENT.to_owned()])
    }

    /// Signs an access token that is good from now on.
    ///
    /// # Errors
    /// [`IssuerError::Subject`], [`IssuerError::Lifetime`], [`IssuerError::TooManyMemberships`].
    pub fn issue(&self, grantee: &Grantee, lifetime: Duration) -> Result<String, IssuerError> {
        self.issue_at(grantee, lifetime, Timestamp::now())
    }

    /// As [`LocalIssuer::issue`], from a given time on.
    ///
    /// # Errors
    /// As there.
    pub fn issue_at(
        &self,
        grantee: &Grantee,
        lifetime: Duration,
        now: Timestamp,
    ) -> Result<String, IssuerError> {
        self.sign(grantee, None, lifetime, now)
    }

    /// As [`LocalIssuer::issue_at`], for a token with one role that nobody was granted: whoever has the key chose it. The
    /// token says so, and with it every event that it leads to.
    ///
    /// # Errors
    /// As there.
    pub fn issue_by_hand(
        &self,
        subject: &str,
        given: Membership,
        lifetime: Duration,
        now: Timestamp,
    ) -> Result<String, IssuerError> {
        let role = given.role;
        let grantee = Grantee {
            subject: subject.to_owned(),
            memberships: vec![given],
        };
        self.sign(&grantee, Some(role), lifetime, now)
    }

    fn sign(
        &self,
        grantee: &Grantee,
        role_by_hand: Option<Role>,
        lifetime: Duration,
        now: Timestamp,
    ) -> Result<String, IssuerError> {
        if !crate::users::is_subject(&grantee.subject) {
            return Err(IssuerError::Subject);
        }
        if lifetime.as_secs() == 0 || lifetime > LIFETIME_MAX {
            return Err(IssuerError::Lifetime);
        }
        let custom = AccessClaims {
            token_use: "access",
            client_id: CLIENT,
            username: &grantee.subject,
            groups: grantee.memberships.iter().map(ToString::to_string).collect(),
            role_by_hand: role_by_hand.map(Role::as_str),
        };
        let lifetime = Seconds::from_secs(lifetime.as_secs());
        let begin = UnixTimeStamp::from_secs(u64::try_from(now.as_second()).unwrap_or(0));
        let mut claims = Claims::with_custom_claims(custom, lifetime)
            .with_issuer(ISSUER)
            .with_subject(&grantee.subject)
            .with_jwt_id(Uuid::new_v4());
        claims.issued_at = Some(begin);
        claims.invalid_before = None;
        claims.expires_at = Some(begin + lifetime);
        let token = self.key.sign(claims).map_err(|_| IssuerError::Signing)?;
        if token.len() > TOKEN_BYTES_MAX {
            return Err(IssuerError::TooManyMemberships);
        }
        Ok(token)
    }
}

impl fmt::Debug for LocalIssuer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("LocalIssuer")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}
