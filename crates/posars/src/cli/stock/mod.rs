//! `posars stock`: what is wrong with stocks, and putting it right.

mod recost;

use clap::{ArgMatches, Subcommand};

use crate::failure::Exit;
use crate::session::Session;
use crate::telemetry::Voice;
use recost::RecostArgs;

/// Look after stocks.
#[derive(Debug, Subcommand)]
pub(crate) enum StockCommand {
    /// Put stocks right that are not worth what was paid for them: one correction each, at the value it should have
    ///
    /// Earlier versions brought goods that had gone out below zero back at their provisional cost, whatever had been paid
    /// for them since. What is recorded stays; the correction says what all that is on hand is worth. `posars doctor`
    /// tells whether there are any.
    #[command(
        after_help = "Example:\n  posars stock recost --dry-run\n  posars stock recost --store centro --sku CAFE-500"
    )]
    Recost(RecostArgs),
}

/// Runs a command on stocks.
pub(crate) async fn run(command: StockCommand, matches: &ArgMatches) -> Exit {
    match command {
        StockCommand::Recost(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                recost::run(session, &args).await
            })
            .await
        }
    }
}
