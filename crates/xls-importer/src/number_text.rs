//! Numbers that people typed as text: the separators are decided by the whole column, never by one cell.
//!
//! `1.234,56` and `0,5` prove a decimal comma, `1,234.56` and `0.5` a decimal point; `1.234` alone proves nothing.

use rust_decimal::Decimal;

use crate::money_sign::MoneySign;

/// The character between the whole part and the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DecimalMark {
    Comma,
    Dot,
}

impl DecimalMark {
    fn of(character: char) -> Self {
        if character == ',' { Self::Comma } else { Self::Dot }
    }

    fn other(self) -> Self {
        match self {
            Self::Comma => Self::Dot,
            Self::Dot => Self::Comma,
        }
    }

    fn character(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Dot => '.',
        }
    }
}

/// What the cells of a column say about its decimal mark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct NumberEvidence {
    comma: bool,
    dot: bool,
}

impl NumberEvidence {
    /// Takes one cell into account.
    pub(crate) fn add(&mut self, text: &str) {
        match shape(text) {
            Some(Shaped {
                mark: Mark::Proven(DecimalMark::Comma),
                ..
            }) => self.comma = true,
            Some(Shaped {
                mark: Mark::Proven(DecimalMark::Dot),
                ..
            }) => self.dot = true,
            _ => {}
        }
    }

    /// The mark of the column: one kind of proof, and none against it.
    fn decided(self) -> Option<DecimalMark> {
        match (self.comma, self.dot) {
            (true, false) => Some(DecimalMark::Comma),
            (false, true) => Some(DecimalMark::Dot),
            _ => None,
        }
    }
}

/// What stands beside the digits of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beside {
    Nothing,
    Money(MoneySign),
    PercentSign,
}

/// A text read as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextNumber {
    /// The number as it is written: 10 for `10%`.
    pub(crate) value: Decimal,
    pub(crate) beside: Beside,
}

/// Why a text is not taken as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberFault {
    /// It is not a number.
    Invalid,
    /// It could be two numbers, and the column does not say which.
    Ambiguous,
}

/// Reads a text as a number by the evidence of its column. A cell whose own shape is proof is read by that.
pub(crate) fn read_number(text: &str, evidence: NumberEvidence) -> Result<TextNumber, NumberFault> {
    let shaped = shape(text).ok_or(NumberFault::Invalid)?;
    let mark = match shaped.mark {
        Mark::Absent => DecimalMark::Dot,
        Mark::Proven(mark) => mark,
        Mark::Ambiguous => evidence.decided().ok_or(NumberFault::Ambiguous)?,
    };
    let plain: String = shaped
        .digits
        .chars()
        .filter_map(|character| match character {
            ',' | '.' if character == mark.character() => Some('.'),
            ',' | '.' => None,
            digit => Some(digit),
        })
        .collect();
    // An exact parse: more digits than a decimal holds is a fault, not a rounding.
    let value = Decimal::from_str_exact(&plain).map_err(|_| NumberFault::Invalid)?;
    Ok(TextNumber {
        value: if shaped.negative { -value } else { value },
        beside: shaped.beside,
    })
}

enum Mark {
    /// There is no separator.
    Absent,
    /// The shape leaves one reading.
    Proven(DecimalMark),
    /// One separator with three digits behind it.
    Ambiguous,
}

struct Shaped {
    negative: bool,
    /// Digits and separators only.
    digits: String,
    mark: Mark,
    beside: Beside,
}

fn shape(text: &str) -> Option<Shaped> {
    let (negative, text) = without_sign(text.trim());
    let (text, beside) = without_unit(text)?;
    let (negative, text) = match without_sign(text) {
        (true, _) if negative => return None,
        (inner, text) => (negative || inner, text),
    };
    let digits = without_spaces(text)?;
    let is_plain = |character: char| character.is_ascii_digit() || matches!(character, ',' | '.');
    if !digits.chars().any(|character| character.is_ascii_digit()) || !digits.chars().all(is_plain) {
        return None;
    }
    let mark = mark_of(&digits)?;
    Some(Shaped {
        negative,
        digits,
        mark,
        beside,
    })
}

/// `-5`, `5-`, `(5)` and the typographic minus.
fn without_sign(text: &str) -> (bool, &str) {
    let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let minus = ['-', '\u{2212}', '\u{2013}'];
    let inner = inner
        .or_else(|| text.strip_prefix(minus))
        .or_else(|| text.strip_suffix(minus));
    match inner {
        Some(inner) => (true, inner.trim()),
        None => (false, text.strip_prefix('+').unwrap_or(text).trim()),
    }
}

/// Takes a sign of money or of percent from either end; any other word makes it no number.
fn without_unit(text: &str) -> Option<(&str, Beside)> {
    let is_of_number = |character: char| {
        character.is_ascii_digit()
            || matches!(character, ',' | '.' | '(' | '-' | '+' | '\u{2212}' | '\u{2013}')
    };
    let start = text.find(is_of_number)?;
    let is_end = |character: char| is_of_number(character) || character == ')';
    let last = text.rfind(is_end)?;
    let end = last + text.get(last..)?.chars().next()?.len_utf8();
    let (before, after) = (text.get(..start)?.trim(), text.get(end..)?.trim());
    let number = text.get(start..end)?;
    match (before, after) {
        ("", "") => Some((number, Beside::Nothing)),
        ("", "%") | ("%", "") => Some((number, Beside::PercentSign)),
        ("", sign) | (sign, "") => Some((number, Beside::Money(MoneySign::find(sign)?))),
        _ => None,
    }
}

/// Spaces may stand between groups of three digits and nowhere else.
fn without_spaces(text: &str) -> Option<String> {
    let mut parts = text.split(char::is_whitespace).filter(|part| !part.is_empty());
    let mut joined = parts.next()?.to_owned();
    for part in parts {
        let whole = part.split([',', '.']).next().unwrap_or_default();
        if whole.len() != 3 || joined.contains([',', '.']) {
            return None;
        }
        joined.push_str(part);
    }
    Some(joined)
}

fn mark_of(digits: &str) -> Option<Mark> {
    let Some(last_at) = digits.rfind([',', '.']) else {
        return Some(Mark::Absent);
    };
    let (whole, tail) = digits.split_at(last_at);
    let decimals = &tail[1..];
    let last = DecimalMark::of(tail.chars().next()?);
    let repeated = whole.contains(last.character());
    let mixed = whole.contains(last.other().character());
    if repeated {
        // Only a grouping mark comes twice; then the other one, if any, would have to be on its right.
        let grouped = !mixed && groups_of_three(digits, last.character());
        return grouped.then_some(Mark::Proven(last.other()));
    }
    if mixed {
        return groups_of_three(whole, last.other().character()).then_some(Mark::Proven(last));
    }
    if decimals.is_empty() {
        return None;
    }
    let could_group = decimals.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0');
    Some(if could_group {
        Mark::Ambiguous
    } else {
        Mark::Proven(last)
    })
}

fn groups_of_three(whole: &str, mark: char) -> bool {
    let mut groups = whole.split(mark);
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};
    use rust_decimal::Decimal;

    use super::{Beside, NumberEvidence, NumberFault, TextNumber, read_number};
    use crate::money_sign::MoneySign;

    fn evidence(column: &[&str]) -> NumberEvidence {
        let mut evidence = NumberEvidence::default();
        column.iter().for_each(|cell| evidence.add(cell));
        evidence
    }

    fn read(text: &str, column: &[&str]) -> Result<String, NumberFault> {
        read_number(text, evidence(column)).map(|number| number.value.to_string())
    }

    fn beside(text: &str) -> Option<Beside> {
        read_number(text, NumberEvidence::default())
            .map(|number| number.beside)
            .ok()
    }

    #[test]
    fn what_stands_beside_is_told() {
        let money = |code: &str| Some(Beside::Money(MoneySign::Of(code.parse().unwrap())));
        assert_eq!(beside("10,50"), Some(Beside::Nothing));
        assert_eq!(beside("R$ 10,50"), money("BRL"));
        assert_eq!(beside("-R$10,50"), money("BRL"));
        assert_eq!(beside("10,50 BRL"), money("BRL"));
        assert_eq!(beside("US$ 10.50"), money("USD"));
        assert_eq!(beside("(€ 10,50)"), money("EUR"));
        assert_eq!(beside("10,50 €"), money("EUR"));
        assert_eq!(beside("$ 10,00"), Some(Beside::Money(MoneySign::Dollar)));
        assert_eq!(beside("10%"), Some(Beside::PercentSign));
        assert_eq!(beside("- 7,5 %"), Some(Beside::PercentSign));
        assert_eq!(beside("10 kg"), None);
        assert_eq!(beside("R$ 10%"), None);
    }

    #[test]
    fn one_proof_decides_the_column() {
        assert_eq!(read("1.234", &["1.234", "0,50"]), Ok("1234".to_owned()));
        assert_eq!(read("1.234", &["1.234", "0.50"]), Ok("1.234".to_owned()));
        assert_eq!(read("1,234", &["1,234,567"]), Ok("1234".to_owned()));
        assert_eq!(read("1.234", &["1.234.567"]), Ok("1234".to_owned()));
    }

    #[test]
    fn no_proof_or_two_leave_it_open() {
        assert_eq!(read("1.234", &["1.234", "5"]), Err(NumberFault::Ambiguous));
        assert_eq!(read("1.234", &["0,5", "0.5"]), Err(NumberFault::Ambiguous));
        assert_eq!(
            read("0,5", &["0,5", "0.5"]),
            Ok("0.5".to_owned()),
            "its own shape is proof"
        );
        assert_eq!(read("1234", &[]), Ok("1234".to_owned()));
    }

    #[test]
    fn signs_currency_and_spaces() {
        assert_eq!(read("R$ 1.234,56", &[]), Ok("1234.56".to_owned()));
        assert_eq!(read("R$\u{a0}-12,50", &[]), Ok("-12.50".to_owned()));
        assert_eq!(read("(R$ 12,50)", &[]), Ok("-12.50".to_owned()));
        assert_eq!(read("12,50-", &[]), Ok("-12.50".to_owned()));
        assert_eq!(read("1 234,56", &[]), Ok("1234.56".to_owned()));
        assert_eq!(read(",5", &[]), Ok("0.5".to_owned()));
        assert_eq!(
            read("0.500", &[]),
            Ok("0.500".to_owned()),
            "no group starts with zero"
        );
        assert_eq!(
            read("1234,567", &[]),
            Ok("1234.567".to_owned()),
            "no group has four digits"
        );
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "", "abc", "R$ 10%", "5 kg", "1,23,4", "1.23.45", "--5", "(-5)", "12 34", "5,", "X 5", "1e5",
        ] {
            assert_eq!(read(text, &[]), Err(NumberFault::Invalid), "{text:?}");
        }
    }

    /// Writes a value as a person would, with groups of three and two decimals.
    fn written(value: i64, group: char, mark: char) -> String {
        let whole = (value / 100).abs().to_string();
        let mut grouped = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                grouped.push(group);
            }
            grouped.push(digit);
        }
        let sign = if value < 0 { "-" } else { "" };
        format!("{sign}{grouped}{mark}{:02}", (value % 100).abs())
    }

    proptest! {
        #[test]
        fn either_country_reads_back(value in -99_999_999_999_i64..99_999_999_999) {
            let expected = TextNumber { value: Decimal::new(value, 2), beside: Beside::Nothing };
            assert_eq!(read_number(&written(value, '.', ','), NumberEvidence::default()), Ok(expected));
            assert_eq!(read_number(&written(value, ',', '.'), NumberEvidence::default()), Ok(expected));
        }

        #[test]
        fn the_order_of_cells_does_not_matter(mut column in proptest::collection::vec("[0-9]{1,3}[.,][0-9]{1,3}", 1..6)) {
            let cells = |column: &[String]| column.iter().fold(NumberEvidence::default(), |mut evidence, cell| {
                evidence.add(cell);
                evidence
            });
            let forwards = cells(&column);
            column.reverse();
            assert_eq!(forwards, cells(&column));
        }

        #[test]
        fn any_text_is_survived(text in any::<String>()) {
            let _either = read_number(&text, NumberEvidence::default());
        }
    }
}
