//! When a row says something happened: by the clock of the store, or by a clock whose zone the sheet names.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;

use crate::date_text::DateText;

/// A date with a time, or without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    pub(crate) date: Date,
    pub(crate) time: Option<Time>,
    /// Date and time are of UTC, else of the store.
    pub(crate) is_utc: bool,
}

impl Moment {
    /// Puts a date and the time of a column of its own together. `is_instant` tells whether a date with a time and a
    /// zone is an instant; none where it cannot be told what is meant.
    pub(crate) fn of(
        date: DateText,
        own_time: Option<(Time, Option<Offset>)>,
        is_instant: impl Fn(Time, Offset) -> bool,
    ) -> Option<Self> {
        let is_day_alone = date.time.is_none_or(|time| time == Time::midnight());
        let (time, offset) = match (own_time, date.time, date.offset) {
            (None, Some(time), Some(offset)) => is_instant(time, offset).then_some((time, Some(offset)))?,
            (None, time, _) => return Some(Self::local(date.date, time)),
            (Some((time, None)), Some(same), Some(offset)) if time == same => (time, Some(offset)),
            // A day with the zone that its program writes behind every date.
            (Some((time, None)), _, Some(_)) => is_day_alone.then_some((time, None))?,
            (Some((time, offset)), ..) => (time, offset),
        };
        let Some(offset) = offset else {
            return Some(Self::local(date.date, Some(time)));
        };
        let instant = offset.to_timestamp(date.date.to_datetime(time)).ok()?;
        let utc = Offset::UTC.to_datetime(instant);
        Some(Self {
            date: utc.date(),
            time: Some(utc.time()),
            is_utc: true,
        })
    }

    fn local(date: Date, time: Option<Time>) -> Self {
        Self {
            date,
            time,
            is_utc: false,
        }
    }

    /// The instant, where the sheet itself says which.
    pub(crate) fn instant(self) -> Option<Timestamp> {
        let time = self.time.filter(|_| self.is_utc)?;
        Offset::UTC.to_timestamp(self.date.to_datetime(time)).ok()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Time, date, time};
    use jiff::tz::Offset;

    use super::Moment;
    use crate::date_text::DateText;

    const DAY: jiff::civil::Date = date(2026, 11, 6);
    const ONE: Time = time(1, 0, 0, 0);

    fn of(
        clock: Option<Time>,
        offset: Option<Offset>,
        own: Option<(Time, Option<Offset>)>,
    ) -> Option<(i8, Option<i8>, bool)> {
        let text = DateText {
            date: DAY,
            time: clock,
            offset,
        };
        let moment = Moment::of(text, own, |time, _| time != Time::midnight())?;
        let hour = moment.time.map(Time::hour);
        Some((moment.date.day(), hour, moment.is_utc))
    }

    #[test]
    fn date_and_time_make_one_moment() {
        let (utc, west) = (Some(Offset::UTC), Some(Offset::constant(-3)));
        let late = time(22, 0, 0, 0);
        assert_eq!(of(None, None, None), Some((6, None, false)));
        assert_eq!(of(Some(ONE), None, None), Some((6, Some(1), false)));
        assert_eq!(of(Some(ONE), utc, None), Some((6, Some(1), true)));
        assert_eq!(of(Some(late), west, None), Some((7, Some(1), true)));
        assert_eq!(
            of(Some(Time::midnight()), utc, None),
            None,
            "a day, or an instant of the day before"
        );
        assert_eq!(of(None, None, Some((ONE, utc))), Some((6, Some(1), true)));
        assert_eq!(of(None, None, Some((late, west))), Some((7, Some(1), true)));
        assert_eq!(of(None, None, Some((late, None))), Some((6, Some(22), false)));
        assert_eq!(
            of(Some(Time::midnight()), utc, Some((late, None))),
            Some((6, Some(22), false))
        );
        assert_eq!(of(Some(ONE), utc, Some((ONE, None))), Some((6, Some(1), true)));
        assert_eq!(of(Some(ONE), utc, Some((late, None))), None, "two clocks");
    }
}
