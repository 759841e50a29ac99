//! Reads a workbook as the importer does and says what was found: `read_sheet FILE [SHEET]`.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use jiff::civil::date;
use posars_domain::Currency;
use posars_xls_importer::{
    Field, FileRefusal, MappingChoice, PARSE_CHILD_WORD, ParserCommand, ProductsReading, ReadOptions,
    SalesReading, SheetKind, StockReading, Workbook, find_header, parse_child_main,
};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(first) = arguments.next() else {
        eprintln!("usage: read_sheet FILE [SHEET]");
        return ExitCode::from(2);
    };
    if first == PARSE_CHILD_WORD {
        return parse_child_main();
    }
    let started = Instant::now();
    match describe(first.as_ref(), arguments.next().as_deref()) {
        Ok(text) => {
            eprintln!("{text}\n{:?}", started.elapsed());
            ExitCode::SUCCESS
        }
        Err(refusal) => {
            eprintln!("{}: {refusal}", refusal.code());
            ExitCode::FAILURE
        }
    }
}

fn describe(path: &Path, sheet: Option<&str>) -> Result<String, FileRefusal> {
    let workbook = Workbook::read(path, sheet, &ParserCommand::this_binary())?;
    let sheet = &workbook.sheet;
    let mut text = format!(
        "{:?}: {} rows, {} bytes held",
        sheet.name(),
        sheet.rows_len(),
        sheet.size_bytes()
    );
    let header = find_header(sheet, &MappingChoice::default())?;
    let Ok(time_zone) = "America/Sao_Paulo".parse() else {
        return Ok("the time zone is not known".to_owned());
    };
    let options = ReadOptions {
        today: date(2026, 1, 1),
        currency: Currency::BRL,
        store: (!header.mapping.has(Field::Store)).then(|| "Matriz".to_owned()),
        time_zone,
    };
    match header.mapping.kind {
        SheetKind::Sales => {
            let reading = SalesReading::read(sheet, &header, &options)?;
            let drafts = reading.sales().map(|sale| sale.lines.len()).sum::<usize>();
            let (stores, products) = (reading.stores().len(), reading.products().len());
            text += &format!(
                "\nsales: {:?}, {:?}, refused {}",
                reading.tally(),
                reading.totals(),
                reading.refusals().count()
            );
            text += &format!("\n{drafts} lines drafted, {stores} stores, {products} products");
        }
        SheetKind::Stock => {
            let reading = StockReading::read(sheet, &header, &options)?;
            text += &format!(
                "\nstock: {:?}, {:?}, refused {}",
                reading.tally(),
                reading.totals(),
                reading.refusals().count()
            );
        }
        SheetKind::Products => {
            let reading = ProductsReading::read(sheet, &header, &options);
            let products = reading.products().len();
            text += &format!(
                "\n{products} products: {:?}, on hand {}, refused {}",
                reading.tally(),
                reading.on_hand(),
                reading.refusals().count()
            );
            text += &format!(
                "; {} without SKU, {} repeated",
                reading.without_sku(),
                reading
                    .products()
                    .iter()
                    .map(|product| product.repeated_in.len())
                    .sum::<usize>()
            );
        }
    }
    Ok(text)
}
