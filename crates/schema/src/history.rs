//! What a database says of its own schema: which migrations it has, and which builds may still run on it.

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::SchemaError;
use crate::embedded::{Migration, migrations, oldest_build};
use crate::error::whole;

/// Where refinery keeps what it applied.
const HISTORY_TABLE: &str = "refinery_schema_history";
/// Where the runner keeps which builds may run.
const FLOOR_TABLE: &str = "schema_floor";

/// The migrations of a database, compared with those of this binary.
pub(crate) struct History {
    /// What the database has, lowest version first.
    pub(crate) applied: Vec<Migration>,
    /// What this binary has and the database has not.
    pub(crate) pending: Vec<Migration>,
    /// What the database has and this binary has not: a newer posars migrated it.
    pub(crate) beyond: Vec<Migration>,
}

impl History {
    /// Reads it.
    ///
    /// # Errors
    /// [`SchemaError::Failed`]; [`SchemaError::Newer`] when a newer posars has migrated the database and has taken away
    /// what this binary needs.
    pub(crate) async fn read(client: &Client, place: &str) -> Result<Self, SchemaError> {
        let known = migrations();
        if !exists(client, HISTORY_TABLE, place).await? {
            return Ok(Self {
                applied: Vec::new(),
                pending: known,
                beyond: Vec::new(),
            });
        }
        let rows = client
            .query(include_str!("sql/history.sql"), &[])
            .await
            .map_err(|error| failed(&error, place, "reading the migration history"))?;
        let applied: Vec<Migration> = rows
            .iter()
            .map(|row| Migration {
                version: row.get(0),
                name: row.get(1),
            })
            .collect();
        let has = |all: &[Migration], one: &Migration| all.iter().any(|other| other.version == one.version);
        let beyond: Vec<Migration> = applied.iter().filter(|one| !has(&known, one)).cloned().collect();
        let pending: Vec<Migration> = known.iter().filter(|one| !has(&applied, one)).cloned().collect();
        if let Some(first) = beyond.first() {
            let own = known.last().map_or(0, |last| last.version);
            let may_run = floor(client, place).await?.is_some_and(|floor| floor <= own);
            // What is missing below something newer is another history.
            if !may_run || !pending.is_empty() {
                return Err(SchemaError::Newer {
                    place: place.to_owned(),
                    migration: first.to_string(),
                });
            }
        }
        Ok(Self {
            applied,
            pending,
            beyond,
        })
    }
}

/// The oldest schema whose builds may run on the database; none where no build has said so yet.
async fn floor(client: &Client, place: &str) -> Result<Option<i32>, SchemaError> {
    if !exists(client, FLOOR_TABLE, place).await? {
        return Ok(None);
    }
    let rows = client
        .query(include_str!("sql/floor.sql"), &[])
        .await
        .map_err(|error| failed(&error, place, "reading which builds may run"))?;
    Ok(rows.first().map(|row| row.get("version")))
}

/// Says in the database which builds may run on it from now on; the caller holds the migration lock. It never falls.
///
/// # Errors
/// [`SchemaError::Failed`].
pub(crate) async fn raise_floor(client: &Client, place: &str) -> Result<(), SchemaError> {
    let doing = "writing which builds may run";
    client
        .batch_execute(include_str!("sql/create_floor.sql"))
        .await
        .map_err(|error| failed(&error, place, doing))?;
    client
        .execute(include_str!("sql/raise_floor.sql"), &[&oldest_build()])
        .await
        .map(drop)
        .map_err(|error| failed(&error, place, doing))
}

async fn exists(client: &Client, table: &str, place: &str) -> Result<bool, SchemaError> {
    client
        .query_one(include_str!("sql/history_exists.sql"), &[&table])
        .await
        .map(|row| row.get(0))
        .map_err(|error| failed(&error, place, "reading the migration history"))
}

/// What a statement of ours failed for: a table that is in use is told apart.
pub(crate) fn failed(error: &tokio_postgres::Error, place: &str, doing: &str) -> SchemaError {
    let (place, cause) = (place.to_owned(), whole(error));
    if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) {
        return SchemaError::TableBusy { place, cause };
    }
    SchemaError::Failed {
        place,
        doing: doing.to_owned(),
        cause,
    }
}
