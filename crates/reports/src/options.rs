//! The options a report is written with.

use jiff::tz::TimeZone;
use posars_words::Language;

/// What separates the decimals in a CSV file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DecimalMark {
    /// `1234.56`, fields separated by commas: for programs.
    #[default]
    Point,
    /// `1234,56`, fields separated by semicolons: as a Brazilian Excel opens it.
    Comma,
}

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text, one row a line.
    Csv,
    /// An Excel workbook.
    Xlsx,
}

impl Format {
    /// The ending of the file's name.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// How a report is written.
#[derive(Clone, Debug)]
pub struct ReportOptions {
    /// The language.
    pub language: Language,
    /// For CSV only; a workbook shows numbers as its reader is set up.
    pub decimal_mark: DecimalMark,
    /// The zone that the time of making is shown in.
    pub time_zone: TimeZone,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            language: Language::PtBr,
            decimal_mark: DecimalMark::default(),
            time_zone: TimeZone::UTC,
        }
    }
}
