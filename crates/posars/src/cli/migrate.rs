//! `posars migrate`: the schema, brought up to date; or, with `--plan`, what that would do.

use std::collections::BTreeSet;
use std::io::{self, Write};

use clap::Args;
use posars_event_store::{EventStore, StoreConfig};
use posars_schema::{LongTransaction, MigrationPlan, MigrationReport, MigrationStep, Phase, PlannedEffect};
use serde::Serialize;

use crate::database::{Database, Need};
use crate::failure::Failure;
use crate::screen::Outcome;
use crate::session::{RunArgs, Session};
use crate::settings::without_password;

/// A table below this is written anew, or gets its index, before anybody notices.
const LARGE_BYTES: u64 = 64 * MIB;
const MIB: u64 = 1024 * 1024;
/// The schema that brought companies in other databases.
const PLACEMENTS_SINCE: i32 = 14;

/// Options of `posars migrate`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  POSARS_DATABASE_URL=postgres://posars@db.example/posars posars migrate --plan\n  \
                  POSARS_DATABASE_URL=postgres://posars@db.example/posars posars migrate"
)]
pub(crate) struct MigrateArgs {
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Change nothing; say which migrations are missing, what each locks or writes anew, and whether servers of the
    /// release before may run on meanwhile
    #[arg(long)]
    plan: bool,
}

/// What was done, or would be.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Outcomes {
    Migrated(Migrated),
    Planned(Planned),
}

/// What was done.
#[derive(Debug, Serialize)]
pub(crate) struct Migrated {
    /// The migrations applied by this run, in order.
    applied: Vec<String>,
    /// The version that the schema has now.
    version: Option<i32>,
    /// The same of the databases that companies were moved to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    others: Vec<Other<Migrated>>,
}

/// What was done, or would be, in a further database.
#[derive(Debug, Serialize)]
pub(crate) struct Other<T> {
    database: String,
    #[serde(flatten)]
    outcome: T,
}

/// What would be done.
#[derive(Debug, Serialize)]
pub(crate) struct Planned {
    /// The version that the schema has; none for an empty database.
    from: Option<i32>,
    /// The version that it would have.
    to: Option<i32>,
    /// Whether every server that runs now may go on, and be started again, so that servers are replaced one by one.
    earlier_builds_may_run: bool,
    /// The oldest schema whose builds may run afterwards; 0 for every build.
    oldest_build: i32,
    steps: Vec<Step>,
    /// Transactions that a lock would wait for now.
    long_transactions: Vec<Transaction>,
    /// The same of the databases that companies were moved to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    others: Vec<Other<Planned>>,
}

#[derive(Debug, Serialize)]
struct Step {
    migration: String,
    /// `expand` or `contract`.
    phase: &'static str,
    /// For a contract: the oldest schema whose builds do without what goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<i32>,
    effects: Vec<TableEffect>,
}

#[derive(Debug, Serialize)]
struct TableEffect {
    table: String,
    effect: &'static str,
    meaning: &'static str,
    size_bytes: Option<u64>,
    rows: Option<u64>,
    /// Whether others may wait for long, by the size of the table as it is.
    long: bool,
}

#[derive(Debug, Serialize)]
struct Transaction {
    pid: i32,
    application: String,
    state: String,
    age_s: u64,
}

/// Applies what the database lacks, then what those lack that companies were moved to; safe to run from several processes at
/// once. With `--plan` only says what that is.
pub(crate) async fn run(args: MigrateArgs, session: &Session) -> Result<Outcomes, Failure> {
    let need = if args.plan { Need::Existing } else { Need::Writable };
    let database = Database::open_unmigrated(&session.place.place, need, session.screen).await?;
    let outcome = if args.plan {
        plan_all(database.url()).await.map(Outcomes::Planned)
    } else {
        migrate_all(database.url()).await.map(Outcomes::Migrated)
    };
    database.close(session.screen).await?;
    outcome
}

async fn migrate_all(url: &str) -> Result<Migrated, Failure> {
    let mut first = Migrated::from(posars_schema::migrate(url).await?);
    for address in other_addresses(url).await? {
        first.others.push(Other {
            database: without_password(&address),
            outcome: Migrated::from(posars_schema::migrate(&address).await?),
        });
    }
    Ok(first)
}

async fn plan_all(url: &str) -> Result<Planned, Failure> {
    let mut first = Planned::from(posars_schema::plan(url).await?);
    // An older schema has no placements: no company was moved.
    if first.from.is_some_and(|from| from >= PLACEMENTS_SINCE) {
        for address in other_addresses(url).await? {
            first.others.push(Other {
                database: without_password(&address),
                outcome: Planned::from(posars_schema::plan(&address).await?),
            });
        }
    }
    let keeps = |other: &Other<Planned>| other.outcome.earlier_builds_may_run;
    first.earlier_builds_may_run &= first.others.iter().all(keeps);
    Ok(first)
}

/// The databases that companies were moved to, each once.
async fn other_addresses(url: &str) -> Result<BTreeSet<String>, Failure> {
    let store = EventStore::connect(StoreConfig::new(url)).await?;
    let placements = store.placements().await?;
    Ok(placements
        .into_iter()
        .filter_map(|placement| placement.address)
        .collect())
}

impl From<MigrationReport> for Migrated {
    fn from(report: MigrationReport) -> Self {
        Self {
            applied: report.applied.iter().map(ToString::to_string).collect(),
            version: report.version,
            others: Vec::new(),
        }
    }
}

impl From<MigrationPlan> for Planned {
    fn from(plan: MigrationPlan) -> Self {
        Self {
            from: plan.from,
            to: plan.to,
            earlier_builds_may_run: plan.keeps_earlier_builds(),
            oldest_build: plan.oldest_build,
            steps: plan.steps.into_iter().map(Step::from).collect(),
            long_transactions: plan
                .long_transactions
                .into_iter()
                .map(Transaction::from)
                .collect(),
            others: Vec::new(),
        }
    }
}

impl From<MigrationStep> for Step {
    fn from(step: MigrationStep) -> Self {
        let (phase, since) = match step.phase {
            Phase::Expand => ("expand", None),
            Phase::Contract { since } => ("contract", Some(since)),
        };
        Self {
            migration: step.migration.to_string(),
            phase,
            since,
            effects: step.effects.into_iter().map(TableEffect::from).collect(),
        }
    }
}

impl From<PlannedEffect> for TableEffect {
    fn from(planned: PlannedEffect) -> Self {
        let kind = planned.effect.kind;
        let is_large = planned.size_bytes.is_some_and(|bytes| bytes >= LARGE_BYTES);
        Self {
            table: planned.effect.table,
            effect: kind.word(),
            meaning: kind.meaning(),
            size_bytes: planned.size_bytes,
            rows: planned.rows,
            long: kind.grows_with_the_table() && is_large,
        }
    }
}

impl From<LongTransaction> for Transaction {
    fn from(open: LongTransaction) -> Self {
        Self {
            pid: open.pid,
            application: open.application,
            state: open.state,
            age_s: open.age_s,
        }
    }
}

impl Outcome for Outcomes {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Migrated(migrated) => {
                migrated.write_text(out)?;
                for Other { database, outcome } in &migrated.others {
                    writeln!(out, "{database}:")?;
                    outcome.write_text(out)?;
                }
            }
            Self::Planned(planned) => {
                planned.write_text(out)?;
                for Other { database, outcome } in &planned.others {
                    writeln!(out, "{database}:")?;
                    outcome.write_text(out)?;
                }
            }
        }
        Ok(())
    }
}

impl Migrated {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let version = self.version.unwrap_or(0);
        if self.applied.is_empty() {
            return writeln!(out, "The schema is current (version {version}); nothing to do.");
        }
        for migration in &self.applied {
            writeln!(out, "applied {migration}")?;
        }
        writeln!(out, "The schema is at version {version}.")
    }
}

impl Planned {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let to = self.to.unwrap_or(0);
        let Some(from) = self.from else {
            let steps = self.steps.len();
            return writeln!(
                out,
                "The database is empty; {steps} migrations would make the schema of version {to}."
            );
        };
        if self.steps.is_empty() {
            return writeln!(out, "The schema is current (version {from}); nothing to do.");
        }
        writeln!(
            out,
            "From version {from} to {to}; each step in a transaction of its own:"
        )?;
        for step in &self.steps {
            step.write_text(out)?;
        }
        for open in &self.long_transactions {
            writeln!(
                out,
                "Waiting: process {} of {:?} has had a transaction open for {} s ({}); a step that locks what it uses \
                 gives up after 5 s and changes nothing.",
                open.pid, open.application, open.age_s, open.state
            )?;
        }
        if self.earlier_builds_may_run {
            writeln!(
                out,
                "Servers of the release before may run on, and be started again: migrate first, then replace them one \
                 by one."
            )
        } else {
            writeln!(
                out,
                "Servers whose schema is older than version {} cannot run on it: end them all first, migrate, then \
                 start the new ones.",
                self.oldest_build
            )
        }
    }
}

impl Step {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let phase = match self.since {
            None => "only adds".to_owned(),
            Some(since) => format!("takes away what builds from version {since} on do without"),
        };
        writeln!(out, "  {}: {phase}", self.migration)?;
        if self.effects.is_empty() {
            return writeln!(out, "      locks nothing that is there");
        }
        for effect in &self.effects {
            let size = match (effect.size_bytes, effect.rows) {
                (Some(bytes), Some(rows)) => format!(" ({} MiB, about {rows} rows)", bytes.div_ceil(MIB)),
                (_, _) => String::new(),
            };
            let long = if effect.long { "  LONG" } else { "" };
            writeln!(out, "      {} {}{size}{long}", effect.table, effect.meaning)?;
        }
        Ok(())
    }
}
