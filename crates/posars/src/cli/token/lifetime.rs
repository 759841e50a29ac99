//! How long something is good, as people write it: `90s`, `30m`, `1h`, `7d`.

use std::time::Duration;

/// Reads a whole number with one unit.
///
/// # Errors
/// What to write instead.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
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
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    let lifetime = number
        .checked_mul(unit_s)
        .map(Duration::from_secs)
        .filter(|lifetime| !lifetime.is_zero() && *lifetime <= posars_identity::LIFETIME_MAX);
    lifetime.ok_or_else(|| "a token is good for 1s to 30d: nothing can take it back".to_owned())
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
