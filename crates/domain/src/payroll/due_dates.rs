//! When wages and what goes with them are paid, where nobody says otherwise.

use jiff::civil::{Date, Weekday};

use crate::{LAST_DAY, Month};

/// How many working days of the month after the work there are until the wages are due, that day included.
const WAGES_WORKING_DAYS: usize = 5;

/// The day of the month after the work on which the charges are due.
const CHARGES_DAY: i8 = 20;

/// The fifth working day of the month after. A Saturday is one; holidays differ from place to place and are not looked at.
///
/// # Source
/// CLT, art. 459, § 1º; Instrução Normativa SRT 1/1989 for the Saturday.
pub(super) fn wages_due(month: Month) -> Date {
    let Some(next) = month.next() else { return LAST_DAY };
    let working = next
        .first_day()
        .series(jiff::Span::new().days(1))
        .filter(|day| day.weekday() != Weekday::Sunday);
    working.take(WAGES_WORKING_DAYS).last().unwrap_or(LAST_DAY)
}

/// The 20th of the month after, or the Friday before when that is at a weekend.
///
/// # Source
/// Lei 8.212/1991, art. 30, I, b, and § 2º; Lei 8.036/1990, art. 15, for the FGTS.
pub(super) fn charges_due(month: Month) -> Date {
    let Some(next) = month.next() else { return LAST_DAY };
    let mut day = next.first_day();
    while day.day() < CHARGES_DAY {
        day = day.tomorrow().unwrap_or(LAST_DAY);
    }
    while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
        day = day.yesterday().unwrap_or(LAST_DAY);
    }
    day
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn wages_are_due_on_the_fifth_working_day() {
        for (month, due) in [
            // 1 November 2026 is a Sunday: Monday to Friday are five days.
            ("2026-10", date(2026, 11, 6)),
            // 1 December 2026 is a Tuesday: Tuesday to Saturday.
            ("2026-11", date(2026, 12, 5)),
            // 1 January 2027 is a Friday: Friday, Saturday, then Monday to Wednesday.
            ("2026-12", date(2027, 1, 6)),
            ("2099-12", LAST_DAY),
        ] {
            assert_eq!(wages_due(month.parse().unwrap()), due, "{month}");
        }
    }

    #[test]
    fn charges_are_due_on_the_20th_and_never_at_a_weekend() {
        for (month, due) in [
            ("2026-10", date(2026, 11, 20)),
            // 20 December 2026 is a Sunday, 20 February 2027 a Saturday.
            ("2026-11", date(2026, 12, 18)),
            ("2027-01", date(2027, 2, 19)),
            ("2099-12", LAST_DAY),
        ] {
            assert_eq!(charges_due(month.parse().unwrap()), due, "{month}");
        }
    }
}
