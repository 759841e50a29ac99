//! Why a query got no answer.

use std::fmt::Display;
use std::time::Duration;

use posars_commands::Unavailability;
use posars_event_store::Position;
use posars_projections::{DatabaseError, QueryError};
use tonic::{Code, Status};
use tonic_types::FieldViolation;

use super::{invalid_request, owned, retriable, status};
use crate::errors::PAGE_TOKEN_INVALID;

/// Wait before a query that found no database, or a read model that is behind, is sent again.
const DATABASE_RETRY: Duration = Duration::from_secs(1);
/// Wait before a query that met a full disk is sent again: somebody has to make room first.
const DISK_RETRY: Duration = Duration::from_secs(5);

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
        QueryError::BeyondLog { min_position, head } => beyond_log(*min_position, *head),
        QueryError::BadPage { .. } => {
            let mut violation = FieldViolation::new("page_token", error.to_string());
            PAGE_TOKEN_INVALID.clone_into(&mut violation.reason);
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
            retriable(
                Code::Unavailable,
                Unavailability::DatabaseAway.as_str(),
                message,
                [],
                DATABASE_RETRY,
            )
        }
        DatabaseError::DiskFull(_) => {
            let message = "the disk of the database is full or does not work; ask again when its operator has made room";
            retriable(
                Code::Unavailable,
                Unavailability::DatabaseDiskFull.as_str(),
                message,
                [],
                DISK_RETRY,
            )
        }
        DatabaseError::Exhausted(_) => {
            let message =
                "the database has run out of memory or connections; ask for less, or again after a pause";
            retriable(
                Code::Unavailable,
                Unavailability::DatabaseExhausted.as_str(),
                message,
                [],
                DATABASE_RETRY,
            )
        }
        DatabaseError::DeadlineExceeded(timeout_ms) => {
            let metadata = [("timeout_ms".to_owned(), timeout_ms.to_string())];
            let message =
                "the database did not answer the query in time; ask for less, or again after a pause";
            retriable(
                Code::DeadlineExceeded,
                Unavailability::Deadline.as_str(),
                message,
                metadata,
                DATABASE_RETRY,
            )
        }
        DatabaseError::Refused(_) => {
            let message =
                "the database refused what this server sent; its operator finds the cause in the log";
            status(
                Code::Internal,
                Unavailability::DatabaseRefused.as_str(),
                message,
                [],
            )
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

/// A day's sums are beyond what an amount can hold.
pub(crate) fn out_of_range(business_date: &dyn Display, store: &dyn Display) -> Status {
    let message = format!(
        "the figures of store {store} on {business_date} leave the range of an amount; ask for other days"
    );
    status(
        Code::OutOfRange,
        "FIGURES_OUT_OF_RANGE",
        message,
        [("store_id".to_owned(), store.to_string())],
    )
}

/// Refuses a position that the log has not reached.
///
/// # Errors
/// `POSITION_BEYOND_LOG`: the position comes from another company or from before a restore, and waiting will not help.
pub(crate) fn within_log(min_position: u64, head: Position) -> Result<(), Status> {
    let min_position = Position::new(min_position);
    if min_position <= head {
        return Ok(());
    }
    Err(beyond_log(min_position, head))
}

/// `POSITION_BEYOND_LOG`, with both positions.
fn beyond_log(min_position: Position, head: Position) -> Status {
    let message = format!(
        "min_position {min_position} lies beyond the log, which ends at {head}; give a position that this company's \
         commands answered with"
    );
    let metadata = [
        ("min_position", min_position.to_string()),
        ("position", head.to_string()),
    ];
    status(
        Code::OutOfRange,
        "POSITION_BEYOND_LOG",
        message,
        owned(metadata.to_vec()),
    )
}

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt as _;

    use super::*;

    #[test]
    fn every_failed_query_has_its_code() {
        let cases = [
            (
                QueryError::Behind {
                    projection: "sales",
                    min_position: Position::new(3),
                    position: Position::new(2),
                    waited_ms: 9,
                },
                Code::DeadlineExceeded,
                "READ_MODEL_BEHIND",
            ),
            (
                QueryError::BeyondLog {
                    min_position: Position::new(u64::MAX),
                    head: Position::new(2),
                },
                Code::OutOfRange,
                "POSITION_BEYOND_LOG",
            ),
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
                QueryError::Database(DatabaseError::DiskFull("x".into())),
                Code::Unavailable,
                "DATABASE_DISK_FULL",
            ),
            (
                QueryError::Database(DatabaseError::Exhausted("x".into())),
                Code::Unavailable,
                "DATABASE_EXHAUSTED",
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
}
