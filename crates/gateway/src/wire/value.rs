//! Money, decimals, dates and times, in both directions.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use posars_domain::{Amount, Currency, FIRST_DAY, InvalidValue, LAST_DAY, Quantity, UnitPrice, reasons};
use std::str::FromStr;
use uuid::Uuid;

use super::Reader;
use super::reader::FIELD_INVALID;
use crate::proto::google::r#type as google;
use crate::proto::money::v1::Money;

/// Reason of a span that no document can be in, or too long.
pub(crate) const DATE_RANGE_INVALID: &str = "DATE_RANGE_INVALID";

/// Reads an amount that must be there, in the currency of the whole document.
pub(crate) fn read_amount(
    reader: &mut Reader,
    field: &str,
    money: Option<Money>,
    currency: Currency,
) -> Option<Amount> {
    let money = reader.required(field, money)?;
    reader.inside(field, |reader| {
        let given = reader.text::<Currency>("currency_code", &money.currency_code)?;
        if given != currency {
            let problem = format!("{given} beside {currency}: every amount of one document has one currency");
            reader.refuse("currency_code", reasons::CURRENCY_MISMATCH, problem);
            return None;
        }
        Some(Amount::from_minor(money.amount_minor))
    })
}

/// Reads an amount that may be absent.
pub(crate) fn read_optional_amount(
    reader: &mut Reader,
    field: &str,
    money: Option<Money>,
    currency: Currency,
) -> Option<Option<Amount>> {
    if money.is_none() {
        Some(None)
    } else {
        read_amount(reader, field, money, currency).map(Some)
    }
}

/// Writes an amount.
pub(crate) fn write_money(amount: Amount, currency: Currency) -> Option<Money> {
    Some(Money {
        currency_code: currency.as_str().to_owned(),
        amount_minor: amount.minor(),
    })
}

/// Reads a decimal that must be there.
pub(crate) fn read_decimal<T: FromStr<Err = InvalidValue>>(
    reader: &mut Reader,
    field: &str,
    decimal: Option<google::Decimal>,
) -> Option<T> {
    let decimal = reader.required(field, decimal)?;
    reader.text(field, &decimal.value)
}

/// Writes a quantity.
pub(crate) fn write_quantity(quantity: Quantity) -> Option<google::Decimal> {
    Some(google::Decimal {
        value: quantity.to_string(),
    })
}

/// Writes a unit price.
pub(crate) fn write_unit_price(price: UnitPrice) -> Option<google::Decimal> {
    Some(google::Decimal {
        value: price.to_string(),
    })
}

/// Reads a whole day that may be absent.
pub(crate) fn read_optional_date(
    reader: &mut Reader,
    field: &str,
    date: Option<google::Date>,
) -> Option<Option<Date>> {
    let Some(date) = date else { return Some(None) };
    let parsed = i16::try_from(date.year)
        .ok()
        .zip(i8::try_from(date.month).ok())
        .zip(i8::try_from(date.day).ok());
    let parsed = parsed.and_then(|((year, month), day)| Date::new(year, month, day).ok());
    // The proto type allows the year 0 for a day of every year. None of our fields means that.
    match parsed.filter(|date| date.year() > 0) {
        Some(date) => Some(Some(date)),
        None => {
            let problem = format!(
                "{:04}-{:02}-{:02} is no day of the calendar; give year, month and day",
                date.year, date.month, date.day
            );
            reader.refuse(field, FIELD_INVALID, problem);
            None
        }
    }
}

/// Reads a whole day that must be there.
pub(crate) fn read_date(reader: &mut Reader, field: &str, date: Option<google::Date>) -> Option<Date> {
    let date = reader.required(field, date)?;
    read_optional_date(reader, field, Some(date)).flatten()
}

/// Notes when no document can be of the days from `start_date` to `end_date`, as [`check_days`].
pub(crate) fn check_date_range(reader: &mut Reader, from: Option<Date>, to: Option<Date>) {
    check_days(reader, ["start_date", "end_date"], from, to);
}

/// Notes when no document can be of the days between those in two fields: the answer would be empty, and look like a shop
/// that sold nothing.
pub(crate) fn check_days(
    reader: &mut Reader,
    [first, last]: [&str; 2],
    from: Option<Date>,
    to: Option<Date>,
) {
    let problem = match (from, to) {
        (Some(from), Some(to)) if from > to => Some((last, "the last day is before the first; swap them")),
        (_, Some(to)) if to < FIRST_DAY => Some((
            last,
            "no document is of a day before 2000-01-01; leave the last day out when there is none",
        )),
        (Some(from), _) if from > LAST_DAY => Some((
            first,
            "no document is of a day after 2099-12-31; leave the first day out when there is none",
        )),
        _ => None,
    };
    if let Some((field, problem)) = problem {
        reader.refuse(field, DATE_RANGE_INVALID, problem);
    }
}

/// Writes a day.
pub(crate) fn write_date(date: Date) -> google::Date {
    google::Date {
        year: i32::from(date.year()),
        month: i32::from(date.month()),
        day: i32::from(date.day()),
    }
}

/// Reads a moment that may be absent.
pub(crate) fn read_optional_time(
    reader: &mut Reader,
    field: &str,
    time: Option<prost_types::Timestamp>,
) -> Option<Option<Timestamp>> {
    let Some(time) = time else { return Some(None) };
    // Negative nanoseconds would count backwards; the proto type forbids them, jiff would take them.
    let read = Timestamp::new(time.seconds, time.nanos)
        .ok()
        .filter(|_| time.nanos >= 0);
    if read.is_none() {
        let problem = format!(
            "{} s and {} ns since 1970 is no moment from the year 1 to 9999-12-30; leave the field out where it may be, \
             rather than send a time for never",
            time.seconds, time.nanos
        );
        reader.refuse(field, FIELD_INVALID, problem);
    }
    read.map(Some)
}

/// Reads a moment that must be there.
pub(crate) fn read_time(
    reader: &mut Reader,
    field: &str,
    time: Option<prost_types::Timestamp>,
) -> Option<Timestamp> {
    let time = reader.required(field, time)?;
    read_optional_time(reader, field, Some(time)).flatten()
}

/// Writes a moment.
pub(crate) fn write_time(time: Timestamp) -> prost_types::Timestamp {
    let (mut seconds, mut nanos) = (time.as_second(), time.subsec_nanosecond());
    // jiff counts back from the second before 1970, the proto type always forwards.
    if nanos < 0 {
        seconds -= 1;
        nanos += 1_000_000_000;
    }
    prost_types::Timestamp { seconds, nanos }
}

/// Reads a time of day such as `04:00`; midnight when empty.
pub(crate) fn read_time_of_day(reader: &mut Reader, field: &str, text: &str) -> Option<Time> {
    if text.is_empty() {
        return Some(Time::midnight());
    }
    let parsed = text.parse::<Time>().ok();
    if parsed.is_none() {
        reader.refuse(
            field,
            FIELD_INVALID,
            format!("\"{text}\" is no time of day; write hours and minutes, as 04:00"),
        );
    }
    parsed
}

/// Reads a UUID that may be empty.
pub(crate) fn read_optional_uuid(reader: &mut Reader, field: &str, text: &str) -> Option<Option<Uuid>> {
    if text.is_empty() {
        return Some(None);
    }
    let parsed = Uuid::try_parse(text).ok();
    if parsed.is_none() {
        reader.refuse(
            field,
            FIELD_INVALID,
            format!("\"{text}\" is no UUID, as 0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f60"),
        );
    }
    parsed.map(Some)
}

/// Reads a name for people that must be there. The domain checks its length.
pub(crate) fn read_label(reader: &mut Reader, field: &str, text: &str) -> Option<String> {
    if text.trim().is_empty() {
        reader.refuse(field, reasons::FIELD_REQUIRED, "required, but empty; fill it in");
        return None;
    }
    Some(text.to_owned())
}

/// An empty text counts as not given.
pub(crate) fn given(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_before_1970_survive() {
        for text in [
            "1969-12-31T23:59:59.5Z",
            "2026-11-22T12:00:00.000000001Z",
            "0001-01-01T00:00:00Z",
        ] {
            let time: Timestamp = text.parse().unwrap();
            let wire = write_time(time);
            assert!(wire.nanos >= 0, "{text}");
            assert_eq!(
                read_time(&mut Reader::new(), "occur_time", Some(wire)),
                Some(time)
            );
        }
        let backwards = prost_types::Timestamp {
            seconds: 1,
            nanos: -1,
        };
        assert_eq!(read_time(&mut Reader::new(), "occur_time", Some(backwards)), None);
    }

    #[test]
    fn days_are_days_of_the_calendar() {
        let date: Date = "2024-02-29".parse().unwrap();
        assert_eq!(
            read_date(&mut Reader::new(), "date", Some(write_date(date))),
            Some(date)
        );
        for (year, month, day) in [
            (2026, 2, 29),
            (0, 1, 1),
            (2026, 13, 1),
            (99_999, 1, 1),
            (2026, 0, 0),
        ] {
            let date = google::Date { year, month, day };
            assert_eq!(
                read_date(&mut Reader::new(), "date", Some(date)),
                None,
                "{date:?}"
            );
        }
    }

    #[test]
    fn one_document_has_one_currency() {
        let dollars = Money {
            currency_code: "USD".into(),
            amount_minor: 5,
        };
        let mut reader = Reader::new();
        assert_eq!(
            read_amount(&mut reader, "change", Some(dollars), Currency::BRL),
            None
        );
        let status = reader.finish(None::<()>).unwrap_err();
        assert!(
            status
                .message()
                .starts_with("change.currency_code: USD beside BRL"),
            "{}",
            status.message()
        );
    }
}
