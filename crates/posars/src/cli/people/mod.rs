//! `posars people`: people's own data, found, handed out and erased.

mod erase;
mod export;
mod find;
mod retention;
mod shown;
mod shred_due;

use std::time::Duration;

use clap::{ArgMatches, Subcommand};
use jiff::Timestamp;
use posars_commands::{Actor, Envelope, Source};
use posars_privacy::Privacy;

use crate::failure::{Exit, Failure};
use crate::house::House;
use crate::session::Session;
use crate::telemetry::Voice;
use erase::EraseArgs;
use export::ExportArgs;
use find::{FindArgs, ShowArgs};
use retention::RetentionArgs;
use shred_due::ShredDueArgs;

/// The read models were just brought up to date; this only covers what another process appends meanwhile.
const WAIT: Duration = Duration::from_secs(30);

/// Answer people's requests about their own data.
#[derive(Debug, Subcommand)]
pub(crate) enum PeopleCommand {
    /// Who is known by a CPF or CNPJ, and until when their data is kept
    ///
    /// Others on the machine can see the arguments of a program, and the shell keeps them: give - and the number on standard
    /// input. The same person may be there as an employee and as a buyer; each is handed out and erased by itself.
    #[command(
        after_help = "Example:\n  posars people find - < cpf.txt\n  read -s CPF; printf %s \"$CPF\" | posars people find -"
    )]
    Find(FindArgs),
    /// Which data of a person is held, why, and until when
    #[command(after_help = "Example:\n  posars people show p-0192d3b47c1e7a559f001b2c3d4e5f60")]
    Show(ShowArgs),
    /// Write all that is held on a person into a file, each piece with where it came from
    ///
    /// That it was handed out is recorded. The file is readable by you alone, and nothing is written over.
    #[command(
        after_help = "Example:\n  posars people export p-0192d3b47c1e7a559f001b2c3d4e5f60 --out titular.xlsx --request-ref LGPD-2026-7"
    )]
    Export(ExportArgs),
    /// Erase a person: what no law asks for now, the rest on the day on which its time is over
    ///
    /// What is erased is gone for ever, from every copy of the log. Totals, reports and proofs stay as they were.
    #[command(
        after_help = "Example:\n  posars people erase p-0192d3b47c1e7a559f001b2c3d4e5f60 --dry-run\n  \
                      posars people erase p-0192d3b47c1e7a559f001b2c3d4e5f60 --request-ref LGPD-2026-7"
    )]
    Erase(EraseArgs),
    /// Erase what is no longer to be kept; a running server does so by itself every hour
    #[command(after_help = "Example:\n  posars people shred-due --dry-run\n  posars people shred-due")]
    ShredDue(ShredDueArgs),
    /// For how long personal data is kept after its last use; with an option, set it
    ///
    /// What is shortened falls due at once, also of what is there.
    #[command(
        after_help = "Example:\n  posars people retention\n  posars people retention --contact 12 --fiscal 132"
    )]
    Retention(RetentionArgs),
}

/// Runs a command on people.
pub(crate) async fn run(command: PeopleCommand, matches: &ArgMatches) -> Exit {
    match command {
        PeopleCommand::Find(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                find::find(session, &args).await
            })
            .await
        }
        PeopleCommand::Show(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                find::show(session, &args).await
            })
            .await
        }
        PeopleCommand::Export(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                export::run(session, &args).await
            })
            .await
        }
        PeopleCommand::Erase(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                erase::run(session, &args).await
            })
            .await
        }
        PeopleCommand::ShredDue(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                shred_due::run(session, &args).await
            })
            .await
        }
        PeopleCommand::Retention(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                retention::run(session, &args).await
            })
            .await
        }
    }
}

/// What is held of the people of a company, with the index of it brought up to the end of the log.
async fn privacy(house: &House, session: &Session) -> Result<Privacy, Failure> {
    house.catch_up_read_models(session.screen).await?;
    Ok(Privacy::new(
        house.commands.clone(),
        house.projections.clone(),
        WAIT,
    ))
}

fn by_command(name: &str) -> Envelope {
    let actor = Actor {
        subject: "posars".into(),
        client: Some(name.into()),
    };
    Envelope::new(actor, Source::Api, Timestamp::now())
}
