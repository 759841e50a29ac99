//! What can go wrong, one variant per thing a caller can do something about.

use crate::{ClaimKey, ExpectedVersion, LogName, Position, StreamName, Trouble, Version};

/// What the gate says of a log that is closed (migration V14).
pub(crate) const LOG_CLOSED: &str = "PS001";

/// The database did not do what was asked, for a reason outside the request.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// No connection, or it broke. Trying again later is right.
    #[error(
        "the event log's database is not reachable: {0}; try again when PostgreSQL answers (see `posars doctor`)"
    )]
    Unavailable(String),
    /// The disk of the database is full, or does not work. Nothing was written; trying again is right once there is
    /// room, without starting anything again.
    #[error(
        "the event log's database cannot write because its disk is full or does not work: {0}; make room on that disk, \
         and what is sent then is taken"
    )]
    DiskFull(String),
    /// The database has no memory, connections or other means left. Trying again after a pause is right.
    #[error(
        "the event log's database has run out of memory or connections: {0}; try again after a pause, and give \
         PostgreSQL more if it stays so"
    )]
    Exhausted(String),
    /// The log takes no appends in this database, and the keys beside it stay as they are: it is on its way to another
    /// one, or has gone there. Nothing was written; trying again is right, there or here.
    #[error(
        "the log is closed for writing in this database ({0}); it moves to another one or has moved, try again after a \
         pause (see `posars companies list`)"
    )]
    Closed(String),
    /// The database answered, but not as this version of the store expects.
    #[error("the event log's database refused a statement: {0}; check that `posars migrate` has run on it")]
    Refused(String),
    /// The call took longer than its client-side deadline.
    #[error("the event log's database did not answer within {0} ms; try again, or look for a stuck server")]
    DeadlineExceeded(u64),
    /// A setting cannot be used.
    #[error("the event log's connection setting is not usable: {0}")]
    BadConfig(String),
    /// A read found a hole or disorder where the log promises none.
    #[error(
        "log {log}: expected position {expected}, found {found:?}; run `posars audit verify` before trusting this log"
    )]
    NotContiguous {
        /// The log.
        log: LogName,
        /// The position that had to come next.
        expected: Position,
        /// What came instead; none when the rows ended.
        found: Option<Position>,
    },
    /// A stored row does not decode as an event.
    #[error(
        "log {log}, position {position}: the stored row cannot be read: {problem}; run `posars audit verify`"
    )]
    Unreadable {
        /// The log.
        log: LogName,
        /// Where the row stands.
        position: Position,
        /// What is wrong with it.
        problem: String,
    },
}

impl StoreError {
    pub(crate) fn from_pool(error: &deadpool_postgres::PoolError) -> Self {
        match error {
            deadpool_postgres::PoolError::Backend(error) => Self::from_postgres(error),
            // The session's settings were refused, such as a role that is missing on a restored server.
            deadpool_postgres::PoolError::PostCreateHook(deadpool_postgres::HookError::Backend(error)) => {
                Self::from_postgres(error)
            }
            deadpool_postgres::PoolError::Timeout(_)
            | deadpool_postgres::PoolError::Closed
            | deadpool_postgres::PoolError::NoRuntimeSpecified
            | deadpool_postgres::PoolError::PostCreateHook(_) => Self::Unavailable(error.to_string()),
        }
    }

    /// Sorts a driver error: what passes is worth a retry, everything else is a refusal.
    pub(crate) fn from_postgres(error: &tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            None => Self::Unavailable(with_causes(error)),
            Some(db) if db.code().code() == LOG_CLOSED => Self::Closed(db.message().to_owned()),
            Some(db) => match Trouble::of_sqlstate(db.code().code()) {
                Some(Trouble::Away) => Self::Unavailable(db.to_string()),
                Some(Trouble::DiskFull) => Self::DiskFull(db.to_string()),
                Some(Trouble::Exhausted) => Self::Exhausted(db.to_string()),
                None => Self::Refused(db.to_string()),
            },
        }
    }
}

/// The driver's own text says only "error communicating with the server"; the cause says which.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

/// Why an append was not accepted, or is not known to be.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppendError {
    /// Somebody else wrote first, or the stream is not in the state the caller believed. Load, decide again.
    #[error("stream {stream} is at version {actual}, expected {expected}; read it again and decide anew")]
    WrongVersion {
        /// The stream written or guarded.
        stream: StreamName,
        /// What the caller expected.
        expected: ExpectedVersion,
        /// The version it has; [`Version::START`] when there is no such stream.
        actual: Version,
    },
    /// Another stream holds a unique key.
    #[error("the key {key} is already held by {holder}")]
    ClaimTaken {
        /// The key.
        key: ClaimKey,
        /// The stream that holds it.
        holder: String,
    },
    /// The idempotency key was used before for another payload.
    #[error(
        "idempotency key {key} was first used at position {first_position} for another payload; use a new key for a new request"
    )]
    IdempotencyMismatch {
        /// The key.
        key: uuid::Uuid,
        /// Where its first use was recorded.
        first_position: Position,
    },
    /// The request itself breaks a limit or a rule of the log; sending it again will not help.
    #[error("the append is not valid: {0}")]
    Invalid(String),
    /// Too many appends, or too many bytes of them, wait already. Nothing was written; try again after a pause.
    #[error("the log's queue of appends is full, nothing was written; try again after a pause")]
    QueueFull,
    /// The deadline passed before the append was sent. Nothing was written.
    #[error("the append waited {waited_ms} ms without being sent, nothing was written; try again")]
    DeadlineExceeded {
        /// How long it waited.
        waited_ms: u64,
    },
    /// The append was sent and its answer lost: it is wholly there or wholly absent. Only a retry under its
    /// idempotency key tells which.
    #[error(
        "the append was sent but its answer was lost ({0}); retry with the same idempotency key to learn which"
    )]
    OutcomeUnknown(String),
    /// The database is away. Nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a lease was not given or a checkpoint not taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LeaseError {
    /// Another holder's lease is still valid.
    #[error(
        "subscription {name} is held by {holder} for another {remaining_ms} ms; wait, or stop that process"
    )]
    Held {
        /// The subscription.
        name: String,
        /// Who holds it.
        holder: String,
        /// How long its lease still runs.
        remaining_ms: u64,
    },
    /// Somebody else took the lease over: all that was done under the old epoch must be thrown away.
    #[error(
        "subscription {name}: epoch {epoch} is over, another holder took the lease; the work was rolled back"
    )]
    Fenced {
        /// The subscription.
        name: String,
        /// The epoch that ended.
        epoch: u64,
    },
    /// The database is away or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}
