//! The report as a workbook: the rows with subtotals per store, a summary, and charts; ready to print.

use std::io::Write;

use jiff::civil::Date;
use posars_domain::Currency;
use rust_xlsxwriter::{
    Chart, Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Workbook,
    Worksheet, XlsxError,
};

use super::{DailySalesReport, Figures, StoreGroup, Summary};
use crate::words::{Words, method_name};
use crate::{Language, ReportError, ReportOptions, number};

/// Rows that a sheet of Excel holds, less those of the heading and the sums.
const ROWS_MAX: usize = 1_000_000;
/// Rows above the table: title, period, provenance, an empty one.
const HEADING_ROW: u32 = 4;
/// Store, date and method stand before the figures.
const LABEL_COLUMNS: u16 = 3;
/// Longest company name in the footer, which may have 255 characters in all.
const FOOTER_NAME_CHARS_MAX: usize = 80;
/// A4.
const PAPER_A4: u8 = 9;
const GREEN: Color = Color::RGB(0x1F_6F_5C);
const PALE: Color = Color::RGB(0xE6_F2_EE);

/// The looks of cells.
struct Styles {
    title: Format,
    note: Format,
    section: Format,
    heading: Format,
    heading_number: Format,
    date: Format,
    count: Format,
    units: Format,
    label_sum: Format,
    count_sum: Format,
    units_sum: Format,
}

/// The format of a day in a cell or on an axis.
fn date_format(language: Language) -> &'static str {
    match language {
        Language::PtBr => "dd/mm/yyyy",
        Language::En => "yyyy-mm-dd",
    }
}

impl Styles {
    fn new(language: Language) -> Self {
        let date = date_format(language);
        let heading = Format::new()
            .set_bold()
            .set_font_color(Color::White)
            .set_background_color(GREEN)
            .set_text_wrap()
            .set_align(FormatAlign::VerticalCenter);
        let sum = Format::new()
            .set_bold()
            .set_background_color(PALE)
            .set_border_top(FormatBorder::Thin);
        Self {
            title: Format::new().set_bold().set_font_size(16).set_font_color(GREEN),
            note: Format::new().set_font_color(Color::Gray),
            section: Format::new().set_bold().set_font_size(12).set_font_color(GREEN),
            heading_number: heading.clone().set_align(FormatAlign::Right),
            heading,
            date: Format::new().set_num_format(date).set_align(FormatAlign::Left),
            count: Format::new().set_num_format("#,##0"),
            units: Format::new().set_num_format("#,##0.####"),
            count_sum: sum.clone().set_num_format("#,##0"),
            units_sum: sum.clone().set_num_format("#,##0.####"),
            label_sum: sum,
        }
    }

    fn money(currency: Currency) -> Format {
        Format::new().set_num_format(number::cell_format(currency))
    }

    fn money_sum(&self, currency: Currency) -> Format {
        self.label_sum
            .clone()
            .set_num_format(number::cell_format(currency))
    }
}

/// What a block of figures is written with.
struct Pens<'a> {
    words: &'static Words,
    language: Language,
    styles: &'a Styles,
}

impl DailySalesReport {
    /// Writes the report as an Excel workbook.
    ///
    /// # Errors
    /// [`ReportError::TooLong`] when a sheet cannot hold it, [`ReportError::Workbook`] when the writer fails.
    pub fn write_xlsx(&self, options: &ReportOptions, mut out: impl Write) -> Result<(), ReportError> {
        let rows = self.rows() + self.groups.len();
        if rows > ROWS_MAX {
            return Err(ReportError::TooLong {
                rows,
                rows_max: ROWS_MAX,
            });
        }
        let words = Words::of(options.language);
        let styles = Styles::new(options.language);
        let pens = Pens {
            words,
            language: options.language,
            styles: &styles,
        };
        let mut book = Workbook::new();
        // The time of making, not that of the machine: the same report gives the same bytes.
        let made = self.made_at.to_zoned(options.time_zone.clone());
        let made_at = made.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        book.set_properties(
            &DocProperties::new()
                .set_title(words.title)
                .set_company(&self.company)
                .set_creation_datetime(&ExcelDateTime::parse_from_str(&made_at)?),
        );
        let made = made.strftime(words.time_format).to_string();
        let sheet = book.add_worksheet();
        self.detail(&pens, sheet)?;
        self.dress(&pens, sheet, words.title, &made)?;
        let summaries = self.summaries()?;
        let sheet = book.add_worksheet();
        let mut charts = Vec::new();
        let mut row = HEADING_ROW;
        for (currency, summary) in &summaries {
            row = self.summary(&pens, sheet, row, (*currency, summary), &mut charts)?;
        }
        self.dress(&pens, sheet, words.summary, &made)?;
        if !charts.is_empty() {
            let sheet = book.add_worksheet();
            for (index, chart) in (0_u32..).zip(&charts) {
                sheet.insert_chart(HEADING_ROW + index * 20, 0, chart)?;
            }
            self.dress(&pens, sheet, words.charts, &made)?;
            // Upright, the three charts of a currency fill one page and none is cut.
            sheet.set_portrait();
        }
        out.write_all(&book.save_to_buffer()?)?;
        out.flush()?;
        Ok(())
    }

    /// The heading of a sheet and how it prints.
    fn dress(&self, pens: &Pens<'_>, sheet: &mut Worksheet, name: &str, made: &str) -> Result<(), XlsxError> {
        let Pens { words, styles, .. } = pens;
        let day = |date: Date| date.strftime(words.date_format).to_string();
        let store = self.store.as_deref().unwrap_or(words.all_stores);
        let period = format!(
            "{}: {} {} {}  ·  {store}",
            words.period,
            day(self.from),
            words.to,
            day(self.to)
        );
        let provenance = format!("{} {}  ·  {} {made}", words.position, self.position, words.made);
        let title = format!("{}  ·  {}", self.company, words.title);
        sheet.set_name(name)?;
        sheet.write_with_format(0, 0, title, &styles.title)?;
        sheet.write_with_format(1, 0, period, &styles.note)?;
        sheet.write_with_format(2, 0, provenance, &styles.note)?;
        let company: String = self.company.chars().take(FOOTER_NAME_CHARS_MAX).collect();
        // An ampersand begins a code in a footer, two of them are one.
        let company = company.replace('&', "&&");
        sheet.set_footer(format!(
            "&L{company}&C{} {} · {made}&R{}",
            words.position, self.position, words.page
        ));
        sheet
            .set_paper_size(PAPER_A4)
            .set_landscape()
            .set_print_fit_to_pages(1, 0);
        sheet.set_margins(0.4, 0.4, 0.5, 0.7, 0.3, 0.3);
        Ok(())
    }

    fn detail(&self, pens: &Pens<'_>, sheet: &mut Worksheet) -> Result<(), ReportError> {
        let Pens { words, styles, .. } = pens;
        let labels = [words.store, words.date, words.method];
        headings(pens, sheet, HEADING_ROW, &labels)?;
        sheet.set_freeze_panes(HEADING_ROW + 1, 0)?;
        sheet.set_repeat_rows(HEADING_ROW, HEADING_ROW)?;
        for (column, width) in (0_u16..).zip([28.0, 12.0, 24.0, 10.0, 12.0, 18.0, 16.0, 16.0, 16.0, 18.0]) {
            sheet.set_column_width(column, width)?;
        }
        let first = HEADING_ROW + 1;
        let mut row = first;
        for group in &self.groups {
            row = store_rows(pens, sheet, row, group)?;
        }
        if self.groups.is_empty() {
            sheet.write_with_format(row, 0, words.nothing, &styles.note)?;
            return Ok(());
        }
        for (currency, summary) in self.summaries()? {
            let label = format!("{} {currency}", words.total);
            sheet.write_with_format(row, 0, label, &styles.label_sum)?;
            for column in 1..LABEL_COLUMNS {
                sheet.write_blank(row, column, &styles.label_sum)?;
            }
            let money = styles.money_sum(currency);
            figures(
                sheet,
                row,
                LABEL_COLUMNS,
                &summary.total,
                currency,
                [&styles.count_sum, &styles.units_sum, &money],
            )?;
            row += 1;
        }
        Ok(())
    }

    /// The sums of one currency, one table under the other; remembers the charts that belong to them.
    fn summary(
        &self,
        pens: &Pens<'_>,
        sheet: &mut Worksheet,
        from: u32,
        (currency, summary): (Currency, &Summary),
        charts: &mut Vec<Chart>,
    ) -> Result<u32, ReportError> {
        let Pens {
            words,
            language,
            styles,
        } = pens;
        sheet.set_column_width(0, 30)?;
        for column in 1..=7 {
            sheet.set_column_width(column, 17)?;
        }
        let methods: Vec<(Label, Figures)> = summary
            .by_method
            .iter()
            .map(|(method, sums)| (Label::Text(method_name(*language, method).to_owned()), *sums))
            .collect();
        let stores: Vec<(Label, Figures)> = summary
            .by_store
            .iter()
            .map(|((name, _), sums)| (Label::Text(name.clone()), *sums))
            .collect();
        let days: Vec<(Label, Figures)> = summary
            .by_day
            .iter()
            .map(|(day, sums)| (Label::Day(*day), *sums))
            .collect();
        let mut row = from;
        let tables = [
            (words.by_method, methods),
            (words.by_store, stores),
            (words.by_day, days),
        ];
        for (title, lines) in tables {
            let title = format!("{title} ({currency})");
            sheet.write_with_format(row, 0, &title, &styles.section)?;
            headings(pens, sheet, row + 1, &[words.total])?;
            let (first, last) = (row + 2, row + 1 + u32::try_from(lines.len()).unwrap_or(0));
            table(pens, sheet, first, &lines, (currency, &summary.total))?;
            charts.push(chart(pens, &title, (first, last), &lines));
            row = last + 3;
        }
        Ok(row)
    }
}

/// What a line of the summary is about.
enum Label {
    Text(String),
    Day(Date),
}

fn headings(pens: &Pens<'_>, sheet: &mut Worksheet, row: u32, labels: &[&str]) -> Result<(), XlsxError> {
    let mut column = 0;
    for label in labels {
        sheet.write_with_format(row, column, *label, &pens.styles.heading)?;
        column += 1;
    }
    for word in pens.words.figures {
        sheet.write_with_format(row, column, word, &pens.styles.heading_number)?;
        column += 1;
    }
    sheet.set_row_height(row, 22)?;
    Ok(())
}

/// The rows of a store and their sum, as formulas that go on working when somebody filters or corrects; answers
/// the row after it.
fn store_rows(
    pens: &Pens<'_>,
    sheet: &mut Worksheet,
    first: u32,
    group: &StoreGroup,
) -> Result<u32, ReportError> {
    let styles = pens.styles;
    let money = Styles::money(group.currency);
    let mut row = first;
    for line in &group.rows {
        sheet.write_string(row, 0, &group.store_name)?;
        sheet.write_with_format(row, 1, day(line.business_date)?, &styles.date)?;
        sheet.write_string(row, 2, method_name(pens.language, &line.method))?;
        let sums = Figures::of(line.figures)?;
        figures(
            sheet,
            row,
            LABEL_COLUMNS,
            &sums,
            group.currency,
            [&styles.count, &styles.units, &money],
        )?;
        row += 1;
    }
    let label = format!("{} {}", pens.words.subtotal, group.store_name);
    sheet.write_with_format(row, 0, label, &styles.label_sum)?;
    for column in 1..LABEL_COLUMNS {
        sheet.write_blank(row, column, &styles.label_sum)?;
    }
    let money = styles.money_sum(group.currency);
    for ((column, name), value) in (LABEL_COLUMNS..)
        .zip('D'..='J')
        .zip(texts(&group.total, group.currency))
    {
        let style = match column - LABEL_COLUMNS {
            0 => &styles.count_sum,
            1 => &styles.units_sum,
            _ => &money,
        };
        // Rows are numbered from 1 in a formula; the result is stored for readers that do not calculate.
        let formula = Formula::new(format!("=SUBTOTAL(9,{name}{}:{name}{row})", first + 1)).set_result(value);
        sheet.write_with_format(row, column, formula, style)?;
    }
    Ok(row + 1)
}

fn table(
    pens: &Pens<'_>,
    sheet: &mut Worksheet,
    first: u32,
    lines: &[(Label, Figures)],
    (currency, total): (Currency, &Figures),
) -> Result<(), ReportError> {
    let styles = pens.styles;
    let money = Styles::money(currency);
    let mut row = first;
    for (label, sums) in lines {
        match label {
            Label::Text(text) => sheet.write_string(row, 0, text)?,
            Label::Day(date) => sheet.write_with_format(row, 0, day(*date)?, &styles.date)?,
        };
        figures(
            sheet,
            row,
            1,
            sums,
            currency,
            [&styles.count, &styles.units, &money],
        )?;
        row += 1;
    }
    sheet.write_with_format(row, 0, pens.words.total, &styles.label_sum)?;
    let money = styles.money_sum(currency);
    figures(
        sheet,
        row,
        1,
        total,
        currency,
        [&styles.count_sum, &styles.units_sum, &money],
    )?;
    Ok(())
}

/// Sales, units, gross, discounts, returns, voids, net.
fn texts(of: &Figures, currency: Currency) -> [String; 7] {
    let sums = &of.sums;
    let money = |amount| number::amount(amount, currency);
    [
        sums.sales.to_string(),
        number::quantity(sums.quantity),
        money(sums.gross),
        money(sums.discount),
        money(sums.refunds),
        money(sums.voided),
        money(of.net),
    ]
}

fn figures(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    of: &Figures,
    currency: Currency,
    [count, units, money]: [&Format; 3],
) -> Result<(), XlsxError> {
    let styles = [count, units, money, money, money, money, money];
    for ((column, text), style) in (column..).zip(texts(of, currency)).zip(styles) {
        sheet.write_number_with_format(row, column, number::cell(&text), style)?;
    }
    Ok(())
}

fn day(date: Date) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::parse_from_str(&date.to_string())
}

/// Net over the lines of a summary table: columns over days and stores, a pie over methods.
fn chart(pens: &Pens<'_>, title: &str, (first, last): (u32, u32), lines: &[(Label, Figures)]) -> Chart {
    let words = pens.words;
    let net = 7;
    // A share below zero has no slice.
    let pie = title.starts_with(words.by_method) && lines.iter().all(|(_, sums)| !sums.net.is_negative());
    let mut chart = if pie {
        Chart::new_pie()
    } else {
        Chart::new_column()
    };
    let series = chart.add_series();
    series
        .set_categories((words.summary, first, 0, last, 0))
        .set_values((words.summary, first, net, last, net))
        .set_name(words.figures[6]);
    if pie {
        series.set_data_label(rust_xlsxwriter::ChartDataLabel::new().show_percentage());
    } else {
        series.set_format(
            rust_xlsxwriter::ChartFormat::new()
                .set_solid_fill(rust_xlsxwriter::ChartSolidFill::new().set_color(GREEN)),
        );
        chart.legend().set_hidden();
        chart.y_axis().set_num_format("#,##0");
    }
    if matches!(lines.first(), Some((Label::Day(_), _))) {
        // Without its own format the axis shows the days as the numbers that cells hold.
        chart
            .x_axis()
            .set_date_axis(true)
            .set_num_format(date_format(pens.language));
    }
    chart.title().set_name(title);
    chart.set_width(960).set_height(380);
    chart
}
