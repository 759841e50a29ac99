//! What a file is, by its first bytes. The name is never asked: real `.xls` reports are sent as `.xlsx`.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use crate::foreign_format::foreign_format;
use crate::limits::{FILE_BYTES_MAX, XLS_BYTES_MAX};
use crate::refusal::FileRefusal;

/// A container the reader can open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// A ZIP archive: `.xlsx`, or one of its cousins, told apart by its parts later.
    Zip,
    /// An OLE compound file: `.xls`, or an encrypted `.xlsx`.
    Ole,
}

impl Container {
    /// The word for it on the parser's command line.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Zip => "zip",
            Self::Ole => "ole",
        }
    }

    /// The container for a word, if there is one.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Zip, Self::Ole]
            .into_iter()
            .find(|container| container.word() == word)
    }
}

/// Bytes read for the decision; an HTML page has its first tag well within.
const HEAD_BYTES: u64 = 1024;
const OLE_SIGNATURE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// Tells the container of an open file and checks its size.
///
/// # Errors
/// `unreadable`, `too_large` or `unsupported_format`.
pub fn sniff(file: &mut File) -> Result<Container, FileRefusal> {
    let unreadable = |error: std::io::Error| FileRefusal::Unreadable {
        detail: error.to_string(),
    };
    let size_bytes = file.metadata().map_err(unreadable)?.len();
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    file.by_ref()
        .take(HEAD_BYTES)
        .read_to_end(&mut head)
        .map_err(unreadable)?;
    let container = container_of(&head).map_err(|found| FileRefusal::UnsupportedFormat {
        found: found.to_owned(),
    })?;
    let limit = match container {
        Container::Zip => FILE_BYTES_MAX,
        Container::Ole => XLS_BYTES_MAX,
    };
    if size_bytes > limit {
        return Err(FileRefusal::TooLarge {
            what: "file (bytes)".to_owned(),
            actual: size_bytes,
            limit,
        });
    }
    Ok(container)
}

fn container_of(head: &[u8]) -> Result<Container, &'static str> {
    if head.starts_with(b"PK\x03\x04") {
        return Ok(Container::Zip);
    }
    if head.starts_with(&OLE_SIGNATURE) {
        return Ok(Container::Ole);
    }
    Err(foreign_format(head))
}

#[cfg(test)]
mod tests {
    use super::{Container, container_of};

    #[test]
    fn told_by_bytes() {
        assert_eq!(container_of(b"PK\x03\x04rest"), Ok(Container::Zip));
        assert_eq!(container_of(&super::OLE_SIGNATURE), Ok(Container::Ole));
        assert_eq!(container_of(b"\xEF\xBB\xBF \n<HTML>"), Err("an HTML page"));
        assert_eq!(container_of(b"data;produto\n"), Err("a text file (CSV perhaps)"));
        assert_eq!(container_of(b""), Err("empty"));
        assert_eq!(container_of(b"%PDF-1.7"), Err("a PDF document"));
        assert_eq!(
            container_of(
                b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">"
            ),
            Err("an Excel 2003 XML sheet")
        );
        assert_eq!(container_of(&[0x89, b'P', 0, 1]), Err("an unknown format"));
    }
}
