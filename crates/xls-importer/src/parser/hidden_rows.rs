//! Rows that the sheet does not show, by a filter or by hand: the workbook reader gives them as all others.
//!
//! To count them the part of the sheet is inflated once more, so those of a big sheet are not counted: whether it says
//! in its beginning that a filter hides rows is enough.

use std::io::{BufRead, BufReader, Read, Seek};

use zip::ZipArchive;

use crate::limits::CELL_CHARS_MAX;
use crate::protocol::HiddenRows;

/// Biggest part whose rows are counted, in bytes: some 60,000 rows of seven columns.
const LOOKED_INTO_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// A big part says that a filter is on within these bytes, before its first row.
const BEGINNING_BYTES: u64 = 4 * 1024;
/// Bytes of the parts that say which sheet is where. Each sheet takes some 200.
const DIRECTORY_BYTES_MAX: u64 = 1024 * 1024;

/// Rows with values that the sheet hides. None are found in an archive that is not as usual: that rows are hidden is
/// worth a word, not a refusal.
pub(super) fn hidden_rows<R: Read + Seek>(archive: R, sheet: &str) -> HiddenRows {
    match count(archive, sheet) {
        Some(HiddenRows::Counted(0)) | None => HiddenRows::None,
        Some(hidden) => hidden,
    }
}

fn count<R: Read + Seek>(archive: R, sheet: &str) -> Option<HiddenRows> {
    let mut archive = ZipArchive::new(archive).ok()?;
    let book = text_of(&mut archive, "xl/workbook.xml")?;
    let id = tags(&book, "sheet").find_map(|tag| {
        let is_it = attribute(tag, "name").is_some_and(|name| unescaped(name) == sheet);
        is_it.then(|| attribute_ending(tag, ":id")).flatten()
    })?;
    let relations = text_of(&mut archive, "xl/_rels/workbook.xml.rels")?;
    let target = tags(&relations, "Relationship")
        .find(|tag| attribute(tag, "Id") == Some(id))
        .and_then(|tag| attribute(tag, "Target"))?;
    let path = match target.strip_prefix('/') {
        Some(whole) => whole.to_owned(),
        None => format!("xl/{target}"),
    };
    let part = archive.by_name(&path).ok()?;
    let size_bytes = part.size();
    let mut part = BufReader::new(part);
    if size_bytes > LOOKED_INTO_BYTES_MAX {
        return has_filter(&mut part)?.then_some(HiddenRows::ByFilter);
    }
    count_in(part).map(HiddenRows::Counted)
}

fn text_of<R: Read + Seek>(archive: &mut ZipArchive<R>, name: &str) -> Option<String> {
    let mut text = String::new();
    let part = archive.by_name(name).ok()?;
    part.take(DIRECTORY_BYTES_MAX).read_to_string(&mut text).ok()?;
    Some(text)
}

fn has_filter(part: &mut impl Read) -> Option<bool> {
    let mut beginning = Vec::new();
    part.take(BEGINNING_BYTES).read_to_end(&mut beginning).ok()?;
    let beginning = String::from_utf8_lossy(&beginning);
    let says = tags(&beginning, "sheetPr").any(|tag| is_true(attribute(tag, "filterMode")));
    Some(says)
}

/// Counts the rows that are hidden and not empty, tag by tag.
fn count_in(mut part: impl BufRead) -> Option<u32> {
    let mut hidden = 0;
    let mut in_hidden_row = false;
    let mut tag = Vec::new();
    loop {
        tag.clear();
        // One text at most stands before the end of a tag.
        let most = u64::try_from(CELL_CHARS_MAX * 8).unwrap_or(u64::MAX);
        let read = part.by_ref().take(most).read_until(b'>', &mut tag).ok()?;
        if read == 0 {
            return Some(hidden);
        }
        let start = tag.iter().rposition(|byte| *byte == b'<').map_or(0, |at| at + 1);
        let name = tag.get(start..)?;
        if name.starts_with(b"row ") || name.starts_with(b"x:row ") {
            let text = String::from_utf8_lossy(name);
            in_hidden_row = is_true(attribute(&text, "hidden")) && !text.ends_with("/>");
        } else if in_hidden_row
            && (name.starts_with(b"v>") || name.starts_with(b"t>") || name.starts_with(b"is>"))
        {
            (hidden, in_hidden_row) = (hidden + 1, false);
        }
    }
}

/// The tags of a name, from behind it to their end, whatever prefix they have.
fn tags<'t>(text: &'t str, name: &'static str) -> impl Iterator<Item = &'t str> {
    text.split('<').filter_map(move |tag| {
        let (tag, _) = tag.split_once('>').unwrap_or((tag, ""));
        let end = tag.find(|character: char| character.is_whitespace())?;
        let (found, rest) = tag.split_at(end);
        let found = found.rsplit(':').next().unwrap_or(found);
        (found == name).then_some(rest)
    })
}

fn attributes(tag: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = tag;
    std::iter::from_fn(move || {
        let (name, behind) = rest.split_once('=')?;
        let behind = behind.trim_start();
        let quote = behind
            .chars()
            .next()
            .filter(|quote| matches!(quote, '"' | '\''))?;
        let (value, next) = behind.get(1..)?.split_once(quote)?;
        rest = next;
        Some((name.split_whitespace().last()?, value))
    })
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let mut attributes = attributes(tag);
    attributes
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

fn attribute_ending<'t>(tag: &'t str, ending: &str) -> Option<&'t str> {
    let mut attributes = attributes(tag);
    attributes
        .find(|(found, _)| found.ends_with(ending))
        .map(|(_, value)| value)
}

fn is_true(value: Option<&str>) -> bool {
    matches!(value, Some("1" | "true"))
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::{attribute, count_in, tags};

    #[test]
    fn hidden_rows_with_values_are_counted() {
        let rows = r#"<sheetData><row r="1"><c><v>1</v></c></row><row r="2" hidden="1"><c t="inlineStr"><is><t>a &gt; b</t></is></c><c><v>2</v></c></row>
            <row r="3" hidden="true" spans="1:2"><c><f>A1</f><v>3</v></c></row><row r="4" hidden="1"><c s="1"/></row><row r="5" hidden="1"/><row hidden="0"><c><v>1</v></c></row></sheetData>"#;
        assert_eq!(count_in(rows.as_bytes()), Some(2));
        assert_eq!(count_in(&b""[..]), Some(0));
    }

    #[test]
    fn tags_and_attributes_are_found() {
        let text = r#"<x:sheets><x:sheet name='A "1"' r:id = "rId7" state="hidden"/></x:sheets>"#;
        let tag = tags(text, "sheet").next().unwrap();
        assert_eq!(attribute(tag, "name"), Some("A \"1\""));
        assert_eq!(attribute(tag, "r:id"), Some("rId7"));
        assert_eq!(tags(text, "sheets").count(), 0);
    }
}
