//! Real workbooks, whose sums are known from other readers.

use std::path::PathBuf;

use posars_domain::{Amount, Quantity};
use posars_xls_importer::{
    Field, ParserCommand, ProductsReading, ReadOptions, SalesReading, SheetKind, StockReading, Workbook,
};

use crate::fixture::{header, options};
use crate::{Case, Skipped};

pub(crate) const CASES: &[Case] = &[
    ("real_files::a_year_of_sales", a_year_of_sales),
    ("real_files::a_stock_count", a_stock_count),
    ("real_files::a_catalogue", a_catalogue),
];

fn sample(name: &str) -> Result<PathBuf, Skipped> {
    let folder = std::env::var_os("POSARS_SAMPLE_DATA")
        .ok_or_else(|| Skipped("POSARS_SAMPLE_DATA is not set".to_owned()))?;
    let path = PathBuf::from(folder).join(name);
    if path.is_file() {
        Ok(path)
    } else {
        Err(Skipped(format!("{} is not there", path.display())))
    }
}

fn read(name: &str) -> Result<Workbook, Skipped> {
    Ok(Workbook::read(&sample(name)?, None, &ParserCommand::this_binary()).unwrap())
}

fn a_year_of_sales() -> Result<(), Skipped> {
    let workbook = read("vendas-100k.xlsx")?;
    let header = header(&workbook.sheet);
    assert_eq!(header.mapping.kind, SheetKind::Sales);
    let reading = SalesReading::read(&workbook.sheet, &header, &options()).unwrap();
    assert_eq!(reading.tally().records, 100_999);
    assert_eq!(reading.refusals().count(), 0);
    let totals = reading.totals();
    assert_eq!((totals.sales, totals.lines), (53_691, 100_999));
    assert_eq!(totals.quantity, Quantity::from_units(218_688));
    assert_eq!(totals.total, Amount::from_minor(4_187_706_300));
    assert_eq!((reading.stores().len(), reading.products().len()), (25, 120));
    assert_eq!(reading.receipts_with_several_dates(), 65);
    let mut ids = std::collections::HashSet::new();
    for sale in reading.sales() {
        assert!(ids.insert(sale.sale_id), "{:?} twice", sale.receipt);
        assert_eq!(sale.payments.len(), 1);
        assert_eq!(sale.payments[0].amount, sale.total);
    }
    assert_eq!(ids.len(), 53_691);
    assert!(workbook.sheet.size_bytes() < 8 * 1024 * 1024);
    Ok(())
}

fn a_stock_count() -> Result<(), Skipped> {
    let workbook = read("stock-count.xls")?;
    let header = header(&workbook.sheet);
    assert_eq!(header.mapping.kind, SheetKind::Stock);
    assert_eq!(header.title(Field::UnitCost), "PREÇO COMRA");
    assert_eq!(header.unused_columns(), ["B"]);
    let refusal = StockReading::read(&workbook.sheet, &header, &options()).unwrap_err();
    assert_eq!(refusal.code(), "needs_mapping", "no store in the sheet");
    let options = ReadOptions {
        store: Some("Centro".to_owned()),
        ..options()
    };
    let reading = StockReading::read(&workbook.sheet, &header, &options).unwrap();
    assert!(reading.is_count());
    assert_eq!(reading.tally().records, 108);
    assert_eq!(reading.refusals().count(), 0);
    let totals = reading.totals();
    assert_eq!(totals.lines, 108);
    assert_eq!(totals.quantity, Quantity::from_units(2_002));
    assert_eq!(totals.cost, Amount::from_minor(1_483_400));
    Ok(())
}

fn a_catalogue() -> Result<(), Skipped> {
    let workbook = read("catalogue-78k.xlsx")?;
    let header = header(&workbook.sheet);
    assert_eq!(header.mapping.kind, SheetKind::Products);
    let reading = ProductsReading::read(&workbook.sheet, &header, &options());
    assert_eq!(reading.tally().records, 78_510);
    assert_eq!(reading.refusals().count(), 0);
    assert_eq!(reading.without_sku(), 2);
    assert_eq!(reading.on_hand(), 150_197.into());
    // 78,507 SKUs, and one made from the name both rows without a SKU have.
    assert_eq!(reading.products().len(), 78_508);
    let repeated = reading.products().iter().map(|product| product.repeated_in.len());
    assert_eq!(repeated.sum::<usize>(), 2);
    let first = &reading.products()[0];
    assert_eq!(
        (first.sku.as_str(), first.parent_sku.as_deref()),
        ("196989", Some("196988"))
    );
    Ok(())
}
