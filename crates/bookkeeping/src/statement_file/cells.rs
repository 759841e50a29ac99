//! Days and amounts as people and machines write them.

use jiff::civil::Date;
use posars_domain::{Amount, Currency, InvalidValue, reasons};
use rust_decimal::Decimal;

/// Which mark stands before the decimals, where a number alone does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DecimalMark {
    Point,
    Comma,
}

/// A day: year first, or day first as in Brazil; a time behind it is left out.
pub(super) fn read_date(text: &str) -> Result<Date, InvalidValue> {
    let day = text.split(['T', ' ']).next().unwrap_or(text);
    let parts: Vec<&str> = day.split(['-', '/', '.']).collect();
    let number = |part: &str| {
        part.parse::<i16>()
            .ok()
            .filter(|_| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let read = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => Some((number(year), number(month), number(day))),
        [day, month, year] if year.len() == 4 => Some((number(year), number(month), number(day))),
        [day, month, year] if year.len() == 2 => {
            let year = number(year).and_then(|year| year.checked_add(2_000));
            Some((year, number(month), number(day)))
        }
        _ => None,
    };
    let date = read.and_then(|(year, month, day)| {
        let (month, day) = (i8::try_from(month?).ok()?, i8::try_from(day?).ok()?);
        Date::new(year?, month, day).ok()
    });
    date.ok_or_else(|| {
        InvalidValue::new(
            reasons::FIELD_INVALID,
            text,
            "a day is written as 2026-11-20 or 20/11/2026",
        )
    })
}

/// An amount in major units: a currency's sign and white space are left out, and of points and commas the last one is
/// before the decimals, unless it can only stand between thousands.
pub(super) fn read_amount(text: &str, mark: DecimalMark, currency: Currency) -> Result<Amount, InvalidValue> {
    let rule = "an amount is written as 1234.56 or 1.234,56";
    let invalid = || InvalidValue::new(reasons::AMOUNT_INVALID, text, rule);
    let bare: String = text
        .replace("R$", "")
        .chars()
        .filter(|one| !one.is_whitespace())
        .collect();
    let bare = bare.replace('\u{2212}', "-");
    let plain = match decimal_at(&bare, mark) {
        Some(at) => {
            let (whole, decimals) = bare.split_at_checked(at).ok_or_else(invalid)?;
            format!(
                "{}.{}",
                without_marks(whole),
                decimals.get(1..).unwrap_or_default()
            )
        }
        None => without_marks(&bare),
    };
    let decimal = Decimal::from_str_exact(&plain).map_err(|_| invalid())?;
    currency.exact(decimal)
}

fn without_marks(digits: &str) -> String {
    digits.replace(['.', ','], "")
}

/// Where the decimals begin, if there are any.
fn decimal_at(number: &str, mark: DecimalMark) -> Option<usize> {
    let marks: Vec<(usize, char)> = number
        .char_indices()
        .filter(|(_, one)| matches!(one, '.' | ','))
        .collect();
    let (at, last) = *marks.last()?;
    let differ = marks.iter().any(|(_, one)| *one != last);
    let digits_behind = number.len() - at - 1;
    let is_thousands = match marks.len() {
        // 1.234 and 1,234: only the file's own mark tells.
        1 => digits_behind == 3 && last != mark.character(),
        // 1.234.567: the same mark twice stands between thousands.
        _ => !differ,
    };
    (!is_thousands).then_some(at)
}

impl DecimalMark {
    const fn character(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }
}

/// The number of an instalment, as `2` or `2/3`; `None` where there is none.
pub(super) fn read_installment(text: &str) -> Result<Option<u16>, InvalidValue> {
    let number = text.split(['/', ' ']).next().unwrap_or(text);
    match number.parse::<u16>() {
        Ok(0) => Ok(None),
        Ok(number) => Ok(Some(number)),
        Err(_) => Err(InvalidValue::new(
            reasons::FIELD_INVALID,
            text,
            "an instalment is written as 2 or 2/3",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_they_are_written_in_brazil_and_by_machines() {
        for text in [
            "2026-11-05",
            "05/11/2026",
            "5/11/26",
            "05.11.2026",
            "2026-11-05T10:33:00Z",
            "05/11/2026 10:33",
        ] {
            assert_eq!(read_date(text).unwrap(), jiff::civil::date(2026, 11, 5), "{text}");
        }
        for text in [
            "",
            "31/02/2026",
            "2026-13-01",
            "11/2026",
            "ontem",
            "+5/11/2026",
            "2026-11-05-01",
        ] {
            assert!(read_date(text).is_err(), "{text}");
        }
    }

    #[test]
    fn amounts_are_exact_whichever_mark_is_before_the_decimals() {
        use DecimalMark::{Comma, Point};
        for (text, mark, minor) in [
            ("33.34", Comma, 3_334),
            ("33,34", Point, 3_334),
            ("33,3", Point, 3_330),
            ("1.234,56", Comma, 123_456),
            ("1,234.56", Comma, 123_456),
            ("1.234", Comma, 123_400),
            ("1,234", Point, 123_400),
            ("1.234.567", Point, 123_456_700),
            ("1.234.567,8", Point, 123_456_780),
            ("R$ 1.234,56", Comma, 123_456),
            ("-1,00", Comma, -100),
            ("\u{2212}1,00", Comma, -100),
            ("0", Comma, 0),
            ("100", Point, 10_000),
        ] {
            assert_eq!(
                read_amount(text, mark, Currency::BRL).unwrap().minor(),
                minor,
                "{text}"
            );
        }
        for (text, mark) in [
            ("1.234", Point),
            ("1,234", Comma),
            ("33,345", Comma),
            ("0,001", Comma),
        ] {
            let refused = read_amount(text, mark, Currency::BRL).unwrap_err();
            assert!(refused.to_string().contains("decimals"), "{text}: {refused}");
        }
        for text in ["", "x", "1e3", "--1", "1,2,3.4.5x", "R$", "0x10", "∞"] {
            assert!(read_amount(text, Comma, Currency::BRL).is_err(), "{text}");
        }
    }

    #[test]
    fn an_instalment_may_say_of_how_many_it_is() {
        assert_eq!(read_installment("2").unwrap(), Some(2));
        assert_eq!(read_installment("02/03").unwrap(), Some(2));
        assert_eq!(read_installment("1 de 3").unwrap(), Some(1));
        assert_eq!(read_installment("0").unwrap(), None);
        assert!(read_installment("única").is_err());
    }
}
