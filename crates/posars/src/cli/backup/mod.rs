//! `posars backup`: whether what was put aside would bring everything back.

mod company;
mod verify;

use clap::{ArgMatches, Subcommand};

use crate::failure::Exit;
use crate::session::Session;
use crate::telemetry::Voice;
use verify::VerifyArgs;

/// Whether what was put aside would bring everything back.
#[derive(Debug, Subcommand)]
pub(crate) enum BackupCommand {
    /// Restore a backup aside, prove its logs, fold its read models anew and compare
    ///
    /// With --from, a base backup in plain format of a PostgreSQL that posars runs itself: it is compared with its own list of
    /// checksums, copied, and a server of its own is started on the copy. Any other backup is restored first, as by the
    /// console of a managed server, and named by --database-url. Nothing that is live is touched. Exit code 5 when the
    /// backup would not bring everything back.
    #[command(after_help = "Example:\n  posars backup verify --from /backup/monday\n  \
                      posars backup verify --database-url postgres://posars@restored.example/posars \
                      --against postgres://posars@db.example/posars")]
    Verify(VerifyArgs),
}

/// Runs a backup command.
pub(crate) async fn run(command: BackupCommand, matches: &ArgMatches) -> Exit {
    match command {
        BackupCommand::Verify(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                verify::run(session, &args).await
            })
            .await
        }
    }
}
