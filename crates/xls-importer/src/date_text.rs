//! Dates that people typed as text: day first, unless the column proves month first.

use jiff::civil::{Date, Time};
use jiff::tz::Offset;

use crate::swapped_dates::SwappedDates;
use crate::zone_text::without_zone;

/// What the cells of a column say about the order of day and month, and about zones.
#[derive(Debug, Clone, Default)]
pub(crate) struct DateEvidence {
    day_first: bool,
    month_first: bool,
    /// A text with a zone tells a time other than midnight: the column holds instants.
    has_instants: bool,
    swapped: SwappedDates,
}

/// A text read as a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DateText {
    pub(crate) date: Date,
    pub(crate) time: Option<Time>,
    /// The zone the text names; date and time are in it.
    pub(crate) offset: Option<Offset>,
}

impl DateEvidence {
    /// Takes one cell into account.
    pub(crate) fn add(&mut self, text: &str) {
        let (text, offset) = without_zone(text);
        let (date, time) = date_and_time(text);
        if offset.is_some() && read_clock(time).is_some_and(|time| time != Time::midnight()) {
            self.has_instants = true;
        }
        if let Some(Parts { first, second, year }) = numeric_parts(date) {
            self.day_first |= first > 12 && second <= 12;
            self.month_first |= second > 12 && first <= 12;
            self.swapped.add_text(first, second, year);
        }
    }

    /// Takes a cell into account that is a date for the spreadsheet program.
    pub(crate) fn add_date(&mut self, date: Date) {
        self.swapped.add_date(date);
    }

    /// Whether such a cell may say the month as its day.
    pub(crate) fn is_swapped(&self, date: Date) -> bool {
        self.swapped.is_suspect(date)
    }

    /// Whether a date with a zone can be told to be an instant. Midnight of UTC is also how programs write a day
    /// without a time.
    pub(crate) fn is_instant(&self, time: Time, offset: Offset) -> bool {
        self.has_instants || time != Time::midnight() || offset != Offset::UTC
    }
}

/// Why a text is not taken as a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateFault {
    /// It is no date.
    Invalid,
    /// Day and month can be swapped, and the column holds proofs of both orders.
    Ambiguous,
}

/// Reads a text as a date with an optional time of day, by the evidence of its column.
pub(crate) fn read_date(text: &str, evidence: &DateEvidence) -> Result<DateText, DateFault> {
    let (text, offset) = without_zone(text);
    let (date, time) = date_and_time(text);
    let time = match time {
        "" => None,
        time => Some(read_clock(time).ok_or(DateFault::Invalid)?),
    };
    let date = match named_or_iso(date) {
        Some(date) => date,
        None => numeric_date(date, evidence)?,
    };
    Ok(DateText { date, time, offset })
}

/// The text with its date year first, where only the other rows of its column tell that the month stands before the
/// day: alone, it would be read the other way round.
pub(crate) fn year_first(text: &str, evidence: &DateEvidence) -> Option<String> {
    let (plain, _) = without_zone(text);
    let (date, _) = date_and_time(plain);
    let Parts { first, second, .. } = numeric_parts(date)?;
    let is_open = first <= 12 && second <= 12 && first != second;
    let month_first = evidence.month_first && !evidence.day_first;
    let read = numeric_date(date, evidence)
        .ok()
        .filter(|_| is_open && month_first)?;
    Some(text.replacen(date, &read.to_string(), 1))
}

/// Reads `14:05`, `14:05:30`, `14h05`, `2:05 PM`, with the zone it may name.
pub(crate) fn read_time(text: &str) -> Option<(Time, Option<Offset>)> {
    let (text, offset) = without_zone(text);
    Some((read_clock(text)?, offset))
}

fn read_clock(text: &str) -> Option<Time> {
    let (text, half) = without_half(text.trim());
    let text = text.split('.').next()?;
    let mut parts = text.split([':', 'h', 'H']);
    let hour = small(parts.next()?)?;
    let minute = match parts.next() {
        Some("") | None => 0,
        Some(minute) => small(minute)?,
    };
    let second = parts.next().map_or(Some(0), small)?;
    if parts.next().is_some() || !text.contains([':', 'h', 'H']) {
        return None;
    }
    let hour = match half {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(Half::Morning) => hour % 12,
        Some(Half::Afternoon) => hour % 12 + 12,
    };
    Time::new(hour, minute, second, 0).ok()
}

/// Half of a day of twice twelve hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
}

/// Splits `AM`, `PM`, `a.m.` or `p.m.` off the end of a time.
fn without_half(text: &str) -> (&str, Option<Half>) {
    const WORDS: [(&str, Half); 4] = [
        ("AM", Half::Morning),
        ("A.M.", Half::Morning),
        ("PM", Half::Afternoon),
        ("P.M.", Half::Afternoon),
    ];
    let found = WORDS.into_iter().find_map(|(word, half)| {
        let (rest, end) = text.split_at_checked(text.len().checked_sub(word.len())?)?;
        let rest = rest.trim_end();
        let is_half = end.eq_ignore_ascii_case(word) && rest.ends_with(|last: char| last.is_ascii_digit());
        is_half.then_some((rest, Some(half)))
    });
    found.unwrap_or((text, None))
}

fn numeric_date(text: &str, evidence: &DateEvidence) -> Result<Date, DateFault> {
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return eight_digits(text).ok_or(DateFault::Invalid);
    }
    let parts = numeric_parts(text).ok_or(DateFault::Invalid)?;
    let day_first = date(parts.year, parts.second, parts.first);
    let month_first = date(parts.year, parts.first, parts.second);
    match (day_first, month_first) {
        (Some(one), Some(other)) if one != other => match (evidence.day_first, evidence.month_first) {
            (true, true) => Err(DateFault::Ambiguous),
            (false, true) => Ok(other),
            (_, false) => Ok(one),
        },
        (one, other) => one.or(other).ok_or(DateFault::Invalid),
    }
}

/// `20240131` or `31012024`; a year after 2000 cannot be read both ways.
fn eight_digits(text: &str) -> Option<Date> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i16>().ok();
    let narrow = |value: i16| i8::try_from(value).ok();
    let year_first = || date(number(0, 4)?, narrow(number(4, 6)?)?, narrow(number(6, 8)?)?);
    let day_first = || date(number(4, 8)?, narrow(number(2, 4)?)?, narrow(number(0, 2)?)?);
    year_first().filter(|date| date.year() >= 1900).or_else(day_first)
}

struct Parts {
    first: i8,
    second: i8,
    year: i16,
}

/// Three numbers between `/`, `-` or `.`, the year last.
fn numeric_parts(text: &str) -> Option<Parts> {
    let separator = text.chars().find(|character| !character.is_ascii_digit())?;
    if !matches!(separator, '/' | '-' | '.') {
        return None;
    }
    let mut parts = text.split(separator);
    let (first, second, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || first.len() > 2 || second.len() > 2 {
        return None;
    }
    Some(Parts {
        first: small(first)?,
        second: small(second)?,
        year: full_year(year)?,
    })
}

/// `2024-01-31`, `2024/01/31`, `31/jan/2024`, `31 de janeiro de 2024`.
fn named_or_iso(text: &str) -> Option<Date> {
    let words: Vec<&str> = text
        .split(['/', '-', '.', ' '])
        .filter(|word| !word.is_empty() && *word != "de")
        .collect();
    let [one, two, three] = words.as_slice() else {
        return None;
    };
    if one.len() == 4 {
        return date(one.parse().ok()?, small(two)?, small(three)?);
    }
    date(full_year(three)?, month_of(two)?, small(one)?)
}

fn month_of(word: &str) -> Option<i8> {
    const MONTHS: [[&str; 2]; 12] = [
        ["jan", "jan"],
        ["fev", "feb"],
        ["mar", "mar"],
        ["abr", "apr"],
        ["mai", "may"],
        ["jun", "jun"],
        ["jul", "jul"],
        ["ago", "aug"],
        ["set", "sep"],
        ["out", "oct"],
        ["nov", "nov"],
        ["dez", "dec"],
    ];
    let word = word.to_lowercase();
    let start = word.get(..3)?;
    if !word.chars().all(char::is_alphabetic) {
        return None;
    }
    (1..)
        .zip(MONTHS)
        .find(|(_, names)| names.contains(&start))
        .map(|(month, _)| month)
}

/// Splits at the first `T` between digits, or before the part that has a colon.
fn date_and_time(text: &str) -> (&str, &str) {
    let text = text.trim();
    if let Some((date, time)) = text.split_once('T')
        && date.ends_with(|character: char| character.is_ascii_digit())
    {
        return (date, time);
    }
    let (clock, _) = without_half(text);
    let clock_begins = clock.trim_end().rfind(char::is_whitespace);
    match clock_begins.and_then(|at| text.split_at_checked(at)) {
        Some((date, time)) if time.contains(':') => (date.trim().trim_end_matches(['-', ',']).trim(), time),
        _ => (text, ""),
    }
}

fn small(text: &str) -> Option<i8> {
    let plain = !text.is_empty() && text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// Two digits are of this century: no shop imports sales of the last one.
fn full_year(text: &str) -> Option<i16> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match text.len() {
        2 => text.parse::<i16>().ok().map(|year| 2000 + year),
        4 => text.parse().ok(),
        _ => None,
    }
}

fn date(year: i16, month: i8, day: i8) -> Option<Date> {
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date, time};
    use jiff::tz::Offset;
    use proptest::prelude::{any, proptest};

    use super::{DateEvidence, DateFault, read_date, read_time};

    fn evidence(column: &[&str]) -> DateEvidence {
        let mut evidence = DateEvidence::default();
        column.iter().for_each(|cell| evidence.add(cell));
        evidence
    }

    fn read(text: &str, column: &[&str]) -> Result<Date, DateFault> {
        read_date(text, &evidence(column)).map(|read| read.date)
    }

    #[test]
    fn day_first_unless_the_column_proves_otherwise() {
        assert_eq!(read("03/04/2025", &["03/04/2025"]), Ok(date(2025, 4, 3)));
        assert_eq!(read("03/04/2025", &["25/04/2025"]), Ok(date(2025, 4, 3)));
        assert_eq!(read("03/04/2025", &["04/25/2025"]), Ok(date(2025, 3, 4)));
        assert_eq!(
            read("03/04/2025", &["04/25/2025", "25/04/2025"]),
            Err(DateFault::Ambiguous)
        );
        assert_eq!(
            read("05/05/2025", &["04/25/2025", "25/04/2025"]),
            Ok(date(2025, 5, 5))
        );
        assert_eq!(
            read("25/04/2025", &["04/25/2025", "25/04/2025"]),
            Ok(date(2025, 4, 25))
        );
    }

    #[test]
    fn forms_in_use() {
        let expected = Ok(date(2024, 1, 31));
        for text in [
            "31/01/2024",
            "31/1/24",
            "31-01-2024",
            "31.01.2024",
            "2024-01-31",
            "2024/01/31",
            "20240131",
            "31012024",
            "31/jan/2024",
            "31 de janeiro de 2024",
            "31-Jan-24",
            "2024-01-31T10:00:00Z",
            "31/01/2024 10:00",
        ] {
            assert_eq!(read(text, &[]), expected, "{text}");
        }
        let with_time = read_date("31/01/2024 23:59:58", &DateEvidence::default()).unwrap();
        assert_eq!(
            (with_time.time, with_time.offset),
            (Some(time(23, 59, 58, 0)), None)
        );
        assert_eq!(read_time("14h05"), Some((time(14, 5, 0, 0), None)));
        assert_eq!(read_time("25:00"), None);
        let halves = [
            ("4:30 PM", Some((16, 30))),
            ("4:30pm", Some((16, 30))),
            ("12:05 AM", Some((0, 5))),
            ("12:05 p.m.", Some((12, 5))),
            ("14:05 PM", None),
            ("0:05 AM", None),
            ("PM", None),
        ];
        for (text, expected) in halves {
            let clock = expected.map(|(hour, minute)| (time(hour, minute, 0, 0), None));
            assert_eq!(read_time(text), clock, "{text}");
        }
        let with_half = read_date("11/13/25 2:05:09 PM", &DateEvidence::default()).unwrap();
        assert_eq!(
            (with_half.date, with_half.time),
            (date(2025, 11, 13), Some(time(14, 5, 9, 0)))
        );
    }

    #[test]
    fn zones_are_told() {
        let expected = date(2026, 11, 6);
        for (text, hour, seconds) in [
            ("2026-11-06T01:00:00Z", 1, 0),
            ("2026-11-06T01:00:00.123Z", 1, 0),
            ("06/11/2026 01:00:00+00:00", 1, 0),
            ("2026-11-06 22:00-0300", 22, -10_800),
            ("2026-11-06T22:00:00 -03:00", 22, -10_800),
        ] {
            let read = read_date(text, &DateEvidence::default()).unwrap();
            assert_eq!(read.date, expected, "{text}");
            assert_eq!(read.time, Some(time(hour, 0, 0, 0)), "{text}");
            assert_eq!(read.offset.map(Offset::seconds), Some(seconds), "{text}");
        }
        assert_eq!(read_time("01:00Z"), Some((time(1, 0, 0, 0), Some(Offset::UTC))));
        assert_eq!(
            read("2026-11-06Z", &[]),
            Err(DateFault::Invalid),
            "a zone without a time"
        );
    }

    #[test]
    fn midnight_of_utc_is_an_instant_among_instants_only() {
        let midnight = time(0, 0, 0, 0);
        let days = evidence(&["2026-11-06T00:00:00Z", "2026-11-07T00:00:00Z"]);
        assert!(!days.is_instant(midnight, Offset::UTC));
        assert!(
            days.is_instant(midnight, Offset::constant(-3)),
            "nobody writes a day like that"
        );
        let instants = evidence(&["2026-11-06T00:00:00Z", "2026-11-06T01:00:00Z"]);
        assert!(instants.is_instant(midnight, Offset::UTC));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "31/02/2024",
            "ontem",
            "2024",
            "1/1/1/2024",
            "32/13/2024",
            "31/01/20240",
            "00/00/0000",
        ] {
            assert_eq!(read(text, &[]), Err(DateFault::Invalid), "{text}");
        }
    }

    proptest! {
        #[test]
        fn written_day_first_reads_back(year in 2000_i16..2099, month in 1_i8..=12, day in 1_i8..=28) {
            let expected = Ok(date(year, month, day));
            assert_eq!(read(&format!("{day:02}/{month:02}/{year}"), &[]), expected);
            assert_eq!(read(&format!("{year}-{month:02}-{day:02}"), &[]), expected);
            assert_eq!(read(&format!("{day:02}{month:02}{year}"), &[]), expected);
            assert_eq!(read(&format!("{month:02}/{day:02}/{year}"), &["01/31/2024"]), expected);
        }

        #[test]
        fn any_text_is_survived(text in any::<String>()) {
            let _either = read_date(&text, &DateEvidence::default());
            let mut evidence = DateEvidence::default();
            evidence.add(&text);
        }
    }
}
