//! `posars keys`: the keys of personal data.

mod export;
mod import;
mod rotate;
mod status;

use std::sync::Arc;

use clap::{ArgMatches, Subcommand};
use posars_domain::CompanyId;
use posars_event_store::Log;
use posars_keyring::{KeyFile, Keyring};

use crate::companies;
use crate::database::Database;
use crate::databases::Databases;
use crate::failure::{Exit, Failure};
use crate::master_key::{self, MasterKeys};
use crate::session::Session;
use crate::telemetry::Voice;
use export::ExportArgs;
use import::ImportArgs;
use rotate::RotateArgs;
use status::StatusArgs;

/// Look after the keys of personal data.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Which master key wraps each company's key, whether it is at hand, and how many keys persons have
    #[command(after_help = "Example:\n  posars keys status\n  posars keys status --json | jq .readable")]
    Status(StatusArgs),
    /// Make a new master key and wrap every company's key with it; what is sealed stays as it is
    #[command(
        after_help = "Example:\n  posars keys rotate\n  posars keys rotate --drop-old\n  posars keys rotate --to kms:alias/posars"
    )]
    Rotate(RotateArgs),
    /// Copy the table of keys, wrapped, into a file: keep it with, and apart from, the backups of the database
    #[command(after_help = "Example:\n  posars keys export --out keys-2026-11-30.jsonl")]
    Export(ExportArgs),
    /// Bring the table of keys to a copy: after a backup of the database was put back, so that it opens nothing that was
    /// erased since. Stop every server of the database first
    #[command(after_help = "Example:\n  posars keys import keys-2026-11-30.jsonl")]
    Import(ImportArgs),
}

/// Runs a command on the keys.
pub(crate) async fn run(command: KeysCommand, matches: &ArgMatches) -> Exit {
    match command {
        KeysCommand::Status(args) => Session::run(args.run, matches, Voice::Command, status::run).await,
        KeysCommand::Rotate(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                rotate::run(session, &args).await
            })
            .await
        }
        KeysCommand::Export(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                export::run(session, &args).await
            })
            .await
        }
        KeysCommand::Import(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                import::run(session, &args).await
            })
            .await
        }
    }
}

/// The keys of every company, wherever it lives.
struct AllKeys {
    databases: Databases,
    keys: Option<Arc<MasterKeys>>,
    logs: Vec<(CompanyId, Log)>,
    keyrings: Vec<(CompanyId, Keyring)>,
}

impl AllKeys {
    async fn open(database: &Database) -> Result<Self, Failure> {
        let databases = Databases::open(database).await?;
        let keys = master_key::of(database, &databases).await?;
        let (mut logs, mut keyrings) = (Vec::new(), Vec::new());
        for (company, store) in databases.companies().await? {
            let log = companies::log_of(&store, &company).await?;
            keyrings.push((company.clone(), master_key::keyring(&log, keys.clone())));
            logs.push((company, log));
        }
        Ok(Self {
            databases,
            keys,
            logs,
            keyrings,
        })
    }

    /// The master keys.
    fn keys(&self) -> Result<&MasterKeys, Failure> {
        self.keys.as_deref().ok_or_else(nowhere)
    }

    /// The file of the master key.
    fn file(&self) -> Result<&KeyFile, Failure> {
        self.keys()?.file().ok_or_else(nowhere)
    }
}

fn nowhere() -> Failure {
    Failure::new(
        Exit::Usage,
        "NO_DATA_FOLDER",
        "this user has no home folder where a master key would be",
    )
    .next("name its file with --master-key-file FILE")
}
