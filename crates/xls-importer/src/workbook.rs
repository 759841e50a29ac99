//! A workbook from a path to a sheet: hashed, sniffed, parsed elsewhere.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::child::{ParserCommand, read_sheet};
use crate::refusal::FileRefusal;
use crate::sheet::Sheet;
use crate::sniff::sniff;

/// A workbook whose sheet has been read.
#[derive(Debug)]
pub struct Workbook {
    /// SHA-256 of the file's bytes: the identity of the file, whatever its name.
    pub file_sha256: [u8; 32],
    /// Size of the file, in bytes.
    pub size_bytes: u64,
    /// The sheet read.
    pub sheet: Sheet,
    /// Whether it was asked for by its name.
    pub sheet_is_named: bool,
}

impl Workbook {
    /// Opens a workbook and reads the named sheet, or the first visible one that is not empty. Blocks.
    ///
    /// # Errors
    /// Any [`FileRefusal`] except `no_header` and `needs_mapping`.
    pub fn read(path: &Path, sheet: Option<&str>, parser: &ParserCommand) -> Result<Self, FileRefusal> {
        Self::read_open(File::open(path).map_err(unreadable)?, sheet, parser)
    }

    /// The same of an open file, which may have no name. Blocks.
    ///
    /// # Errors
    /// As [`Workbook::read`].
    pub fn read_open(
        mut file: File,
        sheet: Option<&str>,
        parser: &ParserCommand,
    ) -> Result<Self, FileRefusal> {
        if !file.metadata().map_err(unreadable)?.is_file() {
            return Err(FileRefusal::Unreadable {
                detail: "it is not a regular file".to_owned(),
            });
        }
        let container = sniff(&mut file)?;
        let (file_sha256, size_bytes) = hash(&mut file).map_err(unreadable)?;
        let sheet_is_named = sheet.is_some();
        let sheet = read_sheet(parser, file, container, sheet)?;
        Ok(Self {
            file_sha256,
            size_bytes,
            sheet,
            sheet_is_named,
        })
    }
}

fn unreadable(error: std::io::Error) -> FileRefusal {
    FileRefusal::Unreadable {
        detail: error.to_string(),
    }
}

fn hash(file: &mut File) -> std::io::Result<([u8; 32], u64)> {
    file.seek(SeekFrom::Start(0))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0_u8; 128 * 1024];
    let mut size_bytes = 0_u64;
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok((hasher.finalize().into(), size_bytes));
        }
        size_bytes += u64::try_from(count).unwrap_or(u64::MAX);
        hasher.update(&buffer[..count]);
    }
}
