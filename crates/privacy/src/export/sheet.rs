//! The export as a workbook: one row for each single value.

use std::io::Write;

use posars_reports::{PersonClassRow, PersonReport, PersonRow, ReportError, ReportOptions};
use serde_json::Value;

use super::content::{leaves, text_of};
use super::{Door, Export, Record};
use crate::Kept;

impl Export {
    /// Writes it as an Excel workbook for people.
    ///
    /// # Errors
    /// See [`ReportError`].
    pub fn write_xlsx(&self, options: &ReportOptions, out: impl Write) -> Result<(), ReportError> {
        self.report().write_xlsx(options, out)
    }

    /// A name for the workbook's file, without any of the person's data.
    #[must_use]
    pub fn file_name(&self, options: &ReportOptions) -> String {
        self.report_head().file_name(options)
    }

    fn report(&self) -> PersonReport {
        PersonReport {
            rows: self.records.iter().flat_map(rows).collect(),
            ..self.report_head()
        }
    }

    fn report_head(&self) -> PersonReport {
        let class = |class: &crate::ClassKept| match class.kept {
            Kept::Erased => PersonClassRow {
                class: class.class,
                is_erased: true,
                last_used_on: None,
                due_on: None,
            },
            Kept::Held { last_used_on, due_on } => PersonClassRow {
                class: class.class,
                is_erased: false,
                last_used_on: Some(last_used_on),
                due_on,
            },
        };
        PersonReport {
            company: self.company.clone(),
            subject_id: self.person.subject_id.to_string(),
            made_at: self.made_at,
            position: self.up_to_position,
            classes: self.person.classes.iter().map(class).collect(),
            rows: Vec::new(),
        }
    }
}

fn rows(record: &Record) -> Vec<PersonRow> {
    let mut found = Vec::new();
    leaves("", &record.content, &mut found);
    let source = match &record.source {
        Door::Api => "api".to_owned(),
        Door::Import {
            file_sha256,
            sheet,
            row,
        } => format!("{sheet}!{row} ({file_sha256})"),
        Door::Reactor { name, position } => format!("{name} ({position})"),
    };
    let row = |(path, value): (String, &Value)| {
        let is_of = |datum: &&super::Datum| {
            path.strip_prefix(&datum.path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let datum = record.data.iter().find(is_of);
        let is_erased = datum.is_some_and(|datum| datum.value.is_none());
        PersonRow {
            recorded_at: record.recorded_at,
            event_type: record.event_type.clone(),
            value: (!is_erased).then(|| text_of(value)),
            class: datum.map(|datum| datum.class),
            path,
            actor: record.actor.clone(),
            source: source.clone(),
            stream: record.stream.clone(),
            event_id: record.event_id.to_string(),
            position: record.position,
        }
    };
    found.into_iter().map(row).collect()
}
