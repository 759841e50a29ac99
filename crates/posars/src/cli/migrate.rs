//! `posars migrate`: the schema, brought up to date.

use std::io::{self, Write};

use clap::Args;
use serde::Serialize;

use crate::database::{Database, Need};
use crate::failure::Failure;
use crate::screen::Outcome;
use crate::session::{RunArgs, Session};

/// Options of `posars migrate`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  POSARS_DATABASE_URL=postgres://posars@db.example/posars posars migrate")]
pub(crate) struct MigrateArgs {
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

/// What was done.
#[derive(Debug, Serialize)]
pub(crate) struct Migrated {
    /// The migrations applied by this run, in order.
    applied: Vec<String>,
    /// The version that the schema has now.
    version: Option<i32>,
}

/// Applies what the database lacks; safe to run from several processes at once.
pub(crate) async fn run(session: &Session) -> Result<Migrated, Failure> {
    let database = Database::open_unmigrated(&session.place.place, Need::Writable, session.screen).await?;
    let report = posars_schema::migrate(database.url()).await;
    database.close(session.screen).await?;
    let report = report?;
    Ok(Migrated {
        applied: report.applied.iter().map(ToString::to_string).collect(),
        version: report.version,
    })
}

impl Outcome for Migrated {
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
