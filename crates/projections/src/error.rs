//! What can go wrong, one variant per thing a caller can do something about.

use posars_event_store::{LeaseError, Position, StoreError, Trouble};

/// The database did not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DatabaseError {
    /// No connection, it broke, or a lock was not to be had. Trying again later is right.
    #[error(
        "the read models' database is not reachable: {0}; try again when PostgreSQL answers (see `posars doctor`)"
    )]
    Unavailable(String),
    /// The disk of the database is full, or does not work. Trying again is right once there is room.
    #[error(
        "the read models' database cannot write because its disk is full or does not work: {0}; make room on that disk"
    )]
    DiskFull(String),
    /// The database has no memory, connections or other means left. Trying again after a pause is right.
    #[error(
        "the read models' database has run out of memory or connections: {0}; try again after a pause, and give \
         PostgreSQL more if it stays so"
    )]
    Exhausted(String),
    /// The database answered, but not as this version of the program expects.
    #[error("the read models' database refused a statement: {0}; check that `posars migrate` has run on it")]
    Refused(String),
    /// The call took longer than its deadline on our side.
    #[error("the read models' database did not answer within {0} ms; try again, or look for a stuck server")]
    DeadlineExceeded(u64),
}

impl DatabaseError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::DiskFull(_) | Self::Exhausted(_) | Self::DeadlineExceeded(_) => true,
            Self::Refused(_) => false,
        }
    }
}

impl From<tokio_postgres::Error> for DatabaseError {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            None => {
                let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
                Self::Unavailable(format!("{error}{}", cause.unwrap_or_default()))
            }
            Some(db) => {
                let text = match db.detail() {
                    Some(detail) => format!("{db} ({detail})"),
                    None => db.to_string(),
                };
                match Trouble::of_sqlstate(db.code().code()) {
                    Some(Trouble::Away) => Self::Unavailable(text),
                    Some(Trouble::DiskFull) => Self::DiskFull(text),
                    Some(Trouble::Exhausted) => Self::Exhausted(text),
                    None => Self::Refused(text),
                }
            }
        }
    }
}

impl From<StoreError> for DatabaseError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(text) | StoreError::Closed(text) => Self::Unavailable(text),
            StoreError::DiskFull(text) => Self::DiskFull(text),
            StoreError::Exhausted(text) => Self::Exhausted(text),
            StoreError::Refused(text) | StoreError::BadConfig(text) => Self::Refused(text),
            StoreError::DeadlineExceeded(deadline_ms) => Self::DeadlineExceeded(deadline_ms),
            // About events, which no query of a read model reads.
            error @ (StoreError::NotContiguous { .. } | StoreError::Unreadable { .. }) => {
                Self::Refused(error.to_string())
            }
        }
    }
}

impl From<deadpool_postgres::PoolError> for DatabaseError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        match error {
            deadpool_postgres::PoolError::Backend(error)
            | deadpool_postgres::PoolError::PostCreateHook(deadpool_postgres::HookError::Backend(error)) => {
                error.into()
            }
            error @ (deadpool_postgres::PoolError::Timeout(_)
            | deadpool_postgres::PoolError::Closed
            | deadpool_postgres::PoolError::NoRuntimeSpecified
            | deadpool_postgres::PoolError::PostCreateHook(_)) => Self::Unavailable(error.to_string()),
        }
    }
}

/// Why an event could not be applied; the event is parked with this text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// The payload is not what the type promises.
    #[error(
        "{event_type} cannot be decoded: {problem}; run `posars audit verify`, then `posars projections retry`"
    )]
    BadPayload {
        /// The stored type.
        event_type: String,
        /// What the decoder met.
        problem: String,
    },
    /// This build does not know the type or its schema version.
    #[error(
        "{event_type} with schema version {schema_version} is unknown to this build; run a newer version, then `posars projections retry`"
    )]
    Unknown {
        /// The stored type.
        event_type: String,
        /// The stored schema version.
        schema_version: u16,
    },
}

/// Why a query got no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum QueryError {
    /// The read model has not reached the position asked for in time.
    #[error(
        "{projection} has applied the log up to position {position}, asked for {min_position}, waited {waited_ms} ms; try again (see `posars projections status`)"
    )]
    Behind {
        /// The projection.
        projection: &'static str,
        /// What was asked for.
        min_position: Position,
        /// How far it is.
        position: Position,
        /// How long the query waited.
        waited_ms: u64,
    },
    /// The log itself does not reach the position asked for, so waiting does not help: it comes from another log, or
    /// from before a restore.
    #[error(
        "the log ends at position {head}, asked for {min_position}, which lies beyond it; give a position that a command on \
         this log answered with"
    )]
    BeyondLog {
        /// What was asked for.
        min_position: Position,
        /// Where the log ends.
        head: Position,
    },
    /// The place to go on from is not one that this query gave out.
    #[error("the page cannot be found: {problem}; start again from the first page")]
    BadPage {
        /// What is wrong with it.
        problem: String,
    },
    /// A row holds what this build cannot read.
    #[error("a row of {table} cannot be read: {problem}; run `posars projections rebuild {table}`")]
    Unreadable {
        /// The read model.
        table: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The database is away or refused.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Why a projection could not go on, be rebuilt or be opened.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ProjectionError {
    /// No projection has this name.
    #[error("there is no projection {name:?}; the projections are {known}")]
    UnknownProjection {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: String,
    },
    /// Another holder does the work and does not get on.
    #[error(
        "{projection} is at position {position} and its holder {holder} has not moved for {waited_ms} ms; see `posars projections status`"
    )]
    Stuck {
        /// The projection.
        projection: &'static str,
        /// How far it is.
        position: Position,
        /// Who holds the lease.
        holder: String,
        /// How long nothing moved.
        waited_ms: u64,
    },
    /// The read model was filled by another version of the code.
    #[error(
        "{projection} was built by version {stored}, this program has version {known}; run `posars projections rebuild {projection}`"
    )]
    Outdated {
        /// The projection.
        projection: &'static str,
        /// The version that filled the table.
        stored: i32,
        /// The version of this program.
        known: u16,
    },
    /// There is nothing to go back to.
    #[error("{projection} has no previous build to roll back to")]
    NoPrevious {
        /// The projection.
        projection: &'static str,
    },
    /// Another rebuild of the same projection is running.
    #[error("{projection} is being rebuilt by another process; wait for it to end")]
    AlreadyRebuilding {
        /// The projection.
        projection: &'static str,
    },
    /// The swap never got its lock.
    #[error(
        "{projection} was rebuilt, but readers kept its table locked through {attempts} attempts to swap it; try again when long reports have ended"
    )]
    SwapBlocked {
        /// The projection.
        projection: &'static str,
        /// How often it was tried.
        attempts: u32,
    },
    /// The rebuild was cancelled; the live read model is as it was.
    #[error("the rebuild of {projection} was cancelled; the live read model is unchanged")]
    Cancelled {
        /// The projection.
        projection: &'static str,
    },
    /// The event log could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The lease was not given, or was lost.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// The database is away or refused.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A test stopped the work here.
    #[cfg(test)]
    #[error("stopped by a test at {0}")]
    Injected(String),
}

impl From<tokio_postgres::Error> for ProjectionError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error.into())
    }
}

impl From<deadpool_postgres::PoolError> for ProjectionError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        Self::Database(error.into())
    }
}
