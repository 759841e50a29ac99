//! Spreadsheets made for tests: sales as a Brazilian shop writes them down.

use std::path::Path;

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

/// One row: receipt, day of the month, store, product, quantity, unit price and total in centavos.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) receipt: String,
    pub(crate) day: u8,
    pub(crate) store: &'static str,
    pub(crate) product: &'static str,
    pub(crate) quantity: u32,
    pub(crate) price_centavos: u32,
    pub(crate) total_centavos: u32,
}

pub(crate) fn line(
    receipt: impl Into<String>,
    day: u8,
    store: &'static str,
    product: &'static str,
    quantity: u32,
    price: u32,
) -> Line {
    Line {
        receipt: receipt.into(),
        day,
        store,
        product,
        quantity,
        price_centavos: price,
        total_centavos: quantity * price,
    }
}

/// Six good rows: four sales in two stores on two days, R$ 247.50 in all.
pub(crate) fn good_lines() -> Vec<Line> {
    vec![
        line("1001", 5, "Loja Centro", "Camiseta básica", 2, 3_990),
        line("1001", 5, "Loja Centro", "Meia", 3, 890),
        line("1002", 5, "Loja Centro", "Boné", 1, 4_500),
        line("2001", 5, "Loja Norte", "Meia", 1, 890),
        line("1003", 6, "Loja Centro", "Camiseta básica", 1, 3_990),
        line("1003", 6, "Loja Centro", "Meia", 5, 890),
    ]
}

/// Centavos over all of them.
pub(crate) fn total_centavos(lines: &[Line]) -> u32 {
    lines.iter().map(|line| line.total_centavos).sum()
}

/// Writes rows of January 2026.
pub(crate) fn write(path: &Path, lines: &[Line]) {
    write_in(path, (2026, 1), lines);
}

/// Writes rows of this year and month.
pub(crate) fn write_in(path: &Path, (year, month): (u16, u8), lines: &[Line]) {
    let mut workbook = Workbook::new();
    let date = Format::new().set_num_format("dd/mm/yyyy");
    let sheet = workbook.add_worksheet();
    let titles = [
        "Código Venda",
        "Data",
        "ID Loja",
        "Produto",
        "Quantidade",
        "Valor Unitário",
        "Valor Final",
    ];
    for (column, title) in (0..).zip(titles) {
        sheet.write(0, column, title).unwrap();
    }
    for (row, line) in (1..).zip(lines) {
        sheet.write(row, 0, &line.receipt).unwrap();
        let day = ExcelDateTime::from_ymd(year, month, line.day).unwrap();
        sheet.write_with_format(row, 1, &day, &date).unwrap();
        sheet.write(row, 2, line.store).unwrap();
        sheet.write(row, 3, line.product).unwrap();
        sheet.write(row, 4, line.quantity).unwrap();
        sheet
            .write(row, 5, f64::from(line.price_centavos) / 100.0)
            .unwrap();
        sheet
            .write(row, 6, f64::from(line.total_centavos) / 100.0)
            .unwrap();
    }
    workbook.save(path).unwrap();
}
