//! `posars reactors`: how the reactors stand, what waits for them, what they set aside, tried again.

mod line;
mod parked;
mod retry;
mod status;
mod waiting;

use clap::{ArgMatches, Subcommand};
use posars_commands::reactors::{AnyReactor, REACTORS, reactor_named};

use crate::failure::{Exit, Failure};
use crate::session::Session;
use crate::telemetry::Voice;
use parked::ParkedArgs;
use retry::RetryArgs;
use status::StatusArgs;
use waiting::WaitingArgs;

pub(super) use line::{ReactorLine, TITLES, all};

/// Look after the reactors, which turn events into further events.
#[derive(Debug, Subcommand)]
pub(crate) enum ReactorsCommand {
    /// How far each reactor is behind the log, who runs it, what waits and what it set aside
    #[command(
        after_help = "Example:\n  posars reactors status\n  posars reactors status --json | jq '.reactors[].lag_events'"
    )]
    Status(StatusArgs),
    /// Which products were sold that nobody has defined: their lines move no stock until somebody does
    #[command(
        after_help = "Example:\n  posars reactors waiting\n  posars reactors waiting --sku CAFE-500 --limit 20"
    )]
    Waiting(WaitingArgs),
    /// Which events a reactor set aside because it could not work on them
    #[command(
        after_help = "Example:\n  posars reactors parked\n  posars reactors parked --stream stock-centro-CAFE-500"
    )]
    Parked(ParkedArgs),
    /// Try the events again that a reactor set aside
    ///
    /// Sales move a stock in the order in which they were recorded. An event that was set aside can be done as long as no
    /// later sale has moved that stock; after that, count the stock. Of what was set aside about low stock, only the last
    /// word about the same goods is judged anew.
    #[command(
        after_help = "Example:\n  posars reactors retry\n  posars reactors retry --stream stock-centro-CAFE-500\n  posars reactors retry reactor.low_stock"
    )]
    Retry(RetryArgs),
}

/// Runs a command on the reactors.
pub(crate) async fn run(command: ReactorsCommand, matches: &ArgMatches) -> Exit {
    match command {
        ReactorsCommand::Status(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                status::run(session, &args).await
            })
            .await
        }
        ReactorsCommand::Waiting(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                waiting::run(session, &args).await
            })
            .await
        }
        ReactorsCommand::Parked(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                parked::run(session, &args).await
            })
            .await
        }
        ReactorsCommand::Retry(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                retry::run(session, &args).await
            })
            .await
        }
    }
}

/// A reactor named on the command line.
fn known(name: &str) -> Result<&'static dyn AnyReactor, Failure> {
    reactor_named(name).ok_or_else(|| {
        let names: Vec<&str> = REACTORS.iter().map(|known| known.name()).collect();
        Failure::new(
            Exit::Usage,
            "REACTOR_UNKNOWN",
            format!("there is no reactor {name:?}"),
        )
        .next(format!("name one of {}", names.join(", ")))
    })
}
