//! `posars finance close`: closes a month of the books, with all before it, and seals its trial balance.

use std::io::{self, Write};
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use posars_bookkeeping::Bookkeeping;
use posars_commands::{Actor, Envelope, Source};
use posars_domain::books::BooksEvent;
use posars_domain::{CompanyId, Month};
use serde::Serialize;

use crate::companies::{CompanyArgs, option_of};
use crate::database::Need;
use crate::failure::{Exit, Failure};
use crate::house::House;
use crate::roles::Duties;
use crate::screen::Outcome;
use crate::session::{RunArgs, Session};
use crate::workers::Workers;

/// How long the close waits for reactors and read models, which were just brought up to date.
const CLOSE_WAIT: Duration = Duration::from_secs(300);

/// Options of `posars finance close`.
#[derive(Debug, Args)]
pub(crate) struct CloseArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// The month, such as 2026-11
    #[arg(long, value_name = "MONTH")]
    month: Month,
    /// Only say whether it could be closed
    #[arg(long)]
    dry_run: bool,
}

/// A month that is closed, or could be.
#[derive(Debug, Serialize)]
pub(super) struct Closed {
    company: CompanyId,
    month: Month,
    dry_run: bool,
    /// Whether it had been closed before.
    replayed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    up_to_position: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
}

/// Closes a month.
pub(super) async fn run(session: &Session, args: &CloseArgs) -> Result<Closed, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
            house.catch_up(session.screen).await?;
            // The seal is read behind the event that begins the close, which somebody has to bring to the read models.
            let workers = Workers::start(
                std::slice::from_ref(&house),
                &Duties::following(),
                database.queues(),
                None,
            );
            let closed = close(&house, args).await;
            workers.stop().await;
            closed
        })
        .await
}

async fn close(house: &House, args: &CloseArgs) -> Result<Closed, Failure> {
    let actor = Actor {
        subject: "posars".into(),
        client: Some("posars finance close".into()),
    };
    let envelope = Envelope::new(actor, Source::Api, Timestamp::now());
    let books = Bookkeeping::new(house.commands.clone(), house.projections.clone());
    let mut closed = Closed {
        company: house.company_id.clone(),
        month: args.month,
        dry_run: args.dry_run,
        replayed: false,
        up_to_position: None,
        rows: None,
        sha256: None,
    };
    if args.dry_run {
        let checked = books.check_close(args.month, &envelope, CLOSE_WAIT).await;
        checked.map_err(|error| told(house, Failure::from(error)))?;
        return Ok(closed);
    }
    let answer = books.close_period(args.month, &envelope, CLOSE_WAIT).await;
    let answer = answer.map_err(|error| told(house, Failure::from(error)))?;
    closed.replayed = answer.replayed;
    for event in answer.events {
        if let BooksEvent::PeriodClosed(seal) = event {
            closed.up_to_position = Some(seal.up_to_position);
            closed.rows = Some(seal.trial_balance.len());
            closed.sha256 = Some(seal.sha256);
        }
    }
    Ok(closed)
}

/// What is pending is looked at by other commands.
fn told(house: &House, failure: Failure) -> Failure {
    if failure.code != "PERIOD_HAS_PENDING_WORK" || failure.exit != Exit::Failure {
        return failure;
    }
    let option = option_of(house.company_id.as_str());
    failure.next(format!(
        "`posars reactors status{option}` tells what is behind, set aside or waits to be posted, `posars reactors \
         waiting{option}` which products lines of sales wait for, `posars projections status{option}` what a read \
         model lacks; deal with it, and close the month then"
    ))
}

impl Outcome for Closed {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { company, month, .. } = self;
        if self.dry_run {
            return writeln!(
                out,
                "{month} of {company} can be closed: nothing of it waits, and its accounts agree."
            );
        }
        let before = if self.replayed { " before" } else { "" };
        write!(out, "{month} of {company} is closed{before}")?;
        if let (Some(rows), Some(sha256)) = (self.rows, &self.sha256) {
            write!(out, ": {rows} rows of trial balance are sealed as {sha256}")?;
        }
        writeln!(out, ".")
    }
}
