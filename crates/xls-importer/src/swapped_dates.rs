//! Dates whose day and month a spreadsheet program of another country has swapped.
//!
//! It takes 05/11 for 11 May and makes it a date, and leaves 13/11 a text, because there is no 13th month. So a column
//! with texts of days beyond 12 and no others, beside dates of days up to 12 and no others, is such a column.

use std::collections::HashSet;

use jiff::civil::Date;

/// What a column of dates and texts says about that.
#[derive(Debug, Clone, Default)]
pub(crate) struct SwappedDates {
    /// Texts that leave one order of day and month.
    clear_texts: u32,
    /// Texts that can be read both ways, which the program would have made dates.
    open_texts: u32,
    /// Date cells of days beyond 12, which are as somebody meant them.
    clear_dates: u32,
    /// Years and months of the clear texts.
    months: HashSet<(i16, i8)>,
}

/// Days that can be months.
const MONTHS: i8 = 12;

impl SwappedDates {
    /// Takes a text into account: its first two numbers and its year.
    pub(crate) fn add_text(&mut self, first: i8, second: i8, year: i16) {
        let is_month = |number: i8| (1..=MONTHS).contains(&number);
        match (is_month(first), is_month(second)) {
            (true, true) => self.open_texts += 1,
            (true, false) | (false, true) => {
                self.clear_texts += 1;
                self.months.insert((year, first.min(second)));
            }
            (false, false) => {}
        }
    }

    /// Takes a date cell into account.
    pub(crate) fn add_date(&mut self, date: Date) {
        self.clear_dates += u32::from(date.day() > MONTHS);
    }

    /// Whether a date cell may say the month as its day.
    pub(crate) fn is_suspect(&self, date: Date) -> bool {
        let can_be_swapped = date.day() <= MONTHS && date.day() != date.month();
        if !can_be_swapped || self.clear_texts == 0 {
            return false;
        }
        let is_divided = self.open_texts == 0 && self.clear_dates == 0;
        // Beside dates that are right, or typed in later: it is in no month of the texts, and swapped it is.
        let (as_read, swapped) = ((date.year(), date.month()), (date.year(), date.day()));
        is_divided || (!self.months.contains(&as_read) && self.months.contains(&swapped))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::SwappedDates;

    fn suspects(texts: &[(i8, i8)], dates: &[Date]) -> Vec<Date> {
        let mut evidence = SwappedDates::default();
        texts
            .iter()
            .for_each(|(first, second)| evidence.add_text(*first, *second, 2025));
        dates.iter().for_each(|date| evidence.add_date(*date));
        let suspects = dates.iter().filter(|date| evidence.is_suspect(**date));
        suspects.copied().collect()
    }

    #[test]
    fn a_column_divided_at_the_twelfth_is_suspect() {
        let dates = [date(2025, 5, 11), date(2025, 6, 11), date(2025, 11, 11)];
        assert_eq!(
            suspects(&[(13, 11), (14, 11)], &dates),
            dates[..2],
            "11/11 is the same either way"
        );
        assert_eq!(suspects(&[(11, 13), (11, 14)], &dates), dates[..2], "month first");
        let months = [date(2025, 1, 3), date(2025, 2, 7)];
        assert_eq!(
            suspects(&[(30, 4), (31, 5)], &months),
            months,
            "texts of other months"
        );
    }

    #[test]
    fn a_date_that_belongs_to_the_texts_when_swapped_is_suspect_among_right_ones() {
        let dates = [date(2025, 5, 11), date(2025, 11, 20), date(2025, 11, 3)];
        assert_eq!(suspects(&[(13, 11), (14, 11)], &dates), dates[..1]);
        assert_eq!(suspects(&[(13, 11), (2, 11)], &dates), dates[..1]);
    }

    #[test]
    fn honest_columns_are_not() {
        let dates = [date(2025, 5, 11), date(2025, 6, 10)];
        assert_eq!(suspects(&[], &dates), []);
        assert_eq!(
            suspects(&[(5, 6)], &dates),
            [],
            "a text the program would have made a date"
        );
        let year: Vec<_> = (1..=12).map(|month| (13, month)).collect();
        let dates = [date(2025, 5, 11), date(2025, 6, 20)];
        assert_eq!(suspects(&year, &dates), [], "any month is one of the texts");
    }
}
