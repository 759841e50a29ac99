//! `posars reactors parked`: what a reactor set aside.

use std::io::{self, Write};

use clap::Args;
use jiff::Timestamp;
use posars_commands::reactors::{ParkedEvent, Reactor as _, StockReactor, list_parked};
use posars_domain::CompanyId;
use posars_event_store::Version;
use serde::Serialize;

use super::known;
use crate::companies::{CompanyArgs, option_of};
use crate::database::Need;
use crate::failure::Failure;
use crate::house::House;
use crate::screen::{Outcome, table};
use crate::session::{RunArgs, Session};

/// Options of `posars reactors parked`.
#[derive(Debug, Args)]
pub(crate) struct ParkedArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// Which reactor
    #[arg(value_name = "NAME", default_value = StockReactor::NAME)]
    name: String,
    /// Only what concerns this stream
    #[arg(long, value_name = "STREAM")]
    stream: Option<String>,
    /// Go on after this: `next` of the page before
    #[arg(long, value_name = "NEXT", default_value_t = 0)]
    after: u64,
    /// Most rows, 1 to 1000
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    limit: u16,
}

/// What was set aside.
#[derive(Debug, Serialize)]
pub(super) struct Parked {
    company: CompanyId,
    reactor: &'static str,
    events: Vec<ParkedLine>,
    /// Where the next page goes on; none when this is the last.
    next: Option<u64>,
}

/// One event that was set aside.
#[derive(Debug, Serialize)]
pub(super) struct ParkedLine {
    version: u64,
    /// The event's place in the log.
    position: u64,
    /// The stream that it concerns.
    stream: String,
    reason: String,
    problem: String,
    parked_at: Timestamp,
}

impl From<ParkedEvent> for ParkedLine {
    fn from(parked: ParkedEvent) -> Self {
        Self {
            version: parked.version.get(),
            position: parked.event.source_position,
            stream: parked.event.key,
            reason: parked.event.reason,
            problem: parked.event.problem,
            parked_at: parked.parked_at,
        }
    }
}

/// Lists one page of it.
pub(super) async fn run(session: &Session, args: &ParkedArgs) -> Result<Parked, Failure> {
    let reactor = known(&args.name)?.name();
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
            let limit = usize::from(args.limit);
            let (stream, after) = (args.stream.as_deref(), Version::new(args.after));
            let page = list_parked(&house.log, reactor, stream, after, limit).await?;
            Ok(Parked {
                company: house.company_id,
                reactor,
                next: page.next.map(Version::get),
                events: page.events.into_iter().map(ParkedLine::from).collect(),
            })
        })
        .await
}

impl Outcome for Parked {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.events.is_empty() {
            return writeln!(out, "{} has set nothing aside.", self.reactor);
        }
        let rows = self.events.iter().map(|line| {
            [
                line.position.to_string(),
                line.stream.clone(),
                line.reason.clone(),
                line.problem.clone(),
            ]
        });
        writeln!(
            out,
            "{}",
            table(["position", "stream", "reason", "problem"], rows)
        )?;
        let company = option_of(self.company.as_str());
        if let Some(next) = self.next {
            writeln!(
                out,
                "More: posars reactors parked {} --after {next}{company}",
                self.reactor
            )?;
        }
        writeln!(
            out,
            "Next: mend what the problems say, then `posars reactors retry {}{company}`",
            self.reactor
        )
    }
}
