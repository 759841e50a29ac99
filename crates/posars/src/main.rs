//! posars: an event-sourced back office for retailers, in one program.
//!
//! `cli/` holds one file per command: its options, what it does and its typed result. `screen` writes results and
//! failures, `database` finds or starts PostgreSQL, `house` is everything a command works with, `bench/` measures.

mod allocator;
mod api_docs;
mod aws_clients;
mod bench;
mod cli;
mod companies;
mod database;
mod databases;
mod demo;
mod failure;
mod failure_sources;
mod file_store;
mod file_work;
mod folder_lock;
mod health;
mod house;
mod http;
mod importing;
mod intake;
mod lease_holder;
mod linked_files;
mod master_key;
mod master_key_place;
mod month_files;
mod moving;
mod open_files;
mod own_file;
mod progress;
mod queues;
mod roles;
mod screen;
mod serving;
mod session;
mod settings;
mod shredder;
mod signals;
mod stock_costs;
mod telemetry;
mod whole_file;
mod workers;

use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory as _, FromArgMatches as _};
use tokio::runtime::Builder;

/// How long tasks that were told to end may take; none of them holds anything that must be saved.
const RUNTIME_END_WAIT: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    if std::env::args_os()
        .nth(1)
        .is_some_and(|word| word == posars_xls_importer::PARSE_CHILD_WORD)
    {
        return posars_xls_importer::parse_child_main();
    }
    let matches = cli::Cli::command().get_matches();
    let cli = cli::Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let mut builder = if cli.works_on_one_thread() {
        Builder::new_current_thread()
    } else {
        Builder::new_multi_thread()
    };
    let runtime = match builder.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error[RUNTIME]: the runtime could not be started: {error}");
            return failure::Exit::Failure.into();
        }
    };
    let exit = runtime.block_on(cli::run(cli, &matches));
    runtime.shutdown_timeout(RUNTIME_END_WAIT);
    exit.into()
}
