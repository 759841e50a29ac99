//! Files made to harm or simply wrong: each gets a named code, and this process is still here afterwards.

use posars_xls_importer::{FileRefusal, MappingChoice, ParserDeath, find_header};

use crate::fixture::{
    archive, compound_file, raw_workbook, read, read_sheet, sales_titles, text_cell, workbook,
};
use crate::{Case, Skipped};

pub(crate) const CASES: &[Case] = &[
    (
        "hostile::the_far_corner_ends_the_sheet",
        the_far_corner_ends_the_sheet,
    ),
    ("hostile::a_cell_beyond_the_columns", a_cell_beyond_the_columns),
    (
        "hostile::impossible_count_of_shared_strings",
        impossible_count_of_shared_strings,
    ),
    ("hostile::a_bomb", a_bomb),
    ("hostile::a_document_type", a_document_type),
    (
        "hostile::names_that_leave_the_archive",
        names_that_leave_the_archive,
    ),
    ("hostile::two_parts_of_one_name", two_parts_of_one_name),
    ("hostile::a_truncated_archive", a_truncated_archive),
    ("hostile::too_many_parts", too_many_parts),
    ("hostile::foreign_formats", foreign_formats),
    (
        "hostile::a_cyclic_compound_file_runs_out_of_memory",
        a_cyclic_compound_file_runs_out_of_memory,
    ),
    ("hostile::a_short_compound_file", a_short_compound_file),
    ("hostile::an_encrypted_workbook", an_encrypted_workbook),
    ("hostile::cells_out_of_order", cells_out_of_order),
    ("hostile::a_text_longer_than_a_cell", a_text_longer_than_a_cell),
    ("hostile::no_such_sheet", no_such_sheet),
    ("hostile::nothing_in_it", nothing_in_it),
];

fn code(bytes: &[u8]) -> &'static str {
    read(bytes).unwrap_err().code()
}

fn the_far_corner_ends_the_sheet() -> Result<(), Skipped> {
    let rows = format!(
        r#"<row r="1">{}</row><row r="1048576">{}</row>"#,
        text_cell("A1", "x"),
        text_cell("XFD1048576", "y")
    );
    let workbook = read(&raw_workbook(&rows, "", &[])).unwrap();
    assert_eq!(workbook.sheet.rows_len(), 1);
    assert_eq!(workbook.sheet.stopped_before_row(), Some(1_048_576));
    let refusal = find_header(&workbook.sheet, &MappingChoice::default()).unwrap_err();
    assert_eq!(refusal.code(), "no_header");
    Ok(())
}

fn a_cell_beyond_the_columns() -> Result<(), Skipped> {
    let rows = format!(r#"<row r="1">{}</row>"#, text_cell("XFD1", "y"));
    let refusal = read(&raw_workbook(&rows, "", &[])).unwrap_err();
    assert_eq!(
        refusal,
        FileRefusal::TooManyCells {
            cell: "XFD1".to_owned(),
            columns_max: 256
        }
    );
    Ok(())
}

fn impossible_count_of_shared_strings() -> Result<(), Skipped> {
    for count in ["99999999999", "18446744073709551615"] {
        let strings =
            format!(r#"<?xml version="1.0"?><sst count="1" uniqueCount="{count}"><si><t>a</t></si></sst>"#);
        let parts: [(&str, &[u8]); 1] = [("xl/sharedStrings.xml", strings.as_bytes())];
        assert_eq!(code(&raw_workbook("", "", &parts)), "too_large", "{count}");
    }
    Ok(())
}

fn a_bomb() -> Result<(), Skipped> {
    let mut sheet = b"<worksheet><sheetData>".to_vec();
    sheet.resize(10 * 1024 * 1024, b' ');
    let bytes = raw_workbook("", "", &[("xl/worksheets/sheet1.xml", &sheet)]);
    assert!(bytes.len() < 64 * 1024, "{} bytes", bytes.len());
    let FileRefusal::TooLarge { what, limit: 200, .. } = read(&bytes).unwrap_err() else {
        unreachable!("a ratio is refused");
    };
    assert!(what.contains("sheet1.xml"), "{what}");
    Ok(())
}

fn a_document_type() -> Result<(), Skipped> {
    let sheet = br#"<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData/></worksheet>"#;
    let refusal = read(&raw_workbook("", "", &[("xl/worksheets/sheet1.xml", sheet)])).unwrap_err();
    assert_eq!(
        refusal,
        FileRefusal::XmlDtdForbidden {
            part: "xl/worksheets/sheet1.xml".to_owned()
        }
    );
    Ok(())
}

fn names_that_leave_the_archive() -> Result<(), Skipped> {
    for name in [
        "/etc/passwd",
        "../../evil.xml",
        "xl/../../evil.xml",
        "c:/evil.xml",
    ] {
        let parts: [(&str, &[u8]); 1] = [(name, b"<a/>")];
        assert_eq!(code(&raw_workbook("", "", &parts)), "corrupt", "{name}");
    }
    Ok(())
}

fn two_parts_of_one_name() -> Result<(), Skipped> {
    let parts: [(&str, &[u8]); 2] = [("xl/copy1.xml", b"<a/>"), ("xl/copy2.xml", b"<b/>")];
    let mut bytes = raw_workbook("", "", &parts);
    for at in 0..bytes.len() - 12 {
        if &bytes[at..at + 12] == b"xl/copy2.xml" {
            bytes[at + 7] = b'1';
        }
    }
    assert_eq!(code(&bytes), "corrupt");
    let parts: [(&str, &[u8]); 2] = [("xl/copy.xml", b"<a/>"), ("XL/Copy.xml", b"<b/>")];
    assert_eq!(
        code(&raw_workbook("", "", &parts)),
        "corrupt",
        "names differ in case only"
    );
    Ok(())
}

fn a_truncated_archive() -> Result<(), Skipped> {
    let bytes = workbook(&[&["Data", "Produto"], &["01/01/2025", "Camisa"]]);
    for kept in [4, 30, bytes.len() / 2, bytes.len() - 1] {
        assert_eq!(code(&bytes[..kept]), "corrupt", "{kept} of {} bytes", bytes.len());
    }
    Ok(())
}

fn too_many_parts() -> Result<(), Skipped> {
    let names: Vec<String> = (0..2_001)
        .map(|number| format!("xl/media/{number}.bin"))
        .collect();
    let parts: Vec<(&str, &[u8])> = names
        .iter()
        .map(|name| (name.as_str(), b"x".as_slice()))
        .collect();
    assert_eq!(code(&raw_workbook("", "", &parts)), "too_large");
    Ok(())
}

fn foreign_formats() -> Result<(), Skipped> {
    assert_eq!(
        code(b"<html><table><tr><td>1</td></tr></table></html>"),
        "unsupported_format"
    );
    assert_eq!(
        code("data;produto;qtd\n01/01/2025;Caf\u{e9};1\n".as_bytes()),
        "unsupported_format"
    );
    assert_eq!(code(b""), "unsupported_format");
    let word: [(&str, &[u8]); 2] = [
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", b"<a/>"),
    ];
    assert_eq!(code(&archive(&word)), "unsupported_format");
    let binary: [(&str, &[u8]); 2] = [("[Content_Types].xml", b"<Types/>"), ("xl/workbook.bin", b"\0")];
    let FileRefusal::UnsupportedFormat { found } = read(&archive(&binary)).unwrap_err() else {
        unreachable!("binary workbooks are refused");
    };
    assert!(found.contains(".xlsb"), "{found}");
    Ok(())
}

fn a_cyclic_compound_file_runs_out_of_memory() -> Result<(), Skipped> {
    let bytes = compound_file(&["Workbook"], 1);
    assert_eq!(bytes.len(), 1536);
    let FileRefusal::ParserDied { cause } = read(&bytes).unwrap_err() else {
        unreachable!("the reader follows the cycle until its memory limit");
    };
    assert_eq!(cause, ParserDeath::Memory);
    Ok(())
}

fn a_short_compound_file() -> Result<(), Skipped> {
    let bytes = compound_file(&["Workbook"], 0xFFFF_FFFE);
    let refusal = read(&bytes[..612]).unwrap_err();
    assert!(
        matches!(refusal.code(), "corrupt" | "unsupported_format" | "parser_died"),
        "{refusal:?}"
    );
    Ok(())
}

fn an_encrypted_workbook() -> Result<(), Skipped> {
    assert_eq!(
        code(&compound_file(
            &["EncryptionInfo", "EncryptedPackage"],
            0xFFFF_FFFE
        )),
        "encrypted"
    );
    Ok(())
}

fn cells_out_of_order() -> Result<(), Skipped> {
    let twice = format!(
        r#"<row r="1">{}{}</row>"#,
        text_cell("A1", "x"),
        text_cell("A1", "y")
    );
    let backwards = format!(
        r#"<row r="2">{}</row><row r="1">{}</row>"#,
        text_cell("A2", "x"),
        text_cell("A1", "y")
    );
    for rows in [twice, backwards] {
        assert_eq!(code(&raw_workbook(&rows, "", &[])), "corrupt");
    }
    Ok(())
}

fn a_text_longer_than_a_cell() -> Result<(), Skipped> {
    let rows = format!(
        "{}<row r=\"2\">{}</row>",
        sales_titles(),
        text_cell("C2", &"x".repeat(32_768))
    );
    assert_eq!(code(&raw_workbook(&rows, "", &[])), "too_large");
    Ok(())
}

fn no_such_sheet() -> Result<(), Skipped> {
    let bytes = workbook(&[&["Data"]]);
    let refusal = read_sheet(&bytes, Some("Vendas")).unwrap_err();
    assert_eq!(
        refusal,
        FileRefusal::NoSuchSheet {
            name: "Vendas".to_owned(),
            sheets: vec!["Sheet1".to_owned()]
        }
    );
    assert!(read_sheet(&bytes, Some("sheet1")).is_ok(), "case does not matter");
    Ok(())
}

fn nothing_in_it() -> Result<(), Skipped> {
    let empty = read(&workbook(&[])).unwrap();
    let refusal = find_header(&empty.sheet, &MappingChoice::default()).unwrap_err();
    assert_eq!(refusal.code(), "no_header");
    Ok(())
}
