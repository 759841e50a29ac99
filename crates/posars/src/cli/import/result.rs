//! What an import came to, for people and for programs.

use std::io::{self, Write};

use posars_domain::CompanyId;
use posars_event_store::Position;
use posars_xls_importer::{ImportOutcome, ImportState, Language, NotRecorded};
use serde::{Serialize, Serializer};

use super::phases::Phases;
use crate::companies::option_of;
use crate::failure::{Exit, Failure};
use crate::screen::Outcome;

/// Refused rows that a person is shown; all of them are in the JSON and in the workbook of refused rows.
const REFUSED_SHOWN: usize = 20;

/// An import that ran to its end.
pub(crate) struct Imported {
    pub(super) company: CompanyId,
    pub(super) outcome: ImportOutcome,
    pub(super) language: Language,
    /// Where the refused rows were written, if they were.
    pub(super) refused_workbook: Option<String>,
    /// Whether stock and read models have followed; none for a dry run.
    pub(super) followed: Option<Followed>,
    /// What it took.
    pub(super) phases: Phases,
}

/// How far stock and the read models have followed the import.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Followed {
    /// Up to this position of the log, which includes all of it.
    Position(u64),
    /// They have not; the import itself is in the log.
    Problem(String),
}

impl From<Result<Position, Failure>> for Followed {
    fn from(caught_up: Result<Position, Failure>) -> Self {
        match caught_up {
            Ok(position) => Self::Position(position.get()),
            Err(failure) => Self::Problem(failure.to_string()),
        }
    }
}

impl Serialize for Imported {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = self.outcome.to_json(self.language);
        if let Some(fields) = report.as_object_mut() {
            fields.insert("company".to_owned(), self.company.as_str().into());
            if let Some(file) = &self.refused_workbook {
                fields.insert("refused_workbook".to_owned(), file.clone().into());
            }
            if let Some(followed) = &self.followed {
                let value = serde_json::to_value(followed).map_err(serde::ser::Error::custom)?;
                fields.insert("read_models".to_owned(), value);
            }
            let phases = serde_json::to_value(self.phases).map_err(serde::ser::Error::custom)?;
            fields.insert("phases".to_owned(), phases);
        }
        report.serialize(serializer)
    }
}

impl Outcome for Imported {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let outcome = &self.outcome;
        let records = &outcome.records;
        let ended = match outcome.state {
            ImportState::Completed => "imported",
            ImportState::CompletedWithRefusals => "imported, less what was refused",
            ImportState::DryRun => "dry run: nothing was written",
            ImportState::Interrupted => {
                "interrupted: what was accepted stays; import the same file again to go on"
            }
        };
        writeln!(
            out,
            "Sheet {:?} ({}), {} rows: {ended}.",
            outcome.sheet,
            outcome.kind.word(),
            outcome.tally.records
        )?;
        writeln!(
            out,
            "  {} new, {} there already, {} refused; {} stores and {} products defined",
            records.accepted,
            records.duplicate,
            records.refused,
            records.stores_defined,
            records.products_defined
        )?;
        if let (Some(quantity), Some(amount)) = (&outcome.totals.quantity, &outcome.totals.amount) {
            writeln!(out, "  {quantity} units, total {}", reais(amount.minor()))?;
        }
        let phases = &self.phases;
        write!(
            out,
            "  read in {}, recorded in {}",
            phases.reading, phases.recording
        )?;
        match &phases.following {
            Some(following) => writeln!(out, ", stock and read models followed in {following}")?,
            None => writeln!(out)?,
        }
        for note in &outcome.notes {
            writeln!(out, "  note: {}", note.message(self.language))?;
        }
        if !outcome.not_recorded.is_empty() {
            let columns: Vec<String> = outcome.not_recorded.iter().map(not_recorded).collect();
            writeln!(out, "  read but NOT recorded: {}", columns.join(", "))?;
        }
        if !outcome.unused_columns.is_empty() {
            writeln!(out, "  columns not used: {}", outcome.unused_columns.join(", "))?;
        }
        if let Some(Followed::Problem(problem)) = &self.followed {
            writeln!(out, "  stock and reports do not show it yet: {problem}")?;
            writeln!(
                out,
                "    fix: see `posars projections status{}`; they follow by themselves when that is mended",
                option_of(self.company.as_str())
            )?;
        }
        self.write_refusals(out)
    }

    fn exit(&self) -> Exit {
        if matches!(self.followed, Some(Followed::Problem(_))) {
            return Exit::Unavailable;
        }
        match self.outcome.state {
            ImportState::Interrupted => Exit::Unavailable,
            ImportState::Completed | ImportState::CompletedWithRefusals | ImportState::DryRun => {
                if self.outcome.refusals.count() > 0 {
                    Exit::Failure
                } else {
                    Exit::Success
                }
            }
        }
    }
}

impl Imported {
    fn write_refusals(&self, out: &mut dyn Write) -> io::Result<()> {
        let refusals = &self.outcome.refusals;
        for refused in refusals.rows().iter().take(REFUSED_SHOWN) {
            for fault in &refused.faults {
                let title = fault.field.map_or("", |field| {
                    let columns = self.outcome.columns.iter();
                    columns
                        .into_iter()
                        .find(|(known, _)| *known == field)
                        .map_or(field.word(), |(_, title)| title)
                });
                writeln!(
                    out,
                    "  row {}: {}",
                    refused.row,
                    fault.message(self.language, title)
                )?;
                writeln!(out, "    fix: {}", fault.how_to_fix(self.language))?;
            }
        }
        let shown = refusals.rows().len().min(REFUSED_SHOWN);
        let more = usize::try_from(refusals.count())
            .unwrap_or(usize::MAX)
            .saturating_sub(shown);
        if more > 0 {
            writeln!(out, "  and {more} rows more")?;
        }
        match &self.refused_workbook {
            Some(file) => writeln!(out, "Next: correct the rows in {file} and import that file"),
            None if refusals.count() > 0 => {
                writeln!(
                    out,
                    "Next: correct these rows and import the file again (--refused FILE.xlsx writes them out)"
                )
            }
            None => Ok(()),
        }
    }
}

/// A column that is recorded nowhere, with its sum where there is one.
fn not_recorded(column: &NotRecorded) -> String {
    match column.sum {
        Some(sum) => format!("{} (sum {sum})", column.column),
        None => column.column.clone(),
    }
}

/// Minor units with two decimals; the importer's currency has two nearly always, and the JSON has the minor units.
fn reais(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let minor = minor.unsigned_abs();
    format!("{sign}{}.{:02}", minor / 100, minor % 100)
}
