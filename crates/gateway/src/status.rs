//! The one map from what went wrong to a gRPC status.
//!
//! Every status carries `google.rpc.ErrorInfo` with a reason of the published catalogue, the domain `posars` and the
//! values that a program may want; bad fields come as `google.rpc.BadRequest`; what may be tried again says when, as
//! `google.rpc.RetryInfo`. Causes inside the server go to the log, not to the client.

use std::collections::HashMap;
use std::fmt::Display;
use std::time::Duration;

use posars_commands::{CommandError, Unavailability};
use posars_domain::{Rejection, RejectionKind};
use posars_event_store::Position;
use posars_projections::{DatabaseError, QueryError};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

/// Domain of every `google.rpc.ErrorInfo` that posars sends.
pub const ERROR_DOMAIN: &str = "posars";

/// Wait before a command that lost a race is sent again. The race is over by then.
const CONFLICT_RETRY: Duration = Duration::from_millis(50);
/// Wait before a query that found no database, or a read model that is behind, is sent again.
const DATABASE_RETRY: Duration = Duration::from_secs(1);
/// Fields whose name on the wire is not the domain's.
const WIRE_FIELDS: [(&str, &str); 4] = [
    ("currency", "total.currency_code"),
    ("expected_version", "etag"),
    ("name", "display_name"),
    ("occurred_at", "occur_time"),
];

/// Why a command was not carried out.
pub(crate) fn from_command(error: CommandError) -> Status {
    from_command_inside("", error)
}

/// Like [`from_command`], for a command whose fields stand in a message of the request; `prefix` ends in a dot.
pub(crate) fn from_command_inside(prefix: &str, error: CommandError) -> Status {
    let reason = error.reason().to_owned();
    let metadata = owned(error.metadata());
    match error {
        CommandError::Rejected(rejection) => from_rejection(prefix, rejection.as_ref()),
        CommandError::Conflict { .. } => retriable(
            Code::Aborted,
            &reason,
            error.to_string(),
            metadata,
            CONFLICT_RETRY,
        ),
        CommandError::IdempotencyMismatch { .. } => {
            status(Code::AlreadyExists, &reason, error.to_string(), metadata)
        }
        CommandError::Unreadable { .. } => {
            tracing::error!(%error, "a command met an event that this build cannot read");
            status(Code::Internal, &reason, error.to_string(), metadata)
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
                Unavailability::DatabaseRefused => status(code, &reason, message, metadata),
                Unavailability::Busy
                | Unavailability::Deadline
                | Unavailability::DatabaseAway
                | Unavailability::OutcomeUnknown => retriable(code, &reason, message, metadata, retry),
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
        Unavailability::DatabaseRefused => (
            Code::Internal,
            "the database refused what this server sent, nothing was written; its operator finds the cause in the log",
        ),
        Unavailability::OutcomeUnknown => (
            Code::Unavailable,
            "the command was sent to the database and the answer lost; send it again with the same ids and it takes \
             effect once",
        ),
    }
}

/// Why a query got no answer.
pub(crate) fn from_query(error: &QueryError) -> Status {
    match error {
        QueryError::Behind {
            projection,
            min_position,
            position,
            ..
        } => {
            let metadata = [
                ("read_model".to_owned(), (*projection).to_owned()),
                ("min_position".to_owned(), min_position.to_string()),
                ("position".to_owned(), position.to_string()),
            ];
            retriable(
                Code::DeadlineExceeded,
                "READ_MODEL_BEHIND",
                error.to_string(),
                metadata,
                DATABASE_RETRY,
            )
        }
        QueryError::BadPage { .. } => {
            let mut violation = FieldViolation::new("page_token", error.to_string());
            "PAGE_TOKEN_INVALID".clone_into(&mut violation.reason);
            invalid_request(vec![violation])
        }
        QueryError::Unreadable { table, .. } => {
            tracing::error!(%error, "a query met a row that this build cannot read");
            let metadata = [("read_model".to_owned(), (*table).to_owned())];
            status(
                Code::Internal,
                "READ_MODEL_UNREADABLE",
                error.to_string(),
                metadata,
            )
        }
        QueryError::Database(error) => from_read_database(error),
    }
}

/// The database of the read models did not do what was asked.
fn from_read_database(error: &DatabaseError) -> Status {
    tracing::warn!(%error, "a query could not reach the read models");
    match error {
        DatabaseError::Unavailable(_) => {
            let message = "the database does not answer; ask again after a pause";
            retriable(Code::Unavailable, "DATABASE_AWAY", message, [], DATABASE_RETRY)
        }
        DatabaseError::DeadlineExceeded(timeout_ms) => {
            let metadata = [("timeout_ms".to_owned(), timeout_ms.to_string())];
            let message =
                "the database did not answer the query in time; ask for less, or again after a pause";
            retriable(
                Code::DeadlineExceeded,
                "DEADLINE",
                message,
                metadata,
                DATABASE_RETRY,
            )
        }
        DatabaseError::Refused(_) => {
            let message =
                "the database refused what this server sent; its operator finds the cause in the log";
            status(Code::Internal, "DATABASE_REFUSED", message, [])
        }
    }
}

/// Nothing has this name.
pub(crate) fn not_found(reason: &str, what: &str, name: &str) -> Status {
    let message = format!(
        "there is no {what} {name}; check the name, or give the position of the command that made it as min_position"
    );
    status(
        Code::NotFound,
        reason,
        message,
        [("name".to_owned(), name.to_owned())],
    )
}

/// A rule said no.
pub(crate) fn from_rejection(prefix: &str, rejection: &dyn Rejection) -> Status {
    let code = match rejection.kind() {
        RejectionKind::Invalid => Code::InvalidArgument,
        RejectionKind::State => Code::FailedPrecondition,
        RejectionKind::Duplicate => Code::AlreadyExists,
        RejectionKind::NotFound => Code::NotFound,
        RejectionKind::Conflict => Code::Aborted,
    };
    let (reason, message) = (rejection.reason(), rejection.to_string());
    let mut metadata: HashMap<String, String> = owned(rejection.metadata()).into_iter().collect();
    let field = rejection
        .field()
        .map(|field| format!("{prefix}{}", wire_field(&field)));
    metadata.extend(field.iter().map(|field| ("field".to_owned(), field.clone())));
    let mut details = ErrorDetails::with_error_info(reason, ERROR_DOMAIN, metadata);
    // BadRequest says that the request is wrong whatever the state, so it goes with no other kind.
    if let Some(field) = field.filter(|_| code == Code::InvalidArgument) {
        let mut violation = FieldViolation::new(field, message.clone());
        reason.clone_into(&mut violation.reason);
        details.set_bad_request(vec![violation]);
    }
    Status::with_error_details(code, message, details)
}

/// Translates a path of the domain, such as `payments[0].due_date`, into the protos' names.
fn wire_field(path: &str) -> String {
    let wire = |part: &str| {
        let known = WIRE_FIELDS.iter().find(|(domain, _)| *domain == part);
        known.map_or_else(|| part.to_owned(), |(_, wire)| (*wire).to_owned())
    };
    path.split('.').map(wire).collect::<Vec<_>>().join(".")
}

fn owned(metadata: Vec<(&'static str, String)>) -> Vec<(String, String)> {
    metadata
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

/// A status that says when to try again.
pub(crate) fn retriable(
    code: Code,
    reason: &str,
    message: impl Into<String>,
    metadata: impl IntoIterator<Item = (String, String)>,
    retry_after: Duration,
) -> Status {
    let metadata = metadata.into_iter().collect::<HashMap<_, _>>();
    let mut details = ErrorDetails::with_error_info(reason, ERROR_DOMAIN, metadata);
    details.set_retry_info(Some(retry_after));
    Status::with_error_details(code, message, details)
}

/// A status with its reason and values.
pub(crate) fn status(
    code: Code,
    reason: &str,
    message: impl Into<String>,
    metadata: impl IntoIterator<Item = (String, String)>,
) -> Status {
    let details = ErrorDetails::with_error_info(
        reason,
        ERROR_DOMAIN,
        metadata.into_iter().collect::<HashMap<_, _>>(),
    );
    Status::with_error_details(code, message, details)
}

/// The fields of a request that cannot be read.
pub(crate) fn invalid_request(violations: Vec<FieldViolation>) -> Status {
    let reason = shared_reason(&violations);
    let message = match violations.as_slice() {
        [] => "the request cannot be read".to_owned(),
        [only] => format!("{}: {}", only.field, only.description),
        [first, ..] => format!(
            "{} fields are wrong, the first is {}: {}",
            violations.len(),
            first.field,
            first.description
        ),
    };
    let mut details = ErrorDetails::with_error_info(reason, ERROR_DOMAIN, HashMap::new());
    details.set_bad_request(violations);
    Status::with_error_details(Code::InvalidArgument, message, details)
}

/// The reason that all violations share, so that a request with one bad tax id answers `INVALID_TAX_ID` and not merely
/// that something is wrong.
fn shared_reason(violations: &[FieldViolation]) -> String {
    let mut reasons = violations.iter().map(|violation| violation.reason.as_str());
    match reasons.next() {
        Some(first) if reasons.all(|reason| reason == first) => first.to_owned(),
        Some(_) | None => "INVALID_REQUEST".to_owned(),
    }
}

/// A `grpc-timeout` header that the specification does not allow.
pub(crate) fn bad_timeout(header: &str) -> Status {
    let message = format!(
        "grpc-timeout \"{header}\" cannot be read; write up to 8 digits and one of the units H, M, S, m, u, n"
    );
    status(
        Code::InvalidArgument,
        "INVALID_TIMEOUT",
        message,
        [("timeout".to_owned(), header.to_owned())],
    )
}

/// The call took longer than it may.
pub(crate) fn deadline_exceeded(timeout: Duration) -> Status {
    let timeout_ms = timeout.as_millis().to_string();
    let message = format!(
        "the call did not end within its deadline of {timeout_ms} ms; a command may still have taken effect: send it \
         again with the same ids and it takes effect once"
    );
    status(
        Code::DeadlineExceeded,
        "DEADLINE_EXCEEDED",
        message,
        [("timeout_ms".to_owned(), timeout_ms)],
    )
}

/// The company in the path is not one that the caller may use. The same answer whether it exists or not.
pub(crate) fn unknown_company(company: &str) -> Status {
    let message = format!(
        "there is no company \"{company}\" here for this caller; check the name in the path and who is signed in"
    );
    status(
        Code::NotFound,
        "UNKNOWN_COMPANY",
        message,
        [("company".to_owned(), company.to_owned())],
    )
}

/// No service has this method.
pub(crate) fn unknown_method(path: &str) -> Status {
    let message = format!("there is no method {path} here; list what there is by reflection");
    status(
        Code::Unimplemented,
        "UNKNOWN_METHOD",
        message,
        [("path".to_owned(), path.to_owned())],
    )
}

/// Nobody has said who calls.
pub(crate) fn unauthenticated() -> Status {
    let message = "the caller is not known; sign in and send the token with the call";
    status(Code::Unauthenticated, "UNAUTHENTICATED", message, [])
}

/// A day's sums are beyond what an amount can hold.
pub(crate) fn out_of_range(business_date: &dyn Display, store: &dyn Display) -> Status {
    let message = format!("the figures of store {store} on {business_date} leave the range of an amount");
    status(
        Code::OutOfRange,
        "AMOUNT_OUT_OF_RANGE",
        message,
        [("store_id".to_owned(), store.to_string())],
    )
}

/// Refuses a position that the log has not reached.
///
/// # Errors
/// `POSITION_BEYOND_LOG`: the position comes from another company or from before a restore, and waiting will not help.
pub(crate) fn within_log(min_position: u64, head: Position) -> Result<(), Status> {
    if min_position <= head.get() {
        return Ok(());
    }
    let message = format!(
        "min_position {min_position} lies beyond the log, which ends at {head}; give a position that this company's \
         commands answered with"
    );
    let metadata = [
        ("min_position", min_position.to_string()),
        ("position", head.to_string()),
    ];
    Err(status(
        Code::OutOfRange,
        "POSITION_BEYOND_LOG",
        message,
        owned(metadata.to_vec()),
    ))
}

#[cfg(test)]
mod tests {
    use posars_event_store::StreamName;
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

    #[test]
    fn every_failed_query_has_its_code() {
        let cases = [
            (
                QueryError::BadPage { problem: "x".into() },
                Code::InvalidArgument,
                "PAGE_TOKEN_INVALID",
            ),
            (
                QueryError::Unreadable {
                    table: "sales",
                    problem: "x".into(),
                },
                Code::Internal,
                "READ_MODEL_UNREADABLE",
            ),
            (
                QueryError::Database(DatabaseError::Unavailable("x".into())),
                Code::Unavailable,
                "DATABASE_AWAY",
            ),
            (
                QueryError::Database(DatabaseError::Refused("x".into())),
                Code::Internal,
                "DATABASE_REFUSED",
            ),
            (
                QueryError::Database(DatabaseError::DeadlineExceeded(9)),
                Code::DeadlineExceeded,
                "DEADLINE",
            ),
        ];
        for (error, code, reason) in cases {
            let status = from_query(&error);
            assert_eq!(status.code(), code, "{error}");
            assert_eq!(status.get_error_details().error_info().unwrap().reason, reason);
        }
    }

    #[test]
    fn paths_are_in_the_protos_words() {
        assert_eq!(wire_field("occurred_at"), "occur_time");
        assert_eq!(wire_field("payments[0].due_date"), "payments[0].due_date");
        assert_eq!(wire_field("currency"), "total.currency_code");
    }
}
