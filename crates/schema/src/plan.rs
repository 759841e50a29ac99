//! What migrating would do, said before anything is done.

use std::collections::HashMap;

use tokio_postgres::Client;

use crate::SchemaError;
use crate::effects::{Effect, effects_of};
use crate::embedded::{Migration, migrations, phase_of};
use crate::history::{History, failed};
use crate::migrate::TABLE_LOCK_WAIT_S;
use crate::phase::Phase;
use crate::target::connect;

/// What [`migrate`](crate::migrate()) would do to a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationPlan {
    /// The schema that the database has; none when it is empty.
    pub from: Option<i32>,
    /// The schema that it would have.
    pub to: Option<i32>,
    /// The migrations that are missing, in order.
    pub steps: Vec<MigrationStep>,
    /// The oldest schema whose builds may run afterwards; 0 for every build.
    pub oldest_build: i32,
    /// What a migration that locks a table would wait for now, the oldest first.
    pub long_transactions: Vec<LongTransaction>,
}

/// One migration of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationStep {
    /// Which.
    pub migration: Migration,
    /// Whether it takes something away.
    pub phase: Phase,
    /// What it does to tables that are there.
    pub effects: Vec<PlannedEffect>,
}

/// An effect, with the size of the table as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedEffect {
    /// What it does, to which table.
    pub effect: Effect,
    /// Bytes of the table with its indexes and partitions; none while an earlier step has yet to make it.
    pub size_bytes: Option<u64>,
    /// Rows, about.
    pub rows: Option<u64>,
}

/// A transaction that has been open for longer than a migration waits for a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LongTransaction {
    /// The process of the server.
    pub pid: i32,
    /// What its client calls itself.
    pub application: String,
    /// What it does, as `idle in transaction`.
    pub state: String,
    /// How old it is.
    pub age_s: u64,
}

impl MigrationPlan {
    /// Whether every build that runs on the database now may go on while it is migrated and after, and may be started
    /// again: so new servers can take the place of old ones one by one.
    #[must_use]
    pub fn keeps_earlier_builds(&self) -> bool {
        self.from.is_none_or(|from| self.oldest_build <= from)
    }
}

/// Says what [`migrate`](crate::migrate()) would do; changes nothing and locks nothing.
///
/// # Errors
/// As [`pending`](crate::pending).
pub async fn plan(url: &str) -> Result<MigrationPlan, SchemaError> {
    let (client, place) = connect(url).await?;
    let History {
        applied,
        pending,
        beyond,
    } = History::read(&client, &place).await?;
    let from = applied.last().map(|last| last.version);
    let mut steps = Vec::with_capacity(pending.len());
    for migration in pending {
        steps.push(MigrationStep {
            phase: phase_of(migration.version).map_err(SchemaError::BadFiles)?,
            effects: if from.is_some() {
                effects_of(migration.version)
                    .into_iter()
                    .map(unsized_yet)
                    .collect()
            } else {
                // Of an empty database nobody waits for anything.
                Vec::new()
            },
            migration,
        });
    }
    add_sizes(&client, &place, &mut steps).await?;
    let long_transactions = if steps.is_empty() {
        Vec::new()
    } else {
        long_transactions(&client, &place).await?
    };
    let newest = beyond.last().cloned().or_else(|| migrations().pop());
    Ok(MigrationPlan {
        from,
        to: newest.map(|last| last.version),
        oldest_build: steps
            .iter()
            .map(|step| step.phase.oldest_build())
            .max()
            .unwrap_or(0),
        steps,
        long_transactions,
    })
}

fn unsized_yet(effect: Effect) -> PlannedEffect {
    PlannedEffect {
        effect,
        size_bytes: None,
        rows: None,
    }
}

async fn add_sizes(client: &Client, place: &str, steps: &mut [MigrationStep]) -> Result<(), SchemaError> {
    let effects = || steps.iter().flat_map(|step| &step.effects);
    let mut tables: Vec<String> = effects().map(|planned| planned.effect.table.clone()).collect();
    tables.sort_unstable();
    tables.dedup();
    let rows = client
        .query(include_str!("sql/table_sizes.sql"), &[&tables])
        .await
        .map_err(|error| failed(&error, place, "reading the sizes of tables"))?;
    let number = |value: i64| u64::try_from(value).unwrap_or(0);
    let sizes: HashMap<String, (u64, u64)> = rows
        .iter()
        .map(|row| {
            (
                row.get("name"),
                (number(row.get("bytes")), number(row.get("rows"))),
            )
        })
        .collect();
    for planned in steps.iter_mut().flat_map(|step| &mut step.effects) {
        if let Some((bytes, rows)) = sizes.get(&planned.effect.table) {
            (planned.size_bytes, planned.rows) = (Some(*bytes), Some(*rows));
        }
    }
    Ok(())
}

async fn long_transactions(client: &Client, place: &str) -> Result<Vec<LongTransaction>, SchemaError> {
    let wait_s = i32::try_from(TABLE_LOCK_WAIT_S).unwrap_or(i32::MAX);
    let rows = client
        .query(include_str!("sql/long_transactions.sql"), &[&wait_s])
        .await
        .map_err(|error| failed(&error, place, "looking for long transactions"))?;
    let found = rows.iter().map(|row| LongTransaction {
        pid: row.get("pid"),
        application: row.get("application"),
        state: row.get("state"),
        age_s: u64::try_from(row.get::<_, i64>("age_s")).unwrap_or(0),
    });
    Ok(found.collect())
}
