//! `posars reactors status`: how far each reactor is.

use std::io::{self, Write};

use clap::Args;
use posars_commands::reactors::awaited_products;
use posars_domain::CompanyId;
use serde::Serialize;

use super::{ReactorLine, TITLES, all};
use crate::companies::{CompanyArgs, option_of};
use crate::database::Need;
use crate::failure::Failure;
use crate::house::House;
use crate::screen::{Outcome, table};
use crate::session::{RunArgs, Session};

/// The most products that are counted.
const PRODUCTS_MAX: usize = 1_000;

/// Options of `posars reactors status`.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
}

/// How the reactors stand.
#[derive(Debug, Serialize)]
pub(super) struct Status {
    company: CompanyId,
    head: u64,
    reactors: Vec<ReactorLine>,
    /// Products that were sold and that nobody has defined; no more than 1,000 are counted.
    awaited_products: usize,
}

/// Looks at every reactor of the log.
pub(super) async fn run(session: &Session, args: &StatusArgs) -> Result<Status, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
            let head = house.log.head().await?.position;
            Ok(Status {
                reactors: all(&house.log).await?,
                awaited_products: awaited_products(&house.log, None, PRODUCTS_MAX).await?.len(),
                company: house.company_id,
                head: head.get(),
            })
        })
        .await
}

impl Outcome for Status {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "The log of {} is at position {}.", self.company, self.head)?;
        writeln!(
            out,
            "{}",
            table(TITLES, self.reactors.iter().map(ReactorLine::row))
        )?;
        for line in &self.reactors {
            line.write_next(out)?;
        }
        if self.awaited_products > 0 {
            writeln!(
                out,
                "{} products were sold that nobody has defined; their lines move no stock\nNext: see which with `posars \
                 reactors waiting{}`, and define them",
                self.awaited_products,
                option_of(self.company.as_str())
            )?;
        }
        Ok(())
    }
}
