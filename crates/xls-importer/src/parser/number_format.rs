//! Number formats: what the format of a cell says of the number in it.

use std::collections::HashMap;

use calamine::Style;

use crate::money_sign::MoneySign;
use crate::shown_as::{PATTERN_BYTES_MAX, SHOWN_MAX, ShownAs};

/// The ways of showing numbers of a workbook, and which style has which.
#[derive(Default)]
pub(super) struct FormatTable {
    /// By style, the place in `formats` from 1; 0 for styles that say nothing of the number.
    by_style: Vec<u8>,
    formats: Vec<ShownAs>,
}

impl FormatTable {
    /// Reads each style once.
    pub(super) fn of_styles(styles: &[Style]) -> Self {
        Self::of(styles.iter().map(|style| {
            let format = style.number_format.as_ref()?;
            shown_as(&format.format_code)
        }))
    }

    /// The table of styles in their order.
    pub(super) fn of(styles: impl Iterator<Item = Option<ShownAs>>) -> Self {
        let mut table = Self::default();
        let mut places: HashMap<ShownAs, u8> = HashMap::new();
        for shown in styles {
            let place = shown.map_or(0, |shown| {
                *places.entry(shown).or_insert_with_key(|shown| table.add(shown))
            });
            table.by_style.push(place);
        }
        table
    }

    fn add(&mut self, shown: &ShownAs) -> u8 {
        // So many currencies and codes are in no honest workbook; the last place refuses as money of an unknown kind.
        if self.formats.len() + 1 == SHOWN_MAX {
            self.formats.push(ShownAs::Money(MoneySign::Unknown));
        } else if self.formats.len() < SHOWN_MAX {
            self.formats.push(shown.clone());
        }
        u8::try_from(self.formats.len()).unwrap_or(u8::MAX)
    }

    /// Whether no style says anything.
    pub(super) fn is_empty(&self) -> bool {
        self.formats.is_empty()
    }

    /// The place of a style's way of showing numbers, 0 where it says nothing.
    pub(super) fn place(&self, style: usize) -> u8 {
        self.by_style.get(style).copied().unwrap_or(0)
    }

    /// The ways of showing numbers, in the order of their places.
    pub(super) fn formats(&self) -> &[ShownAs] {
        &self.formats
    }
}

/// What a format's code says of the number; `None` for one that says nothing but how many decimals are shown.
pub(super) fn shown_as(code: &str) -> Option<ShownAs> {
    // The built-in format that every program shows with the currency of its own country.
    if code.starts_with(LOCAL_MONEY) {
        return None;
    }
    let sections = sections(code);
    if sections.iter().any(|section| section.is_percent) {
        return Some(ShownAs::Percent);
    }
    if sections.iter().any(|section| section.literals.contains('%')) {
        return Some(ShownAs::PercentSign);
    }
    if let Some(sign) = sections.iter().find_map(Section::money) {
        return Some(ShownAs::Money(sign));
    }
    let [first, ..] = sections.as_slice() else {
        return None;
    };
    let is_code = !first.is_other && first.zeros >= 2 && first.pattern.len() <= PATTERN_BYTES_MAX;
    is_code.then(|| ShownAs::Digits(first.pattern.clone()))
}

/// Start of the built-in formats 42 and 44 as the norm writes them, and no program in a file of its own.
const LOCAL_MONEY: &str = "_($* ";

/// What one section of a format holds.
#[derive(Default)]
struct Section {
    is_percent: bool,
    /// The text of `[$…]`.
    money: Option<String>,
    /// All that is shown as it is; a space for each place of a digit.
    literals: String,
    pattern: String,
    zeros: u32,
    /// It has decimals, groups, parts of a date: no code.
    is_other: bool,
}

impl Section {
    fn money(&self) -> Option<MoneySign> {
        match &self.money {
            Some(text) => Some(MoneySign::find(text).unwrap_or(MoneySign::Unknown)),
            None => MoneySign::find(&self.literals),
        }
    }

    fn literal(&mut self, character: char) {
        self.literals.push(character);
        if matches!(character, '0' | '#' | '\\') {
            self.pattern.push('\\');
        }
        self.pattern.push(character);
    }

    fn place(&mut self, character: char) {
        self.literals.push(' ');
        self.pattern.push(character);
    }

    fn bracket(&mut self, text: &str) {
        let Some(money) = text.strip_prefix('$') else {
            // A colour, a condition, or hours beyond a day.
            self.is_other |= text
                .chars()
                .all(|unit| matches!(unit.to_ascii_lowercase(), 'h' | 'm' | 's'));
            return;
        };
        let sign = money.split('-').next().unwrap_or_default().trim();
        if !sign.is_empty() {
            self.money = Some(sign.to_owned());
        }
    }
}

fn sections(code: &str) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut section = Section::default();
    let mut characters = code.chars();
    while let Some(character) = characters.next() {
        match character {
            ';' => sections.push(std::mem::take(&mut section)),
            '"' => characters
                .by_ref()
                .take_while(|inner| *inner != '"')
                .for_each(|inner| section.literal(inner)),
            '\\' => characters
                .next()
                .into_iter()
                .for_each(|next| section.literal(next)),
            // The width of a character, or one that fills the cell: nothing that is part of the number.
            '_' | '*' => drop(characters.next()),
            '[' => {
                let text: String = characters.by_ref().take_while(|inner| *inner != ']').collect();
                section.bracket(&text);
            }
            '%' => section.is_percent = true,
            '0' => {
                section.zeros += 1;
                section.place('0');
            }
            '#' | '?' => section.place('#'),
            '-' | '(' | ')' | ' ' | '+' | ':' => section.literal(character),
            other => {
                // Decimals, groups, exponents, fractions, dates, texts, `General`: shown in another way than a code.
                section.is_other = true;
                section.literals.push(other);
            }
        }
    }
    sections.push(section);
    sections
}

#[cfg(test)]
mod tests {
    use super::{FormatTable, shown_as};
    use crate::money_sign::MoneySign;
    use crate::shown_as::{SHOWN_MAX, ShownAs};

    fn money(code: &str) -> Option<ShownAs> {
        Some(ShownAs::Money(MoneySign::Of(code.parse().unwrap())))
    }

    #[test]
    fn percentages() {
        for code in [
            "0%",
            "0.00%",
            "0.0%;[Red]-0.0%",
            "[<1]0%;0.00",
            "#,##0.00 %",
            "0%_)",
        ] {
            assert_eq!(shown_as(code), Some(ShownAs::Percent), "{code}");
        }
        assert_eq!(shown_as("0.0\"%\""), Some(ShownAs::PercentSign));
        assert_eq!(shown_as("0\\%"), Some(ShownAs::PercentSign));
    }

    #[test]
    fn money_by_every_way_of_writing_it() {
        for code in [
            "[$US$-409]#,##0.00",
            "[$USD] #,##0.00",
            "\"US$\"\\ #,##0.00",
            "#,##0.00\\ \"USD\"",
            "_-[$US$-409]* #,##0.00_-",
        ] {
            assert_eq!(shown_as(code), money("USD"), "{code}");
        }
        for code in [
            "[$€-2] #,##0.00",
            "#,##0.00\\ [$€-407]",
            "#,##0.00 \"€\"",
            "[$€-x-euro2] #,##0",
        ] {
            assert_eq!(shown_as(code), money("EUR"), "{code}");
        }
        for code in [
            "[$$-409]#,##0.00",
            "\"$\"#,##0.00_);\\(\"$\"#,##0.00\\)",
            "$#,##0.00",
        ] {
            assert_eq!(shown_as(code), Some(ShownAs::Money(MoneySign::Dollar)), "{code}");
        }
        for code in [
            "\"R$\"\\ #,##0.00;[Red]\\-\"R$\"\\ #,##0.00",
            "[$R$-416]\\ #,##0.00",
            "[$R$ -416]#,##0.00",
            "_-\"R$\"\\ * #,##0.00_-",
            "R$ #,##0.00",
            "[$BRL] 0.00",
        ] {
            assert_eq!(shown_as(code), money("BRL"), "{code}");
        }
        assert_eq!(
            shown_as("[$Fr.-807] 0.00"),
            Some(ShownAs::Money(MoneySign::Unknown))
        );
    }

    #[test]
    fn codes_with_zeros_in_front() {
        let digits = |pattern: &str| Some(ShownAs::Digits(pattern.to_owned()));
        assert_eq!(shown_as("0000000000000"), digits("0000000000000"));
        assert_eq!(shown_as("00000\\-000"), digits("00000-000"));
        assert_eq!(shown_as("000\".\"000\".\"000\\-00"), digits("000.000.000-00"));
        assert_eq!(shown_as("\"A0\"000;@"), digits("A\\0000"));
    }

    #[test]
    fn a_format_of_our_own_says_the_same() {
        for code in [
            "0%",
            "0.0\"%\"",
            "[$US$-409]#,##0.00",
            "[$€-2] #,##0.00",
            "[$₺-41F]#,##0.00",
            "[$$-409]#,##0.00",
            "[$R$-416]\\ #,##0.00",
            "[$Fr.-807] 0.00",
            "0000000000000",
            "00000\\-000",
            "000\".\"000\".\"000\\-00",
            "\"A0\"000;@",
            "##00",
        ] {
            let shown = shown_as(code).unwrap();
            assert_eq!(shown_as(&shown.format_code()), Some(shown), "{code}");
        }
    }

    #[test]
    fn the_rest_says_nothing() {
        for code in [
            "General",
            "0",
            "0.00",
            "#,##0",
            "#,##0.00;[Red](#,##0.00)",
            "00.00",
            "000,000",
            "00/00",
            "dd/mm/yyyy",
            "[h]:mm:ss",
            "hh:mm",
            "@",
            "[$-416]d\\ mmmm",
            "[$-416]#,##0.00",
            "0 \"un\"",
            "_($* #,##0.00_);_($* (#,##0.00);_($* \"-\"??_);_(@_)",
            "0.00E+00",
            "",
            "\"",
            "[",
            "\\",
        ] {
            assert_eq!(shown_as(code), None, "{code}");
        }
    }

    #[test]
    fn too_many_currencies_end_as_unknown_money() {
        let patterns = (0..400).map(|width| Some(ShownAs::Digits("0".repeat(width))));
        let table = FormatTable::of(patterns);
        assert_eq!(table.formats().len(), SHOWN_MAX);
        assert_eq!(table.formats().last(), Some(&ShownAs::Money(MoneySign::Unknown)));
        assert_eq!(
            (
                table.place(0),
                table.place(254),
                table.place(399),
                table.place(400)
            ),
            (1, 255, 255, 0)
        );
    }
}
