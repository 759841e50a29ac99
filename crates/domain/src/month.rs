//! A month of the books.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, date};

use crate::InvalidValue;
use crate::dates::{FIRST_DAY, LAST_DAY};
use crate::text::serde_as_text;

/// A calendar month, 2000-01 to 2099-12, written as `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// The month that a day is in; `None` outside 2000 to 2099.
    #[must_use]
    pub fn of(day: Date) -> Option<Self> {
        (FIRST_DAY..=LAST_DAY).contains(&day).then(|| Self {
            year: day.year(),
            month: day.month(),
        })
    }

    /// The year.
    #[must_use]
    pub const fn year(self) -> i16 {
        self.year
    }

    /// The first day.
    #[must_use]
    pub const fn first_day(self) -> Date {
        date(self.year, self.month, 1)
    }

    /// The last day.
    #[must_use]
    pub fn last_day(self) -> Date {
        self.first_day().last_of_month()
    }

    /// The month after; `None` after 2099-12.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        Self::of(self.last_day().tomorrow().ok()?)
    }

    /// The month before; `None` before 2000-01.
    #[must_use]
    pub fn previous(self) -> Option<Self> {
        Self::of(self.first_day().yesterday().ok()?)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let is_shaped = text.len() == 7 && text.as_bytes().get(4) == Some(&b'-');
        let day = is_shaped
            .then(|| format!("{text}-01").parse::<Date>().ok())
            .flatten();
        day.and_then(Self::of).ok_or_else(|| {
            let rule = "a month is written as 2026-11, 2000-01 to 2099-12";
            InvalidValue::new("MONTH_INVALID", text, rule)
        })
    }
}

serde_as_text!(Month);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_each_other_and_end_where_documents_do() {
        let month = |text: &str| text.parse::<Month>().unwrap();
        assert_eq!(month("2026-12").next(), Some(month("2027-01")));
        assert_eq!(month("2027-01").previous(), Some(month("2026-12")));
        assert_eq!(month("2028-02").last_day(), date(2028, 2, 29));
        assert_eq!(month("2099-12").next(), None);
        assert_eq!(month("2000-01").previous(), None);
        assert_eq!(month("2026-03").to_string(), "2026-03");
        for wrong in [
            "",
            "2026",
            "2026-13",
            "2026-1",
            "1999-12",
            "2100-01",
            "2026-11-01",
            "0001-01",
            "2026-é",
        ] {
            assert!(wrong.parse::<Month>().is_err(), "{wrong}");
        }
    }
}
