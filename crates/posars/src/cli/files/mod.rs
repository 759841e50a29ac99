//! `posars files`: the files that posars keeps, such as the reports of closed months.

mod get;
mod link;
mod list;

use clap::{ArgMatches, Args, Subcommand};
use posars_files::FileName;

use crate::failure::{Exit, Failure};
use crate::session::{RunArgs, Session};
use crate::settings::FileArgs;
use crate::telemetry::Voice;
use get::GetArgs;
use link::LinkArgs;
use list::ListArgs;

/// See the files that posars keeps.
#[derive(Debug, Subcommand)]
pub(crate) enum FilesCommand {
    /// The files there are, by name
    #[command(
        after_help = "Example:\n  posars files list\n  posars files list --under reports/company=main/month=2026-11"
    )]
    List(ListArgs),
    /// A link with which anybody can read a file until it expires
    #[command(
        after_help = "Example:\n  posars files link reports/company=main/month=2026-11/close=42/trial-balance.xlsx --lifetime 1h"
    )]
    Link(LinkArgs),
    /// A file, to a file of yours or to standard output
    #[command(
        after_help = "Example:\n  posars files get reports/company=main/month=2026-11/close=42/daily-sales.csv --out -"
    )]
    Get(GetArgs),
}

/// What every one of them needs.
#[derive(Clone, Debug, Args)]
struct Where {
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    files: FileArgs,
}

/// Runs a command on the files.
pub(crate) async fn run(command: FilesCommand, matches: &ArgMatches) -> Exit {
    match command {
        FilesCommand::List(args) => {
            let run = args.place.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                list::run(session, &args).await
            })
            .await
        }
        FilesCommand::Link(args) => {
            let run = args.place.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                link::run(session, &args).await
            })
            .await
        }
        FilesCommand::Get(args) => {
            let run = args.place.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                get::run(session, &args).await
            })
            .await
        }
    }
}

fn file_name(text: &str) -> Result<FileName, Failure> {
    text.parse::<FileName>().map_err(|error| {
        Failure::new(Exit::Usage, "FILE_NAME_INVALID", error)
            .next("`posars files list` shows the names there are")
    })
}
