//! Codes that people and programs write as text: a product's, a receipt's.

use crate::field::Field;

/// Whether cells of a field are codes, where a sign more or less is another one.
pub(crate) fn is_code(field: Field) -> bool {
    matches!(
        field,
        Field::Sku
            | Field::ParentSku
            | Field::Gtin
            | Field::Ncm
            | Field::Receipt
            | Field::Series
            | Field::Register
            | Field::CustomerDocument
    )
}

/// The code without the quote mark by which a spreadsheet program is told that what follows is text. It is no part of
/// the cell there, but comes along through other programs.
pub(crate) fn without_quote(text: &str) -> &str {
    match text.strip_prefix(['\'', '\u{2019}']) {
        Some(code) if !code.trim().is_empty() && !code.contains('\'') => code.trim(),
        _ => text,
    }
}

/// Whether a text is a long number as a spreadsheet program shortens it: `7.89E+12` has lost its last digits.
pub(crate) fn is_shortened(text: &str) -> bool {
    let Some((digits, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, decimals) = digits.split_once([',', '.']).unwrap_or((digits, ""));
    let has_decimals = !decimals.is_empty();
    let power = exponent.strip_prefix('+');
    let is_number = whole.len() == 1 && all_digits(whole) && (!has_decimals || all_digits(decimals));
    // `1E5` can be a code; a sign or decimals make it a number.
    is_number && (power.is_some() || has_decimals) && all_digits(power.unwrap_or(exponent))
}

#[cfg(test)]
mod tests {
    use super::{is_shortened, without_quote};

    #[test]
    fn the_quote_of_a_text_is_no_part_of_it() {
        assert_eq!(without_quote("'00123"), "00123");
        assert_eq!(without_quote("\u{2019}00123"), "00123");
        for text in ["00123", "'", "'a'", "", "5'"] {
            assert_eq!(without_quote(text), text);
        }
    }

    #[test]
    fn shortened_numbers_are_no_codes() {
        for text in ["7.89E+12", "7,89E+12", "7E+12", "7.89e12", "3,5251E+43"] {
            assert!(is_shortened(text), "{text}");
        }
        for text in [
            "1E5", "E+12", "7.89", "12.3E+4", "A1E+2", "7.89E-", "7.E+1x", "CABLE", "",
        ] {
            assert!(!is_shortened(text), "{text}");
        }
    }
}
