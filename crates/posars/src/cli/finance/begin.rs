//! `posars finance begin`: the books of a company that is older than they are, from a day on.

use std::io::{self, Write};

use clap::Args;
use jiff::civil::Date;
use posars_commands::reactors::{Reactor as _, StockReactor, reactor_named};
use posars_domain::books::{BeginBooks, OpeningStock, OpeningStocks};
use posars_domain::stock::{StockEvent, StockKind};
use posars_domain::{CompanyId, Currency, DomainEvent as _, Kind as _, Money, reasons};
use posars_event_store::Position;
use serde::Serialize;

use crate::companies::{CompanyArgs, option_of};
use crate::database::Need;
use crate::failure::{Exit, Failure};
use crate::house::{House, by_ourselves};
use crate::progress;
use crate::screen::{Outcome, Screen, table};
use crate::session::{RunArgs, Session};

/// Options of `posars finance begin`.
#[derive(Debug, Args)]
pub(crate) struct BeginArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// The first day of the books, such as 2026-11-01
    #[arg(long, value_name = "DATE")]
    date: Date,
    /// Only say what the opening entry would be
    #[arg(long)]
    dry_run: bool,
}

/// How the books began.
#[derive(Debug, Serialize)]
pub(super) struct Begun {
    company: CompanyId,
    begins_on: Date,
    /// What stands in the log up to here, and is of an earlier day, is covered by the opening entry.
    up_to_position: u64,
    currency: Currency,
    /// What the goods of each store were worth, in the smallest unit of the currency.
    opening: Vec<OpeningStock>,
    dry_run: bool,
}

/// Begins them.
pub(super) async fn run(session: &Session, args: &BeginArgs) -> Result<Begun, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
            let Some(company) = house.commands.company().await? else {
                return Err(not_defined(&house));
            };
            let begin = BeginBooks {
                currency: company.currency,
                begins_on: Some(args.date),
                up_to_position: 0,
                opening: Vec::new(),
            };
            // Before the log is read through: books that have begun, and a day that cannot be.
            let tried = house.commands.validate_only();
            tried.carry_out(&begin, &by_ourselves()).await?;
            // What was sold has to be out of stock first, or its cost would be in the first month of the books.
            if let Some(stock) = reactor_named(StockReactor::NAME).filter(|_| !args.dry_run) {
                house.follow(stock, session.screen).await?;
            }
            let head = house.log.head().await?.position;
            let begin = BeginBooks {
                up_to_position: head.get(),
                opening: opening(&house, &begin, args.date, head, session.screen).await?,
                ..begin
            };
            if !args.dry_run {
                house.commands.carry_out(&begin, &by_ourselves()).await?;
            }
            Ok(Begun {
                company: house.company_id.clone(),
                begins_on: args.date,
                up_to_position: begin.up_to_position,
                currency: begin.currency,
                opening: begin.opening,
                dry_run: args.dry_run,
            })
        })
        .await
}

/// What the goods of each store were worth before the day, by all that stands in the log up to a position.
async fn opening(
    house: &House,
    begin: &BeginBooks,
    begins_on: Date,
    head: Position,
    screen: Screen,
) -> Result<Vec<OpeningStock>, Failure> {
    let bar = progress::bar(screen, "adding up the stocks", head.get());
    let mut export = house.log.export_payloads(Position::START, head).await?;
    let mut stocks = OpeningStocks::of(begin.currency, begins_on);
    while let Some(event) = export.next().await? {
        if StockKind::parse(event.event_type).is_none() {
            continue;
        }
        bar.set_position(event.position.get());
        let moved = StockEvent::from_json(event.event_type, event.schema_version, event.data);
        let moved = moved.map_err(|error| {
            Failure::new(
                Exit::Unverified,
                "LOG_UNREADABLE",
                format!("{}: {error}", event.stream),
            )
        })?;
        stocks.follow(&moved).ok_or_else(|| {
            Failure::new(
                Exit::Failure,
                reasons::AMOUNT_OUT_OF_RANGE,
                format!(
                    "the stocks together are worth more than an amount can say, by {}",
                    event.stream
                ),
            )
            .next("put the value of that stock right with `posars stock recost`, or by counting it")
        })?;
    }
    bar.finish_and_clear();
    Ok(stocks.opening())
}

fn not_defined(house: &House) -> Failure {
    let option = option_of(house.company_id.as_str());
    Failure::new(
        Exit::Failure,
        "COMPANY_NOT_DEFINED",
        format!("company {} is not defined yet", house.company_id),
    )
    .next(format!(
        "start the server with `posars up{option}`, which defines it and begins its books"
    ))
}

impl Outcome for Begun {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let would = if self.dry_run { "would begin" } else { "begin" };
        writeln!(
            out,
            "The books of {} {would} on {}.",
            self.company, self.begins_on
        )?;
        if self.opening.is_empty() {
            writeln!(out, "No goods were in stock before; there is no opening entry.")?;
        } else {
            let rows = self.opening.iter().map(|stock| {
                let worth = Money {
                    amount: stock.value,
                    currency: self.currency,
                };
                [stock.store_id.to_string(), worth.to_string()]
            });
            writeln!(out, "{}", table(["store", "stock before"], rows))?;
        }
        if self.dry_run {
            writeln!(
                out,
                "Nothing was recorded; run it without --dry-run to begin them."
            )
        } else {
            writeln!(
                out,
                "What was recorded of earlier days is not posted. What is owed to you and by you is not in the opening \
                 entry: register it by hand."
            )
        }
    }
}
