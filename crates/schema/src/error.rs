//! What can go wrong while the schema is brought up to date.

/// Why the schema could not be read or migrated; each text ends with the next step.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// The connection string cannot be read.
    #[error(
        "the database URL cannot be read: {0}. Next: write it as postgres://user@host/database or as \
         key=value pairs (host=… user=… dbname=…)"
    )]
    InvalidUrl(#[source] posars_database_address::AddressError),
    /// No connection to the database.
    #[error(
        "no connection to {place}: {cause}. Next: check that the server runs, that the database \
         exists and that the user may connect",
        cause = crate::error::whole(source)
    )]
    Unreachable {
        /// Host and database.
        place: String,
        /// The driver's error.
        source: tokio_postgres::Error,
    },
    /// Another process has held the migration lock for longer than the wait allows.
    #[error(
        "another process is migrating {place} and did not finish in {waited_s} s; nothing was changed. \
         Next: let it finish and start again"
    )]
    Locked {
        /// Host and database.
        place: String,
        /// How long this process waited, in seconds.
        waited_s: u64,
    },
    /// A table is in use and stayed locked past `lock_timeout`.
    #[error(
        "migrating {place} needs a table that another session keeps locked ({cause}); the unfinished migration was \
         rolled back. Next: end long transactions (see pg_stat_activity) and start again"
    )]
    TableBusy {
        /// Host and database.
        place: String,
        /// The database's own words.
        cause: String,
    },
    /// The database has migrations that this binary does not know, and cannot run with.
    #[error(
        "{place} was migrated by a newer posars: it has {migration}, which this binary does not know and may not run \
         with. Next: run the newer posars; schemas never go back"
    )]
    Newer {
        /// Host and database.
        place: String,
        /// The unknown migration.
        migration: String,
    },
    /// An applied migration's text differs from the embedded one.
    #[error(
        "migration {migration} applied to {place} differs from the one in this binary. Next: run a binary \
         from the same history; an applied migration must never be edited"
    )]
    Diverged {
        /// Host and database.
        place: String,
        /// The migration in question.
        migration: String,
    },
    /// A statement failed; the migration it belongs to was rolled back.
    #[error(
        "{doing} failed on {place}: {cause}. The unfinished migration was rolled back. Next: \
         mend the cause and start again; finished migrations are kept"
    )]
    Failed {
        /// Host and database.
        place: String,
        /// What was being done.
        doing: String,
        /// The database's own words.
        cause: String,
    },
    /// The embedded migration files are wrong; only a developer sees this.
    #[error("the embedded migrations are wrong: {0}. Next: mend the files in migrations/ and build again")]
    BadFiles(String),
}

/// The driver's `Display` says only "db error": this adds the server's message, detail and hint.
pub(crate) fn whole(error: &tokio_postgres::Error) -> String {
    let Some(db) = error.as_db_error() else {
        let cause = std::error::Error::source(error)
            .map(|cause| format!(": {cause}"))
            .unwrap_or_default();
        return format!("{error}{cause}");
    };
    let mut text = format!("{} ({})", db.message(), db.code().code());
    for more in [db.detail(), db.hint(), db.where_()].into_iter().flatten() {
        text.push_str("; ");
        text.push_str(more);
    }
    text
}
