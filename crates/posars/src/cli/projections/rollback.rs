//! `posars projections rollback`: the build before the last rebuild, back in place.

use std::io::{self, Write};

use clap::Args;
use serde::Serialize;

use crate::companies::CompanyArgs;
use crate::database::Need;
use crate::failure::Failure;
use crate::house::House;
use crate::screen::Outcome;
use crate::session::{RunArgs, Session};

/// Options of `posars projections rollback`.
#[derive(Debug, Args)]
pub(crate) struct RollbackArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// Which
    #[arg(value_name = "NAME")]
    name: String,
}

/// What was put back.
#[derive(Debug, Serialize)]
pub(super) struct RolledBack {
    name: String,
    /// How far the build that is back had applied the log.
    position: u64,
    head: u64,
    /// Events that it has yet to apply.
    lag_events: u64,
}

/// Puts the earlier build back; whoever runs the read models brings it up to date.
pub(super) async fn run(session: &Session, args: &RollbackArgs) -> Result<RolledBack, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
            let position = house.projections.roll_back(&args.name).await?;
            let head = house.log.head().await?.position;
            Ok(RolledBack {
                name: args.name.clone(),
                position: position.get(),
                head: head.get(),
                lag_events: head.get().saturating_sub(position.get()),
            })
        })
        .await
}

impl Outcome for RolledBack {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self {
            name,
            position,
            head,
            lag_events,
        } = self;
        writeln!(
            out,
            "{name}: the build before the last rebuild is back, at position {position} of {head}"
        )?;
        if *lag_events > 0 {
            writeln!(
                out,
                "Next: nothing; `posars up` and every report apply the {lag_events} events since by themselves"
            )?;
        }
        writeln!(out, "The same command again undoes it.")
    }
}
