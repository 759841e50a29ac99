//! `posars projections rebuild`: read models from zero.

use std::io::{self, Write};
use std::ops::ControlFlow;

use clap::Args;
use posars_projections::{RebuildOptions, RebuildReport};
use serde::Serialize;

use super::named_or_all;
use crate::companies::CompanyArgs;
use crate::database::Need;
use crate::failure::Failure;
use crate::house::House;
use crate::progress;
use crate::screen::Outcome;
use crate::session::{RunArgs, Session};

/// Options of `posars projections rebuild`.
#[derive(Debug, Args)]
pub(crate) struct RebuildArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// Which; all of them when none is named
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Ranges of the log folded side by side, 1 to 8
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=8))]
    workers: u8,
}

/// What was rebuilt.
#[derive(Debug, Serialize)]
pub(super) struct Rebuilt {
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

/// Rebuilds them one after the other.
pub(super) async fn run(session: &Session, args: &RebuildArgs) -> Result<Rebuilt, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
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
