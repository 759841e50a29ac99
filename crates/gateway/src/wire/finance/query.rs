//! What queries of the books ask for: spans of days, stores and cost centres; and the amounts that they answer with.

use jiff::civil::Date;
use posars_domain::{Amount, Currency};
use posars_projections::{BookScope, BookSpan};

use crate::proto::google::r#type as google;
use crate::proto::money::v1::Money;
use crate::wire::Reader;
use crate::wire::value::{check_days, read_date, read_optional_date, write_money};

/// Reads the first and the last day of figures, in the fields of these names.
pub(crate) fn read_span(
    reader: &mut Reader,
    [start, end]: [&str; 2],
    days: [Option<google::Date>; 2],
) -> Option<BookSpan> {
    let [from, to] = days;
    let from = read_date(reader, start, from);
    let to = read_date(reader, end, to);
    check_days(reader, [start, end], from, to);
    from.zip(to).map(|(from, to)| BookSpan { from, to })
}

/// Reads a span that may be absent as a whole.
pub(crate) fn read_optional_span(
    reader: &mut Reader,
    fields: [&str; 2],
    days: [Option<google::Date>; 2],
) -> Option<Option<BookSpan>> {
    if days.iter().all(Option::is_none) {
        return Some(None);
    }
    read_span(reader, fields, days).map(Some)
}

/// Reads the first and the last day of a list, each of which may be absent.
pub(crate) fn read_days(
    reader: &mut Reader,
    fields: [&str; 2],
    days: [Option<google::Date>; 2],
) -> Option<[Option<Date>; 2]> {
    let [from, to] = days;
    let from = read_optional_date(reader, fields[0], from);
    let to = read_optional_date(reader, fields[1], to);
    check_days(reader, fields, from.flatten(), to.flatten());
    from.zip(to).map(|(from, to)| [from, to])
}

/// Reads of which store and cost centre figures are.
pub(crate) fn read_scope(reader: &mut Reader, store_id: &str, cost_center_id: &str) -> Option<BookScope> {
    let store_id = reader.optional("store_id", store_id);
    let cost_center = reader.optional("cost_center_id", cost_center_id);
    store_id
        .zip(cost_center)
        .map(|(store_id, cost_center)| BookScope {
            store_id,
            cost_center,
        })
}

/// Writes an amount of the books: absent before they begin, when they have no currency yet.
pub(crate) fn write_of_books(amount: Amount, currency: Option<Currency>) -> Option<Money> {
    write_money(amount, currency?)
}
