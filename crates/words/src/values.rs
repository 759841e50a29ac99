//! Values as people of a language write them.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::language::Language;

impl Language {
    /// A decimal that is written with a point, such as `1.5`.
    #[must_use]
    pub fn decimal(self, written: &str) -> String {
        self.pick(written.replace('.', ","), written.to_owned())
    }

    /// A day.
    #[must_use]
    pub fn date(self, date: Date) -> String {
        date.strftime(self.pick("%d/%m/%Y", "%Y-%m-%d")).to_string()
    }

    /// A moment, to the second, in UTC.
    #[must_use]
    pub fn moment(self, at: Timestamp) -> String {
        at.strftime(self.pick("%d/%m/%Y %H:%M:%S UTC", "%Y-%m-%dT%H:%M:%SZ"))
            .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_their_reader_writes_them() {
        let at: Timestamp = "2026-01-31T23:59:58.5Z".parse().unwrap();
        let date = jiff::civil::date(2026, 1, 31);
        let written =
            |language: Language| [language.decimal("-1.5"), language.date(date), language.moment(at)];
        assert_eq!(
            written(Language::PtBr),
            ["-1,5", "31/01/2026", "31/01/2026 23:59:58 UTC"]
        );
        assert_eq!(
            written(Language::En),
            ["-1.5", "2026-01-31", "2026-01-31T23:59:58Z"]
        );
    }
}
