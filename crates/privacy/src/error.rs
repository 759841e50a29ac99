//! Why something was not done.

use posars_commands::CommandError;
use posars_event_store::StoreError;
use posars_keyring::KeyringError;
use posars_projections::QueryError;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum PrivacyError {
    /// A command was not carried out, or the log or the keys cannot be used now.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// A read model did not answer.
    #[error(transparent)]
    Query(#[from] QueryError),
}

impl From<StoreError> for PrivacyError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

impl From<KeyringError> for PrivacyError {
    fn from(error: KeyringError) -> Self {
        Self::Command(error.into())
    }
}
