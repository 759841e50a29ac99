//! How long something is good, as people write it: `90s`, `30m`, `1h`, `7d`.

use std::time::Duration;

/// Reads how long a token is good.
///
/// # Errors
/// What to write instead.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let lifetime = duration(text)?;
    if lifetime.is_zero() || lifetime > posars_identity::LIFETIME_MAX {
        return Err("a token is good for 1s to 30d: nothing can take it back".to_owned());
    }
    Ok(lifetime)
}

/// Reads a whole number with one unit; as much as there is, for more.
///
/// # Errors
/// What to write instead.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "write a whole number with s, m, h or d, as 90s, 30m, 1h or 7d".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let unit_s: u64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 24 * 3_600,
        _ => return Err(wrong()),
    };
    let digits = text.strip_suffix(unit).unwrap_or_default();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    // Digits alone fail only for being too many.
    let number: u64 = digits.parse().unwrap_or(u64::MAX);
    Ok(Duration::from_secs(number.saturating_mul(unit_s)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_and_one_unit() {
        for (text, seconds) in [
            ("1s", 1),
            ("90s", 90),
            ("30m", 1_800),
            ("1h", 3_600),
            ("30d", 2_592_000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "1",
            "h",
            "1 h",
            "-1h",
            "+1h",
            "1.5h",
            "1h30m",
            "0s",
            "31d",
            "1w",
            "1é",
            "99999999999999999999d",
            "300000000000000d",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }
}
