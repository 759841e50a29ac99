//! What stands in a token: read strictly, then held against the settings.

use jiff::Timestamp;
use jwt_simple::reexports::ct_codecs::{Base64UrlSafeNoPadding, Decoder as _};
use posars_domain::is_invisible;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::{Identity, Membership, TokenError, VerifierConfig};

/// The longest key id; those in use are 20 to 90 characters.
const KID_BYTES_MAX: usize = 256;
/// The longest subject: Cognito's are 36 characters.
const SUBJECT_CHARS_MAX: usize = 128;

/// The members of a header that we look at.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    // A token must not bring its own key, nor say where to fetch one, nor demand what we do not know.
    crit: Option<IgnoredAny>,
    jwk: Option<IgnoredAny>,
    jku: Option<IgnoredAny>,
    x5u: Option<IgnoredAny>,
    x5c: Option<IgnoredAny>,
}

/// The claims that we look at. A claim given twice is an error of the reader: two readers could differ about it.
#[derive(Deserialize)]
pub(crate) struct Claims {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Audience>,
    exp: Option<i64>,
    nbf: Option<i64>,
    iat: Option<i64>,
    token_use: Option<String>,
    client_id: Option<String>,
    #[serde(rename = "cognito:groups")]
    groups: Option<Vec<String>>,
    #[serde(rename = "posars:role_by_hand")]
    role_by_hand: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// A token, read and not yet believed.
pub(crate) struct Unverified {
    /// The key it claims to be signed with.
    pub(crate) kid: String,
    /// What it claims.
    pub(crate) claims: Claims,
}

impl Unverified {
    /// Reads a token strictly, before any key is looked for.
    ///
    /// # Errors
    /// [`TokenError::Malformed`] and [`TokenError::Algorithm`].
    pub(crate) fn read(token: &str) -> Result<Self, TokenError> {
        let mut parts = token.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenError::Malformed);
        };
        let header: Header = read_part(header)?;
        if header.alg != "RS256" {
            return Err(TokenError::Algorithm);
        }
        let foreign = [&header.crit, &header.jwk, &header.jku, &header.x5u, &header.x5c];
        if foreign.into_iter().any(Option::is_some) {
            return Err(TokenError::Malformed);
        }
        let kid = header
            .kid
            .filter(|kid| !kid.is_empty() && kid.len() <= KID_BYTES_MAX)
            .ok_or(TokenError::Malformed)?;
        let claims: Claims = read_part(claims)?;
        for time in [claims.exp, claims.nbf, claims.iat].into_iter().flatten() {
            // Beyond what a calendar holds, sums of times would wrap.
            if time < 0 || Timestamp::from_second(time).is_err() {
                return Err(TokenError::Malformed);
            }
        }
        if decode(signature)?.is_empty() {
            return Err(TokenError::Malformed);
        }
        Ok(Self { kid, claims })
    }
}

impl Claims {
    /// Holds the claims of a token whose signature was right against the settings.
    ///
    /// # Errors
    /// Every variant of [`TokenError`] about a claim.
    pub(crate) fn identity(self, config: &VerifierConfig, now: Timestamp) -> Result<Identity, TokenError> {
        if self.iss.as_deref() != Some(config.issuer.as_str()) {
            return Err(TokenError::Issuer);
        }
        let expires_at = self.lifetime(config, now)?;
        let client = self.client(config)?;
        let subject = self
            .sub
            .filter(|subject| {
                !subject.is_empty()
                    && subject.chars().nth(SUBJECT_CHARS_MAX).is_none()
                    && !subject
                        .chars()
                        .any(|character| character.is_control() || is_invisible(character))
            })
            .ok_or(TokenError::Malformed)?;
        // A pool has groups of other programs as well; what is no membership gives nothing.
        let mut memberships: Vec<Membership> = self
            .groups
            .unwrap_or_default()
            .iter()
            .filter_map(|group| group.parse().ok())
            .collect();
        memberships.sort();
        memberships.dedup();
        // A label, which opens nothing: what is no role of ours says nothing either.
        let role_by_hand = self.role_by_hand.and_then(|role| role.parse().ok());
        Ok(Identity {
            subject,
            client,
            memberships,
            role_by_hand,
            expires_at,
        })
    }

    fn lifetime(&self, config: &VerifierConfig, now: Timestamp) -> Result<Timestamp, TokenError> {
        let seconds = |duration: std::time::Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        let leeway = seconds(config.leeway);
        let now = now.as_second();
        let exp = self.exp.ok_or(TokenError::WithoutExpiry)?;
        if now >= exp.saturating_add(leeway) {
            return Err(TokenError::Expired);
        }
        let latest_begin = now.saturating_add(leeway);
        if [self.nbf, self.iat]
            .into_iter()
            .flatten()
            .any(|begin| begin > latest_begin)
        {
            return Err(TokenError::NotYetValid);
        }
        if [self.nbf, self.iat]
            .into_iter()
            .flatten()
            .any(|begin| begin >= exp)
        {
            return Err(TokenError::Malformed);
        }
        if exp > latest_begin.saturating_add(seconds(config.lifetime_max)) {
            return Err(TokenError::Lifetime);
        }
        Timestamp::from_second(exp).map_err(|_| TokenError::Malformed)
    }

    /// The program that the token was made for. Access tokens of Cognito name it in `client_id` and have no `aud`;
    /// its id tokens have it the other way round.
    fn client(&self, config: &VerifierConfig) -> Result<String, TokenError> {
        match (self.token_use.as_deref(), &config.accept_id_tokens) {
            (Some("access"), _) => {
                let client = self.client_id.as_ref();
                client
                    .filter(|client| config.client_ids.contains(client))
                    .cloned()
                    .ok_or(TokenError::Audience)
            }
            (Some("id"), Some(allowed)) => {
                let named = match &self.aud {
                    Some(Audience::One(audience)) => std::slice::from_ref(audience),
                    Some(Audience::Several(audiences)) => audiences,
                    None => &[],
                };
                named
                    .iter()
                    .find(|audience| allowed.contains(audience))
                    .cloned()
                    .ok_or(TokenError::Audience)
            }
            _ => Err(TokenError::Use),
        }
    }
}

fn read_part<T: DeserializeOwned>(part: &str) -> Result<T, TokenError> {
    let bytes = decode(part)?;
    // A struct can be read from a JSON array as well; a token is an object.
    if bytes.first() != Some(&b'{') {
        return Err(TokenError::Malformed);
    }
    serde_json::from_slice(&bytes).map_err(|_| TokenError::Malformed)
}

fn decode(part: &str) -> Result<Vec<u8>, TokenError> {
    Base64UrlSafeNoPadding::decode_to_vec(part, None).map_err(|_| TokenError::Malformed)
}
