//! The central directory and the head of every part, checked before the workbook reader sees a byte.
//!
//! Runs inside the parsing process: reading a directory of a million entries is itself a way to fill memory.

use std::collections::HashSet;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::result::ZipError;

use super::utf16_parts::Utf16;
use super::xml_prolog::{PrologFault, check_prolog};
use crate::limits::{
    ARCHIVE_ENTRIES_MAX, ARCHIVE_INFLATED_BYTES_MAX, PART_INFLATED_BYTES_MAX, PART_RATIO_MAX,
    RATIO_CHECKED_FROM_BYTES, SHARED_PARTS_INFLATED_BYTES_MAX, XML_PROLOG_BYTES_MAX,
};
use crate::refusal::FileRefusal;

/// Checks the archive's directory, names, sizes, ratios and XML prologs; says whether any part is in UTF-16.
///
/// # Errors
/// The refusal of the first check that fails.
pub(super) fn check_archive(file: &mut File) -> Result<bool, FileRefusal> {
    file.seek(SeekFrom::Start(0))
        .map_err(|error| corrupt("file", error))?;
    let mut archive = ZipArchive::new(&mut *file).map_err(zip_refusal)?;
    if archive.len() > ARCHIVE_ENTRIES_MAX {
        return Err(too_large(
            "entries of the archive",
            archive.len(),
            ARCHIVE_ENTRIES_MAX,
        ));
    }
    if archive.has_duplicate_names() {
        return Err(corrupt("file", "two parts have the same name"));
    }
    let parts = check_directory(&archive)?;
    if archive.has_overlapping_files().map_err(zip_refusal)? {
        return Err(corrupt("file", "two parts share the same bytes"));
    }
    check_is_workbook(&parts)?;
    let mut any_in_utf16 = false;
    for (index, part) in parts.iter().enumerate() {
        any_in_utf16 |= check_head(&mut archive, index, part)?;
    }
    Ok(any_in_utf16)
}

struct Part {
    name: String,
    inflated_bytes: u64,
}

fn check_directory(archive: &ZipArchive<&mut File>) -> Result<Vec<Part>, FileRefusal> {
    let mut seen = HashSet::new();
    let mut parts = Vec::with_capacity(archive.len());
    let (mut total_bytes, mut shared_bytes) = (0_u64, 0_u64);
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index).map_err(zip_refusal)?;
        let name = entry.name().map_err(zip_refusal)?.replace('\\', "/");
        check_name(&name)?;
        if !seen.insert(name.to_lowercase()) {
            return Err(corrupt(&name, "two parts have this name"));
        }
        if entry.encrypted() {
            return Err(FileRefusal::Encrypted);
        }
        let (inflated, stored) = (entry.size(), entry.compressed_size());
        if inflated > PART_INFLATED_BYTES_MAX {
            return Err(FileRefusal::TooLarge {
                what: name,
                actual: inflated,
                limit: PART_INFLATED_BYTES_MAX,
            });
        }
        let ratio = inflated / stored.max(1);
        if inflated > RATIO_CHECKED_FROM_BYTES && ratio > PART_RATIO_MAX {
            let what = format!("compression ratio of {name}");
            return Err(FileRefusal::TooLarge {
                what,
                actual: ratio,
                limit: PART_RATIO_MAX,
            });
        }
        total_bytes = total_bytes.saturating_add(inflated);
        if is_shared_part(&name) {
            shared_bytes = shared_bytes.saturating_add(inflated);
        }
        parts.push(Part {
            name,
            inflated_bytes: inflated,
        });
    }
    check_total("all parts (bytes)", total_bytes, ARCHIVE_INFLATED_BYTES_MAX)?;
    check_total(
        "shared strings and styles (bytes)",
        shared_bytes,
        SHARED_PARTS_INFLATED_BYTES_MAX,
    )?;
    Ok(parts)
}

fn check_total(what: &str, actual: u64, limit: u64) -> Result<(), FileRefusal> {
    if actual > limit {
        return Err(FileRefusal::TooLarge {
            what: what.to_owned(),
            actual,
            limit,
        });
    }
    Ok(())
}

/// Parts never leave the archive here, but a name that tries to is the mark of an archive made to harm.
fn check_name(name: &str) -> Result<(), FileRefusal> {
    let climbs = name.split('/').any(|segment| segment == "..");
    let drive = name.as_bytes().get(1) == Some(&b':');
    if name.starts_with('/') || climbs || drive || name.contains('\0') {
        return Err(corrupt(name, "the name of this part leaves the archive"));
    }
    Ok(())
}

fn is_shared_part(name: &str) -> bool {
    let name = name.to_lowercase();
    let file_name = name.rsplit('/').next().unwrap_or(&name);
    file_name.starts_with("sharedstrings") || file_name.starts_with("styles")
}

fn check_is_workbook(parts: &[Part]) -> Result<(), FileRefusal> {
    let has = |wanted: &str| parts.iter().any(|part| part.name.eq_ignore_ascii_case(wanted));
    if has("[Content_Types].xml") && parts.iter().any(|part| part.name.ends_with("workbook.xml")) {
        return Ok(());
    }
    let found = if parts.iter().any(|part| part.name.ends_with("workbook.bin")) {
        "a binary workbook (.xlsb)"
    } else if has("mimetype") && has("content.xml") {
        "an OpenDocument file (.ods)"
    } else if parts.iter().any(|part| part.name.starts_with("word/")) {
        "a Word document"
    } else if has("[Content_Types].xml") {
        "an Office document without a workbook"
    } else {
        "a ZIP archive without a workbook"
    };
    Err(FileRefusal::UnsupportedFormat {
        found: found.to_owned(),
    })
}

/// Checks the beginning of a part; says whether it is in UTF-16.
fn check_head(archive: &mut ZipArchive<&mut File>, index: usize, part: &Part) -> Result<bool, FileRefusal> {
    let lower = part.name.to_lowercase();
    if !(lower.ends_with(".xml") || lower.ends_with(".rels") || lower.ends_with(".vml")) {
        return Ok(false);
    }
    let entry = archive
        .by_index(index)
        .map_err(|error| corrupt(&part.name, error))?;
    let mut head = Vec::with_capacity(1024);
    let bound = u64::try_from(XML_PROLOG_BYTES_MAX).unwrap_or(u64::MAX);
    entry
        .take(bound)
        .read_to_end(&mut head)
        .map_err(|error| corrupt(&part.name, error))?;
    let utf16 = Utf16::of(&head);
    let (head, part_bytes) = match utf16 {
        Some(order) => (order.decode(&head).into_bytes(), part.inflated_bytes / 2),
        None => (head, part.inflated_bytes),
    };
    check_prolog(&head, part_bytes).map_err(|fault| match fault {
        PrologFault::Doctype => FileRefusal::XmlDtdForbidden {
            part: part.name.clone(),
        },
        PrologFault::NoRoot => corrupt(&part.name, "no XML element at its start"),
        PrologFault::SharedStringCount { declared, possible } => FileRefusal::TooLarge {
            what: format!("declared count of shared strings in {}", part.name),
            actual: declared,
            limit: possible,
        },
    })?;
    Ok(utf16.is_some())
}

fn too_large(what: &str, actual: usize, limit: usize) -> FileRefusal {
    FileRefusal::TooLarge {
        what: what.to_owned(),
        actual: u64::try_from(actual).unwrap_or(u64::MAX),
        limit: u64::try_from(limit).unwrap_or(u64::MAX),
    }
}

fn corrupt(part: &str, detail: impl ToString) -> FileRefusal {
    FileRefusal::Corrupt {
        part: part.to_owned(),
        detail: detail.to_string(),
    }
}

fn zip_refusal(error: ZipError) -> FileRefusal {
    corrupt("file", error)
}
