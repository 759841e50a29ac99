//! Reactors and projections that are not there, or whose work cannot be tried again.

use std::time::Duration;

use posars_commands::reactors::ReactorError;
use posars_domain::reasons;
use tonic::{Code, Status};

use super::{from_command, owned, retriable, status};

/// Wait before a retry is sent again that others were faster than, or that met a lease.
const RETRY: Duration = Duration::from_secs(1);

/// Why a reactor could not do its work.
pub(crate) fn from_reactor(error: ReactorError) -> Status {
    match error {
        ReactorError::Command(error) => from_command(error),
        ReactorError::Lost { .. } | ReactorError::Lease(_) => {
            retriable(Code::Aborted, reasons::CONFLICT, error.to_string(), [], RETRY)
        }
        ReactorError::TooManyParked { parked, .. } => {
            tracing::error!(%error, "a reactor has set too much aside");
            let metadata = [("parked_events", parked.to_string())];
            status(
                Code::FailedPrecondition,
                "REACTOR_STUCK",
                error.to_string(),
                owned(metadata.to_vec()),
            )
        }
    }
}

/// No reactor of this program has this name.
pub(crate) fn unknown_reactor(name: &str, known: &[&str]) -> Status {
    unknown("REACTOR_NOT_FOUND", "reactor", name, known)
}

/// No projection of this program has this name.
pub(crate) fn unknown_projection(name: &str, known: &[&str]) -> Status {
    unknown("PROJECTION_NOT_FOUND", "projection", name, known)
}

fn unknown(reason: &str, what: &str, name: &str, known: &[&str]) -> Status {
    let known = known.join(", ");
    let message = format!("there is no {what} {name}; its id is one of {known}");
    let metadata = [("name", name.to_owned()), ("known", known)];
    status(Code::NotFound, reason, message, owned(metadata.to_vec()))
}
