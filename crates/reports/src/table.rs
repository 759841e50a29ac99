//! A table of words and amounts as a workbook and as CSV: what the reports of the books are made of.

use std::io::Write;

use jiff::Timestamp;
use posars_domain::{Amount, Currency};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format as Style, FormatAlign, FormatBorder, Workbook, Worksheet,
    XlsxError,
};

use crate::csv_text::{harmless, marked, writer};
use crate::{Format, ReportError, ReportOptions, number};

/// Rows that a sheet of Excel holds, less those of the heading.
const ROWS_MAX: usize = 1_000_000;
/// Rows above the table: title, what it is of, provenance, an empty one.
const HEADING_ROW: u32 = 4;
/// A4.
const PAPER_A4: u8 = 9;
const GREEN: Color = Color::RGB(0x1F_6F_5C);
const PALE: Color = Color::RGB(0xE6_F2_EE);
const WORDS_WIDTH: f64 = 18.0;
const NAME_WIDTH: f64 = 44.0;
const AMOUNT_WIDTH: f64 = 18.0;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// A code or a word.
    Word(&'static str),
    /// A name, which is long.
    Name(&'static str),
    /// An amount of the table's currency.
    Amount(&'static str),
}

impl Column {
    fn title(self) -> &'static str {
        match self {
            Self::Word(title) | Self::Name(title) | Self::Amount(title) => title,
        }
    }
}

/// What a cell holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Text(String),
    Amount(Amount),
}

/// A row; one that stands out is a heading or a sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) cells: Vec<Cell>,
    /// How far its name stands in.
    pub(crate) depth: u32,
    pub(crate) stands_out: bool,
}

/// A table with what stands above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) title: &'static str,
    pub(crate) company: String,
    /// What it is of, such as its month.
    pub(crate) subject: String,
    /// Where it comes from.
    pub(crate) provenance: String,
    pub(crate) made_at: Timestamp,
    pub(crate) currency: Currency,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
}

impl Table {
    /// Writes it in a format.
    pub(crate) fn write(
        &self,
        format: Format,
        options: &ReportOptions,
        out: impl Write,
    ) -> Result<(), ReportError> {
        match format {
            Format::Csv => self.write_csv(options, out),
            Format::Xlsx => self.write_xlsx(options, out),
        }
    }

    /// Rows for programs: the currency in a column of its own, no title.
    fn write_csv(&self, options: &ReportOptions, out: impl Write) -> Result<(), ReportError> {
        let mark = options.decimal_mark;
        let mut csv = writer(mark, out);
        let currency = options.language.pick("Moeda", "Currency");
        csv.write_record(self.columns.iter().map(|column| column.title()).chain([currency]))?;
        for row in &self.rows {
            let cells = row.cells.iter().map(|cell| match cell {
                Cell::Text(text) => harmless(text),
                Cell::Amount(amount) => marked(mark, number::amount(*amount, self.currency)),
            });
            csv.write_record(cells.chain([self.currency.to_string()]))?;
        }
        csv.flush()?;
        Ok(())
    }

    fn write_xlsx(&self, options: &ReportOptions, mut out: impl Write) -> Result<(), ReportError> {
        if self.rows.len() > ROWS_MAX {
            return Err(ReportError::TooLong {
                rows: self.rows.len(),
                rows_max: ROWS_MAX,
            });
        }
        let mut book = Workbook::new();
        // The time of making, not that of the machine: the same report gives the same bytes.
        let made = self.made_at.to_zoned(options.time_zone.clone());
        let made_at = made.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        book.set_properties(
            &DocProperties::new()
                .set_title(self.title)
                .set_company(&self.company)
                .set_creation_datetime(&ExcelDateTime::parse_from_str(&made_at)?),
        );
        let sheet = book.add_worksheet();
        self.write_heading(sheet)?;
        self.write_rows(sheet)?;
        out.write_all(&book.save_to_buffer()?)?;
        out.flush()?;
        Ok(())
    }

    fn write_heading(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        let title = Style::new().set_bold().set_font_size(16).set_font_color(GREEN);
        let note = Style::new().set_font_color(Color::Gray);
        let heading = Style::new()
            .set_bold()
            .set_font_color(Color::White)
            .set_background_color(GREEN)
            .set_text_wrap()
            .set_align(FormatAlign::VerticalCenter);
        let heading_number = heading.clone().set_align(FormatAlign::Right);
        sheet.set_name(self.title)?;
        sheet.write_with_format(0, 0, format!("{}  ·  {}", self.company, self.title), &title)?;
        sheet.write_with_format(1, 0, &self.subject, &note)?;
        sheet.write_with_format(2, 0, &self.provenance, &note)?;
        for (at, column) in (0_u16..).zip(&self.columns) {
            let (style, width) = match column {
                Column::Word(_) => (&heading, WORDS_WIDTH),
                Column::Name(_) => (&heading, NAME_WIDTH),
                Column::Amount(_) => (&heading_number, AMOUNT_WIDTH),
            };
            sheet.write_with_format(HEADING_ROW, at, column.title(), style)?;
            sheet.set_column_width(at, width)?;
        }
        sheet.set_freeze_panes(HEADING_ROW + 1, 0)?;
        sheet.set_repeat_rows(HEADING_ROW, HEADING_ROW)?;
        sheet.set_paper_size(PAPER_A4).set_landscape();
        sheet.set_print_fit_to_pages(1, 0);
        Ok(())
    }

    fn write_rows(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        let plain = Style::new();
        let sum = Style::new()
            .set_bold()
            .set_background_color(PALE)
            .set_border_top(FormatBorder::Thin);
        for (at, row) in (HEADING_ROW + 1..).zip(&self.rows) {
            let base = if row.stands_out { &sum } else { &plain };
            let indented = base
                .clone()
                .set_indent(u8::try_from(row.depth.min(15)).unwrap_or(15));
            let money = base.clone().set_num_format(number::cell_format(self.currency));
            for ((column, cell), kind) in (0_u16..).zip(&row.cells).zip(&self.columns) {
                match cell {
                    Cell::Text(text) => {
                        let is_name = matches!(kind, Column::Name(_));
                        let style = if is_name { &indented } else { base };
                        sheet.write_string_with_format(at, column, text, style)?;
                    }
                    Cell::Amount(amount) => {
                        let text = number::amount(*amount, self.currency);
                        sheet.write_number_with_format(at, column, number::cell(&text), &money)?;
                    }
                }
            }
        }
        Ok(())
    }
}
