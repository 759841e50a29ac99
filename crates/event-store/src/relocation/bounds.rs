//! What is told of a move: why a log is closed, how large it is, why it does not go.

use std::fmt;

use tokio_postgres::Row;

use crate::{Fault, LogName, Position, StoreError};

/// Why a log takes no appends in a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closure {
    /// It is being copied to here.
    Arriving,
    /// It goes in a moment, or opens again by itself.
    Leaving,
    /// It lives elsewhere, and stays here as it was.
    Moved,
}

impl Closure {
    pub(super) fn read(row: &Row) -> Option<Self> {
        if row.get::<_, Option<bool>>("is_closed") != Some(true) {
            return None;
        }
        Some(match row.get::<_, Option<&str>>("closed")? {
            "arriving" => Self::Arriving,
            "leaving" => Self::Leaving,
            _ => Self::Moved,
        })
    }
}

/// About how large a log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Its events.
    pub events: u64,
    /// Their bytes, without indexes and without what is folded from them.
    pub bytes: u64,
}

/// Something that there is more of on one side than on the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Differs {
    /// What was counted.
    pub what: &'static str,
    /// Where the log lives.
    pub here: i64,
    /// In the copy.
    pub there: i64,
}

impl fmt::Display for Differs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, here, there } = self;
        write!(f, "{here} {what} here and {there} in the copy")
    }
}

/// Why a log does not go.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RelocationError {
    /// Another process moves it.
    #[error("another process moves log {log}; wait for its end, or end it and try again")]
    Busy {
        /// The log.
        log: LogName,
    },
    /// On the other side a log of this name has events of its own.
    #[error("the other database has an open log of this name with events in it; take another database")]
    Occupied,
    /// On the other side a log of this name is no beginning of this one.
    #[error(
        "the other database has a log of this name that differs from this one up to position {position}; take another \
         database, or look at it with `posars audit verify`"
    )]
    OtherHistory {
        /// How long it is.
        position: Position,
    },
    /// The copy is not complete.
    #[error("the copy is not complete: {0}; the log stays where it is")]
    Differs(Differs),
    /// The copy is not what was committed.
    #[error("the copy cannot be proven: {0}; the log stays where it is")]
    Fault(Fault),
    /// The log opened by itself before the move was over, or grew.
    #[error("the log was open again before the move was over, so it stays where it is; move it again")]
    TooLate,
    /// A database is away or refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
}
