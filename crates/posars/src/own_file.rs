//! Telling a file that this program wrote from anybody else's, by what is in it.
//!
//! A workbook carries its mark where an archive keeps its comment: no reader shows it, and a program that saves the
//! workbook again drops it. So what a person has worked on is not taken for ours.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

use posars_reports::is_daily_sales_csv;

/// A kind of file that this program writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OwnFile {
    /// The rows that an import refused.
    RefusedRows,
    /// A report as CSV, known by its titles.
    ReportCsv,
    /// A report as a workbook.
    ReportXlsx,
    /// All that is held on a person. It carries no mark, so it is never written over.
    PersonalData,
}

/// Bytes of a file's beginning that are looked at: the titles of a report are 200.
const BEGINNING_BYTES: u64 = 1024;
/// The record that ends an archive, without its comment.
const END_RECORD_BYTES: usize = 22;
const END_RECORD_SIGNATURE: &[u8] = b"PK\x05\x06";

impl OwnFile {
    /// What a person calls it.
    pub(crate) fn described(self) -> &'static str {
        match self {
            Self::RefusedRows => "a workbook of refused rows as posars left it",
            Self::ReportCsv | Self::ReportXlsx => "a report of this format as posars left it",
            Self::PersonalData => "a file of personal data as posars left it",
        }
    }

    /// Whether others on the machine have no business with it: it holds rows about people.
    pub(crate) fn is_private(self) -> bool {
        match self {
            Self::RefusedRows | Self::PersonalData => true,
            Self::ReportCsv | Self::ReportXlsx => false,
        }
    }

    fn comment(self) -> Option<&'static [u8]> {
        match self {
            Self::RefusedRows => Some(b"posars: refused rows, 1"),
            Self::ReportXlsx => Some(b"posars: report, 1"),
            Self::ReportCsv | Self::PersonalData => None,
        }
    }

    /// Whether an open file is one of these, untouched since.
    pub(crate) fn is(self, file: &mut File) -> std::io::Result<bool> {
        let Some(comment) = self.comment() else {
            let mut beginning = Vec::new();
            file.seek(SeekFrom::Start(0))?;
            file.take(BEGINNING_BYTES).read_to_end(&mut beginning)?;
            return Ok(self == Self::ReportCsv && is_daily_sales_csv(&beginning));
        };
        let size_bytes = file.seek(SeekFrom::End(0))?;
        let end_bytes = u64::try_from(END_RECORD_BYTES + comment.len()).unwrap_or(u64::MAX);
        let Some(start) = size_bytes.checked_sub(end_bytes) else {
            return Ok(false);
        };
        let mut end = Vec::new();
        file.seek(SeekFrom::Start(start))?;
        file.take(end_bytes).read_to_end(&mut end)?;
        Ok(end.starts_with(END_RECORD_SIGNATURE) && end.ends_with(comment))
    }

    /// Puts the mark into a file just written.
    pub(crate) fn mark(self, file: &mut File) -> std::io::Result<()> {
        let Some(comment) = self.comment() else {
            return Ok(());
        };
        let mut end = [0; END_RECORD_BYTES];
        let start = file.seek(SeekFrom::End(0))?.saturating_sub(22);
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut end)?;
        if !end.starts_with(END_RECORD_SIGNATURE) || !end.ends_with(&[0, 0]) {
            return Err(std::io::Error::other("the workbook does not end as one"));
        }
        let length = u16::try_from(comment.len()).map_err(std::io::Error::other)?;
        file.seek(SeekFrom::End(-2))?;
        file.write_all(&length.to_le_bytes())?;
        file.write_all(comment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marked_workbook_is_ours_until_it_is_saved_again() {
        let mut file = tempfile::tempfile().unwrap();
        let mut book = rust_xlsxwriter::Workbook::new();
        book.add_worksheet().write(0, 0, "x").unwrap();
        file.write_all(&book.save_to_buffer().unwrap()).unwrap();
        assert!(!OwnFile::RefusedRows.is(&mut file).unwrap());
        OwnFile::RefusedRows.mark(&mut file).unwrap();
        assert!(OwnFile::RefusedRows.is(&mut file).unwrap());
        assert!(!OwnFile::ReportXlsx.is(&mut file).unwrap());
        assert!(!OwnFile::ReportCsv.is(&mut file).unwrap());
        assert!(OwnFile::RefusedRows.mark(&mut file).is_err(), "once is enough");
    }

    #[test]
    fn what_is_no_workbook_is_not_marked() {
        let mut file = tempfile::tempfile().unwrap();
        for kind in [OwnFile::RefusedRows, OwnFile::ReportXlsx, OwnFile::ReportCsv] {
            assert!(!kind.is(&mut file).unwrap(), "an empty file");
        }
        file.write_all(&[b'k'; 100]).unwrap();
        assert!(OwnFile::RefusedRows.mark(&mut file).is_err());
    }
}
