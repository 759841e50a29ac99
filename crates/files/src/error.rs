//! Why a file could not be put, read or found.

/// Why a store of files did not do what it was asked to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// There is no such file.
    #[error("there is no file {name}. Next: `posars files list` shows those there are")]
    Missing {
        /// Which.
        name: String,
    },
    /// A file of that name is there, with other content; it is left as it is.
    #[error(
        "a file {name} with other content is there, and files are put once. Next: delete it first, if it may go"
    )]
    Taken {
        /// Which.
        name: String,
    },
    /// The range begins at or beyond the end, or is empty.
    #[error(
        "file {name} has {size_bytes} bytes, and none in the range asked for. Next: ask for bytes before its end"
    )]
    BadRange {
        /// Which.
        name: String,
        /// Bytes that it has.
        size_bytes: u64,
    },
    /// The content is not what was put.
    #[error(
        "file {name} is not what was put there: its checksum differs. Next: bring it back from a backup, or delete it and \
         have it made again"
    )]
    Damaged {
        /// Which.
        name: String,
    },
    /// The store is away, or too busy; the same call may work later.
    #[error("{doing} failed: {detail}. Next: try again; `posars doctor` looks at the store of files")]
    Unavailable {
        /// What was tried.
        doing: String,
        /// What the store said.
        detail: String,
    },
    /// The store refuses: rights, room, or its settings.
    #[error(
        "{doing} was refused: {detail}. Next: check POSARS_FILES, the rights on that place and the room there"
    )]
    Refused {
        /// What was tried.
        doing: String,
        /// What the store said.
        detail: String,
    },
}

impl FileError {
    /// Whether the same call may work later without anybody doing anything.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}
