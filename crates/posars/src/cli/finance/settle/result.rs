//! What a statement came to, for people and for programs.

use std::io::{self, Write};

use jiff::civil::Date;
use posars_bookkeeping::{SettlementsRecorded, StatementFile};
use posars_commands::LineAnswer;
use posars_domain::statement_line::{StatementKind, UnmatchedReason};
use posars_domain::{Amount, CompanyId, Currency, OpenItemId, Rejection, StatementLineId};
use posars_event_store::Position;
use posars_words::entry;
use posars_xls_importer::Language;
use serde::Serialize;

use super::SettleArgs;
use crate::cli::finance::amounts::major;
use crate::companies::option_of;
use crate::failure::{Exit, Failure};
use crate::house::House;
use crate::screen::Outcome;

/// Lines of each sort that a person is shown, and those of each sort in the JSON: a file may have any number.
const SHOWN: usize = 20;
const TOLD_MAX: usize = 10_000;

/// A statement that was read to its end. Amounts are in the smallest unit of the currency.
#[derive(Debug, Serialize)]
pub(in crate::cli::finance) struct Settled {
    company: CompanyId,
    file: String,
    kind: StatementKind,
    source: String,
    currency: Currency,
    dry_run: bool,
    lines: u64,
    /// New lines.
    recorded: u64,
    /// Lines that came before.
    known: u64,
    /// Lines that paid something now.
    matched: u64,
    matched_gross: Amount,
    matched_fee: Amount,
    matched_net: Amount,
    /// Lines that pay nothing, new or known; the first 10,000 of them.
    unmatched: Vec<Unmatched>,
    unmatched_count: u64,
    /// Lines by which another fee was kept than the terms let expect, or that paid a part; the first 10,000 of them.
    differences: Vec<Difference>,
    /// Lines that are not recorded; the first 10,000 of them.
    refused: Vec<Refused>,
    refused_count: u64,
    /// Titles of columns that nothing is read from.
    columns_not_used: Vec<String>,
    /// Where the last event stands that was written; 0 when nothing was.
    position: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_models: Option<Followed>,
    #[serde(skip)]
    allow_unrecorded: bool,
    #[serde(skip)]
    language: Language,
}

/// A line that pays nothing.
#[derive(Debug, Serialize)]
struct Unmatched {
    line: u64,
    line_id: StatementLineId,
    date: Date,
    gross: Amount,
    reason: UnmatchedReason,
    #[serde(skip_serializing_if = "Option::is_none")]
    receivable: Option<OpenItemId>,
}

/// A line that paid not just what was expected.
#[derive(Debug, Serialize)]
struct Difference {
    line: u64,
    line_id: StatementLineId,
    receivable: OpenItemId,
    installment: u16,
    fee: Amount,
    expected_fee: Amount,
}

/// A line that is not recorded.
#[derive(Debug, Serialize)]
struct Refused {
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// How far the books and the read models have followed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Followed {
    /// Up to this position of the log, which includes all of it.
    Position(u64),
    /// They have not; the statement itself is in the log.
    Problem(String),
}

impl Settled {
    pub(super) fn new(house: &House, args: &SettleArgs, file: &StatementFile) -> Self {
        Self {
            company: house.company_id.clone(),
            file: args.file.display().to_string(),
            kind: file.kind(),
            source: file.source().to_owned(),
            currency: args.currency,
            dry_run: args.dry_run,
            lines: 0,
            recorded: 0,
            known: 0,
            matched: 0,
            matched_gross: Amount::ZERO,
            matched_fee: Amount::ZERO,
            matched_net: Amount::ZERO,
            unmatched: Vec::new(),
            unmatched_count: 0,
            differences: Vec::new(),
            refused: Vec::new(),
            refused_count: 0,
            columns_not_used: file.ignored().to_vec(),
            position: 0,
            read_models: None,
            allow_unrecorded: args.allow_unrecorded,
            language: args.language.into(),
        }
    }

    /// Notes a line that is not recorded.
    pub(super) fn refuse(&mut self, line: u64, rejection: &impl Rejection) {
        self.lines += 1;
        self.refused_count += 1;
        if self.refused.len() < TOLD_MAX {
            let known = entry(rejection.reason());
            self.refused.push(Refused {
                line,
                field: rejection.field(),
                code: rejection.reason(),
                message: rejection.to_string(),
                next: known.map(|entry| entry.next_step(self.language).to_owned()),
            });
        }
    }

    /// Notes what came of lines.
    pub(super) fn note(&mut self, numbers: &[u64], recorded: SettlementsRecorded) {
        self.position = self.position.max(recorded.position().get());
        for (line, answer) in numbers.iter().zip(recorded.lines) {
            self.lines += 1;
            if answer.is_repeated {
                self.known += 1;
            } else {
                self.recorded += 1;
            }
            self.note_paid(*line, &answer);
            self.note_unmatched(*line, &answer);
        }
    }

    fn note_paid(&mut self, line: u64, answer: &LineAnswer) {
        let Some((settled, matched)) = answer.settled.as_ref().zip(answer.state.matched.as_ref()) else {
            return;
        };
        let add = |sum: &mut Amount, more: Option<Amount>| {
            *sum = more.and_then(|more| sum.checked_add(more)).unwrap_or(*sum);
        };
        self.matched += 1;
        add(&mut self.matched_gross, Some(settled.amount));
        add(&mut self.matched_fee, Some(settled.fee));
        add(&mut self.matched_net, settled.money());
        if let Some(expected_fee) = matched.expected_fee
            && self.differences.len() < TOLD_MAX
        {
            self.differences.push(Difference {
                line,
                line_id: matched.line_id,
                receivable: matched.item_id,
                installment: matched.installment,
                fee: settled.fee,
                expected_fee,
            });
        }
    }

    fn note_unmatched(&mut self, line: u64, answer: &LineAnswer) {
        let state = &answer.state;
        let Some((recorded, unmatched)) = state.recorded.as_ref().zip(state.unmatched.as_ref()) else {
            return;
        };
        if state.matched.is_some() || state.written_off.is_some() {
            return;
        }
        self.unmatched_count += 1;
        if self.unmatched.len() < TOLD_MAX {
            self.unmatched.push(Unmatched {
                line,
                line_id: recorded.line_id,
                date: recorded.date,
                gross: recorded.gross,
                reason: unmatched.reason,
                receivable: unmatched.item_id,
            });
        }
    }

    /// Notes how far the books followed.
    pub(super) fn followed(&mut self, caught_up: Result<Position, Failure>) {
        self.read_models = Some(match caught_up {
            Ok(position) => Followed::Position(position.get()),
            Err(failure) => Followed::Problem(failure.to_string()),
        });
    }

    fn major(&self, amount: Amount) -> String {
        major(amount, self.currency)
    }

    fn write_lines(&self, out: &mut dyn Write) -> io::Result<()> {
        for one in self.unmatched.iter().take(SHOWN) {
            let (line, gross) = (one.line, self.major(one.gross));
            write!(
                out,
                "  line {line}: {gross} of {} pays nothing: {}",
                one.date,
                told(one.reason)
            )?;
            match one.receivable {
                Some(receivable) => writeln!(out, " (receivable {receivable})")?,
                None => writeln!(out)?,
            }
        }
        write_more(out, self.unmatched_count, "lines that pay nothing")?;
        for one in self.differences.iter().take(SHOWN) {
            let (fee, expected) = (self.major(one.fee), self.major(one.expected_fee));
            writeln!(
                out,
                "  line {}: {fee} was kept, {expected} was expected",
                one.line
            )?;
        }
        write_more(out, count(self.differences.len()), "lines with another fee")?;
        for one in self.refused.iter().take(SHOWN) {
            writeln!(out, "  line {}: {}", one.line, one.message)?;
            if let Some(next) = &one.next {
                writeln!(out, "    fix: {next}")?;
            }
        }
        write_more(out, self.refused_count, "refused lines")
    }
}

impl Outcome for Settled {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let ended = if self.dry_run {
            "dry run: nothing was written"
        } else {
            "recorded"
        };
        writeln!(
            out,
            "Statement of {} ({}), {} lines: {ended}.",
            self.source, self.kind, self.lines
        )?;
        writeln!(
            out,
            "  {} new, {} there already, {} refused; {} matched, {} pay nothing",
            self.recorded, self.known, self.refused_count, self.matched, self.unmatched_count
        )?;
        if self.matched > 0 {
            let [gross, fee, net] =
                [self.matched_gross, self.matched_fee, self.matched_net].map(|sum| self.major(sum));
            writeln!(
                out,
                "  settled {gross}, kept {fee}, moved {net} {}",
                self.currency
            )?;
        }
        self.write_lines(out)?;
        if !self.columns_not_used.is_empty() {
            writeln!(out, "  columns not used: {}", self.columns_not_used.join(", "))?;
        }
        if let Some(Followed::Problem(problem)) = &self.read_models {
            writeln!(out, "  the books do not show it yet: {problem}")?;
            let option = option_of(self.company.as_str());
            writeln!(
                out,
                "    fix: see `posars projections status{option}`; they follow by themselves when that is mended"
            )?;
        }
        if self.refused_count > 0 {
            writeln!(
                out,
                "Next: correct these lines and settle the file again; nothing is recorded twice"
            )?;
        } else if self.unmatched_count > 0 {
            writeln!(
                out,
                "Next: match the lines that pay nothing by hand, or write them off (SettlementService)"
            )?;
        }
        Ok(())
    }

    fn exit(&self) -> Exit {
        if matches!(self.read_models, Some(Followed::Problem(_))) {
            return Exit::Unavailable;
        }
        if self.refused_count > 0 && !self.allow_unrecorded {
            return Exit::Failure;
        }
        Exit::Success
    }
}

const fn told(reason: UnmatchedReason) -> &'static str {
    match reason {
        UnmatchedReason::NothingFound => "nothing owed has its keys",
        UnmatchedReason::Ambiguous => "more than one thing owed has its keys",
        UnmatchedReason::BeyondOpen => "it is more than is open",
        UnmatchedReason::PaidAlready => "what it pays is paid already",
        UnmatchedReason::OtherCurrency => "what it pays is in another currency",
        UnmatchedReason::Reversed => "what it had paid was undone",
    }
}

fn write_more(out: &mut dyn Write, all: u64, what: &str) -> io::Result<()> {
    let more = all.saturating_sub(count(SHOWN));
    if more > 0 {
        writeln!(out, "  and {more} {what} more")?;
    }
    Ok(())
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
