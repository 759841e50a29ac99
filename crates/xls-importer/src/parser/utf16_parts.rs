//! Parts written in UTF-16, which is legal and which the workbook reader does not take: written anew in UTF-8.

use std::fs::File;
use std::io::{Cursor, Read, Write};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::limits::UTF16_PARTS_INFLATED_BYTES_MAX;
use crate::refusal::FileRefusal;

/// Which byte of a unit comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Utf16 {
    /// The low one.
    Little,
    /// The high one.
    Big,
}

impl Utf16 {
    /// The order of a part that is in UTF-16, by its mark or by its first character, a `<` in every XML part.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0xFF, 0xFE, ..] | [b'<', 0, ..] => Some(Self::Little),
            [0xFE, 0xFF, ..] | [0, b'<', ..] => Some(Self::Big),
            _ => None,
        }
    }

    /// The text of a part, without its mark; what is no character stands as the replacement for one. An odd last
    /// byte, as where a part is cut, is left out.
    pub(super) fn decode(self, bytes: &[u8]) -> String {
        let units = bytes.chunks_exact(2).map(|pair| match (self, pair) {
            (Self::Little, [low, high]) => u16::from_le_bytes([*low, *high]),
            (Self::Big, [high, low]) => u16::from_be_bytes([*high, *low]),
            _ => 0,
        });
        char::decode_utf16(units)
            .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER))
            .skip_while(|character| *character == '\u{FEFF}')
            .collect()
    }
}

/// The archive with its UTF-16 parts in UTF-8, the others as they are.
///
/// # Errors
/// `corrupt` for an archive that cannot be read, `too_large` for one whose parts would fill the memory.
pub(super) fn in_utf8(file: &mut File) -> Result<Vec<u8>, FileRefusal> {
    let mut archive = ZipArchive::new(file).map_err(broken)?;
    let mut written = ZipWriter::new(Cursor::new(Vec::new()));
    let mut inflated_bytes = 0_u64;
    for index in 0..archive.len() {
        let text = utf16_text(&mut archive, index, &mut inflated_bytes)?;
        let part = archive.by_index_raw(index).map_err(broken)?;
        let Some(text) = text else {
            written.raw_copy_file(part).map_err(broken)?;
            continue;
        };
        let name = part.name().map_err(broken)?.into_owned();
        drop(part);
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        written.start_file(name, stored).map_err(broken)?;
        written
            .write_all(without_declaration(&text).as_bytes())
            .map_err(|error| broken(error.into()))?;
    }
    Ok(written.finish().map_err(broken)?.into_inner())
}

/// The text of a part in UTF-16; none of any other part.
fn utf16_text(
    archive: &mut ZipArchive<&mut File>,
    index: usize,
    inflated_bytes: &mut u64,
) -> Result<Option<String>, FileRefusal> {
    let mut part = archive.by_index(index).map_err(broken)?;
    let size_bytes = part.size();
    let mut bytes = Vec::new();
    let read = |part: &mut dyn Read, bytes: &mut Vec<u8>, most: u64| {
        part.take(most)
            .read_to_end(bytes)
            .map_err(|error| broken(error.into()))
    };
    read(&mut part, &mut bytes, 2)?;
    let Some(order) = Utf16::of(&bytes) else {
        return Ok(None);
    };
    *inflated_bytes = inflated_bytes.saturating_add(size_bytes);
    if *inflated_bytes > UTF16_PARTS_INFLATED_BYTES_MAX {
        return Err(FileRefusal::TooLarge {
            what: "parts in UTF-16 (bytes)".to_owned(),
            actual: *inflated_bytes,
            limit: UTF16_PARTS_INFLATED_BYTES_MAX,
        });
    }
    read(&mut part, &mut bytes, size_bytes)?;
    Ok(Some(order.decode(&bytes)))
}

/// What follows the declaration, which names an encoding the text is no longer in.
fn without_declaration(text: &str) -> &str {
    match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or(rest, |(_, rest)| rest),
        None => text,
    }
}

fn broken(error: ZipError) -> FileRefusal {
    FileRefusal::Corrupt {
        part: "file".to_owned(),
        detail: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Utf16, without_declaration};

    #[test]
    fn both_orders_with_and_without_a_mark() {
        let text = "<a>é</a>";
        for mark in ["", "\u{FEFF}"] {
            let units: Vec<u16> = format!("{mark}{text}").encode_utf16().collect();
            let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
            for bytes in [little, big] {
                let order = Utf16::of(&bytes).unwrap();
                assert_eq!(order.decode(&bytes), text);
            }
        }
        assert_eq!(Utf16::of(b"<?xml"), None);
        assert_eq!(Utf16::of(b""), None);
        assert_eq!(Utf16::Little.decode(&[b'<', 0, b'a']), "<", "cut within a unit");
    }

    #[test]
    fn the_declaration_goes() {
        assert_eq!(
            without_declaration("<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n<a/>"),
            "\n<a/>"
        );
        assert_eq!(without_declaration("<a/>"), "<a/>");
    }
}
