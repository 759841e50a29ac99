//! The one rounding rule of the domain: half-up, away from zero at the half.

/// Divides and rounds to the nearest whole, halves away from zero; `None` for a zero divisor or overflow.
pub(crate) fn divide_half_up(numerator: i128, denominator: i128) -> Option<i128> {
    let quotient = numerator.checked_div(denominator)?;
    // Not a second division: at this width one costs more than all the rest. The product is within the numerator.
    let rest = (numerator - quotient * denominator).unsigned_abs();
    let away = if (numerator < 0) == (denominator < 0) {
        1
    } else {
        -1
    };
    // `rest >= size - rest` is `2 * rest >= size` without the overflow.
    if rest >= denominator.unsigned_abs() - rest {
        quotient.checked_add(away)
    } else {
        Some(quotient)
    }
}

#[cfg(test)]
mod tests {
    use super::divide_half_up;

    #[test]
    fn halves_go_away_from_zero() {
        let cases = [
            (5, 2, 3),
            (-5, 2, -3),
            (5, -2, -3),
            (-5, -2, 3),
            (4, 3, 1),
            (-4, 3, -1),
            (0, 7, 0),
        ];
        for (numerator, denominator, rounded) in cases {
            assert_eq!(
                divide_half_up(numerator, denominator),
                Some(rounded),
                "{numerator}/{denominator}"
            );
        }
    }

    #[test]
    fn extremes_give_none_and_never_panic() {
        assert_eq!(divide_half_up(1, 0), None);
        assert_eq!(divide_half_up(i128::MIN, -1), None);
        assert_eq!(divide_half_up(i128::MIN, i128::MIN), Some(1));
        assert_eq!(divide_half_up(i128::MAX, i128::MIN), Some(-1));
    }
}
