//! Statements as files: CSV as acquirers and banks export it, or JSON; line by line, so that a file may have any size.

mod cells;
mod csv_lines;
mod field;
mod json_lines;
mod line;

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::Path;

use posars_domain::statement_line::{NewStatementLine, StatementKind};
use posars_domain::{AccountCode, Currency, InvalidValue, StatementLineId};
use sha2::{Digest as _, Sha256};

use csv_lines::CsvLines;
use field::Field;
use json_lines::JsonLines;
use line::Cells;

/// What all lines of a file have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementOf {
    /// Whose statement it is; `None` to tell by its columns.
    pub kind: Option<StatementKind>,
    /// Which acquirer, bank or account; `None` for the word of its kind. The same for every statement of it, or a line that
    /// comes again is another.
    pub source: Option<String>,
    /// The currency of its amounts.
    pub currency: Currency,
    /// The account that the money went to.
    pub money_account: AccountCode,
}

/// A line of a file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadLine {
    /// Where it stands: the line of a CSV file, the place in the list of a JSON file; from 1.
    pub number: u64,
    /// What it says, or why that could not be read.
    pub line: Result<NewStatementLine, InvalidValue>,
}

/// Why a file could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum StatementFileError {
    /// The system does not give it.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// A JSON file is larger than is held in memory.
    #[error("it has {size_bytes} bytes, a JSON file may have {max_bytes}; split it, or write it as CSV")]
    TooLarge {
        /// How large it is.
        size_bytes: u64,
        /// How large it may be.
        max_bytes: u64,
    },
    /// A JSON file is no list of objects.
    #[error(
        "line {line}, column {column}: {problem}; write a list of objects, one for each line of the statement"
    )]
    NotJson {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong.
        problem: String,
    },
    /// A CSV file has no titles that are known.
    #[error(
        "none of the first {looked_at} lines has the titles of a date and an amount; title the columns as data, bruto, taxa, \
         liquido, nsu, autorizacao, e2e, boleto, parcela, referencia"
    )]
    NoHeader {
        /// How many lines were looked at.
        looked_at: usize,
    },
    /// A CSV file breaks off or is none.
    #[error("line {line}: {problem}; write it anew as CSV in UTF-8")]
    NotCsv {
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        problem: String,
    },
}

/// A statement as a file, read as it is asked for.
#[derive(Debug)]
pub struct StatementFile {
    lines: Lines,
    kind: StatementKind,
    source: String,
    of: StatementOf,
    sha256: String,
    /// How many lines there were that nothing tells apart, by what they say.
    seen: HashMap<StatementLineId, u16>,
    ignored: Vec<String>,
}

#[derive(Debug)]
enum Lines {
    Csv(Box<CsvLines>),
    Json(JsonLines),
}

impl StatementFile {
    /// Whether a file can be read as a statement, as far as its beginning tells.
    ///
    /// # Errors
    /// See [`StatementFileError`].
    pub fn check(path: &Path) -> Result<(), StatementFileError> {
        if json_lines::is_json(path)? {
            JsonLines::open(path)?;
        } else {
            CsvLines::open(path)?;
        }
        Ok(())
    }

    /// Opens a file: JSON when it begins as JSON does, otherwise CSV.
    ///
    /// # Errors
    /// See [`StatementFileError`].
    pub fn open(path: &Path, of: StatementOf) -> Result<Self, StatementFileError> {
        let sha256 = hashed(path)?;
        let (lines, fields, ignored) = if json_lines::is_json(path)? {
            let json = JsonLines::open(path)?;
            let (fields, ignored) = json.fields();
            (Lines::Json(json), fields, ignored)
        } else {
            let csv = CsvLines::open(path)?;
            let (fields, ignored) = csv.fields();
            (Lines::Csv(Box::new(csv)), fields, ignored)
        };
        let kind = of.kind.unwrap_or_else(|| kind_by(&fields));
        let source = of.source.clone().unwrap_or_else(|| kind.as_str().to_owned());
        Ok(Self {
            lines,
            kind,
            source,
            of,
            sha256,
            seen: HashMap::new(),
            ignored,
        })
    }

    /// Whose statement it is taken for.
    #[must_use]
    pub const fn kind(&self) -> StatementKind {
        self.kind
    }

    /// Whom it is taken to be of.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The form of the file, as people call it.
    #[must_use]
    pub const fn form(&self) -> &'static str {
        match self.lines {
            Lines::Csv(_) => "csv",
            Lines::Json(_) => "json",
        }
    }

    /// SHA-256 of the file, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Titles of columns that nothing is read from.
    #[must_use]
    pub fn ignored(&self) -> &[String] {
        &self.ignored
    }

    /// The next lines, at most so many; none at the end.
    ///
    /// # Errors
    /// [`StatementFileError::Io`] and [`StatementFileError::NotCsv`] when the file cannot be read on.
    pub fn next_lines(&mut self, max: usize) -> Result<Vec<ReadLine>, StatementFileError> {
        let mut read = Vec::new();
        while read.len() < max {
            let next = match &mut self.lines {
                Lines::Csv(csv) => csv.next()?,
                Lines::Json(json) => json.next(),
            };
            let Some(cells) = next else { break };
            let number = cells.number;
            let line = self.line(&cells);
            read.push(ReadLine { number, line });
        }
        Ok(read)
    }

    fn line(&mut self, cells: &Cells) -> Result<NewStatementLine, InvalidValue> {
        let mut line = cells.read(self.kind, &self.source, &self.of)?;
        // One that is told apart is the same wherever it stands.
        if !line.is_told_apart() {
            let count = self.seen.entry(line.first_id()).or_default();
            *count = count.saturating_add(1);
            line.occurrence = *count;
        }
        Ok(line)
    }
}

fn hashed(path: &Path) -> Result<String, StatementFileError> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(path)?, &mut hasher)?;
    let digest = hasher.finalize();
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Whose statement has these columns.
fn kind_by(fields: &[Field]) -> StatementKind {
    let has = |field: Field| fields.contains(&field);
    if has(Field::Nsu) || has(Field::Authorization) || has(Field::Acquirer) {
        StatementKind::Acquirer
    } else if has(Field::PixId) {
        StatementKind::Pix
    } else {
        StatementKind::Bank
    }
}
