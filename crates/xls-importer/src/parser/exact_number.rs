//! A binary number cell as the decimal a person typed, without arithmetic on binary fractions.

use std::fmt::Write;

/// Digits a spreadsheet keeps; more are noise of the binary form.
const SIGNIFICANT_DIGITS: usize = 15;
/// Most decimal places carried: more than any price has, and what the receiving decimal can hold.
const PLACES_MAX: i64 = 20;
const MANTISSA_BITS: u64 = 52;

/// A number cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ExactNumber {
    /// `digits / 10^places`.
    Decimal { digits: i64, places: u8 },
    /// Not finite, or an integer of more than 15 digits: its last digits are already lost.
    Inexact(String),
}

/// Turns the cell's binary value into the decimal it stands for. `scratch` only saves allocations.
pub(super) fn exact_number(value: f64, scratch: &mut String) -> ExactNumber {
    if let Some(digits) = small_integer(value) {
        return ExactNumber::Decimal { digits, places: 0 };
    }
    if !value.is_finite() {
        return ExactNumber::Inexact(value.to_string());
    }
    scratch.clear();
    // The shortest text that reads back as the same number; where it needs more than 15 digits, 15 are what the
    // spreadsheet itself would show.
    let shortest = write!(scratch, "{value:e}");
    if digit_count(scratch) > SIGNIFICANT_DIGITS {
        scratch.clear();
        let rounded = write!(scratch, "{value:.14e}");
        if rounded.is_err() {
            return ExactNumber::Inexact(value.to_string());
        }
    }
    if shortest.is_err() {
        return ExactNumber::Inexact(value.to_string());
    }
    from_scientific(scratch).unwrap_or_else(|| ExactNumber::Inexact(value.to_string()))
}

/// The value if it is an integer of at most 15 digits, read from the bits.
fn small_integer(value: f64) -> Option<i64> {
    let bits = value.to_bits();
    if bits << 1 == 0 {
        return Some(0);
    }
    let exponent = ((bits >> MANTISSA_BITS) & 0x7FF).checked_sub(1023)?;
    if exponent > MANTISSA_BITS {
        return None;
    }
    let mantissa = (bits & ((1 << MANTISSA_BITS) - 1)) | (1 << MANTISSA_BITS);
    let shift = MANTISSA_BITS - exponent;
    if mantissa & ((1 << shift) - 1) != 0 {
        return None;
    }
    let magnitude = i64::try_from(mantissa >> shift).ok()?;
    if magnitude >= 1_000_000_000_000_000 {
        return None;
    }
    Some(if value.is_sign_negative() {
        -magnitude
    } else {
        magnitude
    })
}

fn digit_count(scientific: &str) -> usize {
    scientific
        .split('e')
        .next()
        .unwrap_or_default()
        .bytes()
        .filter(u8::is_ascii_digit)
        .count()
}

/// Reads `-d.ddde±x`.
fn from_scientific(text: &str) -> Option<ExactNumber> {
    let (mantissa, exponent) = text.split_once('e')?;
    let exponent: i64 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let mut digits: i64 = format!("{whole}{fraction}").parse().ok()?;
    let mut places = i64::try_from(fraction.len()).ok()? - exponent;
    while places < 0 {
        digits = digits.checked_mul(10)?;
        places += 1;
    }
    if digits.unsigned_abs() >= 1_000_000_000_000_000 {
        return None;
    }
    // Below the last place kept there is only binary noise, as in 0.1 + 0.2 - 0.3.
    while places > PLACES_MAX {
        digits /= 10;
        places -= 1;
    }
    if digits == 0 {
        places = 0;
    }
    Some(ExactNumber::Decimal {
        digits,
        places: u8::try_from(places).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::{ExactNumber, exact_number};

    fn of(value: f64) -> ExactNumber {
        exact_number(value, &mut String::new())
    }

    fn decimal(digits: i64, places: u8) -> ExactNumber {
        ExactNumber::Decimal { digits, places }
    }

    #[test]
    fn what_was_typed_comes_back() {
        assert_eq!(of(0.0), decimal(0, 0));
        assert_eq!(of(-0.0), decimal(0, 0));
        assert_eq!(of(358.0), decimal(358, 0));
        assert_eq!(of(-3.0), decimal(-3, 0));
        assert_eq!(of(12.5), decimal(125, 1));
        assert_eq!(of(0.1), decimal(1, 1));
        assert_eq!(of(0.1 + 0.2), decimal(3, 1));
        assert_eq!(of(1e-7), decimal(1, 7));
        assert_eq!(of(999_999_999_999_999.0), decimal(999_999_999_999_999, 0));
        assert_eq!(of(1234.5678), decimal(12_345_678, 4));
        assert_eq!(of(1e-300), decimal(0, 0));
    }

    #[test]
    fn lost_digits_are_told() {
        assert!(matches!(of(3.525_011e43), ExactNumber::Inexact(_)));
        assert!(matches!(of(1e15), ExactNumber::Inexact(_)));
        assert!(matches!(of(f64::NAN), ExactNumber::Inexact(_)));
        assert!(matches!(of(f64::INFINITY), ExactNumber::Inexact(_)));
    }

    proptest! {
        #[test]
        fn fifteen_digits_survive(digits in -999_999_999_999_999_i64..=999_999_999_999_999, places in 0_u8..=12) {
            let text = format!("{digits}e-{places}");
            let value: f64 = text.parse().unwrap();
            let ExactNumber::Decimal { digits: got, places: got_places } = of(value) else {
                panic!("{text} came back inexact");
            };
            let scale = |digits: i64, places: u8| i128::from(digits) * 10_i128.pow(u32::from(12 - places));
            assert_eq!(scale(got, got_places), scale(digits, places));
        }
    }
}
