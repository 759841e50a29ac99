//! `posars projections retry`: parked events, tried again.

use std::io::{self, Write};

use clap::Args;
use serde::Serialize;

use super::named_or_all;
use crate::companies::CompanyArgs;
use crate::database::Need;
use crate::failure::{Exit, Failure};
use crate::house::House;
use crate::screen::Outcome;
use crate::session::{RunArgs, Session};

/// Options of `posars projections retry`.
#[derive(Debug, Args)]
pub(crate) struct RetryArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// Which; all of them when none is named
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Only the events of this stream
    #[arg(long, value_name = "STREAM")]
    stream: Option<String>,
}

/// What was tried again.
#[derive(Debug, Serialize)]
pub(super) struct Retried {
    projections: Vec<RetriedLine>,
}

#[derive(Debug, Serialize)]
struct RetriedLine {
    name: String,
    applied: usize,
    parked: usize,
}

/// Tries them again, projection by projection.
pub(super) async fn run(session: &Session, args: &RetryArgs) -> Result<Retried, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
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
