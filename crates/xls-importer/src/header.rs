//! Finding the row of column titles, and with it the kind of sheet.

use posars_words::Language;

use crate::column::{Column, titles_in};
use crate::column_content::ColumnContents;
use crate::field::{Field, SheetKind};
use crate::kind_choice::{choose_kind, counted_field};
use crate::limits::{COLUMNS_MAX, HEADER_ROWS_SEARCHED};
use crate::mapping::{Candidate, Mapping, depends_on_content, map_columns};
use crate::money_titles::{MoneyTitle, money_title};
use crate::refusal::{ColumnDoubt, FileRefusal, UnclearColumn};
use crate::refused_titles::added_titles;
use crate::row_reason::RowReason;
use crate::row_signs::RowSigns;
use crate::sheet::{Cell, Row, Sheet, column_letters};
use crate::sheet_marks::SheetMarks;
use crate::title::normalise_title;

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
    /// Columns that can change what a row means.
    pub(crate) signs: RowSigns,
    /// Columns of the sender's own choice.
    chosen: Vec<(Field, u32)>,
    /// In a stock sheet, the field that holds a count: what is there, not what came.
    pub(crate) counted: Option<Field>,
}

impl Header {
    /// Whether the sheet is a workbook of refused rows that is sent back.
    pub(crate) fn is_of_refused_rows(&self) -> bool {
        let has = |title: &str| self.columns.iter().any(|column| column.title == title);
        [Language::PtBr, Language::En]
            .into_iter()
            .any(|language| added_titles(language).into_iter().all(has))
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
        let unused = self
            .columns
            .iter()
            .filter(|column| !used.contains(&column.index) && !self.signs.has(column.index));
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

    /// Whether the sender named the column of a field.
    pub(crate) fn is_chosen(&self, field: Field) -> bool {
        self.chosen.iter().any(|(chosen, _)| *chosen == field)
    }

    /// Titles of columns that can change what a row means, and were looked at for that alone.
    #[must_use]
    pub fn sign_columns(&self) -> Vec<String> {
        self.signs.titles().map(str::to_owned).collect()
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
/// `no_header` when no row has two titles that are understood, `not_known_kind` when those that are belong to other
/// sheets, `needs_mapping`, `unclear_columns` or `count_without_cost` when they do not suffice.
pub fn find_header(sheet: &Sheet, choice: &MappingChoice) -> Result<Header, FileRefusal> {
    let Titles {
        row_index,
        row_number,
        columns,
        captions,
    } = find_titles(sheet, choice)?;
    let columns = with_unnamed(sheet, row_index, columns);
    let marks = SheetMarks::of(&columns, sheet.name(), &captions);
    let mut contents = ColumnContents::of(sheet, row_index, &columns, depends_on_content);
    let candidates: Vec<Candidate> = kinds(choice)
        .map(|kind| map_columns(kind, &columns, &choice.columns, &contents))
        .collect();
    let chosen = choose_kind(&candidates, choice.kind.is_some(), &marks, &columns)?;
    // What stands in the columns that this kind of sheet has no field for.
    let is_open = |column: &Column| {
        contents.get(column.index).is_none()
            && !chosen.mapping.fields().any(|(_, taken)| taken == column.index)
    };
    let more = ColumnContents::of(sheet, row_index, &columns, is_open);
    contents.extend(more);
    let (mapping, told) = (chosen.mapping.clone(), chosen.chosen.clone());
    let counted = counted_field(chosen, &marks, &columns);
    let signs = signs(&mapping, &columns, &told, &contents)?;
    Ok(Header {
        row_index,
        row_number,
        columns,
        mapping,
        signs,
        chosen: told,
        counted,
    })
}

/// The row of titles, and what stands above it.
struct Titles {
    row_index: usize,
    row_number: u32,
    columns: Vec<Column>,
    captions: Vec<String>,
}

fn find_titles(sheet: &Sheet, choice: &MappingChoice) -> Result<Titles, FileRefusal> {
    let mut best: Option<(usize, Titles)> = None;
    let mut foreign: Option<Vec<Column>> = None;
    let mut texts: Vec<String> = Vec::new();
    let nothing = ColumnContents::default();
    let mut row = Row::default();
    let searched = sheet.rows_len().min(HEADER_ROWS_SEARCHED);
    for index in 0..searched {
        sheet.read_row(index, &mut row);
        let columns = titles_of(&row);
        let understood = kinds(choice)
            .map(|kind| map_columns(kind, &columns, &choice.columns, &nothing).understood())
            .max()
            .unwrap_or(0);
        if foreign.is_none() && SheetMarks::of(&columns, "", &[]).foreign >= FIELDS_UNDERSTOOD_MIN {
            foreign = Some(columns.clone());
        }
        let captions = texts.clone();
        texts.extend(
            columns
                .iter()
                .filter(|column| !column.title.is_empty())
                .map(|column| column.title.clone()),
        );
        if understood >= FIELDS_UNDERSTOOD_MIN && best.as_ref().is_none_or(|(most, _)| understood > *most) {
            let titles = Titles {
                row_index: index,
                row_number: row.number,
                columns,
                captions,
            };
            best = Some((understood, titles));
        }
    }
    if let Some((_, titles)) = best {
        return Ok(titles);
    }
    Err(match foreign {
        Some(columns) => FileRefusal::NotKnownKind {
            columns: titles_in(&columns),
        },
        None => FileRefusal::NoHeader {
            sheet: sheet.name().to_owned(),
            rows_searched: u64::try_from(searched).unwrap_or(u64::MAX),
        },
    })
}

/// The columns that can change what rows mean, amounts on top of the price among them.
fn signs(
    mapping: &Mapping,
    columns: &[Column],
    chosen: &[(Field, u32)],
    contents: &ColumnContents,
) -> Result<RowSigns, FileRefusal> {
    let (mut signs, mut unclear) = RowSigns::find(mapping, columns, chosen, contents);
    let used: Vec<u32> = mapping.fields().map(|(_, column)| column).collect();
    for column in columns {
        let is_told = chosen.iter().any(|(_, index)| *index == column.index);
        let is_unclear = unclear.iter().any(|unclear| unclear.title == column.title);
        if used.contains(&column.index) || is_told || is_unclear || signs.has(column.index) {
            continue;
        }
        let Some(content) = contents.get(column.index) else {
            continue;
        };
        let doubt = match money_title(mapping.kind, &normalise_title(&column.title), content) {
            Some(MoneyTitle::OnTop) => {
                signs.add_amount(column, RowReason::AmountOnTop);
                continue;
            }
            Some(MoneyTitle::Unclear) => ColumnDoubt::Amount,
            Some(MoneyTitle::Payment) => ColumnDoubt::Payment,
            None => continue,
        };
        unclear.push(UnclearColumn {
            title: column.title.clone(),
            doubt,
            words: Vec::new(),
        });
    }
    if unclear.is_empty() {
        return Ok(signs);
    }
    Err(FileRefusal::UnclearColumns {
        kind: mapping.kind.word().to_owned(),
        columns: unclear,
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

/// Adds columns that have no title and values in the first row below the titles, or a text in any: it may say that its
/// row was called off.
fn with_unnamed(sheet: &Sheet, header_index: usize, mut columns: Vec<Column>) -> Vec<Column> {
    let mut row = Row::default();
    sheet.read_row(header_index + 1, &mut row);
    let known = u32::try_from(columns.len()).unwrap_or(u32::MAX);
    for index in known..COLUMNS_MAX {
        if row.cell(index) != Cell::Empty || sheet.last_text_row(index) >= row.number.max(1) {
            columns.push(Column {
                index,
                title: String::new(),
            });
        }
    }
    columns
}
