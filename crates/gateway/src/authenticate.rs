//! Says who calls: the bearer token of the call, checked.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use posars_identity::{TokenError, Users, Verifier};
use tonic::{Code, Status};

use crate::access::{Access, AccessRules};
use crate::{Principal, status};

const SCHEME: &str = "bearer";
/// How the errors of the crate below part what happened from what to do.
const NEXT_STEP: &str = ". Next: ";
/// Wait before a call that found no keys is sent again: by then they have been fetched once more.
const KEYS_RETRY: Duration = Duration::from_secs(10);
/// RFC 6750: what to answer to a call without a token, and to one with a token that does not hold.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"posars\"");
const CHALLENGE_AGAIN: HeaderValue =
    HeaderValue::from_static("Bearer realm=\"posars\", error=\"invalid_token\"");

/// How a gateway learns who calls.
#[derive(Clone)]
pub enum Authentication {
    /// By the access token that every call brings, in `authorization: Bearer …`.
    Tokens(Verifier),
    /// As [`Self::Tokens`], of the issuer whose users are these.
    OwnTokens {
        /// Checks the tokens.
        verifier: Verifier,
        /// Whom the tokens are made for, and what they may do.
        users: Users,
    },
    /// Everybody who gets through to the socket is this principal: for benchmarks and tests.
    Trusted(Principal),
}

impl Authentication {
    /// The users of this server; none where another issuer keeps them.
    pub(crate) fn users(&self) -> Option<&Users> {
        match self {
            Self::OwnTokens { users, .. } => Some(users),
            Self::Tokens(_) | Self::Trusted(_) => None,
        }
    }
}

/// What the layer needs.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) authentication: Authentication,
    pub(crate) rules: Arc<AccessRules>,
}

/// Leaves the caller's [`Principal`] with the call, or refuses it. Calls that anybody may make have none.
pub(crate) async fn authenticate(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let Some(rule) = gate.rules.rule(request.uri().path()) else {
        return status::unknown_method(request.uri().path()).into_http::<Body>();
    };
    if rule.access == Access::Public {
        return next.run(request).await;
    }
    let identified = match request.extensions_mut().remove::<Identified>() {
        Some(early) => early,
        None => gate.identify(request.headers()).await,
    };
    match identified.0 {
        Ok(principal) => {
            request.extensions_mut().insert(principal);
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// Who calls, or why nobody knows. Left with a REST request, so that its token is checked once.
#[derive(Clone)]
struct Identified(Result<Principal, Unidentified>);

impl Gate {
    /// Who calls, if that is known; the answer is left with the request for [`authenticate`].
    pub(crate) async fn identify_early(&self, request: &mut Request) -> Option<Principal> {
        let identified = self.identify(request.headers()).await;
        let caller = identified.0.as_ref().ok().cloned();
        request.extensions_mut().insert(identified);
        caller
    }

    async fn identify(&self, headers: &HeaderMap) -> Identified {
        Identified(match &self.authentication {
            Authentication::Trusted(principal) => Ok(principal.clone()),
            Authentication::Tokens(verifier) | Authentication::OwnTokens { verifier, .. } => {
                by_token(verifier, headers).await
            }
        })
    }
}

/// A refusal with what an HTTP client is told about how to sign in.
#[derive(Clone)]
struct Unidentified {
    status: Status,
    challenge: Option<HeaderValue>,
}

impl Unidentified {
    fn into_response(self) -> Response {
        let mut response = self.status.into_http::<Body>();
        if let Some(challenge) = self.challenge {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

async fn by_token(verifier: &Verifier, headers: &HeaderMap) -> Result<Principal, Unidentified> {
    let token = bearer(headers).ok_or_else(|| Unidentified {
        status: token_missing(),
        challenge: Some(CHALLENGE),
    })?;
    let identity = verifier.verify(token).await;
    identity.map(Principal::from).map_err(refusal_of)
}

/// The token of `authorization: Bearer …`; none when there is no such header, or another scheme, or two headers: a proxy
/// in front may have looked at the other.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(only), None) = (values.next(), values.next()) else {
        return None;
    };
    let (scheme, token) = only.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case(SCHEME) && !token.is_empty()).then_some(token)
}

fn token_missing() -> Status {
    let message = "the call has no token, or several; sign in (on this machine: `posars token`) and send it as \
                   \"authorization: Bearer TOKEN\"";
    status::status(Code::Unauthenticated, "TOKEN_MISSING", message, [])
}

/// The token's text is in none of it.
fn refusal_of(error: TokenError) -> Unidentified {
    let message = error.to_string().replace(NEXT_STEP, "; ");
    if error.is_passing() {
        let status = status::retriable(Code::Unavailable, error.reason(), message, [], KEYS_RETRY);
        return Unidentified {
            status,
            challenge: None,
        };
    }
    Unidentified {
        status: status::status(Code::Unauthenticated, error.reason(), message, []),
        challenge: Some(CHALLENGE_AGAIN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bearer_token_is_one() {
        let token_of = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            bearer(&headers).map(str::to_owned)
        };
        for (value, token) in [
            ("Bearer a.b.c", Some("a.b.c")),
            ("bearer  a.b.c ", Some("a.b.c")),
            ("Bearer", None),
            ("Bearer ", None),
            ("Basic YTpi", None),
            ("a.b.c", None),
        ] {
            assert_eq!(token_of(value).as_deref(), token, "{value:?}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
        let mut twice = HeaderMap::new();
        for token in ["Bearer a.b.c", "Bearer d.e.f"] {
            twice.append(header::AUTHORIZATION, token.parse().unwrap());
        }
        assert_eq!(bearer(&twice), None);
    }

    #[test]
    fn every_bad_token_is_told_apart_and_says_how_to_sign_in() {
        for error in TokenError::ALL {
            let refusal = refusal_of(error);
            let (code, challenges) = if error.is_passing() {
                (Code::Unavailable, false)
            } else {
                (Code::Unauthenticated, true)
            };
            assert_eq!(refusal.status.code(), code, "{error}");
            assert_eq!(refusal.challenge.is_some(), challenges, "{error}");
            assert!(!refusal.status.message().contains(NEXT_STEP), "{error}");
        }
    }
}
