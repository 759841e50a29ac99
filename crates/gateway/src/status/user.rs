//! Users that are not there, or that this server cannot tell of.

use std::time::Duration;

use posars_commands::Unavailability;
use posars_identity::UsersError;
use tonic::{Code, Status};

use super::{retriable, status};

/// Wait before a question is asked again that the database did not answer.
const DATABASE_RETRY: Duration = Duration::from_secs(1);

/// The database did not tell of users.
pub(crate) fn from_users(error: UsersError) -> Status {
    match error {
        UsersError::Unavailable(_) => {
            tracing::warn!(%error, "the users could not be read");
            let message = "the database does not answer; ask again after a pause";
            retriable(
                Code::Unavailable,
                Unavailability::DatabaseAway.as_str(),
                message,
                [],
                DATABASE_RETRY,
            )
        }
        // All others are answers to changes, which no call makes.
        UsersError::Refused(_)
        | UsersError::InvalidUrl(_)
        | UsersError::Subject
        | UsersError::SubjectIsTaxId
        | UsersError::DisplayName
        | UsersError::Exists
        | UsersError::Unknown
        | UsersError::TooManyGrants(_) => {
            tracing::error!(%error, "the users could not be read");
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

/// Nobody of this name was granted anything in the company. The same answer whether they exist or not.
pub(crate) fn unknown_user(name: &str) -> Status {
    let message = format!("nobody called {name} was granted anything in this company; check the name");
    status(
        Code::NotFound,
        "USER_NOT_FOUND",
        message,
        [("name".to_owned(), name.to_owned())],
    )
}

/// Another issuer makes the tokens that this server takes, and keeps the users.
pub(crate) fn users_elsewhere() -> Status {
    let message = "the tokens of this server come from another issuer, which keeps the users and what they may do; ask \
                   that issuer";
    status(Code::FailedPrecondition, "USERS_ELSEWHERE", message, [])
}
