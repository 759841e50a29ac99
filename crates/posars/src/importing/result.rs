//! What an import came to, for people and for programs.

use std::io::{self, Write};

use posars_domain::CompanyId;
use posars_event_store::Position;
use posars_xls_importer::{Field, ImportOutcome, ImportState, Language, NotRecorded};
use serde::{Serialize, Serializer};

use super::phases::Phases;
use crate::companies::option_of;
use crate::failure::{Exit, Failure};
use crate::screen::Outcome;

/// Refused rows that a person is shown; all of them are in the JSON and in the workbook of refused rows.
const REFUSED_SHOWN: usize = 20;

/// An import that ran to its end.
pub(crate) struct Imported {
    pub(crate) company: CompanyId,
    pub(crate) outcome: ImportOutcome,
    pub(crate) language: Language,
    /// Whether nobody minds what was not read or recorded.
    pub(crate) allow_unrecorded: bool,
    /// Where the refused rows were written, or why they were not; none where there are none or nobody asked.
    pub(crate) refused_workbook: Option<Result<String, Failure>>,
    /// Whether stock and read models have followed; none for a dry run.
    pub(crate) followed: Option<Followed>,
    /// What it took.
    pub(crate) phases: Phases,
}

/// How far stock and the read models have followed the import.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Followed {
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
            match &self.refused_workbook {
                Some(Ok(file)) => {
                    fields.insert("refused_workbook".to_owned(), file.clone().into());
                }
                Some(Err(failure)) => {
                    let value = serde_json::to_value(failure).map_err(serde::ser::Error::custom)?;
                    fields.insert("refused_workbook_problem".to_owned(), value);
                }
                None => {}
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
        if records.without_effect > 0 {
            writeln!(
                out,
                "  {} rows count nothing: there is nothing to book for them",
                records.without_effect
            )?;
        }
        if outcome.tally.footers > 0 {
            writeln!(
                out,
                "  {} rows are totals and were not recorded",
                outcome.tally.footers
            )?;
        }
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
        self.write_not_recorded(out)?;
        self.write_findings(out)?;
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
                let minds = !self.allow_unrecorded && !self.outcome.is_whole();
                if self.outcome.refusals.count() > 0 || minds {
                    Exit::Failure
                } else {
                    Exit::Success
                }
            }
        }
    }
}

impl Imported {
    fn title(&self, field: Field) -> &str {
        let mut columns = self.outcome.columns.iter();
        let found = columns.find(|(known, _)| *known == field);
        found.map_or(field.word(), |(_, title)| title)
    }

    /// Columns that are recorded nowhere: those that may be missed, then those that are left out on purpose.
    fn write_not_recorded(&self, out: &mut dyn Write) -> io::Result<()> {
        for needs_a_look in [true, false] {
            let columns = self.outcome.not_recorded.iter();
            let columns: Vec<&NotRecorded> = columns
                .filter(|column| column.needs_a_look == needs_a_look)
                .collect();
            let Some(first) = columns.first() else { continue };
            let shown: Vec<String> = columns.iter().map(|column| self.not_recorded(column)).collect();
            writeln!(out, "  {}: {}", first.message(self.language), shown.join(", "))?;
            if let Some(next) = first.next_step(self.language) {
                writeln!(out, "    fix: {next}")?;
            }
        }
        Ok(())
    }

    /// A column that is recorded nowhere, with its sum where there is one.
    fn not_recorded(&self, column: &NotRecorded) -> String {
        match column.sum {
            Some(sum) => format!("{} ({} {sum})", column.column, self.language.pick("soma", "sum")),
            None => column.column.clone(),
        }
    }

    /// What was found besides the counts: what was not read, and sums that differ.
    fn write_findings(&self, out: &mut dyn Write) -> io::Result<()> {
        for finding in &self.outcome.findings {
            writeln!(out, "  note: {}", finding.message(self.language))?;
            if let Some(next) = finding.next_step(self.language) {
                writeln!(out, "    fix: {next}")?;
            }
        }
        let differing = || self.outcome.footer_checks.iter().filter(|check| !check.agrees);
        for check in differing().take(REFUSED_SHOWN) {
            let what = self.language.pick(
                "o total da planilha não é a soma das linhas",
                "the sheet's total is not the sum of its rows",
            );
            let title = self.title(check.field);
            writeln!(
                out,
                "  row {}: {title}: {what}: {} <> {}",
                check.row, check.theirs, check.ours
            )?;
        }
        if differing().next().is_some() {
            let fix = self.language.pick(
                "confira o total e as linhas; se a linha é um produto, dê a ele um código ou outro nome",
                "check the total and the rows; if the row is a product, give it a code or another name",
            );
            writeln!(out, "    fix: {fix}")?;
        }
        let more = differing().count().saturating_sub(REFUSED_SHOWN);
        if more > 0 {
            writeln!(out, "  and {more} totals more that differ")?;
        }
        Ok(())
    }

    fn write_refusals(&self, out: &mut dyn Write) -> io::Result<()> {
        let refusals = &self.outcome.refusals;
        for refused in refusals.rows().iter().take(REFUSED_SHOWN) {
            for fault in &refused.faults {
                let title = fault.field.map_or("", |field| self.title(field));
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
            Some(Ok(file)) => writeln!(out, "Next: correct the rows in {file} and import that file"),
            Some(Err(failure)) => {
                writeln!(out, "  the refused rows were not written: {failure}")?;
                writeln!(
                    out,
                    "Next: {}; the same file again records nothing twice",
                    failure
                        .next
                        .as_deref()
                        .unwrap_or("mend that and import the file again")
                )
            }
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

/// Minor units with two decimals; the importer's currency has two nearly always, and the JSON has the minor units.
fn reais(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let minor = minor.unsigned_abs();
    format!("{sign}{}.{:02}", minor / 100, minor % 100)
}
