//! Why a command was not carried out, one variant per thing a caller can do about it.

use std::fmt;

use posars_domain::{Circumstance, Path, Rejection, Told, Value, reasons};
use posars_event_store::{AppendError, InvalidName, Position, StoreError, StreamName};
use posars_keyring::KeyringError;
use uuid::Uuid;

/// How long to wait before trying again when too much is waiting already, in milliseconds.
const BUSY_RETRY_MS: u64 = 200;
/// How long to wait before trying again when the database is away, in milliseconds.
const AWAY_RETRY_MS: u64 = 1_000;
/// How long to wait before trying again when the disk is full, in milliseconds: somebody has to make room first.
const DISK_RETRY_MS: u64 = 5_000;

/// How long to wait before trying again when the master key is away, in milliseconds: somebody has to put it back.
const LOCKED_RETRY_MS: u64 = 5_000;

/// The code of an event that this build cannot read.
pub(crate) const EVENT_UNREADABLE: &str = "EVENT_UNREADABLE";

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A rule said no.
    #[error("{0}")]
    Rejected(Box<dyn Rejection>),
    /// Others wrote to the same stream each time the command was about to. Nothing was written.
    #[error("{stream} was changed by others {attempts} times while this command was decided; send it again")]
    Conflict {
        /// The stream.
        stream: StreamName,
        /// How often the command was tried.
        attempts: u32,
    },
    /// The id or request id was used before for another command or other content.
    #[error(
        "the id {key} was used before with other content; use a new id, or send exactly what was sent before"
    )]
    IdempotencyMismatch {
        /// The id.
        key: Uuid,
        /// Where its first use stands in the log, if known.
        first_position: Option<Position>,
    },
    /// The rules would take it, but the caller may touch some stores only, and it touches something else.
    #[error(
        "the caller's role holds for some stores only, and this touches more; ask somebody whose role holds for it"
    )]
    OutOfScope,
    /// A stored event that the decision needs cannot be read by this build.
    #[error("an event of {subject} at position {position} cannot be read: {problem}")]
    Unreadable {
        /// The stream or the log.
        subject: String,
        /// Where it stands in the log.
        position: Position,
        /// What is wrong, and the next step.
        problem: String,
    },
    /// The log cannot take it now.
    #[error("{problem}")]
    Unavailable {
        /// In what way.
        reason: Unavailability,
        /// How long to wait before trying again, in milliseconds.
        retry_after_ms: u64,
        /// What happened, and the next step.
        problem: String,
    },
}

/// In what way the log cannot take a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unavailability {
    /// Too many appends wait already; nothing was written.
    Busy,
    /// It took too long; nothing was written.
    Deadline,
    /// The database does not answer; nothing was written.
    DatabaseAway,
    /// The disk of the database is full or does not work; nothing was written.
    DatabaseDiskFull,
    /// The database has no memory, connections or other means left; nothing was written.
    DatabaseExhausted,
    /// The company moves to another database; nothing was written.
    CompanyMoving,
    /// The database refuses what this build sends; nothing was written.
    DatabaseRefused,
    /// The keys of people cannot be used, so nothing personal can be sealed or opened; nothing was written.
    PersonalDataLocked,
    /// It was sent and the answer lost: the same command again, with the same ids, tells.
    OutcomeUnknown,
}

impl Unavailability {
    /// The stable code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Busy => "BUSY",
            Self::Deadline => "DEADLINE",
            Self::DatabaseAway => "DATABASE_AWAY",
            Self::DatabaseDiskFull => "DATABASE_DISK_FULL",
            Self::DatabaseExhausted => "DATABASE_EXHAUSTED",
            Self::CompanyMoving => "COMPANY_MOVING",
            Self::DatabaseRefused => "DATABASE_REFUSED",
            Self::PersonalDataLocked => "PERSONAL_DATA_LOCKED",
            Self::OutcomeUnknown => "OUTCOME_UNKNOWN",
        }
    }
}

impl fmt::Display for Unavailability {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl CommandError {
    /// The stable code in `UPPER_SNAKE_CASE`; part of the public contract.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Rejected(rejection) => rejection.reason(),
            Self::Conflict { .. } => reasons::CONFLICT,
            Self::IdempotencyMismatch { .. } => reasons::IDEMPOTENCY_MISMATCH,
            Self::OutOfScope => "ROLE_LIMITED_TO_STORE",
            Self::Unreadable { .. } => EVENT_UNREADABLE,
            Self::Unavailable { reason, .. } => reason.as_str(),
        }
    }

    /// The values behind the error; never personal data.
    #[must_use]
    pub fn values(&self) -> Vec<(&'static str, Value)> {
        let value = |key: &'static str, value: &dyn fmt::Display| (key, Value::Text(value.to_string()));
        match self {
            Self::Rejected(rejection) => rejection.told().values,
            Self::OutOfScope => Vec::new(),
            Self::Conflict { stream, attempts } => {
                vec![value("stream", stream), value("attempts", attempts)]
            }
            Self::IdempotencyMismatch { key, first_position } => {
                let position = first_position.map(|position| value("first_position", &position));
                std::iter::once(value("key", key)).chain(position).collect()
            }
            Self::Unreadable {
                subject, position, ..
            } => vec![value("subject", subject), value("position", position)],
            Self::Unavailable { retry_after_ms, .. } => vec![value("retry_after_ms", retry_after_ms)],
        }
    }

    /// The values behind the error, for machines.
    #[must_use]
    pub fn metadata(&self) -> Vec<(&'static str, String)> {
        let values = self.values().into_iter();
        values.map(|(key, value)| (key, value.to_string())).collect()
    }

    /// The offending field of the command.
    #[must_use]
    pub fn path(&self) -> Option<Path> {
        match self {
            Self::Rejected(rejection) => rejection.told().path,
            Self::Conflict { .. }
            | Self::IdempotencyMismatch { .. }
            | Self::OutOfScope
            | Self::Unreadable { .. }
            | Self::Unavailable { .. } => None,
        }
    }

    /// The path of the offending field in the command, such as `lines[2].quantity`.
    #[must_use]
    pub fn field(&self) -> Option<String> {
        self.path().map(|path| path.to_string())
    }

    /// The same for a command that waits for this one; none when offering this one again is no use, and when only what is
    /// personal is locked: what is not goes its way.
    pub(crate) fn passing(&self) -> Option<Self> {
        let is_locked = matches!(
            self,
            Self::Unavailable {
                reason: Unavailability::PersonalDataLocked,
                ..
            }
        );
        if is_locked { None } else { self.repeated() }
    }

    /// The same for another command; none when it is of this one alone.
    pub(crate) fn repeated(&self) -> Option<Self> {
        match self {
            Self::Conflict { stream, attempts } => Some(Self::Conflict {
                stream: stream.clone(),
                attempts: *attempts,
            }),
            Self::Unavailable {
                reason,
                retry_after_ms,
                problem,
            } => Some(Self::Unavailable {
                reason: *reason,
                retry_after_ms: *retry_after_ms,
                problem: problem.clone(),
            }),
            Self::Rejected(_)
            | Self::IdempotencyMismatch { .. }
            | Self::OutOfScope
            | Self::Unreadable { .. } => None,
        }
    }

    pub(crate) fn rejected(rejection: impl Rejection) -> Self {
        Self::Rejected(Box::new(rejection))
    }

    fn unavailable(reason: Unavailability, retry_after_ms: u64, problem: &impl fmt::Display) -> Self {
        Self::Unavailable {
            reason,
            retry_after_ms,
            problem: problem.to_string(),
        }
    }
}

/// A request that is too large for one append, or a name the log does not take: sending it again will not help.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct NotAppendable(String);

impl Rejection for NotAppendable {
    fn told(&self) -> Told {
        Told::invalid("REQUEST_NOT_APPENDABLE")
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Unavailable(_) => {
                Self::unavailable(Unavailability::DatabaseAway, AWAY_RETRY_MS, &error)
            }
            StoreError::DiskFull(_) => {
                Self::unavailable(Unavailability::DatabaseDiskFull, DISK_RETRY_MS, &error)
            }
            StoreError::Exhausted(_) => {
                Self::unavailable(Unavailability::DatabaseExhausted, AWAY_RETRY_MS, &error)
            }
            StoreError::Closed(_) => Self::unavailable(Unavailability::CompanyMoving, AWAY_RETRY_MS, &error),
            StoreError::DeadlineExceeded(_) => {
                Self::unavailable(Unavailability::Deadline, AWAY_RETRY_MS, &error)
            }
            StoreError::Refused(_) | StoreError::BadConfig(_) => {
                Self::unavailable(Unavailability::DatabaseRefused, AWAY_RETRY_MS, &error)
            }
            StoreError::NotContiguous { log, expected, .. } => Self::Unreadable {
                subject: format!("log {log}"),
                position: *expected,
                problem: error.to_string(),
            },
            StoreError::Unreadable { log, position, .. } => Self::Unreadable {
                subject: format!("log {log}"),
                position: *position,
                problem: error.to_string(),
            },
        }
    }
}

impl From<KeyringError> for CommandError {
    fn from(error: KeyringError) -> Self {
        match error {
            KeyringError::Store(error) => error.into(),
            KeyringError::CpfTaken => Self::rejected(Circumstance::CpfInUse),
            // A moment later it is told whether the person was erased.
            KeyringError::Closing => Self::unavailable(Unavailability::Busy, BUSY_RETRY_MS, &error),
            KeyringError::NoMasterKey
            | KeyringError::Locked { .. }
            | KeyringError::MasterKeyStore(_)
            | KeyringError::Damaged(_) => {
                Self::unavailable(Unavailability::PersonalDataLocked, LOCKED_RETRY_MS, &error)
            }
        }
    }
}

impl From<InvalidName> for CommandError {
    fn from(error: InvalidName) -> Self {
        Self::rejected(NotAppendable(error.to_string()))
    }
}

/// The errors of an append that no retry of ours mends.
pub(crate) fn from_append(error: &AppendError) -> CommandError {
    match error {
        AppendError::WrongVersion { stream, .. } => CommandError::Conflict {
            stream: stream.clone(),
            attempts: 1,
        },
        AppendError::IdempotencyMismatch { key, first_position } => CommandError::IdempotencyMismatch {
            key: *key,
            first_position: Some(*first_position),
        },
        AppendError::ClaimTaken { .. } | AppendError::Invalid(_) => {
            CommandError::rejected(NotAppendable(error.to_string()))
        }
        AppendError::QueueFull => CommandError::unavailable(Unavailability::Busy, BUSY_RETRY_MS, error),
        AppendError::DeadlineExceeded { .. } => {
            CommandError::unavailable(Unavailability::Deadline, AWAY_RETRY_MS, error)
        }
        AppendError::OutcomeUnknown(_) => {
            CommandError::unavailable(Unavailability::OutcomeUnknown, AWAY_RETRY_MS, error)
        }
        AppendError::Store(error) => error.clone().into(),
    }
}
