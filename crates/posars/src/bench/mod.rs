//! `posars bench`: the product measured against the raw limit of the same server, in the same run.
//!
//! The machine may be shared and noisy, so an absolute figure means little. Every benchmark runs what it
//! measures and its limit in turn, several rounds, and reports medians and their ratio.

#![expect(
    clippy::float_arithmetic,
    reason = "rates and ratios are for people to read; no money here"
)]

mod append;
mod books;
mod http;
mod insert;
mod load;
mod queue;
mod rebuild;
mod sale;
mod sale_sealing;
mod sample_sale;
mod scratch;
mod seal;
mod table;

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Rounds of each side; the median is reported.
const ROUNDS: usize = 3;

/// What to measure.
#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// Appends to the log, against one INSERT per transaction with the same columns and indexes
    #[command(after_help = "Example:\n  posars bench append --clients 64 --seconds 6 --json")]
    Append(append::AppendArgs),
    /// A rebuild of daily_sales, against COPY out of the same events
    #[command(after_help = "Example:\n  posars bench rebuild --events 500000 --workers 2")]
    Rebuild(rebuild::RebuildArgs),
    /// Posting sales to the books, against appending the same events without deciding on them
    #[command(after_help = "Example:\n  posars bench books --sales 50000")]
    Books(books::BooksArgs),
    /// RecordSale through gRPC, against the same appends without it
    #[command(
        after_help = "Example:\n  posars bench sale --clients 64 --seconds 6\n  posars bench sale --with-cpf"
    )]
    Sale(sale::SaleArgs),
    /// From a commit to a read model through a queue, at a given rate, less the queue's own delay
    #[command(
        after_help = "Example:\n  posars bench queue --sales-per-second 500\n  posars bench queue --sqs --json"
    )]
    Queue(queue::QueueArgs),
    /// Sealing who bought, against the same sales without a buyer; and opening it again, against a rebuild
    #[command(after_help = "Example:\n  posars bench seal --sales 50000")]
    Seal(seal::SealArgs),
    /// REST calls, against the same calls through gRPC to the same server; and the server's CPU time for each
    #[command(after_help = "Example:\n  posars bench http --clients 16 --seconds 9 --json")]
    Http(http::HttpArgs),
    /// The server that `bench http` measures
    #[command(hide = true)]
    EchoServer,
}

/// Where to measure: a scratch database that is dropped at the end.
#[derive(Clone, Debug, Args)]
pub(crate) struct Place {
    /// Folder for the scratch server; use the disk that matters
    #[arg(long, value_name = "DIR", default_value_os_t = std::env::temp_dir())]
    pub(crate) data: PathBuf,
    /// Measure on this server instead of a private one (a scratch database is made there and dropped)
    #[arg(long, value_name = "URL", env = "POSARS_DATABASE_URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
    /// Print JSON also on a terminal
    #[arg(long)]
    pub(crate) json: bool,
}

/// Runs a benchmark and prints its report.
pub(crate) async fn run(bench: Bench) -> anyhow::Result<()> {
    match bench {
        Bench::Append(args) => append::run(args).await,
        Bench::Rebuild(args) => rebuild::run(args).await,
        Bench::Books(args) => books::run(args).await,
        Bench::Sale(args) => sale::run(args).await,
        Bench::Queue(args) => queue::run(args).await,
        Bench::Seal(args) => seal::run(args).await,
        Bench::Http(args) => http::run(args).await,
        Bench::EchoServer => http::serve_echo().await,
    }
}
