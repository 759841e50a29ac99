//! Dates as a spreadsheet stores them: days since an epoch, in exact decimals.

use jiff::ToSpan;
use jiff::civil::{Date, Time, date};

use crate::sheet::Number;

/// The day a spreadsheet believes 1900 had and it had not.
const NO_SUCH_DAY: i64 = 60;
/// 9999-12-31, the last day of the format.
const LAST_DAY: i64 = 2_958_465;
const SECONDS_PER_DAY: i64 = 86_400;

/// The date and time of a serial number; `None` for numbers that are no date.
pub(crate) fn from_serial(serial: Number, epoch_1904: bool) -> Option<(Date, Time)> {
    let (days, seconds) = match serial {
        Number { digits, places: 0 } => (digits, 0),
        Number { digits, places } => days_and_seconds(digits, places)?,
    };
    if !(0..=LAST_DAY).contains(&days) {
        return None;
    }
    let epoch = if epoch_1904 {
        date(1904, 1, 1)
    } else if days < NO_SUCH_DAY {
        date(1899, 12, 31)
    } else if days == NO_SUCH_DAY {
        return None;
    } else {
        date(1899, 12, 30)
    };
    let day = epoch.checked_add(days.days()).ok()?;
    let part = |value: i64| i8::try_from(value).ok();
    let time = Time::new(
        part(seconds / 3600)?,
        part(seconds / 60 % 60)?,
        part(seconds % 60)?,
        0,
    )
    .ok()?;
    Some((day, time))
}

fn days_and_seconds(digits: i64, places: u8) -> Option<(i64, i64)> {
    let scale = 10_i128.checked_pow(u32::from(places))?;
    let digits = i128::from(digits);
    let days = i64::try_from(digits.div_euclid(scale)).ok()?;
    let rounded = |units_per_day: i64| {
        let part = digits.rem_euclid(scale) * i128::from(units_per_day) * 2;
        i64::try_from((part + scale) / (scale * 2)).ok()
    };
    // To the second, because a fraction is not exact to more than a millisecond.
    let seconds = rounded(SECONDS_PER_DAY)?;
    Some(if seconds < SECONDS_PER_DAY {
        (days, seconds)
    } else if rounded(SECONDS_PER_DAY * 1000)? < SECONDS_PER_DAY * 1000 {
        // The last half second of a day is of that day: programs write 23:59:59.997 for its end.
        (days, SECONDS_PER_DAY - 1)
    } else {
        (days.checked_add(1)?, 0)
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::from_serial;
    use crate::sheet::Number;

    fn serial(digits: i64, places: u8) -> Number {
        Number { digits, places }
    }

    #[test]
    fn both_epochs() {
        assert_eq!(from_serial(serial(43_466, 0), false).unwrap().0, date(2019, 1, 1));
        assert_eq!(from_serial(serial(42_004, 0), true).unwrap().0, date(2019, 1, 1));
        assert_eq!(from_serial(serial(1, 0), false).unwrap().0, date(1900, 1, 1));
        assert_eq!(from_serial(serial(61, 0), false).unwrap().0, date(1900, 3, 1));
        assert_eq!(from_serial(serial(60, 0), false), None, "29 February 1900");
        assert_eq!(from_serial(serial(2_958_466, 0), false), None);
        assert_eq!(from_serial(serial(-1, 0), false), None);
    }

    #[test]
    fn times_of_day() {
        let (day, clock) = from_serial(serial(434_665, 1), false).unwrap();
        assert_eq!((day, clock), (date(2019, 1, 1), time(12, 0, 0, 0)));
        // 10:10:10 as a spreadsheet stores it.
        let (_, clock) = from_serial(serial(434_664_237_268_519, 10), false).unwrap();
        assert_eq!(clock, time(10, 10, 10, 0));
        let (day, clock) = from_serial(serial(43_466_999_999_999, 9), false).unwrap();
        assert_eq!(
            (day, clock),
            (date(2019, 1, 2), time(0, 0, 0, 0)),
            "rounds up to midnight"
        );
        // 23:59:59.997 and 23:59:59.5 of 5 November 2025.
        for digits in [4_596_699_999_996_528, 4_596_699_999_421_296] {
            let (day, clock) = from_serial(serial(digits, 11), false).unwrap();
            assert_eq!((day, clock), (date(2025, 11, 5), time(23, 59, 59, 0)));
        }
    }
}
