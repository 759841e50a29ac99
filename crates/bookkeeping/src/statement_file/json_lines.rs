//! The lines of a JSON file: a list of objects, or an object with such a list under `lines`.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::StatementFileError;
use super::cells::DecimalMark;
use super::field::Field;
use super::line::Cells;

/// How large a file may be: it is held in memory as a whole.
const SIZE_BYTES_MAX: u64 = 64 * 1_024 * 1_024;

/// A line: its fields in their order, as they are written.
type Line = Vec<(String, String)>;

/// The lines of a JSON file.
#[derive(Debug)]
pub(super) struct JsonLines {
    lines: std::vec::IntoIter<Line>,
    number: u64,
}

/// An object with the list in it.
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    lines: Vec<&'a RawValue>,
}

/// Whether the first character is one that JSON begins with.
pub(super) fn is_json(path: &Path) -> Result<bool, StatementFileError> {
    let mut beginning = [0; 64];
    let length = File::open(path)?.read(&mut beginning)?;
    let beginning = beginning.get(..length).unwrap_or_default();
    let beginning = beginning.strip_prefix("\u{feff}".as_bytes()).unwrap_or(beginning);
    let first = beginning.iter().find(|byte| !byte.is_ascii_whitespace());
    Ok(first.is_some_and(|first| matches!(first, b'[' | b'{')))
}

impl JsonLines {
    pub(super) fn open(path: &Path) -> Result<Self, StatementFileError> {
        let size_bytes = std::fs::metadata(path)?.len();
        if size_bytes > SIZE_BYTES_MAX {
            return Err(StatementFileError::TooLarge {
                size_bytes,
                max_bytes: SIZE_BYTES_MAX,
            });
        }
        let text = std::fs::read_to_string(path)?;
        Self::parse(text.trim_start_matches('\u{feff}'))
    }

    fn parse(text: &str) -> Result<Self, StatementFileError> {
        // Read once as any JSON, because only that tells where it breaks off.
        let whole: &RawValue = serde_json::from_str(text).map_err(|error| not_json(&error))?;
        let lines = if whole.get().starts_with('[') {
            serde_json::from_str::<Vec<&RawValue>>(whole.get())
        } else {
            serde_json::from_str::<Document<'_>>(whole.get()).map(|document| document.lines)
        };
        let lines = lines.map_err(|_| StatementFileError::NotJson {
            line: 1,
            column: 1,
            problem: "this is no list of lines".to_owned(),
        })?;
        let lines = lines.into_iter().map(|line| fields_of(line.get()));
        Ok(Self {
            lines: lines.collect::<Result<Vec<_>, _>>()?.into_iter(),
            number: 0,
        })
    }

    /// What its lines hold, and the names of what nothing is read from.
    pub(super) fn fields(&self) -> (Vec<Field>, Vec<String>) {
        let (mut fields, mut ignored) = (Vec::new(), Vec::new());
        for (name, _) in self.lines.as_slice().iter().flatten() {
            match Field::of_title(name) {
                Some(field) if !fields.contains(&field) => fields.push(field),
                None if !ignored.contains(name) => ignored.push(name.clone()),
                Some(_) | None => {}
            }
        }
        (fields, ignored)
    }

    pub(super) fn next(&mut self) -> Option<Cells> {
        let line = self.lines.next()?;
        self.number += 1;
        let texts = line
            .into_iter()
            .filter_map(|(name, text)| Some((Field::of_title(&name)?, text)));
        Some(Cells {
            number: self.number,
            texts: texts.filter(|(_, text)| !text.is_empty()).collect(),
            surplus: None,
            mark: Some(DecimalMark::Point),
        })
    }
}

/// The fields of an object, those of objects in it among them; a number stays as it is written, to the last digit.
fn fields_of(object: &str) -> Result<Line, StatementFileError> {
    let fields: std::collections::BTreeMap<String, &RawValue> =
        serde_json::from_str(object).map_err(|error| not_json(&error))?;
    let mut line = Line::new();
    for (name, value) in fields {
        let text = value.get();
        match serde_json::from_str::<Value>(text).map_err(|error| not_json(&error))? {
            Value::Null => {}
            Value::String(text) => line.push((name, text.trim().to_owned())),
            Value::Object(_) => line.extend(fields_of(text)?),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) => line.push((name, text.to_owned())),
        }
    }
    Ok(line)
}

fn not_json(error: &serde_json::Error) -> StatementFileError {
    StatementFileError::NotJson {
        line: error.line(),
        column: error.column(),
        problem: error.to_string(),
    }
}
