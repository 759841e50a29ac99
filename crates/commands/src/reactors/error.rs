//! Why a reactor could not go on.

use posars_event_store::{InvalidName, LeaseError, StoreError, StreamName};

use crate::{CommandError, Unavailability};

/// Why a reactor could not go on. Nothing is lost: it goes on from its checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum ReactorError {
    /// Others wrote to a stream at the same time; the page is done over.
    #[error("{stream} was changed by others at the same time; the page is done over")]
    Lost {
        /// The stream.
        stream: StreamName,
    },
    /// So many events cannot be worked on that the fault must lie in the reactor or the log.
    #[error(
        "{parked} events were put aside already, the last because: {problem}; \
         run a newer version, or check the log with `posars audit verify`"
    )]
    TooManyParked {
        /// How many.
        parked: usize,
        /// Why the last one.
        problem: String,
    },
    /// The log cannot be read or written.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The lease was lost or not given.
    #[error(transparent)]
    Lease(#[from] LeaseError),
}

impl ReactorError {
    /// Whether the company only moves to another database.
    pub(crate) fn is_of_a_move(&self) -> bool {
        match self {
            Self::Command(error) => error.is_of_a_move(),
            Self::Lost { .. } | Self::TooManyParked { .. } | Self::Lease(_) => false,
        }
    }

    /// Whether trying again soon may help.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Lost { .. } | Self::Lease(_) => true,
            Self::TooManyParked { .. } => false,
            Self::Command(error) => match error {
                CommandError::Unavailable { reason, .. } => *reason != Unavailability::DatabaseRefused,
                CommandError::Conflict { .. } => true,
                CommandError::Rejected(_)
                | CommandError::IdempotencyMismatch { .. }
                | CommandError::OutOfScope
                | CommandError::Unreadable { .. } => false,
            },
        }
    }
}

impl From<StoreError> for ReactorError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

impl From<InvalidName> for ReactorError {
    fn from(error: InvalidName) -> Self {
        Self::Command(error.into())
    }
}
