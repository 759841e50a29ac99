//! The command line: one file per command, each with its options, its work and its result.

mod alive;
mod audit;
mod backup;
mod companies;
mod doctor;
mod files;
mod finance;
mod import;
mod keys;
mod migrate;
mod people;
mod projections;
mod reactors;
mod report;
mod serve;
mod stock;
mod token;
mod up;
mod users;
mod work;

use clap::{ArgMatches, Parser, Subcommand};

use crate::bench::{self, Bench};
use crate::failure::{Exit, Failure};
use crate::screen::Screen;
use crate::session::Session;
use crate::telemetry::{Telemetry, Voice};

/// posars: an event-sourced back office for retailers
///
/// Every sale, delivery and count is a fact in one append-only log on PostgreSQL; stock, daily sales and reports are
/// derived from it and can be rebuilt and proven. Without a database of your own, posars runs a private PostgreSQL
/// below its data folder.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage, 3 something needed is away, 4 conflict, 5 verification failed.
/// Settings: POSARS_DATA, POSARS_DATABASE_URL, POSARS_READ_DATABASE_URL, POSARS_COMPANY, POSARS_LISTEN, POSARS_IDENTITY,
/// POSARS_MASTER_KEY_FILE, POSARS_MASTER_KEY, POSARS_AUTH_ISSUER, POSARS_AUTH_JWKS, POSARS_AUTH_CLIENT_IDS, POSARS_UPSTREAMS, POSARS_FILES, POSARS_FILES_URL, POSARS_INTAKE,
/// POSARS_IMPORT_DEFINE_MISSING, POSARS_IMPORT_KEEP_DAYS, POSARS_PG_BIN, POSARS_LANGUAGE, POSARS_TIME_ZONE, POSARS_LOG, OTEL_EXPORTER_OTLP_ENDPOINT,
/// OTEL_SERVICE_NAME; a flag beats its variable. `posars doctor` shows them all.
#[derive(Debug, Parser)]
#[command(
    name = "posars",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Example:\n  posars up --demo\n  posars import vendas.xlsx --define-missing\n  \
                  posars report daily-sales --from 2026-01-01 --to 2026-01-31 --format xlsx --out january.xlsx"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the whole of posars: gRPC, health, metrics, stock and projections
    Up(up::UpArgs),
    /// Serve the services of one role, as one process of several on the same database
    Serve(serve::ServeArgs),
    /// Run the workers of one role, as one process of several on the same database
    Work(work::WorkArgs),
    /// Bring the database's schema up to date
    Migrate(migrate::MigrateArgs),
    /// Record a spreadsheet of sales, stock or products
    Import(import::ImportArgs),
    /// Look after the read models
    #[command(
        subcommand,
        after_help = "Example:\n  posars projections status\n  posars projections rebuild daily_sales"
    )]
    Projections(projections::ProjectionsCommand),
    /// Look after the reactors, which turn events into further events
    #[command(
        subcommand,
        after_help = "Example:\n  posars reactors status\n  posars reactors waiting --sku CAFE-500"
    )]
    Reactors(reactors::ReactorsCommand),
    /// Write a report file
    #[command(
        subcommand,
        after_help = "Example:\n  posars report daily-sales --from 2026-01-01 --to 2026-01-31 --out january.xlsx"
    )]
    Report(report::ReportCommand),
    /// See the files that posars keeps, such as the reports of closed months
    #[command(
        subcommand,
        after_help = "Example:\n  posars files list\n  posars files get reports/company=main/month=2026-11/close=42/daily-sales.csv"
    )]
    Files(files::FilesCommand),
    /// Begin the books, read them, and close their months
    #[command(
        subcommand,
        after_help = "Example:\n  posars finance trial-balance --month 2026-11\n  \
                      posars finance close --month 2026-11"
    )]
    Finance(finance::FinanceCommand),
    /// Answer people's requests about their own data
    #[command(
        subcommand,
        after_help = "Example:\n  posars people find - < cpf.txt\n  posars people retention"
    )]
    People(people::PeopleCommand),
    /// Look after stocks
    #[command(
        subcommand,
        after_help = "Example:\n  posars stock recost --dry-run\n  posars stock recost --store centro --sku CAFE-500"
    )]
    Stock(stock::StockCommand),
    /// Print a bearer token that this machine's own server takes
    Token(token::TokenArgs),
    /// Look after the people who get tokens from this machine
    #[command(
        subcommand,
        after_help = "Example:\n  posars users add ana --name \"Ana Souza\" --role cashier --store centro\n  posars users list"
    )]
    Users(users::UsersCommand),
    /// Look after the keys of personal data: how they stand, a new master key, copies
    #[command(
        subcommand,
        after_help = "Example:\n  posars keys status\n  posars keys rotate\n  posars keys export --out keys.jsonl"
    )]
    Keys(keys::KeysCommand),
    /// See the companies of a database
    #[command(
        subcommand,
        after_help = "Example:\n  posars companies list\n  POSARS_COMPANY=filial posars projections status"
    )]
    Companies(companies::CompaniesCommand),
    /// Prove the log, or print its history
    #[command(
        subcommand,
        after_help = "Example:\n  posars audit verify\n  posars audit replay --stream store-centro"
    )]
    Audit(audit::AuditCommand),
    /// Prove that a backup would bring everything back
    #[command(
        subcommand,
        after_help = "Example:\n  posars backup verify --from /backup/monday"
    )]
    Backup(backup::BackupCommand),
    /// Measure posars against the raw limit of the same PostgreSQL
    #[command(
        subcommand,
        after_help = "Example:\n  posars bench append --clients 64 --seconds 6 --json"
    )]
    Bench(Bench),
    /// Ask a server on this machine whether it lives, as the health check of a container does
    Alive(alive::AliveArgs),
    /// Check this machine, the settings and the database, with a fix for each fault
    ///
    /// The stocks are checked against the whole log, which is read through: some seconds for every million events.
    Doctor(doctor::DoctorArgs),
}

impl Cli {
    /// Whether the command is one flow of work beside PostgreSQL's, as an import is: handing events from thread to thread
    /// would cost it a tenth of its CPU and save no time.
    pub(crate) fn works_on_one_thread(&self) -> bool {
        matches!(self.command, Command::Import(_))
    }
}

/// Runs the command and says how the process ends.
pub(crate) async fn run(cli: Cli, matches: &ArgMatches) -> Exit {
    match cli.command {
        Command::Up(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Server, async |session| {
                up::run(args, session).await
            })
            .await
        }
        Command::Serve(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Server, async |session| {
                serve::run(args, session).await
            })
            .await
        }
        Command::Work(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Server, async |session| {
                work::run(args, session).await
            })
            .await
        }
        Command::Migrate(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                migrate::run(args, session).await
            })
            .await
        }
        Command::Import(args) => {
            let run = args.run.clone();
            Session::run(run, matches, args.voice(), async |session| {
                import::run(args, matches, session).await
            })
            .await
        }
        Command::Report(command) => report::run(command, matches).await,
        Command::Projections(command) => projections::run(command, matches).await,
        Command::Reactors(command) => reactors::run(command, matches).await,
        Command::Files(command) => files::run(command, matches).await,
        Command::Finance(command) => finance::run(command, matches).await,
        Command::People(command) => people::run(command, matches).await,
        Command::Stock(command) => stock::run(command, matches).await,
        Command::Token(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                token::run(session, args, matches).await
            })
            .await
        }
        Command::Users(command) => users::run(command, matches).await,
        Command::Keys(command) => keys::run(command, matches).await,
        Command::Companies(command) => companies::run(command, matches).await,
        Command::Audit(command) => audit::run(command, matches).await,
        Command::Backup(command) => backup::run(command, matches).await,
        Command::Bench(bench) => measure(bench).await,
        Command::Alive(args) => alive::run(args).await,
        Command::Doctor(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                doctor::run(args, matches, session).await
            })
            .await
        }
    }
}

/// Benchmarks print their own report and have their own place: a scratch database.
async fn measure(bench: Bench) -> Exit {
    let screen = Screen::new(None, false);
    let telemetry = match Telemetry::start(Voice::Command) {
        Ok(telemetry) => telemetry,
        Err(failure) => return screen.fail(&failure),
    };
    let result = bench::run(bench).await;
    telemetry.stop();
    match result {
        Ok(()) => Exit::Success,
        Err(error) => screen.fail(
            &Failure::new(
                Exit::Failure,
                "BENCH_FAILED",
                format!("the benchmark did not finish: {error:#}"),
            )
            .next("mend what it says and run it again; `posars doctor` checks PostgreSQL"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn the_definitions_are_sound() {
        Cli::command().debug_assert();
    }
}
