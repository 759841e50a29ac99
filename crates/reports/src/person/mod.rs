//! All that is held on a person, as a workbook that the person can read.

mod words;
mod xlsx;

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::RetentionClass;

use crate::ReportOptions;
use words::Words;

/// All that is held on a person. Its debug output shows nothing of it.
#[derive(Clone)]
pub struct PersonReport {
    /// The company.
    pub company: String,
    /// Id of the person.
    pub subject_id: String,
    /// When it was gathered.
    pub made_at: Timestamp,
    /// The log position up to which it was looked for.
    pub position: u64,
    /// What is held by class.
    pub classes: Vec<PersonClassRow>,
    /// Each single value, the oldest event first.
    pub rows: Vec<PersonRow>,
}

/// What is held of a person for one reason.
#[derive(Clone, Copy, Debug)]
pub struct PersonClassRow {
    /// The reason.
    pub class: RetentionClass,
    /// Whether it was erased.
    pub is_erased: bool,
    /// The last business day of anything that holds it.
    pub last_used_on: Option<Date>,
    /// The first day on which it is erased by itself.
    pub due_on: Option<Date>,
}

/// A single value that is held on a person, and where it came from.
#[derive(Clone)]
pub struct PersonRow {
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The type of its event.
    pub event_type: String,
    /// Where it is in the event.
    pub path: String,
    /// The value; `None` when it was erased.
    pub value: Option<String>,
    /// Why it is kept, if it is sealed.
    pub class: Option<RetentionClass>,
    /// Who recorded it.
    pub actor: String,
    /// Where it came from: a door, or a place in a sheet.
    pub source: String,
    /// The stream of its event.
    pub stream: String,
    /// The id of its event.
    pub event_id: String,
    /// The position of its event in the log.
    pub position: u64,
}

impl fmt::Debug for PersonReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("PersonReport")
            .field("position", &self.position)
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PersonRow {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("PersonRow")
            .field("event_type", &self.event_type)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

impl PersonReport {
    /// A name for the file, such as `dados-pessoais_2026-11-30_1042.xlsx`: the day and the log position, nothing of the
    /// person.
    #[must_use]
    pub fn file_name(&self, options: &ReportOptions) -> String {
        let day = self.made_at.to_zoned(options.time_zone.clone()).date();
        format!(
            "{}_{day}_{}.xlsx",
            Words::of(options.language).file_name,
            self.position
        )
    }
}
