//! Why something was not done.

use posars_commands::CommandError;
use posars_event_store::StoreError;
use posars_projections::QueryError;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum BookkeepingError {
    /// A command was not carried out.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// A read model did not answer.
    #[error(transparent)]
    Query(#[from] QueryError),
}

impl From<StoreError> for BookkeepingError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}
