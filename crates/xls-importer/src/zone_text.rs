//! The zone at the end of a time: `Z`, `UTC`, `-03:00`, `GMT-3`.

use jiff::tz::Offset;

/// Hours either way beyond which nobody lives.
const HOURS_MAX: i32 = 14;

/// Splits the zone off a text that has a time before it. A text with another ending comes back whole.
pub(crate) fn without_zone(text: &str) -> (&str, Option<Offset>) {
    let text = text.trim();
    // As some programs name the place too: `…-03:00[America/Sao_Paulo]`.
    let plain = match text.split_once('[') {
        Some((plain, place)) if place.ends_with(']') => plain,
        _ => text,
    };
    match split_zone(plain) {
        Some((rest, offset)) => (rest, Some(offset)),
        None => (text, None),
    }
}

fn split_zone(text: &str) -> Option<(&str, Offset)> {
    if let Some(rest) = without_word(text, &["Z", "UTC", "GMT"]) {
        return ends_a_time(rest).then_some((rest, Offset::UTC));
    }
    let at = text.rfind(['+', '-', '\u{2212}'])?;
    let (rest, zone) = text.split_at(at);
    let mut zone = zone.chars();
    let sign = if zone.next()? == '+' { 1 } else { -1 };
    let seconds = sign * seconds_of(zone.as_str())?;
    let rest = without_word(rest, &["UTC", "GMT"]).unwrap_or(rest).trim_end();
    let offset = Offset::from_seconds(seconds).ok()?;
    ends_a_time(rest).then_some((rest, offset))
}

fn without_word<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    words.iter().find_map(|word| {
        let (rest, end) = text.split_at_checked(text.len().checked_sub(word.len())?)?;
        end.eq_ignore_ascii_case(word).then(|| rest.trim_end())
    })
}

/// `3`, `03`, `0300` or `03:00` in seconds.
fn seconds_of(text: &str) -> Option<i32> {
    let (hours, minutes) = match text.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
        Some(_) => return None,
        None if text.len() == 4 => text.split_at_checked(2)?,
        None => (text, "0"),
    };
    let number = |text: &str| {
        let is_plain = matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_plain { text.parse::<i32>().ok() } else { None }
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours <= HOURS_MAX && minutes < 60).then_some(hours * 3600 + minutes * 60)
}

/// Whether a text ends in a time, so that `31-01-2024` has no zone.
fn ends_a_time(text: &str) -> bool {
    let time = text.rsplit([' ', 'T', '\u{a0}']).next().unwrap_or_default();
    time.contains([':', 'h', 'H']) && time.ends_with(|character: char| character.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::without_zone;

    #[test]
    fn zones_in_use() {
        for (text, rest, seconds) in [
            ("2026-11-06T01:00:00Z", "2026-11-06T01:00:00", 0),
            ("2026-11-06T01:00:00.000z", "2026-11-06T01:00:00.000", 0),
            ("2026-11-06 01:00 UTC", "2026-11-06 01:00", 0),
            ("06/11/2026 01:00 GMT-3", "06/11/2026 01:00", -10_800),
            ("22:00-03:00", "22:00", -10_800),
            ("22:00:00 +0530", "22:00:00", 19_800),
            ("22h00-03", "22h00", -10_800),
            (
                "2026-11-06T01:00-03:00[America/Sao_Paulo]",
                "2026-11-06T01:00",
                -10_800,
            ),
            ("22:00\u{2212}03:00", "22:00", -10_800),
        ] {
            let (plain, offset) = without_zone(text);
            assert_eq!(
                (plain, offset.map(|offset| offset.seconds())),
                (rest, Some(seconds)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_zone_stays() {
        for text in [
            "31-01-2024",
            "2024-01-31",
            "31-01-2024 10:00",
            "10:00-99:00",
            "Z",
            "2026-11-06Z",
            "",
            "10:00 -",
            "é",
        ] {
            assert_eq!(without_zone(text), (text, None), "{text}");
        }
    }
}
