//! `posars projections`: how the read models stand, built anew, tried again.

use std::io::{self, Write};
use std::ops::ControlFlow;

use clap::{ArgMatches, Args, Subcommand};
use jiff::Timestamp;
use posars_event_store::Position;
use posars_projections::{ParkedEvent, ProjectionStatus, RebuildOptions, RebuildReport};
use serde::Serialize;

use crate::database::Need;
use crate::failure::{Exit, Failure};
use crate::house::House;
use crate::progress;
use crate::screen::{Outcome, table};
use crate::session::{CommonArgs, Session};
use crate::telemetry::Voice;

/// Parked events that the status names for each projection; the count is of all.
const PARKED_SHOWN: usize = 20;

/// Look after the read models.
#[derive(Debug, Subcommand)]
pub(crate) enum ProjectionsCommand {
    /// How far each read model is behind the log, who runs it, and which events it could not apply
    #[command(
        after_help = "Example:\n  posars projections status\n  posars projections status --json | jq '.projections[].lag_events'"
    )]
    Status(StatusArgs),
    /// Build read models anew from the whole log, while the old ones are read, and swap them in
    #[command(
        after_help = "Example:\n  posars projections rebuild\n  posars projections rebuild daily_sales --workers 2"
    )]
    Rebuild(RebuildArgs),
    /// Try the events again that a read model could not apply
    #[command(
        after_help = "Example:\n  posars projections retry\n  posars projections retry sales --stream sale-0198…"
    )]
    Retry(RetryArgs),
}

/// Options of `posars projections status`.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    common: CommonArgs,
}

/// Options of `posars projections rebuild`.
#[derive(Debug, Args)]
pub(crate) struct RebuildArgs {
    #[command(flatten)]
    common: CommonArgs,
    /// Which; all of them when none is named
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Ranges of the log folded side by side, 1 to 8
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=8))]
    workers: u8,
}

/// Options of `posars projections retry`.
#[derive(Debug, Args)]
pub(crate) struct RetryArgs {
    #[command(flatten)]
    common: CommonArgs,
    /// Which; all of them when none is named
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Only the events of this stream
    #[arg(long, value_name = "STREAM")]
    stream: Option<String>,
}

/// Runs a command on the read models.
pub(crate) async fn run(command: ProjectionsCommand, matches: &ArgMatches) -> Exit {
    match command {
        ProjectionsCommand::Status(args) => Session::run(args.common, matches, Voice::Command, status).await,
        ProjectionsCommand::Rebuild(args) => {
            let common = args.common.clone();
            Session::run(common, matches, Voice::Command, async |session| {
                rebuild(session, &args).await
            })
            .await
        }
        ProjectionsCommand::Retry(args) => {
            let common = args.common.clone();
            Session::run(common, matches, Voice::Command, async |session| {
                retry(session, &args).await
            })
            .await
        }
    }
}

/// How everything that follows the log stands.
#[derive(Debug, Serialize)]
struct Status {
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

#[derive(Debug, Serialize)]
struct ReactorLine {
    name: String,
    position: u64,
    lag_events: u64,
    holder: Option<String>,
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

async fn status(session: &Session) -> Result<Status, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database).await?;
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
            let reactors = house.log.subscriptions().await?.into_iter();
            let reactors = reactors
                .filter(|one| one.name.starts_with("reactor."))
                .map(|one| ReactorLine {
                    lag_events: head.get().saturating_sub(one.position.get()),
                    position: one.position.get(),
                    holder: one.lease.map(|(holder, _)| holder),
                    name: one.name,
                });
            Ok(Status {
                head: head.get(),
                projections,
                reactors: reactors.collect(),
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
        let reactors = self.reactors.iter().map(|line| {
            let dash = || "-".to_owned();
            [
                line.name.clone(),
                line.position.to_string(),
                line.lag_events.to_string(),
                dash(),
                dash(),
                line.holder.clone().unwrap_or_else(nobody),
            ]
        });
        let titles = [
            "name",
            "position",
            "behind (events)",
            "behind (s)",
            "parked",
            "run by",
        ];
        writeln!(out, "The log is at position {}.", self.head)?;
        writeln!(out, "{}", table(titles, projections.chain(reactors)))?;
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
                "Next: mend what the problems say, then `posars projections retry`"
            )?;
        }
        Ok(())
    }
}

/// What was rebuilt.
#[derive(Debug, Serialize)]
struct Rebuilt {
    projections: Vec<RebuiltLine>,
}

#[derive(Debug, Serialize)]
struct RebuiltLine {
    name: &'static str,
    events: u64,
    caught_up: u64,
    position: u64,
    parked: usize,
    seconds: f64,
    /// Rows before and after, at the same position.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<Rows>,
}

#[derive(Debug, Serialize)]
struct Rows {
    before: u64,
    after: u64,
    /// Whether they are the same rows.
    equal: bool,
}

impl From<RebuildReport> for RebuiltLine {
    fn from(report: RebuildReport) -> Self {
        Self {
            name: report.projection,
            events: report.events,
            caught_up: report.caught_up,
            position: report.position.get(),
            parked: report.parked,
            seconds: report.seconds,
            rows: report.comparison.map(|comparison| Rows {
                before: comparison.live_rows,
                after: comparison.new_rows,
                equal: comparison.equal,
            }),
        }
    }
}

async fn rebuild(session: &Session, args: &RebuildArgs) -> Result<Rebuilt, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database).await?;
            let options = RebuildOptions {
                workers: usize::from(args.workers),
            };
            let mut projections = Vec::new();
            for name in named_or_all(&house, &args.names) {
                let bar = progress::bar(session.screen, "rebuilding", 0);
                bar.set_message(format!("rebuilding {name}"));
                let report = house
                    .projections
                    .rebuild(&name, &options, &|reached| {
                        bar.set_length(reached.total);
                        bar.set_position(reached.events);
                        ControlFlow::Continue(())
                    })
                    .await;
                bar.finish_and_clear();
                projections.push(report?.into());
            }
            Ok(Rebuilt { projections })
        })
        .await
}

impl Outcome for Rebuilt {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        for line in &self.projections {
            write!(
                out,
                "{}: {} events in {:.1} s",
                line.name,
                line.events + line.caught_up,
                line.seconds
            )?;
            match &line.rows {
                Some(Rows {
                    after, equal: true, ..
                }) => writeln!(out, ", {after} rows, the same as before")?,
                Some(Rows {
                    before,
                    after,
                    equal: false,
                }) => {
                    writeln!(out, ", {after} rows, DIFFERENT from the {before} before")?;
                }
                None => writeln!(out, ", the old one had not come as far")?,
            }
        }
        Ok(())
    }
}

/// What was tried again.
#[derive(Debug, Serialize)]
struct Retried {
    projections: Vec<RetriedLine>,
}

#[derive(Debug, Serialize)]
struct RetriedLine {
    name: String,
    applied: usize,
    parked: usize,
}

async fn retry(session: &Session, args: &RetryArgs) -> Result<Retried, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database).await?;
            let mut projections = Vec::new();
            for name in named_or_all(&house, &args.names) {
                let retried = house
                    .projections
                    .retry_parked(&name, args.stream.as_deref())
                    .await?;
                projections.push(RetriedLine {
                    name,
                    applied: retried.applied,
                    parked: retried.parked,
                });
            }
            Ok(Retried { projections })
        })
        .await
}

impl Outcome for Retried {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        for line in &self.projections {
            writeln!(
                out,
                "{}: {} applied, {} still parked",
                line.name, line.applied, line.parked
            )?;
        }
        Ok(())
    }

    /// What is still parked is not done.
    fn exit(&self) -> Exit {
        if self.projections.iter().any(|line| line.parked > 0) {
            Exit::Failure
        } else {
            Exit::Success
        }
    }
}

fn named_or_all(house: &House, names: &[String]) -> Vec<String> {
    if names.is_empty() {
        house.projections.names().into_iter().map(str::to_owned).collect()
    } else {
        names.to_vec()
    }
}
