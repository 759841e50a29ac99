//! What a cell's number format says of its value, where that is more than how many decimals are shown.

use serde::{Deserialize, Serialize};

use crate::money_sign::MoneySign;

/// How the spreadsheet shows a number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum ShownAs {
    /// A percentage: 0.1 is shown as `10%`.
    Percent,
    /// A percent sign behind the number as it is: 10 is shown as `10%`.
    PercentSign,
    /// An amount of money.
    Money(MoneySign),
    /// A code: digits in a pattern, `0` for a digit that is shown even where the number has none, `#` for one that
    /// is not; every other character as it is, after a `\` where it could be taken for one of these.
    Digits(String),
}

impl ShownAs {
    /// A number format that says the same of a number, for a workbook of our own.
    pub(crate) fn format_code(&self) -> String {
        match self {
            Self::Percent => "0.00%".to_owned(),
            Self::PercentSign => "0.00\"%\"".to_owned(),
            Self::Money(sign) => format!("[${}] #,##0.00", sign.in_format()),
            Self::Digits(pattern) => digits_format(pattern),
        }
    }
}

/// The pattern with a mark before every character that is no place of a digit.
fn digits_format(pattern: &str) -> String {
    let mut code = String::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '0' | '#' => code.push(character),
            '\\' => code.extend(['\\', characters.next().unwrap_or('\\')]),
            other => code.extend(['\\', other]),
        }
    }
    code
}

/// Longest pattern of digits taken over, in bytes; a code has fewer characters than this.
pub(crate) const PATTERN_BYTES_MAX: usize = 64;
/// Most different ways of showing a number in one sheet: the wire has a byte for them.
pub(crate) const SHOWN_MAX: usize = 255;

/// The digits of a number as a pattern shows them.
pub(crate) fn in_pattern(pattern: &str, digits: &str) -> String {
    let mut tokens = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        tokens.push(match character {
            '\\' => Token::Literal(characters.next().unwrap_or('\\')),
            '0' => Token::Always,
            '#' => Token::IfThere,
            other => Token::Literal(other),
        });
    }
    let places = |tokens: &[Token]| {
        let is_place = |token: &&Token| !matches!(token, Token::Literal(_));
        tokens.iter().filter(is_place).count()
    };
    let mut places_left = places(&tokens);
    let mut digits = digits.chars().rev();
    let mut reversed = String::new();
    for token in tokens.iter().rev() {
        match token {
            Token::Literal(character) => reversed.push(*character),
            Token::Always => reversed.push(digits.next().unwrap_or('0')),
            Token::IfThere => reversed.extend(digits.next()),
        }
        if !matches!(token, Token::Literal(_)) {
            places_left -= 1;
            // The leftmost place takes all the digits that are left.
            if places_left == 0 {
                reversed.extend(digits.by_ref());
            }
        }
    }
    let shown: String = reversed.chars().rev().collect();
    shown.trim().to_owned()
}

enum Token {
    Literal(char),
    Always,
    IfThere,
}

#[cfg(test)]
mod tests {
    use super::in_pattern;

    #[test]
    fn codes_are_what_the_cell_shows() {
        assert_eq!(in_pattern("0000000000000", "123"), "0000000000123");
        assert_eq!(in_pattern("000", "12345"), "12345");
        assert_eq!(in_pattern("00000-000", "1310100"), "01310-100");
        assert_eq!(in_pattern("000.000.000-00", "1234567890"), "012.345.678-90");
        assert_eq!(in_pattern("A\\0-000", "7"), "A0-007");
        assert_eq!(in_pattern("##00", "7"), "07");
    }
}
