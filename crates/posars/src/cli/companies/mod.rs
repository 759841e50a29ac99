//! `posars companies`: the companies of an installation, and where they live.

mod relocate;

use std::io::{self, Write};

use clap::{ArgMatches, Args, Subcommand};
use posars_domain::company::CompanyEvent;
use posars_domain::{CompanyId, DomainEvent as _};
use posars_event_store::{EventStore, Log, StreamName};
use serde::Serialize;

use crate::companies;
use crate::database::Need;
use crate::databases::Databases;
use crate::failure::{Exit, Failure};
use crate::screen::{Outcome, table};
use crate::session::{RunArgs, Session};
use crate::settings::without_password;
use crate::telemetry::Voice;

/// See the companies of a database.
#[derive(Debug, Subcommand)]
pub(crate) enum CompaniesCommand {
    /// Every company that has a log, and how far it is; `posars up --company` makes more
    #[command(
        after_help = "Example:\n  posars companies list\n  posars companies list --json | jq -r '.companies[].id'"
    )]
    List(ListArgs),
    /// Move a company to another database while it is served; its log stays readable where it was
    Move(relocate::MoveArgs),
}

/// Options of `posars companies list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    run: RunArgs,
}

/// Every company.
#[derive(Debug, Serialize)]
struct Listed {
    companies: Vec<CompanyLine>,
}

#[derive(Debug, Serialize)]
struct CompanyLine {
    id: CompanyId,
    /// Its display name; none where nobody has defined it yet.
    name: Option<String>,
    /// How many events its log holds.
    events: u64,
    /// That of the last event: the same number, for positions have no gaps.
    position: u64,
    /// Where it lives; none for the first database.
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<String>,
}

/// Runs a command on companies.
pub(crate) async fn run(command: CompaniesCommand, matches: &ArgMatches) -> Exit {
    match command {
        CompaniesCommand::List(args) => Session::run(args.run, matches, Voice::Command, list).await,
        CompaniesCommand::Move(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                relocate::run(session, &args).await
            })
            .await
        }
    }
}

async fn list(session: &Session) -> Result<Listed, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let databases = Databases::open(database).await?;
            let placements = databases.placements().await?;
            let mut lines = Vec::new();
            for (company, store) in databases.companies().await? {
                let placement = placements.get(&company);
                let line = CompanyLine::of(&store, company).await?;
                lines.push(CompanyLine {
                    database: placement
                        .and_then(|placement| placement.address.as_deref())
                        .map(without_password),
                    ..line
                });
            }
            Ok(Listed { companies: lines })
        })
        .await
}

impl CompanyLine {
    async fn of(store: &EventStore, id: CompanyId) -> Result<Self, Failure> {
        let log = companies::log_of(store, &id).await?;
        let position = log.head().await?.position.get();
        Ok(Self {
            name: display_name(&log, &id).await?,
            id,
            events: position,
            position,
            database: None,
        })
    }
}

/// From the log itself: the read model of names may not be as far, and a list should not make it so.
async fn display_name(log: &Log, id: &CompanyId) -> Result<Option<String>, Failure> {
    let stream = StreamName::new("company", id)
        .map_err(|error| Failure::new(Exit::Failure, "COMPANY_ID_INVALID", error))?;
    // The definition begins the stream; what is set later has no name in it.
    let first = log.first_events(&[stream]).await?;
    let Some(event) = first.first().and_then(Option::as_ref) else {
        return Ok(None);
    };
    match CompanyEvent::from_json(event.event_type.as_str(), event.schema_version, &event.data) {
        Ok(CompanyEvent::CompanyDefined(defined)) => Ok(Some(defined.name)),
        Ok(CompanyEvent::CompanyPolicySet(_) | CompanyEvent::RetentionPolicySet(_)) => Ok(None),
        Err(error) => Err(Failure::new(Exit::Unverified, "LOG_UNREADABLE", error)),
    }
}

impl Outcome for Listed {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.companies.is_empty() {
            writeln!(out, "There are no companies.")?;
            return writeln!(out, "Next: `posars up` or `posars import FILE` makes the first");
        }
        let is_somewhere_else = self.companies.iter().any(|company| company.database.is_some());
        let columns = |company: &CompanyLine| {
            [
                company.id.to_string(),
                company.name.clone().unwrap_or_default(),
                company.events.to_string(),
                company.position.to_string(),
            ]
        };
        if !is_somewhere_else {
            let rows = self.companies.iter().map(columns);
            return writeln!(out, "{}", table(["id", "name", "events", "position"], rows));
        }
        let rows = self.companies.iter().map(|company| {
            let [id, name, events, position] = columns(company);
            let database = company.database.as_deref().unwrap_or("the first").to_owned();
            [id, name, events, position, database]
        });
        let titles = ["id", "name", "events", "position", "database"];
        writeln!(out, "{}", table(titles, rows))
    }
}
