//! What a file is that is no workbook, by its first bytes.

/// What a compound file is that is no `.xls`: a document of another program.
pub(crate) const COMPOUND_WITHOUT_WORKBOOK: &str =
    "an old or foreign compound file without an Excel workbook";

/// What the first bytes of a file look like.
pub(crate) fn foreign_format(head: &[u8]) -> &'static str {
    let text = head
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(head)
        .trim_ascii_start();
    let starts = |word: &[u8]| {
        text.get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    if text.is_empty() {
        "empty"
    } else if head.starts_with(b"PK\x05\x06") {
        "an empty ZIP archive"
    } else if head.starts_with(&[0x09, 0x00, 0x04, 0x00])
        || head.starts_with(&[0x09, 0x02, 0x06, 0x00])
        || head.starts_with(&[0x09, 0x04, 0x06, 0x00])
    {
        "an Excel 2, 3 or 4 worksheet"
    } else if starts(b"%PDF") {
        "a PDF document"
    } else if starts(b"<?xml") {
        if contains(head, b"urn:schemas-microsoft-com:office:spreadsheet") {
            "an Excel 2003 XML sheet"
        } else {
            "an XML document"
        }
    } else if starts(b"<") {
        "an HTML page"
    } else if head.starts_with(&[0x1F, 0x8B]) {
        "a gzip file"
    } else if head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) {
        "a text file (UTF-16)"
    } else if !head.contains(&0) {
        "a text file (CSV perhaps)"
    } else {
        "an unknown format"
    }
}

/// What was found instead of a workbook, as it is said in Portuguese; names of formats are the same in both.
pub(crate) fn in_portuguese(found: &str) -> &str {
    match found {
        "empty" => "vazio",
        "an empty ZIP archive" => "um arquivo ZIP vazio",
        "an Excel 2, 3 or 4 worksheet" => "uma planilha do Excel 2, 3 ou 4",
        "a PDF document" => "um documento PDF",
        "an Excel 2003 XML sheet" => "uma planilha XML do Excel 2003",
        "an XML document" => "um documento XML",
        "an HTML page" => "uma página HTML",
        "a gzip file" => "um arquivo gzip",
        "a text file (UTF-16)" => "um arquivo de texto (UTF-16)",
        "a text file (CSV perhaps)" => "um arquivo de texto (talvez CSV)",
        COMPOUND_WITHOUT_WORKBOOK => "um arquivo composto antigo ou de outro programa, sem planilha do Excel",
        "an unknown format" => "de um formato desconhecido",
        other => other,
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::{COMPOUND_WITHOUT_WORKBOOK, foreign_format, in_portuguese};

    #[test]
    fn every_format_told_has_its_portuguese() {
        let zip = b"PK\x05\x06".as_slice();
        let heads: [&[u8]; 11] = [
            b"",
            zip,
            &[9, 0, 4, 0],
            b"%PDF",
            b"<?xml urn:schemas-microsoft-com:office:spreadsheet",
            b"<?xml",
            b"<p>",
            &[0x1F, 0x8B],
            &[0xFF, 0xFE],
            b"a;b",
            &[1, 0],
        ];
        for head in heads {
            let found = foreign_format(head);
            assert_ne!(in_portuguese(found), found);
        }
        assert_ne!(
            in_portuguese(COMPOUND_WITHOUT_WORKBOOK),
            COMPOUND_WITHOUT_WORKBOOK
        );
    }
}
