//! Finding the row of column titles, and with it the kind of sheet.

use crate::field::{Field, SheetKind};
use crate::language::Language;
use crate::limits::HEADER_ROWS_SEARCHED;
use crate::mapping::{Candidate, Column, Mapping, map_columns};
use crate::refusal::FileRefusal;
use crate::refused_workbook;
use crate::sheet::{Cell, Row, Sheet, column_letters};

/// What the sender says about a sheet, where the titles do not suffice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MappingChoice {
    /// The kind of sheet.
    pub kind: Option<SheetKind>,
    /// Field and title of its column.
    pub columns: Vec<(Field, String)>,
}

/// The titles of a sheet, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Index of the row of titles among the rows with cells.
    pub row_index: usize,
    /// Its number in the sheet, from 1.
    pub row_number: u32,
    /// All columns with their titles.
    pub columns: Vec<Column>,
    /// What they mean.
    pub mapping: Mapping,
}

impl Header {
    /// Whether the sheet is a workbook of refused rows that is sent back.
    pub(crate) fn is_of_refused_rows(&self) -> bool {
        let has = |title: &str| self.columns.iter().any(|column| column.title == title);
        [Language::PtBr, Language::En]
            .into_iter()
            .any(|language| refused_workbook::added_titles(language).into_iter().all(has))
    }

    /// The refusal of a sheet that lacks a column, in a form that says what it has.
    pub(crate) fn needs(&self, field: Field) -> FileRefusal {
        FileRefusal::NeedsMapping {
            kind: Some(self.mapping.kind.word().to_owned()),
            missing: vec![field.word().to_owned()],
            ambiguous: Vec::new(),
            columns: self.columns.iter().map(|column| column.title.clone()).collect(),
        }
    }

    /// Titles of columns that mean nothing to the importer; unnamed ones by their letters.
    #[must_use]
    pub fn unused_columns(&self) -> Vec<String> {
        let used: Vec<u32> = self.mapping.fields().map(|(_, column)| column).collect();
        let unused = self.columns.iter().filter(|column| !used.contains(&column.index));
        unused
            .map(|column| {
                if column.title.is_empty() {
                    column_letters(column.index)
                } else {
                    column.title.clone()
                }
            })
            .collect()
    }

    /// The title of a field's column, for messages.
    #[must_use]
    pub fn title(&self, field: Field) -> &str {
        let column = self.mapping.column(field);
        let found = self
            .columns
            .iter()
            .find(|candidate| Some(candidate.index) == column);
        found.map_or(field.word(), |column| column.title.as_str())
    }
}

/// Finds the titles among the first rows: the row where most of them are understood.
///
/// # Errors
/// `no_header` when no row has two titles that are understood, `needs_mapping` when they do not suffice.
pub fn find_header(sheet: &Sheet, choice: &MappingChoice) -> Result<Header, FileRefusal> {
    let mut best: Option<(usize, usize, u32, Vec<Column>)> = None;
    let mut row = Row::default();
    let searched = sheet.rows_len().min(HEADER_ROWS_SEARCHED);
    for index in 0..searched {
        sheet.read_row(index, &mut row);
        let columns = titles_of(&row);
        let understood = kinds(choice)
            .map(|kind| map_columns(kind, &columns, &choice.columns))
            .map(|candidate| candidate.mapping.len() + candidate.ambiguous.len())
            .max()
            .unwrap_or(0);
        if understood >= FIELDS_UNDERSTOOD_MIN && best.as_ref().is_none_or(|(most, ..)| understood > *most) {
            best = Some((understood, index, row.number, columns));
        }
    }
    let Some((_, row_index, row_number, columns)) = best else {
        let rows_searched = u64::try_from(searched).unwrap_or(u64::MAX);
        return Err(FileRefusal::NoHeader {
            sheet: sheet.name().to_owned(),
            rows_searched,
        });
    };
    let columns = with_unnamed(sheet, row_index, columns);
    let mapping = decide_kind(&columns, choice)?;
    Ok(Header {
        row_index,
        row_number,
        columns,
        mapping,
    })
}

/// One title alone is a coincidence: "Total" in a title row, "Data" beside a filter.
const FIELDS_UNDERSTOOD_MIN: usize = 2;

fn kinds(choice: &MappingChoice) -> impl Iterator<Item = SheetKind> {
    let wanted = choice.kind;
    SheetKind::ALL
        .into_iter()
        .filter(move |kind| wanted.is_none_or(|wanted| wanted == *kind))
}

fn titles_of(row: &Row<'_>) -> Vec<Column> {
    row.cells()
        .map(|(index, cell)| {
            let title = if let Cell::Text(text) = cell {
                text.to_owned()
            } else {
                String::new()
            };
            Column { index, title }
        })
        .collect()
}

/// Adds columns that have values but no title, looking at the first row below the titles.
fn with_unnamed(sheet: &Sheet, header_index: usize, mut columns: Vec<Column>) -> Vec<Column> {
    let mut row = Row::default();
    sheet.read_row(header_index + 1, &mut row);
    let known = u32::try_from(columns.len()).unwrap_or(u32::MAX);
    for (index, cell) in row.cells() {
        if index >= known && cell != Cell::Empty {
            columns.push(Column {
                index,
                title: String::new(),
            });
        }
    }
    columns
}

fn decide_kind(columns: &[Column], choice: &MappingChoice) -> Result<Mapping, FileRefusal> {
    let candidates: Vec<Candidate> = kinds(choice)
        .map(|kind| map_columns(kind, columns, &choice.columns))
        .collect();
    let titles = columns.iter().filter(|column| !column.title.is_empty());
    let titles: Vec<String> = titles.map(|column| column.title.clone()).collect();
    // A sale needs most, a catalogue least: the first kind that has all it needs is what the sheet is. A catalogue
    // with half of a sale's columns is refused, because importing it as products would drop the sales silently.
    let [first, rest @ ..] = candidates.as_slice() else {
        return Err(needs_mapping(None, &[], titles));
    };
    if let Some(complete) = candidates.iter().find(|candidate| candidate.is_complete())
        && (complete.mapping.kind != SheetKind::Products
            || choice.kind.is_some()
            || !resembles_movement(&candidates))
    {
        return Ok(complete.mapping.clone());
    }
    let fewest = |candidate: &&Candidate| (candidate.missing.len(), candidate.ambiguous.len());
    let nearest = rest
        .iter()
        .chain([first])
        .filter(|candidate| !candidate.is_complete())
        .min_by_key(fewest);
    Err(needs_mapping(nearest, &candidates, titles))
}

/// Whether a sheet that would do as a catalogue has marks of sales or receipts.
fn resembles_movement(candidates: &[Candidate]) -> bool {
    candidates.iter().any(|candidate| {
        let has = |field: Field| candidate.mapping.has(field);
        match candidate.mapping.kind {
            SheetKind::Sales => {
                has(Field::Date) || has(Field::Receipt) || has(Field::Payment) || has(Field::Quantity)
            }
            SheetKind::Stock => has(Field::Date) || has(Field::Receipt),
            SheetKind::Products => false,
        }
    })
}

fn needs_mapping(nearest: Option<&Candidate>, all: &[Candidate], columns: Vec<String>) -> FileRefusal {
    let ambiguous = nearest
        .map(|candidate| candidate.ambiguous.as_slice())
        .unwrap_or_default();
    let ambiguous = ambiguous
        .iter()
        .map(|(field, titles)| format!("{}: {}", field.word(), titles.join(", ")))
        .collect();
    let missing = nearest
        .map(|candidate| candidate.missing.clone())
        .unwrap_or_default();
    let kind = nearest
        .or(all.first())
        .map(|candidate| candidate.mapping.kind.word().to_owned());
    FileRefusal::NeedsMapping {
        kind,
        missing,
        ambiguous,
        columns,
    }
}
