//! The one map from the errors of the crates below to codes and exit codes.

use posars_aws::S3FilesError;
use posars_bookkeeping::BookkeepingError;
use posars_commands::reactors::ReactorError;
use posars_commands::{CommandError, Unavailability};
use posars_domain::{InvalidValue, Rejection as _, RejectionKind};
use posars_event_store::{LeaseError, RelocationError, StoreError};
use posars_files::FileError;
use posars_identity::{IssuerError, UsersError};
use posars_keyring::KeyringError;
use posars_local_postgres::{BackupError, DatabaseError, FindError, StartError, StopError};
use posars_privacy::PrivacyError;
use posars_projections::{ProjectionError, QueryError};
use posars_reports::ReportError;
use posars_schema::SchemaError;

use crate::failure::{Exit, Failure};

impl From<FindError> for Failure {
    fn from(error: FindError) -> Self {
        Self::new(Exit::Unavailable, "POSTGRESQL_NOT_FOUND", error)
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let (exit, code) = match &error {
            StartError::Io { .. } => (Exit::Failure, "DATA_FOLDER_UNUSABLE"),
            StartError::Unwalkable { .. } => (Exit::Failure, "DATA_FOLDER_UNREACHABLE"),
            StartError::ForeignOwner { .. } => (Exit::Failure, "DATA_FOLDER_FOREIGN"),
            StartError::NoAccount => (Exit::Failure, "NO_ACCOUNT"),
            StartError::SocketPath { .. } => (Exit::Failure, "SOCKET_PATH_TOO_LONG"),
            StartError::VersionMismatch { .. } => (Exit::Conflict, "POSTGRESQL_VERSION_MISMATCH"),
            StartError::NotACluster { .. } => (Exit::Conflict, "NOT_A_CLUSTER"),
            StartError::Init { .. } => (Exit::Failure, "INITDB_FAILED"),
            StartError::AlreadyRunning { .. } | StartError::Busy { .. } => {
                (Exit::Conflict, "DATA_FOLDER_IN_USE")
            }
            StartError::Spawn { .. } => (Exit::Unavailable, "POSTGRESQL_NOT_RUNNABLE"),
            StartError::Exited { .. } => (Exit::Unavailable, "POSTGRESQL_ENDED"),
            StartError::Timeout { .. } => (Exit::Unavailable, "POSTGRESQL_NOT_READY"),
        };
        Self::new(exit, code, error)
    }
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::Start(error) => error.into(),
            BackupError::NotABackup { .. } => Self::new(Exit::Failure, "NOT_A_BACKUP", error),
            BackupError::Running { .. } => Self::new(Exit::Conflict, "BACKUP_IN_USE", error),
            BackupError::Tablespaces { .. } => Self::new(Exit::Failure, "BACKUP_HAS_TABLESPACES", error),
            BackupError::Damaged { .. } => Self::new(Exit::Unverified, "BACKUP_DAMAGED", error),
        }
    }
}

impl From<StopError> for Failure {
    fn from(error: StopError) -> Self {
        Self::new(Exit::Failure, "POSTGRESQL_NOT_STOPPED", error)
    }
}

impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        let exit = match &error {
            DatabaseError::Unreachable { .. } => Exit::Unavailable,
            DatabaseError::Refused { .. } => Exit::Failure,
        };
        Self::new(exit, "DATABASE_UNAVAILABLE", error)
    }
}

impl From<SchemaError> for Failure {
    fn from(error: SchemaError) -> Self {
        let (exit, code) = match &error {
            SchemaError::InvalidUrl(_) => (Exit::Usage, "DATABASE_URL_INVALID"),
            SchemaError::Unreachable { .. } => (Exit::Unavailable, "DATABASE_UNAVAILABLE"),
            SchemaError::Locked { .. } => (Exit::Conflict, "MIGRATION_LOCKED"),
            SchemaError::TableBusy { .. } => (Exit::Conflict, "TABLE_BUSY"),
            SchemaError::Newer { .. } => (Exit::Conflict, "SCHEMA_NEWER"),
            SchemaError::Diverged { .. } => (Exit::Conflict, "SCHEMA_DIVERGED"),
            SchemaError::Failed { .. } => (Exit::Failure, "MIGRATION_FAILED"),
            SchemaError::BadFiles(_) => (Exit::Failure, "MIGRATIONS_BROKEN"),
        };
        Self::new(exit, code, error)
    }
}

impl From<BookkeepingError> for Failure {
    fn from(error: BookkeepingError) -> Self {
        match error {
            BookkeepingError::Command(error) => error.into(),
            BookkeepingError::Query(error) => error.into(),
        }
    }
}

impl From<PrivacyError> for Failure {
    fn from(error: PrivacyError) -> Self {
        match error {
            PrivacyError::Command(error) => error.into(),
            PrivacyError::Query(error) => error.into(),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let (exit, code) = match &error {
            StoreError::Unavailable(_) => (Exit::Unavailable, "DATABASE_UNAVAILABLE"),
            StoreError::DiskFull(_) => (Exit::Unavailable, "DATABASE_DISK_FULL"),
            StoreError::Exhausted(_) => (Exit::Unavailable, "DATABASE_EXHAUSTED"),
            StoreError::Closed(_) => (Exit::Unavailable, "COMPANY_MOVING"),
            StoreError::DeadlineExceeded(_) => (Exit::Unavailable, "DEADLINE_EXCEEDED"),
            StoreError::Refused(_) => (Exit::Failure, "DATABASE_REFUSED"),
            StoreError::BadConfig(_) => (Exit::Usage, "DATABASE_URL_INVALID"),
            StoreError::NotContiguous { .. } => (Exit::Unverified, "LOG_NOT_CONTIGUOUS"),
            StoreError::Unreadable { .. } => (Exit::Unverified, "LOG_UNREADABLE"),
        };
        Self::new(exit, code, error)
    }
}

impl From<RelocationError> for Failure {
    fn from(error: RelocationError) -> Self {
        let (exit, code) = match error {
            RelocationError::Store(error) => return error.into(),
            RelocationError::Busy { .. } => (Exit::Conflict, "MOVE_UNDER_WAY"),
            RelocationError::Occupied | RelocationError::OtherHistory { .. } => {
                (Exit::Conflict, "DESTINATION_OCCUPIED")
            }
            RelocationError::Differs(_) | RelocationError::Fault(_) => (Exit::Unverified, "COPY_DIFFERS"),
            RelocationError::TooLate => (Exit::Unavailable, "MOVE_TOO_SLOW"),
        };
        Self::new(exit, code, error)
    }
}

impl From<KeyringError> for Failure {
    fn from(error: KeyringError) -> Self {
        let (exit, code) = match error {
            KeyringError::Store(error) => return error.into(),
            KeyringError::CpfTaken => (Exit::Conflict, "CPF_IN_USE"),
            KeyringError::Closing => (Exit::Conflict, "BUSY"),
            KeyringError::NoMasterKey | KeyringError::Locked { .. } | KeyringError::MasterKeyStore(_) => {
                (Exit::Unavailable, "PERSONAL_DATA_LOCKED")
            }
            KeyringError::Damaged(_) => (Exit::Unverified, "KEYS_DAMAGED"),
        };
        Self::new(exit, code, error)
    }
}

impl From<LeaseError> for Failure {
    fn from(error: LeaseError) -> Self {
        match error {
            LeaseError::Held { .. } => Self::new(Exit::Conflict, "LEASE_HELD", error),
            LeaseError::Fenced { .. } => Self::new(Exit::Conflict, "LEASE_LOST", error),
            LeaseError::Store(error) => error.into(),
        }
    }
}

impl From<InvalidValue> for Failure {
    fn from(error: InvalidValue) -> Self {
        Self::new(Exit::Failure, error.reason(), error)
    }
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Self {
        let exit = match &error {
            CommandError::Rejected(rejection) => match rejection.kind() {
                RejectionKind::Duplicate | RejectionKind::Conflict => Exit::Conflict,
                RejectionKind::Invalid | RejectionKind::State | RejectionKind::NotFound => Exit::Failure,
            },
            CommandError::Conflict { .. } | CommandError::IdempotencyMismatch { .. } => Exit::Conflict,
            CommandError::OutOfScope => Exit::Failure,
            CommandError::Unreadable { .. } => Exit::Unverified,
            CommandError::Unavailable { reason, .. } => match reason {
                Unavailability::DatabaseRefused => Exit::Failure,
                Unavailability::Busy
                | Unavailability::Deadline
                | Unavailability::DatabaseAway
                | Unavailability::DatabaseDiskFull
                | Unavailability::DatabaseExhausted
                | Unavailability::CompanyMoving
                | Unavailability::PersonalDataLocked
                | Unavailability::OutcomeUnknown => Exit::Unavailable,
            },
        };
        Self::new(exit, error.reason().to_owned(), error)
    }
}

impl From<posars_projections::DatabaseError> for Failure {
    fn from(error: posars_projections::DatabaseError) -> Self {
        use posars_projections::DatabaseError as Away;
        let (exit, code) = match &error {
            Away::Unavailable(_) => (Exit::Unavailable, "DATABASE_UNAVAILABLE"),
            Away::DiskFull(_) => (Exit::Unavailable, "DATABASE_DISK_FULL"),
            Away::Exhausted(_) => (Exit::Unavailable, "DATABASE_EXHAUSTED"),
            Away::DeadlineExceeded(_) => (Exit::Unavailable, "DEADLINE_EXCEEDED"),
            Away::Refused(_) => (Exit::Failure, "DATABASE_REFUSED"),
        };
        Self::new(exit, code, error)
    }
}

impl From<ProjectionError> for Failure {
    fn from(error: ProjectionError) -> Self {
        let (exit, code) = match error {
            ProjectionError::Store(error) => return error.into(),
            ProjectionError::Lease(error) => return error.into(),
            ProjectionError::Database(error) => return error.into(),
            ProjectionError::UnknownProjection { name, known } => {
                let text = format!("there is no projection {name:?}");
                return Self::new(Exit::Usage, "PROJECTION_UNKNOWN", text)
                    .next(format!("name one of {known}"));
            }
            ProjectionError::Stuck { .. } => (Exit::Unavailable, "PROJECTION_STUCK"),
            ProjectionError::Outdated { .. } => (Exit::Conflict, "PROJECTION_OUTDATED"),
            ProjectionError::NoPrevious { projection } => {
                return Self::new(Exit::Failure, "NO_PREVIOUS_BUILD", error).next(format!(
                    "nothing to undo: only a rebuild leaves a build behind; `posars projections rebuild {projection}` \
                     makes it anew from the log"
                ));
            }
            ProjectionError::AlreadyRebuilding { .. } => (Exit::Conflict, "ALREADY_REBUILDING"),
            ProjectionError::SwapBlocked { .. } => (Exit::Conflict, "SWAP_BLOCKED"),
            ProjectionError::Cancelled { .. } => (Exit::Failure, "REBUILD_CANCELLED"),
        };
        Self::new(exit, code, error)
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        let (exit, code) = match error {
            QueryError::Database(error) => return error.into(),
            QueryError::Behind { .. } => (Exit::Unavailable, "READ_MODEL_BEHIND"),
            QueryError::BeyondLog { .. } => (Exit::Usage, "POSITION_BEYOND_LOG"),
            QueryError::BadPage { .. } => (Exit::Usage, "PAGE_INVALID"),
            QueryError::Unreadable { .. } => (Exit::Failure, "READ_MODEL_UNREADABLE"),
        };
        Self::new(exit, code, error)
    }
}

impl From<ReactorError> for Failure {
    fn from(error: ReactorError) -> Self {
        match error {
            ReactorError::Command(error) => error.into(),
            ReactorError::Lease(error) => error.into(),
            ReactorError::Lost { .. } => Self::new(Exit::Conflict, "CONFLICT", error),
            ReactorError::TooManyParked { .. } => Self::new(Exit::Failure, "REACTOR_STUCK", error),
        }
    }
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        let code = match &error {
            ReportError::OutOfRange { .. } => "REPORT_OUT_OF_RANGE",
            ReportError::TooLong { .. } => "REPORT_TOO_LONG",
            ReportError::Workbook(_) | ReportError::Csv(_) | ReportError::File(_) => "REPORT_NOT_WRITTEN",
        };
        Self::new(Exit::Failure, code, error)
    }
}

impl From<IssuerError> for Failure {
    fn from(error: IssuerError) -> Self {
        let (exit, code) = match &error {
            IssuerError::NoKey { .. } => (Exit::Failure, "NO_SIGNING_KEY"),
            IssuerError::Exposed { .. } => (Exit::Failure, "SIGNING_KEY_EXPOSED"),
            IssuerError::File { .. } => (Exit::Failure, "FILE_UNUSABLE"),
            IssuerError::BadKey { .. } => (Exit::Failure, "SIGNING_KEY_BROKEN"),
            IssuerError::Signing => (Exit::Failure, "SIGNING_FAILED"),
            IssuerError::Subject => (Exit::Usage, "SUBJECT_INVALID"),
            IssuerError::Lifetime => (Exit::Usage, "LIFETIME_INVALID"),
            IssuerError::TooManyMemberships => (Exit::Failure, "TOO_MANY_GRANTS"),
        };
        Self::new(exit, code, error)
    }
}

impl From<UsersError> for Failure {
    fn from(error: UsersError) -> Self {
        let (exit, code) = match &error {
            UsersError::Subject | UsersError::SubjectIsTaxId => (Exit::Usage, "SUBJECT_INVALID"),
            UsersError::DisplayName => (Exit::Usage, "DISPLAY_NAME_INVALID"),
            UsersError::Exists => (Exit::Conflict, "USER_EXISTS"),
            UsersError::Unknown => (Exit::Failure, "USER_UNKNOWN"),
            UsersError::TooManyGrants(_) => (Exit::Failure, "TOO_MANY_GRANTS"),
            UsersError::InvalidUrl(_) => (Exit::Usage, "DATABASE_URL_INVALID"),
            UsersError::Unavailable(_) => (Exit::Unavailable, "DATABASE_UNAVAILABLE"),
            UsersError::Refused(_) => (Exit::Failure, "DATABASE_REFUSED"),
        };
        Self::new(exit, code, error)
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        let (exit, code) = match &error {
            FileError::Missing { .. } => (Exit::Failure, "FILE_MISSING"),
            FileError::Taken { .. } => (Exit::Conflict, "FILE_TAKEN"),
            FileError::BadRange { .. } => (Exit::Usage, "FILE_RANGE_INVALID"),
            FileError::Damaged { .. } => (Exit::Unverified, "FILE_DAMAGED"),
            FileError::Unavailable { .. } => (Exit::Unavailable, "FILES_UNAVAILABLE"),
            FileError::Refused { .. } => (Exit::Failure, "FILES_REFUSED"),
        };
        Self::new(exit, code, error)
    }
}

impl From<S3FilesError> for Failure {
    fn from(error: S3FilesError) -> Self {
        Self::new(Exit::Usage, "FILES_ADDRESS_INVALID", error)
    }
}
