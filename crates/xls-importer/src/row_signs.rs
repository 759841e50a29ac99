//! Columns that can change what a row means: its state, the kind or direction of its movement, a reason, amounts on top.
//!
//! Such a column is understood, or the sheet is refused with the words that are not: it is never left aside, for a
//! cancelled sale or goods going out would be recorded as if they were sold or received.

use crate::cfop::meaning_of_cfop;
use crate::column::Column;
use crate::column_content::{ColumnContents, has_digit_above_zero, is_number_like};
use crate::field::{Field, SheetKind};
use crate::mapping::Mapping;
use crate::refusal::{ColumnDoubt, UnclearColumn};
use crate::row_fault::RowFault;
use crate::row_reason::RowReason;
use crate::row_words::{RowMeaning, meaning_of_word, opposing_word};
use crate::sheet::{Cell, Row, column_letters};
use crate::sign_titles::{TitleSign, sign_of_title};
use crate::title::normalise_title;

/// How a column speaks of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// By words: of a state, a movement, a reason.
    Words(Field),
    /// By a few clear words among others that say nothing.
    ClearWords,
    /// By being filled: a tick, a date, an amount that is not zero.
    Flag(RowMeaning),
    /// By a "no" or a zero.
    NegatedFlag(RowMeaning),
    /// By the code of tax law.
    Cfop,
}

/// A column with a sign.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SignColumn {
    index: u32,
    title: String,
    sign: Sign,
}

/// The columns of a sheet that can change what its rows mean.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RowSigns {
    kind: Option<SheetKind>,
    columns: Vec<SignColumn>,
}

impl RowSigns {
    /// Finds the columns among those that mean nothing else; says which are not clear.
    pub(crate) fn find(
        mapping: &Mapping,
        columns: &[Column],
        chosen: &[(Field, u32)],
        contents: &ColumnContents,
    ) -> (Self, Vec<UnclearColumn>) {
        let kind = mapping.kind;
        let mut signs = Self {
            kind: Some(kind),
            columns: Vec::new(),
        };
        let mut unclear = Vec::new();
        let used: Vec<u32> = mapping.fields().map(|(_, column)| column).collect();
        for column in columns.iter().filter(|column| !used.contains(&column.index)) {
            let told = chosen.iter().find(|(_, index)| *index == column.index);
            let sign = match told {
                Some((Field::Ignore, _)) => None,
                Some((field, _)) => Some(Sign::Words(*field)),
                None => found_sign(kind, column, contents),
            };
            let Some(sign) = sign else { continue };
            if let Some(words) = unknown_words(kind, sign, column, contents) {
                unclear.push(UnclearColumn {
                    title: name_of(column),
                    doubt: ColumnDoubt::RowMeaning,
                    words,
                });
                continue;
            }
            signs.columns.push(SignColumn {
                index: column.index,
                title: name_of(column),
                sign,
            });
        }
        (signs, unclear)
    }

    /// Adds a column of amounts that make a row something else where they are not zero.
    pub(crate) fn add_amount(&mut self, column: &Column, reason: RowReason) {
        self.columns.push(SignColumn {
            index: column.index,
            title: name_of(column),
            sign: Sign::Flag(RowMeaning::Other(reason)),
        });
    }

    /// Whether a column is one of them.
    pub(crate) fn has(&self, column: u32) -> bool {
        self.columns.iter().any(|sign| sign.index == column)
    }

    /// Titles of the columns, in the order of the sheet.
    pub(crate) fn titles(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.title.as_str())
    }
}

/// What the signs of a row say together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RowSign {
    /// A record as its kind of sheet has them.
    Usual,
    /// Called off, so that it is no record.
    Cancelled,
    /// No record of its kind of sheet.
    Opposes(RowFault),
}

/// Reads the signs of row after row. Rows mostly say what the row before said: its cells are remembered.
pub(crate) struct SignReader<'a, 's> {
    kind: SheetKind,
    columns: Vec<(&'a SignColumn, Remembered<'s>)>,
}

/// A cell and what it means; none where nobody knows.
type Remembered<'s> = (Cell<'s>, Option<RowMeaning>);

impl<'a, 's> SignReader<'a, 's> {
    pub(crate) fn new(signs: &'a RowSigns) -> Self {
        let kind = signs.kind.unwrap_or(SheetKind::Sales);
        let remember = |column: &'a SignColumn| {
            let empty = Cell::Empty;
            (column, (empty, meaning(kind, column.sign, empty)))
        };
        Self {
            kind,
            columns: signs.columns.iter().map(remember).collect(),
        }
    }

    /// What the signs of a row say. A row that was called off is no other thing besides.
    pub(crate) fn meaning(&mut self, row: &Row<'s>) -> RowSign {
        let mut opposing = None;
        for (column, (known, known_meaning)) in &mut self.columns {
            let cell = row.cell(column.index);
            if cell != *known {
                (*known, *known_meaning) = (cell, meaning(self.kind, column.sign, cell));
            }
            let reason = match *known_meaning {
                Some(RowMeaning::Usual) => continue,
                Some(RowMeaning::Cancelled) => return RowSign::Cancelled,
                Some(RowMeaning::Other(reason)) => reason,
                None => RowReason::RowMeaningUnknown,
            };
            opposing.get_or_insert((*column, cell, reason));
        }
        opposing.map_or(RowSign::Usual, |(column, cell, reason)| {
            RowSign::Opposes(RowFault::of_row(
                reason,
                format!("{}: {}", column.title, shown(cell)),
            ))
        })
    }
}

fn meaning(kind: SheetKind, sign: Sign, cell: Cell<'_>) -> Option<RowMeaning> {
    match (sign, cell) {
        (_, Cell::Empty) => Some(RowMeaning::Usual),
        (Sign::Words(field), Cell::Text(text)) => meaning_of_word(kind, field, text),
        (Sign::Cfop, Cell::Text(_) | Cell::Number(_)) => meaning_of_cfop(kind, &shown(cell)),
        (Sign::Words(_) | Sign::Cfop, _) => None,
        (Sign::NegatedFlag(meaning), cell) => Some(if is_filled(cell) {
            RowMeaning::Usual
        } else {
            meaning
        }),
        (Sign::ClearWords, Cell::Text(text)) => {
            Some(opposing_word(kind, &normalise_title(text)).unwrap_or(RowMeaning::Usual))
        }
        (Sign::ClearWords, _) => Some(RowMeaning::Usual),
        (Sign::Flag(meaning), cell) => Some(if is_filled(cell) {
            meaning
        } else {
            RowMeaning::Usual
        }),
    }
}

/// Whether a tick, an amount or a remark stands in a cell, and not a "no", a zero or a dash.
fn is_filled(cell: Cell<'_>) -> bool {
    match cell {
        Cell::Empty => false,
        Cell::Number(number) => number.digits != 0,
        Cell::Truth(truth) => truth,
        Cell::Text(text) if is_number_like(text) => has_digit_above_zero(text),
        Cell::Text(text) => !matches!(
            normalise_title(text).as_str(),
            "" | "n"
                | "nao"
                | "no"
                | "false"
                | "falso"
                | "nenhum"
                | "nenhuma"
                | "none"
                | "null"
                | "na"
                | "n a"
        ),
        Cell::Inexact(_) | Cell::Date(_) | Cell::Span(_) | Cell::Error(_) | Cell::Uncalculated => true,
    }
}

fn found_sign(kind: SheetKind, column: &Column, contents: &ColumnContents) -> Option<Sign> {
    let content = contents.get(column.index)?;
    let sign = sign_of_title(kind, &normalise_title(&column.title));
    if content.is_nothing() && !matches!(sign, Some(TitleSign::NegatedFlag(_))) {
        return None;
    }
    match sign {
        Some(TitleSign::Flag(meaning)) => return Some(Sign::Flag(meaning)),
        Some(TitleSign::NegatedFlag(meaning)) => return Some(Sign::NegatedFlag(meaning)),
        Some(TitleSign::Words(field)) => return Some(Sign::Words(field)),
        Some(TitleSign::Cfop) => return Some(Sign::Cfop),
        None => {}
    }
    let opposes = |word: &String| opposing_word(kind, word).is_some();
    (kind != SheetKind::Products && content.words.iter().any(opposes)).then_some(Sign::ClearWords)
}

/// The words of a column of which not one is known: its kind of words is not ours.
fn unknown_words(
    kind: SheetKind,
    sign: Sign,
    column: &Column,
    contents: &ColumnContents,
) -> Option<Vec<String>> {
    let Sign::Words(field) = sign else { return None };
    let content = contents.get(column.index)?;
    if content
        .words
        .iter()
        .any(|word| meaning_of_word(kind, field, word).is_some())
    {
        return None;
    }
    (!content.is_nothing()).then(|| content.words.iter().take(WORDS_SHOWN).cloned().collect())
}

const WORDS_SHOWN: usize = 6;

fn name_of(column: &Column) -> String {
    if column.title.is_empty() {
        column_letters(column.index)
    } else {
        column.title.clone()
    }
}

fn shown(cell: Cell<'_>) -> String {
    match cell {
        Cell::Text(text) | Cell::Inexact(text) | Cell::Error(text) => {
            text.chars().take(WORD_CHARS_SHOWN).collect()
        }
        Cell::Number(number) => number.to_decimal().normalize().to_string(),
        Cell::Truth(_) | Cell::Date(_) | Cell::Span(_) | Cell::Uncalculated | Cell::Empty => String::new(),
    }
}

const WORD_CHARS_SHOWN: usize = 60;
