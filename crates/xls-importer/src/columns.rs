//! Cells of known columns as values: evidence gathered over the whole column first, then read cell by cell.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, Time};
use posars_domain::{Amount, Currency, FIRST_DAY, Gtin, Quantity, UnitPrice};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::date_text::{DateEvidence, DateFault, read_date, read_time};
use crate::field::Field;
use crate::header::Header;
use crate::number_text::{NumberEvidence, NumberFault, read_number};
use crate::row_fault::{RowFault, RowReason};
use crate::serial_date::from_serial;
use crate::sheet::{Cell, Number, Row, Sheet};

/// Decimals of a unit price; binary fractions such as a third of a real have more and are rounded to these.
const UNIT_PRICE_PLACES: u32 = 10;

/// Reads the cells of mapped columns.
pub(crate) struct Columns<'h> {
    header: &'h Header,
    epoch_1904: bool,
    last_day: Date,
    numbers: BTreeMap<Field, NumberEvidence>,
    dates: DateEvidence,
}

impl<'h> Columns<'h> {
    /// Gathers the evidence of every column below the titles. `today` bounds the dates taken.
    pub(crate) fn new(sheet: &Sheet, header: &'h Header, today: Date) -> Self {
        let mut numbers: BTreeMap<Field, NumberEvidence> = BTreeMap::new();
        let mut dates = DateEvidence::default();
        let read: Vec<(Field, u32)> = header
            .mapping
            .fields()
            .filter(|(field, _)| field.is_numeric() || *field == Field::Date)
            .filter(|(_, column)| sheet.last_text_row(*column) > header.row_number)
            .collect();
        let rows = if read.is_empty() { 0 } else { sheet.rows_len() };
        let mut row = Row::default();
        for index in header.row_index + 1..rows {
            sheet.read_row(index, &mut row);
            for (field, column) in &read {
                if let Cell::Text(text) = row.cell(*column) {
                    if *field == Field::Date {
                        dates.add(text);
                    } else {
                        numbers.entry(*field).or_default().add(text);
                    }
                }
            }
        }
        // Tomorrow, because the sheet may come from a zone where it has begun.
        let last_day = today.saturating_add(1.day());
        Self {
            header,
            epoch_1904: sheet.epoch_1904(),
            last_day,
            numbers,
            dates,
        }
    }

    /// The cell of a field; fields without a column are empty.
    pub(crate) fn cell<'a>(&self, row: &Row<'a>, field: Field) -> Cell<'a> {
        self.header
            .mapping
            .column(field)
            .map_or(Cell::Empty, |column| row.cell(column))
    }

    /// Whether a field has a column.
    pub(crate) fn has(&self, field: Field) -> bool {
        self.header.mapping.has(field)
    }

    /// A cell as text; numbers as they were typed.
    pub(crate) fn text<'a>(&self, row: &Row<'a>, field: Field) -> Result<Option<Cow<'a, str>>, RowFault> {
        Ok(Some(match self.cell(row, field) {
            Cell::Empty => return Ok(None),
            Cell::Text(text) => Cow::Borrowed(text),
            Cell::Number(number) | Cell::Span(number) => Cow::Owned(plain(number)),
            Cell::Date(number) => match from_serial(number, self.epoch_1904) {
                Some((date, _)) => Cow::Owned(date.to_string()),
                None => Cow::Owned(plain(number)),
            },
            Cell::Truth(truth) => Cow::Borrowed(if truth { "1" } else { "0" }),
            other @ (Cell::Inexact(_) | Cell::Error(_) | Cell::Uncalculated) => {
                return Err(unreadable(other, field));
            }
        }))
    }

    /// A cell that must hold a text.
    pub(crate) fn required_text<'a>(&self, row: &Row<'a>, field: Field) -> Result<Cow<'a, str>, RowFault> {
        self.text(row, field)?
            .ok_or_else(|| RowFault::of(RowReason::RequiredMissing, field, ""))
    }

    /// A cell as an exact number.
    pub(crate) fn decimal(&self, row: &Row<'_>, field: Field) -> Result<Option<Decimal>, RowFault> {
        match self.cell(row, field) {
            Cell::Empty => Ok(None),
            Cell::Number(number) => Ok(Some(number.to_decimal())),
            Cell::Text(text) => {
                let evidence = self.numbers.get(&field).copied().unwrap_or_default();
                read_number(text, evidence).map(Some).map_err(|fault| {
                    let reason = match fault {
                        NumberFault::Invalid => RowReason::NumberInvalid,
                        NumberFault::Ambiguous => RowReason::NumberAmbiguous,
                    };
                    RowFault::of(reason, field, text)
                })
            }
            // A price formatted as a date shows as one; its value is not what anybody typed.
            other @ (Cell::Inexact(_)
            | Cell::Date(_)
            | Cell::Span(_)
            | Cell::Truth(_)
            | Cell::Error(_)
            | Cell::Uncalculated) => Err(unreadable(other, field)),
        }
    }

    /// A quantity, of at most four decimals.
    pub(crate) fn quantity(&self, row: &Row<'_>, field: Field) -> Result<Option<Quantity>, RowFault> {
        let Some(value) = self.decimal(row, field)? else {
            return Ok(None);
        };
        let lost = |_| RowFault::of(RowReason::NumberPrecisionLost, field, value);
        Quantity::try_from(value).map(Some).map_err(lost)
    }

    /// An amount of money that is not below zero, rounded half-up to the minor unit, as the sheet shows it.
    pub(crate) fn amount(
        &self,
        row: &Row<'_>,
        field: Field,
        currency: Currency,
    ) -> Result<Option<Amount>, RowFault> {
        let Some(value) = self.decimal(row, field)? else {
            return Ok(None);
        };
        let lost = |_| RowFault::of(RowReason::NumberPrecisionLost, field, value);
        let amount = currency.rounded(value).map_err(lost)?;
        if amount.is_negative() {
            return Err(RowFault::of(RowReason::AmountNegative, field, value));
        }
        Ok(Some(amount))
    }

    /// A price or cost of one unit.
    pub(crate) fn unit_price(&self, row: &Row<'_>, field: Field) -> Result<Option<UnitPrice>, RowFault> {
        let Some(value) = self.decimal(row, field)? else {
            return Ok(None);
        };
        if value.is_sign_negative() && !value.is_zero() {
            return Err(RowFault::of(RowReason::AmountNegative, field, value));
        }
        let lost = |_| RowFault::of(RowReason::NumberPrecisionLost, field, value);
        unit_price_of(value).map(Some).map_err(lost)
    }

    /// The date of the row, with the time of day where the date or a column of its own has one.
    pub(crate) fn date(&self, row: &Row<'_>) -> Result<Option<(Date, Option<Time>)>, RowFault> {
        let field = Field::Date;
        let found = match self.cell(row, field) {
            Cell::Empty => return Ok(None),
            Cell::Date(serial) | Cell::Number(serial) => self.date_of_number(serial),
            Cell::Text(text) => read_date(text, self.dates).map_err(|fault| {
                let reason = match fault {
                    DateFault::Invalid => RowReason::DateInvalid,
                    DateFault::Ambiguous => RowReason::DateAmbiguous,
                };
                RowFault::of(reason, field, text)
            }),
            other @ (Cell::Inexact(_)
            | Cell::Span(_)
            | Cell::Truth(_)
            | Cell::Error(_)
            | Cell::Uncalculated) => Err(unreadable(other, field)),
        };
        let (day, time) = found?;
        if day < FIRST_DAY || day > self.last_day {
            return Err(RowFault::of(RowReason::DateInvalid, field, day));
        }
        Ok(Some((day, self.time(row)?.or(time))))
    }

    /// A serial number, or eight digits typed into a number cell.
    fn date_of_number(&self, number: Number) -> Result<(Date, Option<Time>), RowFault> {
        let invalid = || RowFault::of(RowReason::DateInvalid, Field::Date, plain(number));
        if let Some((day, time)) = from_serial(number, self.epoch_1904) {
            // Midnight is what a date without a time looks like; a sale at midnight sharp keeps its day anyway.
            return Ok((day, (time != Time::midnight()).then_some(time)));
        }
        if number.places > 0 {
            return Err(invalid());
        }
        read_date(&format!("{:08}", number.digits), self.dates).map_err(|_| invalid())
    }

    fn time(&self, row: &Row<'_>) -> Result<Option<Time>, RowFault> {
        let field = Field::Time;
        match self.cell(row, field) {
            Cell::Empty => Ok(None),
            Cell::Date(number) | Cell::Span(number) | Cell::Number(number) => {
                let time = from_serial(number, self.epoch_1904).map(|(_, time)| time);
                time.map(Some)
                    .ok_or_else(|| RowFault::of(RowReason::DateInvalid, field, plain(number)))
            }
            Cell::Text(text) => read_time(text)
                .map(Some)
                .ok_or_else(|| RowFault::of(RowReason::DateInvalid, field, text)),
            other @ (Cell::Inexact(_) | Cell::Truth(_) | Cell::Error(_) | Cell::Uncalculated) => {
                Err(unreadable(other, field))
            }
        }
    }

    /// A bar code; zeros a number cell has dropped are put back only where the check digit then agrees.
    pub(crate) fn gtin(&self, row: &Row<'_>) -> Result<Option<Gtin>, RowFault> {
        let field = Field::Gtin;
        let Some(text) = self.text(row, field)? else {
            return Ok(None);
        };
        let wrong = || RowFault::of(RowReason::GtinCheckDigit, field, &text);
        match Gtin::parse_optional(&text) {
            Ok(gtin) => Ok(gtin),
            Err(_) if matches!(self.cell(row, field), Cell::Number(Number { places: 0, .. })) => {
                let padded = [8, 12, 13, 14].into_iter().filter(|length| *length > text.len());
                padded
                    .map(|length| format!("{text:0>length$}"))
                    .find_map(|text| text.parse().ok())
                    .map(Some)
                    .ok_or_else(wrong)
            }
            Err(_) => Err(wrong()),
        }
    }
}

/// A price rounded half-up to the decimals a price may have.
pub(crate) fn unit_price_of(value: Decimal) -> Result<UnitPrice, posars_domain::InvalidValue> {
    UnitPrice::try_from(
        value
            .abs()
            .round_dp_with_strategy(UNIT_PRICE_PLACES, RoundingStrategy::MidpointAwayFromZero),
    )
}

fn plain(number: Number) -> String {
    if number.places == 0 {
        number.digits.to_string()
    } else {
        number.to_decimal().normalize().to_string()
    }
}

fn unreadable(cell: Cell<'_>, field: Field) -> RowFault {
    match cell {
        Cell::Inexact(text) => RowFault::of(RowReason::NumberPrecisionLost, field, text),
        Cell::Error(text) => RowFault::of(RowReason::ErrorCell, field, text),
        Cell::Uncalculated => RowFault::of(RowReason::FormulaWithoutValue, field, ""),
        Cell::Truth(truth) => RowFault::of(RowReason::NumberInvalid, field, truth),
        Cell::Date(number) | Cell::Span(number) | Cell::Number(number) => {
            RowFault::of(RowReason::NumberInvalid, field, plain(number))
        }
        Cell::Text(text) => RowFault::of(RowReason::NumberInvalid, field, text),
        Cell::Empty => RowFault::of(RowReason::RequiredMissing, field, ""),
    }
}
