//! `posars audit`: the log proven, or its history printed.

mod anchor;
mod kept_heads;
mod replay;
mod verify;

use clap::{ArgMatches, Subcommand};

use crate::failure::Exit;
use crate::session::Session;
use crate::telemetry::Voice;
pub(crate) use anchor::{hexadecimal, parse_anchor};
use replay::ReplayArgs;
use verify::VerifyArgs;

/// The log proven, or its history printed.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Prove that nothing in the log was changed, removed, swapped or cut off
    ///
    /// Prints the head; keep it outside this machine and give it as --anchor later: then not even somebody who
    /// rewrites the whole log goes unseen. Exit code 5 when the proof fails.
    #[command(
        after_help = "Example:\n  posars audit verify\n  posars audit verify --anchor 53691:9f2c…64 hexadecimal digits\n  posars audit verify --keep s3://shop-audit/heads"
    )]
    Verify(VerifyArgs),
    /// Print the history of a stream or of a range of positions as JSON lines
    #[command(
        after_help = "Example:\n  posars audit replay --stream store-centro\n  posars audit replay --from 1 --to 100"
    )]
    Replay(ReplayArgs),
}

/// Runs an audit command.
pub(crate) async fn run(command: AuditCommand, matches: &ArgMatches) -> Exit {
    match command {
        AuditCommand::Verify(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                verify::run(session, &args).await
            })
            .await
        }
        AuditCommand::Replay(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                replay::run(session, &args).await
            })
            .await
        }
    }
}
