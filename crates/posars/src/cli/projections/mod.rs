//! `posars projections`: how the read models stand, built anew, put back, tried again.

mod rebuild;
mod retry;
mod rollback;
mod status;

use clap::{ArgMatches, Subcommand};

use crate::failure::Exit;
use crate::house::House;
use crate::session::Session;
use crate::telemetry::Voice;
use rebuild::RebuildArgs;
use retry::RetryArgs;
use rollback::RollbackArgs;
use status::StatusArgs;

/// Look after the read models.
#[derive(Debug, Subcommand)]
pub(crate) enum ProjectionsCommand {
    /// How far each read model is behind the log, who runs it, and which events it could not apply
    #[command(
        after_help = "Example:\n  posars projections status\n  posars projections status --json | jq '.projections[].lag_events'"
    )]
    Status(StatusArgs),
    /// Build read models anew from the whole log, while the old ones are read, and swap them in
    #[command(
        after_help = "Example:\n  posars projections rebuild\n  posars projections rebuild daily_sales --workers 2"
    )]
    Rebuild(RebuildArgs),
    /// Put the build before the last rebuild back in place; twice is where one began
    #[command(
        after_help = "Example:\n  posars projections rollback daily_sales\n  posars projections rollback daily_sales --json | jq .position"
    )]
    Rollback(RollbackArgs),
    /// Try the events again that a read model could not apply
    #[command(
        after_help = "Example:\n  posars projections retry\n  posars projections retry sales --stream sale-0198…"
    )]
    Retry(RetryArgs),
}

/// Runs a command on the read models.
pub(crate) async fn run(command: ProjectionsCommand, matches: &ArgMatches) -> Exit {
    match command {
        ProjectionsCommand::Status(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                status::run(session, &args).await
            })
            .await
        }
        ProjectionsCommand::Rebuild(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                rebuild::run(session, &args).await
            })
            .await
        }
        ProjectionsCommand::Rollback(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                rollback::run(session, &args).await
            })
            .await
        }
        ProjectionsCommand::Retry(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                retry::run(session, &args).await
            })
            .await
        }
    }
}

/// The projections named on the command line, or all there are.
fn named_or_all(house: &House, names: &[String]) -> Vec<String> {
    if names.is_empty() {
        house.projections.names().into_iter().map(str::to_owned).collect()
    } else {
        names.to_vec()
    }
}
