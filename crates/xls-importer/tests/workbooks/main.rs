//! Whole workbooks, honest and hostile, read through a real parsing process.
//!
//! `POSARS_SAMPLE_DATA` names a folder of real files; without it their cases are skipped and say so.

#![expect(clippy::unwrap_used, reason = "a case fails by panicking")]
#![expect(
    clippy::print_stdout,
    reason = "the harness prints what it ran, as the standard one does"
)]

mod biff;
mod cell_evidence;
mod customers;
mod fixture;
mod generated;
mod hostile;
mod into_log;
mod into_log_evidence;
mod meaning;
mod meeting;
mod numbering;
mod one_language;
mod parser_death;
mod real_files;
mod receipts_by_day;
mod refused_rows;
mod sheet_kinds;
mod strangers;
mod totals;
mod whole;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use posars_xls_importer::{PARSE_CHILD_WORD, parse_child_main};

/// A named case; one that cannot run says why.
type Case = (&'static str, fn() -> Result<(), Skipped>);

/// Why a case did not run.
pub(crate) struct Skipped(pub(crate) String);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|word| word == PARSE_CHILD_WORD) {
        return parse_child_main();
    }
    let cases: Vec<Case> = [
        hostile::CASES,
        parser_death::CASES,
        generated::CASES,
        cell_evidence::CASES,
        customers::CASES,
        meaning::CASES,
        meeting::CASES,
        sheet_kinds::CASES,
        refused_rows::CASES,
        real_files::CASES,
        into_log::CASES,
        into_log_evidence::CASES,
        numbering::CASES,
        one_language::CASES,
        receipts_by_day::CASES,
        strangers::CASES,
        totals::CASES,
        whole::CASES,
    ]
    .concat();
    if arguments.iter().any(|word| word == "--list") {
        cases.iter().for_each(|(name, _)| println!("{name}: test"));
        return ExitCode::SUCCESS;
    }
    let filters: Vec<&String> = arguments.iter().filter(|word| !word.starts_with('-')).collect();
    let wanted =
        |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()));
    let mut failed = Vec::new();
    let mut ran = 0;
    for (name, case) in cases.iter().filter(|(name, _)| wanted(name)) {
        ran += 1;
        match catch_unwind(AssertUnwindSafe(case)) {
            Ok(Ok(())) => println!("test {name} ... ok"),
            Ok(Err(Skipped(reason))) => println!("test {name} ... ignored, {reason}"),
            Err(_) => {
                println!("test {name} ... FAILED");
                failed.push(*name);
            }
        }
    }
    println!("\n{ran} cases, {} failed: {failed:?}", failed.len());
    if failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
