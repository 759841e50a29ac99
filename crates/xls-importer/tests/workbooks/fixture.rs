//! Workbooks made for the cases: honest ones by a writer, the others byte by byte.

use std::io::{Cursor, Write};

use jiff::civil::date;
use posars_domain::Currency;
use posars_xls_importer::{
    FileRefusal, Header, MappingChoice, ParserCommand, ReadOptions, SalesReading, Sheet, Workbook,
    find_header,
};
use tempfile::NamedTempFile;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Writes bytes to a file that goes away with the value.
pub(crate) fn file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// Reads bytes as a workbook, as the importer would.
pub(crate) fn read(bytes: &[u8]) -> Result<Workbook, FileRefusal> {
    read_sheet(bytes, None)
}

pub(crate) fn read_sheet(bytes: &[u8], sheet: Option<&str>) -> Result<Workbook, FileRefusal> {
    Workbook::read(file(bytes).path(), sheet, &ParserCommand::this_binary())
}

pub(crate) fn header(sheet: &Sheet) -> Header {
    find_header(sheet, &MappingChoice::default()).unwrap()
}

pub(crate) fn options() -> ReadOptions {
    ReadOptions {
        today: date(2026, 1, 1),
        currency: Currency::BRL,
        store: None,
        time_zone: "America/Sao_Paulo".parse().unwrap(),
    }
}

pub(crate) fn sales(bytes: &[u8]) -> SalesReading {
    let workbook = read(bytes).unwrap();
    let header = header(&workbook.sheet);
    let options = ReadOptions {
        store: Some("Centro".to_owned()),
        ..options()
    };
    SalesReading::read(&workbook.sheet, &header, &options).unwrap()
}

/// Rows and the codes of their faults.
pub(crate) fn refused(reading: &SalesReading) -> Vec<(u32, &'static str)> {
    let rows = reading.refusals().rows().iter();
    rows.flat_map(|refused| {
        refused
            .faults
            .iter()
            .map(|fault| (refused.row, fault.reason.code()))
    })
    .collect()
}

/// An honest workbook of text cells; the empty text is no cell, `#` in front makes a number, `!` an error.
pub(crate) fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let page = workbook.add_worksheet();
    for (at, row) in (0..).zip(rows) {
        for (column, text) in (0..).zip(*row) {
            match text.strip_prefix('#') {
                _ if text.is_empty() => {}
                Some(number) => {
                    page.write_number(at, column, number.parse::<f64>().unwrap())
                        .unwrap();
                }
                None if text.starts_with('!') => {
                    let error = rust_xlsxwriter::Formula::new("=NA()").set_result("#N/A");
                    page.write_formula(at, column, error).unwrap();
                }
                None => {
                    page.write_string(at, column, *text).unwrap();
                }
            }
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// As [`workbook`], of rows that are made up.
pub(crate) fn workbook_of<const WIDTH: usize>(titles: &[&str], rows: &[[String; WIDTH]]) -> Vec<u8> {
    let rows: Vec<[&str; WIDTH]> = rows
        .iter()
        .map(|row| row.each_ref().map(String::as_str))
        .collect();
    let mut sheet: Vec<&[&str]> = vec![titles];
    sheet.extend(rows.iter().map(<[&str; WIDTH]>::as_slice));
    workbook(&sheet)
}

/// An archive of parts, as they are.
pub(crate) fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>"#;
const RELATIONS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK_RELATIONS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

/// The parts of a workbook of one sheet, given as XML; more parts may follow or replace.
pub(crate) fn raw_workbook(rows: &str, properties: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let book = format!(
        r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr {properties}/><sheets><sheet name="Plan1" sheetId="1" r:id="rId1"/></sheets></workbook>"#
    );
    let sheet = format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    );
    let own: [(&str, &[u8]); 5] = [
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", RELATIONS.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", BOOK_RELATIONS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    let replaced = |name: &str| more.iter().any(|(other, _)| *other == name);
    let mut parts: Vec<(&str, &[u8])> = own.into_iter().filter(|(name, _)| !replaced(name)).collect();
    parts.extend_from_slice(more);
    archive(&parts)
}

/// A text cell written into the sheet itself.
pub(crate) fn text_cell(reference: &str, text: &str) -> String {
    format!(r#"<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

/// The titles of a sales sheet in row 1.
pub(crate) fn sales_titles() -> String {
    let titles = [
        ("A1", "Venda"),
        ("B1", "Data"),
        ("C1", "Produto"),
        ("D1", "Qtd"),
        ("E1", "Valor total"),
    ];
    let cells: String = titles
        .iter()
        .map(|(reference, title)| text_cell(reference, title))
        .collect();
    format!(r#"<row r="1">{cells}</row>"#)
}

/// A compound file of three sectors: header, allocation table, directory. `names` are the directory's entries and
/// `directory_next` the sector after the directory's.
pub(crate) fn compound_file(names: &[&str], directory_next: u32) -> Vec<u8> {
    const END: u32 = 0xFFFF_FFFE;
    const FREE: u32 = 0xFFFF_FFFF;
    let mut header = vec![0_u8; 512];
    header[..8].copy_from_slice(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
    header[24..34].copy_from_slice(&[0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0, 6, 0]);
    let mut put = |at: usize, value: u32| header[at..at + 4].copy_from_slice(&value.to_le_bytes());
    put(44, 1);
    put(48, 1);
    put(56, 4096);
    put(60, END);
    put(68, END);
    put(76, 0);
    (1..109).for_each(|entry| put(76 + entry * 4, FREE));
    let mut table = vec![0xFF_u8; 512];
    table[..4].copy_from_slice(&0xFFFF_FFFD_u32.to_le_bytes());
    table[4..8].copy_from_slice(&directory_next.to_le_bytes());
    let mut directory = vec![0_u8; 512];
    for (at, name) in ["Root Entry"].iter().chain(names).enumerate() {
        let entry = &mut directory[at * 128..(at + 1) * 128];
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        entry[..units.len()].copy_from_slice(&units);
        entry[64] = u8::try_from(units.len() + 2).unwrap();
        entry[66] = if at == 0 { 5 } else { 2 };
        entry[116..120].copy_from_slice(&END.to_le_bytes());
    }
    [header, table, directory].concat()
}
