//! The settings of a verifier, and which of them make no sense.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use http::Uri;

/// Where the issuer's public keys are; apart from its name, because the two need not share a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// A JSON Web Key Set in a file, read again when it changes.
    File(PathBuf),
    /// A JSON Web Key Set behind `https`, or behind `http` on this machine.
    Url(Uri),
}

impl fmt::Display for KeySource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(out),
            Self::Url(url) => url.fmt(out),
        }
    }
}

impl FromStr for KeySource {
    type Err = ConfigError;

    /// A URL when it begins with `http://` or `https://`, a path otherwise.
    fn from_str(text: &str) -> Result<Self, ConfigError> {
        if text.is_empty() {
            return Err(ConfigError::NoKeySource);
        }
        if !text.contains("://") {
            return Ok(Self::File(PathBuf::from(text)));
        }
        let url: Uri = text.parse().map_err(|_| ConfigError::BadUrl)?;
        check_url(&url)?;
        Ok(Self::Url(url))
    }
}

/// Settings of a [`crate::Verifier`].
#[derive(Clone, Debug)]
pub struct VerifierConfig {
    /// The issuer's name, exactly as in `iss`.
    pub issuer: String,
    /// Where its keys are.
    pub key_source: KeySource,
    /// The programs whose access tokens are taken (`client_id`); at least one, unless id tokens are taken.
    pub client_ids: Vec<String>,
    /// Audiences of which id tokens are taken as well; none unless somebody configures it.
    pub accept_id_tokens: Option<Vec<String>>,
    /// How far the clocks of issuer and server may be apart. Default 30 s.
    pub leeway: Duration,
    /// The longest time from now to a token's end. Default 31 days: nothing can take a token back.
    pub lifetime_max: Duration,
    /// The longest token. Default 8 KiB.
    pub token_bytes_max: usize,
    /// How many verified tokens are remembered. Default 10,000, some 3 MB.
    pub cache_entries_max: usize,
    /// How long a verified token is remembered, at most until its end. Default 60 s.
    pub cache_ttl: Duration,
    /// How often the keys are fetched, whoever calls. Default 10 min.
    pub refresh_interval: Duration,
    /// The shortest time between two fetches, whatever tokens come. Default 10 s.
    pub refresh_gap: Duration,
    /// How long keys are good when they cannot be fetched again. Default 24 h.
    pub keys_age_max: Duration,
    /// How long one fetch may take. Default 5 s.
    pub fetch_timeout: Duration,
}

impl VerifierConfig {
    /// The defaults for an issuer, its keys and the clients it signs for.
    #[must_use]
    pub fn new(issuer: impl Into<String>, key_source: KeySource, client_ids: Vec<String>) -> Self {
        Self {
            issuer: issuer.into(),
            key_source,
            client_ids,
            accept_id_tokens: None,
            leeway: Duration::from_secs(30),
            lifetime_max: Duration::from_secs(31 * 24 * 3_600),
            token_bytes_max: 8 * 1_024,
            cache_entries_max: 10_000,
            cache_ttl: Duration::from_secs(60),
            refresh_interval: Duration::from_secs(600),
            refresh_gap: Duration::from_secs(10),
            keys_age_max: Duration::from_secs(24 * 3_600),
            fetch_timeout: Duration::from_secs(5),
        }
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if self.issuer.is_empty() {
            return Err(ConfigError::NoIssuer);
        }
        let audiences = self.accept_id_tokens.as_deref().unwrap_or_default();
        let named = self.client_ids.iter().chain(audiences);
        if named.clone().next().is_none() || named.clone().any(String::is_empty) {
            return Err(ConfigError::NoClients);
        }
        match &self.key_source {
            KeySource::Url(url) => check_url(url),
            KeySource::File(_) => Ok(()),
        }
    }
}

/// Settings that no verifier can work with; each text ends with the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No name of an issuer.
    #[error("no issuer is named. Next: give the exact text of `iss` in its tokens")]
    NoIssuer,
    /// No place of keys.
    #[error("no place of the issuer's keys is named. Next: give the path or URL of its JSON Web Key Set")]
    NoKeySource,
    /// No client, or one without a name.
    #[error("no client is allowed, or one has no name. Next: list the client ids whose tokens are taken")]
    NoClients,
    /// The URL cannot be read.
    #[error("the URL of the issuer's keys cannot be read. Next: write it as https://host/path")]
    BadUrl,
    /// Keys fetched in the clear could be anybody's.
    #[error(
        "the issuer's keys must be fetched over https: whoever can change them on the way signs every token. \
         Next: use https, or http with an address of this machine such as 127.0.0.1"
    )]
    InsecureUrl,
}

fn check_url(url: &Uri) -> Result<(), ConfigError> {
    let host = url.host().filter(|host| !host.is_empty());
    let (Some(scheme), Some(host)) = (url.scheme_str(), host) else {
        return Err(ConfigError::BadUrl);
    };
    // A password in the URL would be shown wherever the setting is.
    if url
        .authority()
        .is_some_and(|authority| authority.as_str().contains('@'))
    {
        return Err(ConfigError::BadUrl);
    }
    match scheme {
        "https" => Ok(()),
        "http" if is_loopback(host) => Ok(()),
        "http" => Err(ConfigError::InsecureUrl),
        _ => Err(ConfigError::BadUrl),
    }
}

/// Addresses only, and the one name that RFC 6761 reserves: other names are whatever DNS says today.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_trusted_in_the_clear() {
        for good in [
            "https://issuer.example/.well-known/jwks.json",
            "http://127.0.0.1:9000/jwks",
            "http://[::1]:9000/jwks",
            "http://localhost/jwks",
        ] {
            assert!(matches!(good.parse(), Ok(KeySource::Url(_))), "{good}");
        }
        for (bad, error) in [
            ("http://issuer.example/jwks", ConfigError::InsecureUrl),
            ("http://127.0.0.1.example/jwks", ConfigError::InsecureUrl),
            ("http://10.0.0.1/jwks", ConfigError::InsecureUrl),
            ("http://localhost.example/", ConfigError::InsecureUrl),
            ("ftp://127.0.0.1/jwks", ConfigError::BadUrl),
            ("file:///etc/passwd", ConfigError::BadUrl),
            ("https://ana:pass@issuer.example/jwks", ConfigError::BadUrl),
            ("https://", ConfigError::BadUrl),
            ("", ConfigError::NoKeySource),
        ] {
            assert_eq!(bad.parse::<KeySource>(), Err(error), "{bad}");
        }
        assert_eq!(
            "keys/jwks.json".parse(),
            Ok(KeySource::File("keys/jwks.json".into()))
        );
    }

    #[test]
    fn settings_that_let_everybody_in_are_refused() {
        let source = KeySource::File("jwks.json".into());
        let config = |issuer: &str, clients: &[&str]| {
            let clients = clients.iter().map(|&client| client.to_owned()).collect();
            VerifierConfig::new(issuer, source.clone(), clients).check()
        };
        assert_eq!(config("", &["a"]), Err(ConfigError::NoIssuer));
        assert_eq!(config("i", &[]), Err(ConfigError::NoClients));
        assert_eq!(config("i", &["a", ""]), Err(ConfigError::NoClients));
        assert_eq!(config("i", &["a"]), Ok(()));
    }
}
