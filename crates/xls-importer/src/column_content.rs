//! What stands below a title that does not say enough by itself: words, amounts, or nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::column::Column;
use crate::sheet::{Cell, Row, Sheet};
use crate::title::normalise_title;

/// Different words of a column that are looked at; a column with more of them holds names or remarks, not a few words.
const WORDS_MAX: usize = 500;

/// Units of measure as sheets write them, normalised.
#[rustfmt::skip] // a list of words
const UNITS: [&str; 88] = [
    "un", "und", "unid", "unidade", "unidades", "uni", "u", "pc", "pcs", "pca", "peca", "pecas", "cx", "caixa", "kg",
    "kgs", "kilo", "quilo", "quilos", "g", "gr", "grama", "gramas", "mg", "l", "lt", "lts", "litro", "litros", "ml",
    "m", "mt", "mts", "metro", "metros", "m2", "m3", "cm", "mm", "par", "pares", "pr", "dz", "duzia", "pct", "pacote",
    "pt", "fd", "fardo", "sc", "saco", "gf", "garrafa", "lata", "bd", "balde", "rl", "rolo", "kit", "jg", "jogo", "cj",
    "conj", "bdj", "bandeja", "fr", "frasco", "tb", "tubo", "vd", "pote", "cto", "cento", "mil", "ton", "t", "hr",
    "each", "ea", "box", "pack", "unit", "units", "kilogram", "lb", "oz", "maco", "sache",
];

/// The cells of a column below its title.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ColumnContent {
    /// Whether any cell has a number other than zero, typed or written as a text.
    pub(crate) has_amounts: bool,
    /// Whether any cell has a text that is no number.
    pub(crate) has_texts: bool,
    /// The texts that are no numbers, normalised, each once, up to a bound.
    pub(crate) words: BTreeSet<String>,
}

impl ColumnContent {
    /// Whether nothing but zeros and blanks stands in the column.
    pub(crate) fn is_nothing(&self) -> bool {
        !self.has_amounts && !self.has_texts
    }

    /// Whether the column holds amounts and no words.
    pub(crate) fn is_of_amounts(&self) -> bool {
        self.has_amounts && !self.has_texts
    }

    /// Whether every word of the column is a unit of measure.
    pub(crate) fn is_of_units(&self) -> bool {
        !self.words.is_empty()
            && !self.has_amounts
            && self.words.iter().all(|word| UNITS.contains(&word.as_str()))
    }

    fn add(&mut self, cell: Cell<'_>) {
        match cell {
            Cell::Number(number) => self.has_amounts |= number.digits != 0,
            Cell::Text(text) if is_number_like(text) => self.has_amounts |= has_digit_above_zero(text),
            Cell::Text(text) => {
                self.has_texts = true;
                if self.words.len() < WORDS_MAX {
                    self.words.insert(normalise_title(text));
                }
            }
            Cell::Truth(truth) => self.has_amounts |= truth,
            Cell::Inexact(_) | Cell::Date(_) | Cell::Span(_) => self.has_amounts = true,
            Cell::Empty | Cell::Error(_) | Cell::Uncalculated => {}
        }
    }
}

/// A text of digits, separators, a sign, the mark of the real and one of doubt, such as `R$ 1.234,56-` or `0.5 ?`.
pub(crate) fn is_number_like(text: &str) -> bool {
    text.contains(|character: char| character.is_ascii_digit())
        && text.chars().all(|character| {
            character.is_ascii_digit() || character.is_whitespace() || "R$.,+-()%?".contains(character)
        })
}

pub(crate) fn has_digit_above_zero(text: &str) -> bool {
    text.contains(|character: char| character.is_ascii_digit() && character != '0')
}

/// The contents of columns, by index.
#[derive(Debug, Default)]
pub(crate) struct ColumnContents(BTreeMap<u32, ColumnContent>);

impl ColumnContents {
    /// Reads the columns that `wanted` asks for, below the row of titles; none asked for costs nothing.
    pub(crate) fn of(
        sheet: &Sheet,
        header_index: usize,
        columns: &[Column],
        wanted: impl Fn(&Column) -> bool,
    ) -> Self {
        let mut contents: BTreeMap<u32, ColumnContent> = columns
            .iter()
            .filter(|column| wanted(column))
            .map(|column| (column.index, ColumnContent::default()))
            .collect();
        if contents.is_empty() {
            return Self(contents);
        }
        let mut row = Row::default();
        for index in header_index + 1..sheet.rows_len() {
            sheet.read_row(index, &mut row);
            for (column, content) in &mut contents {
                content.add(row.cell(*column));
            }
        }
        Self(contents)
    }

    /// Adds the contents of other columns.
    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// What stands in a column; nothing is known of one that was not asked for.
    pub(crate) fn get(&self, column: u32) -> Option<&ColumnContent> {
        self.0.get(&column)
    }

    /// Contents given word by word.
    #[cfg(test)]
    pub(crate) fn of_words(columns: &[(u32, &[&str])]) -> Self {
        let content = |words: &[&str]| {
            let mut content = ColumnContent::default();
            words.iter().for_each(|word| content.add(Cell::Text(word)));
            content
        };
        Self(
            columns
                .iter()
                .map(|(index, words)| (*index, content(words)))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{ColumnContents, is_number_like};

    #[test]
    fn words_and_amounts_are_told_apart() {
        let contents = ColumnContents::of_words(&[
            (0, &["UN", "Kg", "kg"]),
            (1, &["Centro", "UN"]),
            (2, &["R$ 0,00", "0"]),
            (3, &["R$ 1,50", ""]),
        ]);
        let content = |index| contents.get(index).unwrap();
        assert!(content(0).is_of_units());
        assert_eq!(content(0).words.len(), 2);
        assert!(!content(1).is_of_units());
        assert!(content(2).is_nothing());
        assert!(content(3).has_amounts);
        assert!(contents.get(4).is_none());
        assert!(is_number_like("(1.234,5)") && !is_number_like("A1") && !is_number_like("R$"));
    }
}
