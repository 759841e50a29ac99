//! The runner: one process at a time, each migration in its own transaction.

use refinery::error::Kind;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::SchemaError;
use crate::embedded::{Migration, migrations, runner};
use crate::error::whole;
use crate::history::{History, raise_floor};
use crate::target::connect;

/// Key of the advisory lock that every migrating process takes: "posars" in ASCII.
const MIGRATION_LOCK_KEY: i64 = 0x706f_7361_7273;
/// How long to wait for another process that migrates: a long backfill may be at work there.
const MIGRATION_LOCK_WAIT_S: u64 = 120;
/// How long DDL may queue for a table: everyone else queues behind it meanwhile.
pub(crate) const TABLE_LOCK_WAIT_S: u64 = 5;

/// What [`migrate`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationReport {
    /// The migrations applied by this call, in order; empty when the schema was current.
    pub applied: Vec<Migration>,
    /// The version the schema has now, which a newer posars may have raised; `None` when there are no migrations at all.
    pub version: Option<i32>,
}

/// Applies the pending migrations to the database of `url`; safe to call from several processes at once.
///
/// # Errors
/// Every variant of [`SchemaError`]. A failed migration leaves no trace; those before it stay applied.
pub async fn migrate(url: &str) -> Result<MigrationReport, SchemaError> {
    let (mut client, place) = connect(url).await?;
    take_lock(&client, &place).await?;
    // The lock belongs to the session, so it ends with the client whatever happens below.
    set_lock_timeout(&client, &place, TABLE_LOCK_WAIT_S).await?;
    let history = History::read(&client, &place).await?;
    if let Some(newest) = history.beyond.last() {
        return Ok(MigrationReport {
            applied: Vec::new(),
            version: Some(newest.version),
        });
    }
    let report = runner()
        .run_async(&mut client)
        .await
        .map_err(|error| explain(&error, &place))?;
    raise_floor(&client, &place).await?;
    let applied = report.applied_migrations().iter().map(Migration::from).collect();
    Ok(MigrationReport {
        applied,
        version: migrations().last().map(|last| last.version),
    })
}

/// The embedded migrations that the database of `url` does not have yet, lowest version first; changes nothing. None when
/// a newer posars has migrated it and took nothing away that this binary needs.
///
/// # Errors
/// [`SchemaError::InvalidUrl`], [`SchemaError::Unreachable`], [`SchemaError::Failed`], and
/// [`SchemaError::Newer`] when the database is ahead of this binary, which then cannot run on it.
pub async fn pending(url: &str) -> Result<Vec<Migration>, SchemaError> {
    let (client, place) = connect(url).await?;
    Ok(History::read(&client, &place).await?.pending)
}

async fn take_lock(client: &Client, place: &str) -> Result<(), SchemaError> {
    set_lock_timeout(client, place, MIGRATION_LOCK_WAIT_S).await?;
    match client
        .execute(include_str!("sql/lock.sql"), &[&MIGRATION_LOCK_KEY])
        .await
    {
        Ok(_) => Ok(()),
        Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => Err(SchemaError::Locked {
            place: place.to_owned(),
            waited_s: MIGRATION_LOCK_WAIT_S,
        }),
        Err(error) => Err(SchemaError::Failed {
            place: place.to_owned(),
            doing: "taking the migration lock".to_owned(),
            cause: whole(&error),
        }),
    }
}

async fn set_lock_timeout(client: &Client, place: &str, seconds: u64) -> Result<(), SchemaError> {
    let value = format!("{seconds}s");
    client
        .execute(include_str!("sql/lock_timeout.sql"), &[&value])
        .await
        .map(drop)
        .map_err(|error| SchemaError::Failed {
            place: place.to_owned(),
            doing: "setting lock_timeout".to_owned(),
            cause: whole(&error),
        })
}

fn explain(error: &refinery::Error, place: &str) -> SchemaError {
    let place = place.to_owned();
    match error.kind() {
        Kind::MissingVersion(migration) => SchemaError::Newer {
            place,
            migration: Migration::from(migration).to_string(),
        },
        Kind::DivergentVersion(applied, _) => SchemaError::Diverged {
            place,
            migration: Migration::from(applied).to_string(),
        },
        Kind::Connection(doing, source) => {
            // The runner says "error applying migration …"; the text around it says that it failed.
            let doing = doing.trim_start_matches("error ").to_owned();
            match database_error(error) {
                Some(cause) if cause.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                    SchemaError::TableBusy {
                        place,
                        cause: whole(cause),
                    }
                }
                Some(cause) => SchemaError::Failed {
                    place,
                    doing,
                    cause: whole(cause),
                },
                None => SchemaError::Failed {
                    place,
                    doing,
                    cause: source.to_string(),
                },
            }
        }
        Kind::InvalidName
        | Kind::InvalidVersion
        | Kind::RepeatedVersion(_)
        | Kind::InvalidMigrationPath(..)
        | Kind::ConfigError(_)
        | Kind::InvalidMigrationFile(..) => SchemaError::BadFiles(error.to_string()),
    }
}

/// The driver's error, however often the runner has wrapped it.
fn database_error(error: &refinery::Error) -> Option<&tokio_postgres::Error> {
    std::iter::successors(Some::<&(dyn std::error::Error + 'static)>(error), |error| {
        error.source()
    })
    .find_map(|error| error.downcast_ref())
}
