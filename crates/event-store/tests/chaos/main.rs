//! Writers in several processes, killed at random moments, and PostgreSQL killed under them: faults 1, 2, 5 and 17.
//!
//! Every writer notes what it is about to ask and what it was answered. When all is over the log must hold
//! each acknowledged request exactly once where the answer said, nothing that was refused, and nothing else.
//!
//! `POSARS_CHAOS_SECONDS` prolongs it (default 20), `POSARS_CHAOS_SEED` repeats one run's draws.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod check;
mod draws;
mod journal;
mod request;
mod storm;
mod writer;

use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const NAME: &str = "acknowledged_appends_survive_every_kill";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(("writer", rest)) = arguments
        .split_first()
        .map(|(first, rest)| (first.as_str(), rest))
    {
        return finish(writer::run(rest));
    }
    // The part of the test harness's command line that test runners use.
    if arguments.iter().any(|argument| argument == "--list") {
        if !arguments.iter().any(|argument| argument == "--ignored") {
            eprintln!("{NAME}: listed on standard output");
            list();
        }
        return ExitCode::SUCCESS;
    }
    let mut filters = arguments
        .iter()
        .filter(|argument| !argument.starts_with('-'))
        .peekable();
    if filters.peek().is_some() && !filters.any(|filter| NAME.contains(filter.as_str()) || filter == "chaos")
    {
        return ExitCode::SUCCESS;
    }
    finish(run())
}

#[expect(
    clippy::print_stdout,
    reason = "test runners read the list from standard output"
)]
fn list() {
    println!("{NAME}: test");
}

fn finish(outcome: anyhow::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chaos: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

fn run() -> anyhow::Result<()> {
    let clock = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let seed = number("POSARS_CHAOS_SEED").unwrap_or(u64::from(clock.subsec_nanos()));
    let duration = Duration::from_secs(number("POSARS_CHAOS_SECONDS").unwrap_or(20));
    eprintln!("{NAME}: POSARS_CHAOS_SEED={seed}, {} s", duration.as_secs());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(storm::run(seed, duration))
}
