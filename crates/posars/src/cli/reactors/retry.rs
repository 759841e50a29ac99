//! `posars reactors retry`: what a reactor set aside, tried again.

use std::io::{self, Write};

use clap::Args;
use posars_commands::reactors::{ParkedEvent, Reactor as _, Retried, StockReactor};
use serde::Serialize;

use super::known;
use crate::companies::CompanyArgs;
use crate::database::Need;
use crate::failure::{Exit, Failure};
use crate::house::House;
use crate::screen::{Outcome, table};
use crate::session::{RunArgs, Session};

/// Options of `posars reactors retry`.
#[derive(Debug, Args)]
pub(crate) struct RetryArgs {
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
    /// Most events tried, the oldest first, 1 to 10000
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    limit: u16,
}

/// What was tried again.
#[derive(Debug, Serialize)]
pub(super) struct Tried {
    reactor: &'static str,
    done: usize,
    /// Those that are still set aside.
    left: Vec<LeftLine>,
}

#[derive(Debug, Serialize)]
struct LeftLine {
    position: u64,
    stream: String,
    /// `failed`, `too_late` or `behind`.
    outcome: &'static str,
    reason: String,
    /// What is in the way, and the next step.
    problem: String,
}

impl LeftLine {
    /// None when it is dealt with.
    fn of(parked: ParkedEvent, outcome: Retried) -> Option<Self> {
        let problem = outcome.problem()?;
        let (outcome, reason) = match outcome {
            Retried::Done => return None,
            Retried::Failed { reason, .. } => ("failed", reason),
            Retried::TooLate { .. } => ("too_late", "TOO_LATE".to_owned()),
            Retried::Behind => ("behind", "BEHIND".to_owned()),
        };
        Some(Self {
            position: parked.event.source_position,
            stream: parked.event.key,
            outcome,
            reason,
            problem,
        })
    }
}

/// Tries them again, in the order in which they were set aside.
pub(super) async fn run(session: &Session, args: &RetryArgs) -> Result<Tried, Failure> {
    let reactor = known(&args.name)?;
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
            let (stream, limit) = (args.stream.as_deref(), usize::from(args.limit));
            let tried = reactor.retry_parked(&house.log, stream, limit).await?;
            let all = tried.len();
            let left: Vec<LeftLine> = tried
                .into_iter()
                .filter_map(|(parked, outcome)| LeftLine::of(parked, outcome))
                .collect();
            Ok(Tried {
                reactor: reactor.name(),
                done: all - left.len(),
                left,
            })
        })
        .await
}

impl Outcome for Tried {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        if !self.left.is_empty() {
            let rows = self.left.iter().map(|line| {
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
        }
        writeln!(
            out,
            "{}: {} done, {} still set aside",
            self.reactor,
            self.done,
            self.left.len()
        )
    }

    /// What is still set aside is not done.
    fn exit(&self) -> Exit {
        if self.left.is_empty() {
            Exit::Success
        } else {
            Exit::Failure
        }
    }
}
