//! The workbook: a summary by reason, and one row for each single value.

use std::io::Write;

use jiff::civil::Date;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};

use super::words::{Words, class_name, document_name, field_name};
use super::{PersonClassRow, PersonReport};
use crate::{Language, ReportError, ReportOptions};

/// Rows that a sheet of Excel holds, less those of the heading.
const ROWS_MAX: usize = 1_000_000;
/// Rows above a table: title, person, provenance, an empty one.
const HEADING_ROW: u32 = 4;
/// Longest text of a cell, in UTF-16 units; a longer one makes a file that Excel does not open.
const CELL_UNITS_MAX: usize = 32_767;
/// A4.
const PAPER_A4: u8 = 9;
const GREEN: Color = Color::RGB(0x1F_6F_5C);

struct Styles {
    title: Format,
    note: Format,
    heading: Format,
    text: Format,
}

impl Styles {
    fn new() -> Self {
        Self {
            title: Format::new().set_bold().set_font_size(16).set_font_color(GREEN),
            note: Format::new().set_font_color(Color::Gray),
            heading: Format::new()
                .set_bold()
                .set_font_color(Color::White)
                .set_background_color(GREEN)
                .set_text_wrap(),
            text: Format::new().set_text_wrap().set_align(FormatAlign::Top),
        }
    }
}

/// What a sheet is written with.
struct Pens<'a> {
    words: &'static Words,
    options: &'a ReportOptions,
    styles: Styles,
    made: String,
}

impl PersonReport {
    /// Writes it as an Excel workbook. All values are texts: nothing that somebody wrote is taken for a formula.
    ///
    /// # Errors
    /// [`ReportError::TooLong`] when a sheet cannot hold it, [`ReportError::Workbook`] when the writer fails.
    pub fn write_xlsx(&self, options: &ReportOptions, mut out: impl Write) -> Result<(), ReportError> {
        if self.rows.len() > ROWS_MAX {
            return Err(ReportError::TooLong {
                rows: self.rows.len(),
                rows_max: ROWS_MAX,
            });
        }
        let words = Words::of(options.language);
        let made = self.made_at.to_zoned(options.time_zone.clone());
        let made_at = made.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let mut book = Workbook::new();
        // The time of making, not that of the machine: the same export gives the same bytes.
        book.set_properties(
            &DocProperties::new()
                .set_title(words.title)
                .set_company(&self.company)
                .set_creation_datetime(&ExcelDateTime::parse_from_str(&made_at)?),
        );
        let pens = Pens {
            words,
            options,
            styles: Styles::new(),
            made: made.strftime(words.time_format).to_string(),
        };
        let sheet = book.add_worksheet();
        self.summary(&pens, sheet)?;
        self.dress(&pens, sheet, words.summary)?;
        let sheet = book.add_worksheet();
        self.detail(&pens, sheet)?;
        self.dress(&pens, sheet, words.title)?;
        out.write_all(&book.save_to_buffer()?)?;
        out.flush()?;
        Ok(())
    }

    fn dress(&self, pens: &Pens<'_>, sheet: &mut Worksheet, name: &str) -> Result<(), XlsxError> {
        let Pens {
            words, styles, made, ..
        } = pens;
        sheet.set_name(name)?;
        let title = format!("{}  ·  {}", self.company, words.title);
        let person = format!("{} {}", words.person, self.subject_id);
        let provenance = format!("{} {}  ·  {} {made}", words.position, self.position, words.made);
        sheet.write_string_with_format(0, 0, title, &styles.title)?;
        sheet.write_string_with_format(1, 0, person, &styles.note)?;
        sheet.write_string_with_format(2, 0, provenance, &styles.note)?;
        sheet.set_footer(format!("&R{}", words.page));
        sheet
            .set_paper_size(PAPER_A4)
            .set_landscape()
            .set_print_fit_to_pages(1, 0);
        sheet.set_freeze_panes(HEADING_ROW + 1, 0)?;
        sheet.set_repeat_rows(HEADING_ROW, HEADING_ROW)?;
        Ok(())
    }

    fn summary(&self, pens: &Pens<'_>, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        heading(pens, sheet, &pens.words.class_heading)?;
        for (column, width) in (0_u16..).zip([34.0, 16.0, 16.0, 26.0]) {
            sheet.set_column_width(column, width)?;
        }
        for (row, class) in (HEADING_ROW + 1..).zip(&self.classes) {
            for (column, cell) in (0_u16..).zip(class_cells(pens, class)) {
                sheet.write_string(row, column, cell)?;
            }
        }
        if self.classes.is_empty() {
            sheet.write_string_with_format(HEADING_ROW + 1, 0, pens.words.nothing, &pens.styles.note)?;
        }
        Ok(())
    }

    fn detail(&self, pens: &Pens<'_>, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        heading(pens, sheet, &pens.words.heading)?;
        let widths = [17.0, 22.0, 24.0, 40.0, 20.0, 18.0, 24.0, 26.0, 38.0, 44.0, 10.0];
        for (column, width) in (0_u16..).zip(widths) {
            sheet.set_column_width(column, width)?;
        }
        let language = pens.options.language;
        for (row, value) in (HEADING_ROW + 1..).zip(&self.rows) {
            let recorded = value.recorded_at.to_zoned(pens.options.time_zone.clone());
            let recorded = recorded.strftime(pens.words.time_format).to_string();
            let class = value.class.map(|class| class_name(language, class));
            let cells = [
                recorded.as_str(),
                document_name(language, &value.event_type),
                field_name(language, &value.path),
                value.value.as_deref().unwrap_or(pens.words.erased),
                class.unwrap_or_default(),
                &value.actor,
                &value.source,
                &value.path,
                &value.event_id,
                &value.stream,
                &value.position.to_string(),
            ];
            for (column, cell) in (0_u16..).zip(cells) {
                sheet.write_string_with_format(row, column, fitting(cell), &pens.styles.text)?;
            }
        }
        Ok(())
    }
}

fn heading(pens: &Pens<'_>, sheet: &mut Worksheet, words: &[&str]) -> Result<(), XlsxError> {
    for (column, word) in (0_u16..).zip(words) {
        sheet.write_string_with_format(HEADING_ROW, column, *word, &pens.styles.heading)?;
    }
    Ok(())
}

fn class_cells(pens: &Pens<'_>, class: &PersonClassRow) -> [String; 4] {
    let Pens { words, options, .. } = pens;
    let language: Language = options.language;
    let day = |date: Option<Date>| date.map(|date| date.strftime(words.date_format).to_string());
    let (state, due_on) = if class.is_erased {
        (words.erased, String::new())
    } else {
        let due_on = day(class.due_on).unwrap_or_else(|| words.while_employed.to_owned());
        (words.held, due_on)
    };
    [
        class_name(language, class.class).to_owned(),
        state.to_owned(),
        day(class.last_used_on).unwrap_or_default(),
        due_on,
    ]
}

/// A text that a cell can hold.
fn fitting(text: &str) -> &str {
    if text.len() <= CELL_UNITS_MAX {
        return text;
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, character)| {
        units += character.len_utf16();
        units > CELL_UNITS_MAX
    });
    end.and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_where_a_cell_ends() {
        assert_eq!(fitting("abc"), "abc");
        let long = "é".repeat(40_000);
        assert_eq!(fitting(&long).chars().count(), CELL_UNITS_MAX);
        let wide = "😀".repeat(20_000);
        assert_eq!(fitting(&wide).chars().count(), CELL_UNITS_MAX / 2);
    }
}
