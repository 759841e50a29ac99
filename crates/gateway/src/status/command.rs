//! Why a command was not carried out.

use std::time::Duration;

use posars_commands::{CommandError, Unavailability};
use posars_domain::{CompanyId, Rejection};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

use super::field_names::FieldNames;
use super::{ERROR_DOMAIN, explained, owned, retriable, short, status, values};
use crate::errors::code_of_kind;

/// Wait before a command that lost a race is sent again. The race is over by then.
const CONFLICT_RETRY: Duration = Duration::from_millis(50);
/// Wait before a call that met a move is sent again, in milliseconds.
const MOVING_RETRY_MS: u64 = 1_000;
/// And before one to a company whose database is away, which is looked for about as often.
const COMPANY_AWAY_RETRY_MS: u64 = 1_000;

/// Why a command was not carried out.
pub(crate) fn from_command(error: CommandError) -> Status {
    from_command_of(FieldNames::SAME, error)
}

/// Like [`from_command`], for a command whose fields have other names in its request.
pub(crate) fn from_command_of(names: FieldNames, error: CommandError) -> Status {
    let reason = error.reason();
    let metadata = owned(error.metadata());
    match error {
        CommandError::Rejected(rejection) => from_rejection_of(names, rejection.as_ref()),
        CommandError::Conflict { .. } => {
            retriable(Code::Aborted, reason, error.to_string(), metadata, CONFLICT_RETRY)
        }
        CommandError::IdempotencyMismatch { .. } => {
            status(Code::AlreadyExists, reason, error.to_string(), metadata)
        }
        CommandError::OutOfScope => status(Code::PermissionDenied, reason, error.to_string(), metadata),
        CommandError::Unreadable { .. } => {
            tracing::error!(%error, "a command met an event that this build cannot read");
            status(Code::Internal, reason, error.to_string(), metadata)
        }
        CommandError::Unavailable {
            reason: why,
            retry_after_ms,
            ref problem,
        } => {
            tracing::warn!(reason, problem, "a command could not reach the log");
            let retry = Duration::from_millis(retry_after_ms);
            let (code, message) = unavailable(why);
            match why {
                Unavailability::DatabaseRefused => status(code, reason, message, metadata),
                Unavailability::Busy
                | Unavailability::Deadline
                | Unavailability::DatabaseAway
                | Unavailability::DatabaseDiskFull
                | Unavailability::DatabaseExhausted
                | Unavailability::CompanyMoving
                | Unavailability::PersonalDataLocked
                | Unavailability::OutcomeUnknown => retriable(code, reason, message, metadata, retry),
            }
        }
    }
}

/// The driver's own words name hosts, users and statements; they stay in the log.
fn unavailable(why: Unavailability) -> (Code, &'static str) {
    match why {
        Unavailability::Busy => (
            Code::ResourceExhausted,
            "too many commands wait already, nothing was written; send it again after a pause",
        ),
        Unavailability::Deadline => (
            Code::DeadlineExceeded,
            "the log did not take the command in time, nothing was written; send it again",
        ),
        Unavailability::DatabaseAway => (
            Code::Unavailable,
            "the database does not answer, nothing was written; send the command again after a pause",
        ),
        Unavailability::DatabaseDiskFull => (
            Code::Unavailable,
            "the disk of the database is full or does not work, nothing was written; send the command again when its \
             operator has made room",
        ),
        Unavailability::DatabaseExhausted => (
            Code::Unavailable,
            "the database has run out of memory or connections, nothing was written; send the command again after a \
             pause",
        ),
        Unavailability::CompanyMoving => (
            Code::Unavailable,
            "the company moves to another database and takes no commands at this moment, nothing was written; send the \
             command again after a pause",
        ),
        Unavailability::DatabaseRefused => (
            Code::Internal,
            "the database refused what this server sent, nothing was written; its operator finds the cause in the log",
        ),
        Unavailability::PersonalDataLocked => (
            Code::Unavailable,
            "the master key of personal data is not at hand, so nothing personal can be written or read, and nothing was \
             written; its operator puts the key back (`posars keys status`)",
        ),
        Unavailability::OutcomeUnknown => (
            Code::Unavailable,
            "the command was sent to the database and the answer lost; send it again with the same ids and it takes \
             effect once",
        ),
    }
}

/// The company is on its way to another database, of which this process has not heard yet.
pub(crate) fn company_moving() -> Status {
    from_command(CommandError::Unavailable {
        reason: Unavailability::CompanyMoving,
        retry_after_ms: MOVING_RETRY_MS,
        problem: "asked for a position of the database that the company moves to".to_owned(),
    })
}

/// The database of the company has been away since this process began.
pub(crate) fn company_away(company: &CompanyId) -> Status {
    from_command(CommandError::Unavailable {
        reason: Unavailability::DatabaseAway,
        retry_after_ms: COMPANY_AWAY_RETRY_MS,
        problem: format!("the database of company {company} has been away since this process began"),
    })
}

/// A rule said no.
pub(crate) fn from_rejection(rejection: &dyn Rejection) -> Status {
    from_rejection_of(FieldNames::SAME, rejection)
}

fn from_rejection_of(names: FieldNames, rejection: &dyn Rejection) -> Status {
    let told = rejection.told();
    let (code, reason, message) = (code_of_kind(told.kind), told.reason, rejection.to_string());
    explained(code, reason);
    let metadata = told.values.into_iter();
    let mut metadata = values(metadata.map(|(key, value)| (key.to_owned(), value.to_string())));
    let field = told.path.map(|path| names.in_request(path));
    metadata.extend(field.iter().map(|field| ("field".to_owned(), field.clone())));
    let mut details = ErrorDetails::with_error_info(reason, ERROR_DOMAIN, metadata);
    // BadRequest says that the request is wrong whatever the state, so it goes with no other kind.
    if let Some(field) = field.filter(|_| code == Code::InvalidArgument) {
        let mut violation = FieldViolation::new(field, message.clone());
        reason.clone_into(&mut violation.reason);
        details.set_bad_request(short::few(vec![violation]));
    }
    let message = short::shortened(message, short::MESSAGE_CHARS_MAX);
    Status::with_error_details(code, message, details)
}

#[cfg(test)]
mod tests {
    use posars_event_store::{Position, StreamName};
    use uuid::Uuid;

    use super::*;

    fn told(error: CommandError) -> (Code, String, bool) {
        let status = from_command(error);
        let details = status.get_error_details();
        let reason = details.error_info().unwrap().reason.clone();
        (status.code(), reason, details.retry_info().is_some())
    }

    #[test]
    fn every_unavailability_has_its_code_and_keeps_the_drivers_words() {
        let cases = [
            (Unavailability::Busy, Code::ResourceExhausted, "BUSY", true),
            (Unavailability::Deadline, Code::DeadlineExceeded, "DEADLINE", true),
            (
                Unavailability::DatabaseAway,
                Code::Unavailable,
                "DATABASE_AWAY",
                true,
            ),
            (
                Unavailability::DatabaseDiskFull,
                Code::Unavailable,
                "DATABASE_DISK_FULL",
                true,
            ),
            (
                Unavailability::DatabaseExhausted,
                Code::Unavailable,
                "DATABASE_EXHAUSTED",
                true,
            ),
            (
                Unavailability::CompanyMoving,
                Code::Unavailable,
                "COMPANY_MOVING",
                true,
            ),
            (
                Unavailability::PersonalDataLocked,
                Code::Unavailable,
                "PERSONAL_DATA_LOCKED",
                true,
            ),
            (
                Unavailability::DatabaseRefused,
                Code::Internal,
                "DATABASE_REFUSED",
                false,
            ),
            (
                Unavailability::OutcomeUnknown,
                Code::Unavailable,
                "OUTCOME_UNKNOWN",
                true,
            ),
        ];
        for (reason, code, text, retries) in cases {
            let problem = "password authentication failed for user root".to_owned();
            let error = || CommandError::Unavailable {
                reason,
                retry_after_ms: 200,
                problem: problem.clone(),
            };
            assert_eq!(told(error()), (code, text.to_owned(), retries));
            assert!(!from_command(error()).message().contains("root"));
        }
    }

    #[test]
    fn lost_races_and_damage_have_their_codes() {
        let stream = StreamName::parse("sale-1").unwrap();
        let conflict = CommandError::Conflict { stream, attempts: 8 };
        assert_eq!(told(conflict), (Code::Aborted, "CONFLICT".to_owned(), true));
        let mismatch = CommandError::IdempotencyMismatch {
            key: Uuid::nil(),
            first_position: None,
        };
        assert_eq!(
            told(mismatch),
            (Code::AlreadyExists, "IDEMPOTENCY_MISMATCH".to_owned(), false)
        );
        let unreadable = CommandError::Unreadable {
            subject: "sale-1".into(),
            position: Position::new(7),
            problem: "not JSON".into(),
        };
        assert_eq!(
            told(unreadable),
            (Code::Internal, "EVENT_UNREADABLE".to_owned(), false)
        );
    }
}
