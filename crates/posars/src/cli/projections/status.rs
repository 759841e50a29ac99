//! `posars projections status`: how far each read model is.

use std::io::{self, Write};

use clap::Args;
use jiff::Timestamp;
use posars_domain::CompanyId;
use posars_event_store::Position;
use posars_projections::{ParkedEvent, ProjectionStatus};
use serde::Serialize;

use crate::cli::reactors::{self, ReactorLine};
use crate::companies::{CompanyArgs, option_of};
use crate::database::Need;
use crate::failure::Failure;
use crate::house::House;
use crate::screen::{Outcome, table};
use crate::session::{RunArgs, Session};

/// Parked events that the status names for each projection; the count is of all.
const PARKED_SHOWN: usize = 20;

/// Options of `posars projections status`.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
}

/// How everything that follows the log stands.
#[derive(Debug, Serialize)]
pub(super) struct Status {
    company: CompanyId,
    head: u64,
    projections: Vec<ProjectionLine>,
    reactors: Vec<ReactorLine>,
}

#[derive(Debug, Serialize)]
struct ProjectionLine {
    name: &'static str,
    position: u64,
    lag_events: u64,
    lag_seconds: u64,
    parked: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_parked_at: Option<Timestamp>,
    holder: Option<String>,
    moved_at: Option<Timestamp>,
    version: Option<i32>,
    built_at: Option<Timestamp>,
    /// The first of the parked events.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parked_events: Vec<ParkedLine>,
}

#[derive(Debug, Serialize)]
struct ParkedLine {
    position: u64,
    stream: String,
    #[serde(rename = "type")]
    event_type: String,
    problem: Option<String>,
    parked_at: Timestamp,
}

impl ProjectionLine {
    fn of(status: ProjectionStatus, parked: Vec<ParkedEvent>) -> Self {
        Self {
            name: status.projection,
            position: status.position.get(),
            lag_events: status.lag_events,
            lag_seconds: status.lag_seconds,
            parked: status.parked,
            oldest_parked_at: status.oldest_parked_at,
            holder: status.holder,
            moved_at: status.moved_at,
            version: status.version,
            built_at: status.built_at,
            parked_events: parked
                .into_iter()
                .take(PARKED_SHOWN)
                .map(ParkedLine::from)
                .collect(),
        }
    }
}

impl From<ParkedEvent> for ParkedLine {
    fn from(event: ParkedEvent) -> Self {
        Self {
            position: event.position.get(),
            stream: event.stream,
            event_type: event.event_type,
            problem: event.problem,
            parked_at: event.parked_at,
        }
    }
}

/// Looks at everything that follows the log.
pub(super) async fn run(session: &Session, args: &StatusArgs) -> Result<Status, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
            let mut head = Position::START;
            let mut projections = Vec::new();
            for status in house.projections.status().await? {
                head = status.head;
                let parked = if status.parked > 0 {
                    house.projections.parked(status.projection, None).await?
                } else {
                    Vec::new()
                };
                projections.push(ProjectionLine::of(status, parked));
            }
            let reactors = reactors::all(&house.log).await?;
            Ok(Status {
                company: house.company_id,
                head: head.get(),
                projections,
                reactors,
            })
        })
        .await
}

impl Outcome for Status {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let nobody = || "nobody".to_owned();
        let projections = self.projections.iter().map(|line| {
            [
                line.name.to_owned(),
                line.position.to_string(),
                line.lag_events.to_string(),
                line.lag_seconds.to_string(),
                line.parked.to_string(),
                line.holder.clone().unwrap_or_else(nobody),
            ]
        });
        let reactors = self.reactors.iter().map(ReactorLine::row);
        writeln!(out, "The log of {} is at position {}.", self.company, self.head)?;
        writeln!(out, "{}", table(reactors::TITLES, projections.chain(reactors)))?;
        for line in &self.projections {
            for event in &line.parked_events {
                let problem = event
                    .problem
                    .as_deref()
                    .unwrap_or("waits behind an earlier event of its stream");
                writeln!(
                    out,
                    "parked by {}: {} at {} ({}): {problem}",
                    line.name, event.event_type, event.position, event.stream
                )?;
            }
        }
        if self.projections.iter().any(|line| line.parked > 0) {
            writeln!(
                out,
                "Next: mend what the problems say, then `posars projections retry{}`",
                option_of(self.company.as_str())
            )?;
        }
        for line in &self.reactors {
            line.write_next(out)?;
        }
        Ok(())
    }
}
