//! Cells of known columns as values: evidence gathered over the whole column first, then read cell by cell.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use posars_domain::{Amount, Currency, FIRST_DAY, Gtin, Quantity, UnitPrice};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::code_text::{is_code, is_shortened, without_quote};
use crate::date_text::{DateEvidence, DateFault, DateText, read_date, read_time};
use crate::field::Field;
use crate::header::Header;
use crate::moment::Moment;
use crate::money_sign::MoneySign;
use crate::number_text::{Beside, NumberEvidence, NumberFault, TextNumber, read_number};
use crate::read_options::ReadOptions;
use crate::row_fault::RowFault;
use crate::row_reason::RowReason;
use crate::serial_date::from_serial;
use crate::sheet::{Cell, Number, Row, Sheet};
use crate::shown_as::{ShownAs, in_pattern};
use crate::title::speaks_of_percent;

/// Decimals of a unit price; binary fractions such as a third of a real have more and are rounded to these.
const UNIT_PRICE_PLACES: u32 = 10;

/// Reads the cells of mapped columns.
pub(crate) struct Columns<'h> {
    header: &'h Header,
    epoch_1904: bool,
    last_day: Date,
    currency: Currency,
    numbers: BTreeMap<Field, NumberEvidence>,
    dates: DateEvidence,
    /// Fields whose title says that the column holds percentages.
    percent_titles: Vec<Field>,
}

/// A number with what its cell says of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figure {
    /// As the cell holds it, so 0.1 where it shows 10% by its format.
    pub(crate) value: Decimal,
    pub(crate) meaning: Meaning,
}

/// What a number is, by its format or by what is written beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The cell does not say.
    Open,
    /// An amount of the sheet's currency.
    Money,
    /// A share of one, shown as a percentage.
    Share,
    /// A percentage.
    Percent,
}

impl<'h> Columns<'h> {
    /// Gathers the evidence of every column below the titles.
    pub(crate) fn new(sheet: &Sheet, header: &'h Header, options: &ReadOptions) -> Self {
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
                match row.cell(*column) {
                    Cell::Text(text) if *field == Field::Date => dates.add(text),
                    Cell::Text(text) => numbers.entry(*field).or_default().add(text),
                    Cell::Date(serial) | Cell::Number(serial) if *field == Field::Date => {
                        if let Some((day, _)) = from_serial(serial, sheet.epoch_1904()) {
                            dates.add_date(day);
                        }
                    }
                    Cell::Empty
                    | Cell::Number(_)
                    | Cell::Inexact(_)
                    | Cell::Date(_)
                    | Cell::Span(_)
                    | Cell::Truth(_)
                    | Cell::Error(_)
                    | Cell::Uncalculated => {}
                }
            }
        }
        // Tomorrow, because the sheet may come from a zone where it has begun.
        let last_day = options.today.saturating_add(1.day());
        let percent_titles = header.mapping.fields().map(|(field, _)| field);
        let percent_titles =
            percent_titles.filter(|field| field.is_numeric() && speaks_of_percent(header.title(*field)));
        Self {
            header,
            epoch_1904: sheet.epoch_1904(),
            last_day,
            currency: options.currency,
            numbers,
            dates,
            percent_titles: percent_titles.collect(),
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

    /// What the number format of a field's cell says of its number.
    fn shown<'a>(&self, row: &Row<'a>, field: Field) -> Option<&'a ShownAs> {
        row.shown(self.header.mapping.column(field)?)
    }

    /// Whether the cell holds a number that a code with zeros in front would have come to when it was typed.
    pub(crate) fn may_lack_zeros(&self, row: &Row<'_>, field: Field) -> bool {
        matches!(self.cell(row, field), Cell::Number(Number { places: 0, .. }))
            && !matches!(self.shown(row, field), Some(ShownAs::Digits(_)))
    }

    /// A cell as text; numbers as they were typed, or with the zeros that their format shows in front.
    pub(crate) fn text<'a>(&self, row: &Row<'a>, field: Field) -> Result<Option<Cow<'a, str>>, RowFault> {
        Ok(Some(match self.cell(row, field) {
            Cell::Empty => return Ok(None),
            Cell::Text(text) if is_code(field) => {
                let code = without_quote(text);
                if is_shortened(code) {
                    return Err(RowFault::of(RowReason::NumberPrecisionLost, field, code));
                }
                Cow::Borrowed(code)
            }
            Cell::Text(text) => Cow::Borrowed(text),
            Cell::Number(number) => Cow::Owned(match self.shown(row, field) {
                Some(ShownAs::Digits(pattern)) if number.places == 0 && number.digits >= 0 => {
                    in_pattern(pattern, &plain(number))
                }
                _ => plain(number),
            }),
            // `10-5` becomes the tenth of May as it is typed; what stood there nobody can tell.
            Cell::Date(number) | Cell::Span(number) => {
                let shown = from_serial(number, self.epoch_1904)
                    .map_or_else(|| plain(number), |(date, _)| date.to_string());
                return Err(RowFault::of(RowReason::CodeIsDate, field, shown));
            }
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

    /// A cell as an exact number of the field's own unit, so no percentage.
    pub(crate) fn decimal(&self, row: &Row<'_>, field: Field) -> Result<Option<Decimal>, RowFault> {
        let Some(Figure { value, meaning }) = self.figure(row, field)? else {
            return Ok(None);
        };
        let percent = match meaning {
            Meaning::Share => value * Decimal::ONE_HUNDRED,
            Meaning::Percent => value,
            Meaning::Open if self.percent_titles.contains(&field) => value,
            Meaning::Open | Meaning::Money => return Ok(Some(value)),
        };
        let given = format!("{}%", percent.normalize());
        Err(RowFault::of(RowReason::NumberIsPercent, field, given))
    }

    /// Whether the title of a field's column speaks of percentages.
    pub(crate) fn is_titled_percent(&self, field: Field) -> bool {
        self.percent_titles.contains(&field)
    }

    /// A cell as a number, with what it says of it. An amount of another currency is none of ours.
    pub(crate) fn figure(&self, row: &Row<'_>, field: Field) -> Result<Option<Figure>, RowFault> {
        let Some(TextNumber { value, beside }) = self.number(row, field)? else {
            return Ok(None);
        };
        let column = self.header.mapping.column(field);
        let shown = column.and_then(|column| row.shown(column));
        // One amount over several rows is not the amount of each: the sum of a receipt, perhaps. A price can be.
        let is_of_each = matches!(field, Field::UnitPrice | Field::UnitCost);
        if !is_of_each && column.is_some_and(|column| row.is_merged(column)) {
            return Err(RowFault::of(RowReason::MergedAmount, field, value));
        }
        let meaning = match (beside, shown) {
            (Beside::PercentSign, _) | (_, Some(ShownAs::PercentSign)) => Meaning::Percent,
            (Beside::Money(sign), _) => self.own_money(field, value, sign)?,
            (_, Some(ShownAs::Money(sign))) => self.own_money(field, value, *sign)?,
            (Beside::Nothing, Some(ShownAs::Percent)) => Meaning::Share,
            (Beside::Nothing, Some(ShownAs::Digits(_)) | None) => Meaning::Open,
        };
        Ok(Some(Figure { value, meaning }))
    }

    fn own_money(&self, field: Field, value: Decimal, sign: MoneySign) -> Result<Meaning, RowFault> {
        if sign.can_be(self.currency) {
            return Ok(Meaning::Money);
        }
        let fault = RowFault::of(RowReason::ForeignMoney, field, format!("{} {value}", sign.word()));
        Err(fault.with_detail(format!("!= {}", self.currency)))
    }

    fn number(&self, row: &Row<'_>, field: Field) -> Result<Option<TextNumber>, RowFault> {
        match self.cell(row, field) {
            Cell::Empty => Ok(None),
            Cell::Number(number) => Ok(Some(TextNumber {
                value: number.to_decimal(),
                beside: Beside::Nothing,
            })),
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

    /// When the row says it happened, with the time of day where the date or a column of its own has one.
    pub(crate) fn moment(&self, row: &Row<'_>) -> Result<Option<Moment>, RowFault> {
        let field = Field::Date;
        let found = match self.cell(row, field) {
            Cell::Empty => return Ok(None),
            Cell::Date(serial) | Cell::Number(serial) => self.date_of_number(serial),
            Cell::Text(text) => read_date(text, &self.dates).map_err(|fault| {
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
        let found = found?;
        let day = found.date;
        if day < FIRST_DAY || day > self.last_day {
            return Err(RowFault::of(RowReason::DateInvalid, field, day));
        }
        let moment = Moment::of(found, self.time(row)?, |time, offset| {
            self.dates.is_instant(time, offset)
        });
        let unclear = || RowFault::of(RowReason::DateZoneUnclear, field, day);
        moment.map(Some).ok_or_else(unclear)
    }

    /// A serial number, or eight digits typed into a number cell.
    fn date_of_number(&self, number: Number) -> Result<DateText, RowFault> {
        let invalid = || RowFault::of(RowReason::DateInvalid, Field::Date, plain(number));
        if let Some((date, time)) = from_serial(number, self.epoch_1904) {
            if self.dates.is_swapped(date) {
                return Err(RowFault::of(RowReason::DateSwapped, Field::Date, date));
            }
            // Midnight is what a date without a time looks like; a sale at midnight sharp keeps its day anyway.
            let time = (time != Time::midnight()).then_some(time);
            return Ok(DateText {
                date,
                time,
                offset: None,
            });
        }
        if number.places > 0 {
            return Err(invalid());
        }
        read_date(&format!("{:08}", number.digits), &self.dates).map_err(|_| invalid())
    }

    fn time(&self, row: &Row<'_>) -> Result<Option<(Time, Option<Offset>)>, RowFault> {
        let field = Field::Time;
        let invalid = |given: &str| RowFault::of(RowReason::DateInvalid, field, given).with_detail("hh:mm");
        match self.cell(row, field) {
            Cell::Empty => Ok(None),
            // Whole numbers are no part of a day: 1430 is typed for half past two, and 22 for ten at night.
            Cell::Number(number) if number.places == 0 && number.digits != 0 => Err(invalid(&plain(number))),
            Cell::Date(number) | Cell::Span(number) | Cell::Number(number) => {
                let time = from_serial(number, self.epoch_1904).map(|(_, time)| time);
                time.map(|time| Some((time, None)))
                    .ok_or_else(|| invalid(&plain(number)))
            }
            Cell::Text(text) => read_time(text).map(Some).ok_or_else(|| invalid(text)),
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
        match (Gtin::parse_optional(&text), self.cell(row, field)) {
            (Ok(gtin), _) => Ok(gtin),
            (Err(_), Cell::Number(number @ Number { places: 0, .. })) => {
                let digits = plain(number);
                let padded = [8, 12, 13, 14]
                    .into_iter()
                    .filter(|length| *length >= digits.len());
                padded
                    .map(|length| format!("{digits:0>length$}"))
                    .find_map(|text| text.parse().ok())
                    .map(Some)
                    .ok_or_else(wrong)
            }
            (Err(_), _) => Err(wrong()),
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
