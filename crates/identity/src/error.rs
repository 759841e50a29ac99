//! Why a token is refused.

/// Why a token is refused; carries nothing of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is not three parts of base64url JSON with the members an access token has, each at most once.
    #[error("the token is malformed. Next: send the access token as the issuer gave it")]
    Malformed,
    /// It is longer than the limit.
    #[error("the token is too long. Next: have the issuer put fewer groups into it")]
    TooLong,
    /// It is not signed with RS256.
    #[error("the token is not signed with RS256. Next: send an access token of the configured issuer")]
    Algorithm,
    /// The issuer's key set has no key of that id.
    #[error("the token is signed with a key that its issuer does not publish. Next: sign in again")]
    KeyUnknown,
    /// The signature is not that of the key.
    #[error("the token's signature is wrong. Next: send the access token as the issuer gave it")]
    Signature,
    /// It has ended.
    #[error("the token has expired. Next: sign in again, or refresh it")]
    Expired,
    /// It begins, or was made, in the future.
    #[error("the token is not valid yet. Next: compare the clocks of issuer and server")]
    NotYetValid,
    /// It has no end.
    #[error("the token has no expiry. Next: send an access token of the configured issuer")]
    WithoutExpiry,
    /// It ends so late that it could not be taken back.
    #[error("the token lives longer than is allowed. Next: have the issuer make shorter ones")]
    Lifetime,
    /// It is of another issuer.
    #[error("the token is of another issuer. Next: send an access token of the configured issuer")]
    Issuer,
    /// It was made for a program that is not on the list.
    #[error("the token was made for another client. Next: use a client that the server's settings allow")]
    Audience,
    /// It is no access token.
    #[error("the token is not an access token. Next: send the access token, not the id or refresh token")]
    Use,
    /// There are no keys to check it with: none was ever fetched, or none for a day.
    #[error(
        "the issuer's keys cannot be fetched. Next: try again in some seconds; the server's log says why"
    )]
    KeysUnavailable,
}

/// Every reason a [`TokenError`] can give, in the order of its variants.
pub const REASONS: &[&str] = &[
    "TOKEN_MALFORMED",
    "TOKEN_TOO_LONG",
    "TOKEN_ALGORITHM",
    "TOKEN_KEY_UNKNOWN",
    "TOKEN_SIGNATURE",
    "TOKEN_EXPIRED",
    "TOKEN_NOT_YET_VALID",
    "TOKEN_WITHOUT_EXPIRY",
    "TOKEN_LIFETIME",
    "TOKEN_ISSUER",
    "TOKEN_AUDIENCE",
    "TOKEN_USE",
    "KEYS_UNAVAILABLE",
];

impl TokenError {
    /// Every variant, in order.
    pub const ALL: [Self; 13] = [
        Self::Malformed,
        Self::TooLong,
        Self::Algorithm,
        Self::KeyUnknown,
        Self::Signature,
        Self::Expired,
        Self::NotYetValid,
        Self::WithoutExpiry,
        Self::Lifetime,
        Self::Issuer,
        Self::Audience,
        Self::Use,
        Self::KeysUnavailable,
    ];

    /// The stable code for clients and logs; one of [`REASONS`].
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "TOKEN_MALFORMED",
            Self::TooLong => "TOKEN_TOO_LONG",
            Self::Algorithm => "TOKEN_ALGORITHM",
            Self::KeyUnknown => "TOKEN_KEY_UNKNOWN",
            Self::Signature => "TOKEN_SIGNATURE",
            Self::Expired => "TOKEN_EXPIRED",
            Self::NotYetValid => "TOKEN_NOT_YET_VALID",
            Self::WithoutExpiry => "TOKEN_WITHOUT_EXPIRY",
            Self::Lifetime => "TOKEN_LIFETIME",
            Self::Issuer => "TOKEN_ISSUER",
            Self::Audience => "TOKEN_AUDIENCE",
            Self::Use => "TOKEN_USE",
            Self::KeysUnavailable => "KEYS_UNAVAILABLE",
        }
    }

    /// Whether the server is at fault and the same token may pass later.
    #[must_use]
    pub const fn is_passing(self) -> bool {
        matches!(self, Self::KeysUnavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_reasons_is_that_of_the_variants() {
        assert_eq!(TokenError::ALL.map(TokenError::reason).as_slice(), REASONS);
    }
}
