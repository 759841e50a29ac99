//! Who may sign in to a server: the verifier of the tokens that it takes.

use std::net::SocketAddr;
use std::path::PathBuf;

use posars_identity::{LocalIssuer, Verifier, VerifierConfig};

use crate::failure::{Exit, Failure};
use crate::settings::TokenSource;

/// Tokens as this server takes them.
pub(super) struct SignIn {
    pub(super) verifier: Verifier,
    /// Whether `posars token` makes such tokens.
    pub(super) is_local: bool,
}

/// Refuses to let others reach a server that takes tokens of a key on this machine, unless that was asked for.
///
/// # Errors
/// `LOCAL_ISSUER_EXPOSED`.
pub(super) fn check_reach(
    address: SocketAddr,
    source: &TokenSource,
    is_allowed: bool,
) -> Result<(), Failure> {
    match source {
        TokenSource::Local(_) if !is_allowed && !address.ip().is_loopback() => Err(Failure::new(
            Exit::Usage,
            "LOCAL_ISSUER_EXPOSED",
            format!(
                "{address} can be reached from other machines, and the tokens of this server are signed by a key in \
                 its data folder, meant for this machine alone"
            ),
        )
        .next(
            "listen on 127.0.0.1, or take the tokens of an issuer with --auth-issuer, or say --expose-local-issuer if \
             everybody who can reach the address may try",
        )),
        TokenSource::Local(_) | TokenSource::Issuer(_) => Ok(()),
    }
}

impl SignIn {
    /// Opens the key, making it the first time, or fetches the issuer's keys.
    ///
    /// # Errors
    /// `IDENTITY_UNUSABLE` when the folder of the key cannot be used, `AUTH_SETTINGS` when nothing can fit.
    pub(super) async fn open(source: TokenSource) -> Result<Self, Failure> {
        let (config, is_local) = match source {
            TokenSource::Local(folder) => (local(folder).await?, true),
            TokenSource::Issuer(config) => (*config, false),
        };
        let verifier = Verifier::new(config)
            .await
            .map_err(|error| Failure::new(Exit::Usage, "AUTH_SETTINGS", error))?;
        Ok(Self { verifier, is_local })
    }

    /// Whether tokens can be checked, for `/readyz`.
    pub(super) fn state(&self) -> Result<(), String> {
        let state = self.verifier.state();
        if state.is_usable {
            return Ok(());
        }
        Err(state
            .problem
            .unwrap_or_else(|| "the issuer's keys are not there yet".to_owned()))
    }
}

async fn local(folder: PathBuf) -> Result<VerifierConfig, Failure> {
    let unusable = |error: String| Failure::new(Exit::Failure, "IDENTITY_UNUSABLE", error);
    // Making a key takes a second or two of the processor.
    let opened = tokio::task::spawn_blocking(move || LocalIssuer::open(&folder)).await;
    match opened {
        Ok(Ok(issuer)) => Ok(issuer.verifier_config()),
        Ok(Err(error)) => Err(unusable(error.to_string())),
        Err(error) => Err(unusable(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_allowed_reaches_beyond_this_machine() {
        let local = TokenSource::Local("/data/identity".into());
        let check = |address: &str, is_allowed| check_reach(address.parse().unwrap(), &local, is_allowed);
        for loopback in ["127.0.0.1:8080", "[::1]:8080", "127.9.9.9:1"] {
            assert!(check(loopback, false).is_ok(), "{loopback}");
        }
        for open in ["0.0.0.0:8080", "[::]:8080", "192.168.1.7:8080"] {
            let refused = check(open, false).err().unwrap();
            assert_eq!(refused.code, "LOCAL_ISSUER_EXPOSED", "{open}");
            assert!(check(open, true).is_ok(), "{open}");
        }
    }
}
