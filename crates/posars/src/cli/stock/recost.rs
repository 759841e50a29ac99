//! `posars stock recost`: the value of stocks that an earlier version left wrong.

use std::io::{self, Write};

use clap::Args;
use jiff::Timestamp;
use posars_commands::{Actor, CommandError, Envelope, Source};
use posars_domain::stock::RevalueStock;
use posars_domain::{AdjustmentId, Sku, StoreId, natural_id};
use serde::Serialize;

use crate::companies::CompanyArgs;
use crate::database::Need;
use crate::failure::Failure;
use crate::house::House;
use crate::progress;
use crate::screen::{Outcome, table};
use crate::session::{RunArgs, Session};
use crate::stock_costs::{self, WrongCost};

/// What the correction says of itself.
const NOTE: &str = "Value put right by posars stock recost: goods came back at what was paid for them";

/// How often a stock is looked at that moves all the time.
const ATTEMPTS_MAX: u32 = 10;

/// Options of `posars stock recost`.
#[derive(Debug, Args)]
pub(crate) struct RecostArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// Only this store's stock of --sku
    #[arg(long, value_name = "ID", requires = "sku")]
    store: Option<StoreId>,
    /// Only this product's stock in --store
    #[arg(long, value_name = "SKU", requires = "store")]
    sku: Option<Sku>,
    /// Only say what would be corrected
    #[arg(long)]
    dry_run: bool,
}

/// What was put right.
#[derive(Debug, Serialize)]
pub(super) struct Recosted {
    dry_run: bool,
    stocks: Vec<WrongCost>,
}

/// Finds them and corrects each once: a second run finds nothing.
pub(super) async fn run(session: &Session, args: &RecostArgs) -> Result<Recosted, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
            let spinner = progress::spinner(session.screen, "looking at the stocks");
            let found = match (&args.store, &args.sku) {
                (Some(store_id), Some(sku)) => {
                    let stream = stock_costs::stream_of(store_id, sku)?;
                    let wrong = stock_costs::look_at(&house.log, &stream).await;
                    wrong.map(|wrong| wrong.into_iter().collect())
                }
                (None, _) | (_, None) => stock_costs::find(&house.log).await,
            };
            spinner.finish_and_clear();
            let mut stocks = found?;
            if !args.dry_run {
                for wrong in &mut stocks {
                    correct(&house, wrong).await?;
                }
            }
            Ok(Recosted {
                dry_run: args.dry_run,
                stocks,
            })
        })
        .await
}

/// Corrects a stock; one that moves meanwhile is looked at again.
async fn correct(house: &House, wrong: &mut WrongCost) -> Result<(), Failure> {
    let stream = stock_costs::stream_of(&wrong.store_id, &wrong.sku)?;
    let mut attempts = 0;
    loop {
        attempts += 1;
        match revalue(house, wrong).await {
            Err(error) if error.reason() == "ETAG_MISMATCH" && attempts < ATTEMPTS_MAX => {
                match stock_costs::look_at(&house.log, &stream).await? {
                    Some(moved) => *wrong = moved,
                    None => return Ok(()),
                }
            }
            Err(error) => return Err(error.into()),
            Ok(()) => return Ok(()),
        }
    }
}

/// The version that was looked at is part of the correction's id, so that a retry meets itself.
async fn revalue(house: &House, wrong: &WrongCost) -> Result<(), CommandError> {
    let version = wrong.version.to_string();
    let parts = ["recost", wrong.store_id.as_str(), wrong.sku.as_str(), &version];
    let actor = Actor {
        subject: "posars".into(),
        client: None,
    };
    let command = RevalueStock {
        store_id: wrong.store_id.clone(),
        sku: wrong.sku.clone(),
        adjustment_id: AdjustmentId::new(natural_id(&parts)),
        occurred_at: Timestamp::now(),
        currency: wrong.currency,
        value: wrong.right,
        note: NOTE.to_owned(),
        expected_version: wrong.version,
    };
    let envelope = Envelope::new(actor, Source::Api, Timestamp::now());
    house.commands.carry_out(&command, &envelope).await?;
    Ok(())
}

impl Outcome for Recosted {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.stocks.is_empty() {
            return writeln!(out, "Every stock is worth what was paid for it.");
        }
        let rows = self.stocks.iter().map(|wrong| {
            [
                wrong.store_id.to_string(),
                wrong.sku.to_string(),
                wrong.quantity.to_string(),
                wrong.shown().to_string(),
                wrong.right().to_string(),
            ]
        });
        writeln!(
            out,
            "{}",
            table(["store", "sku", "on hand", "showed", "right"], rows)
        )?;
        if self.dry_run {
            writeln!(
                out,
                "Nothing was recorded; run it without --dry-run to correct them."
            )
        } else {
            writeln!(
                out,
                "{} corrected, each by one adjustment of its value.",
                self.stocks.len()
            )
        }
    }
}
