//! The bytes before and of the root element of an XML part: no DOCTYPE, no impossible counts.

use crate::limits::SHARED_STRING_BYTES_MIN;

/// What is wrong with the start of a part.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PrologFault {
    /// A document type is declared.
    Doctype,
    /// No element starts within the bytes searched.
    NoRoot,
    /// More shared strings are declared than the part has bytes for; the reader would reserve memory for them.
    SharedStringCount {
        /// The count the part declares.
        declared: u64,
        /// The most its size can hold.
        possible: u64,
    },
}

/// Checks the start of a part of `part_bytes` bytes.
pub(super) fn check_prolog(head: &[u8], part_bytes: u64) -> Result<(), PrologFault> {
    if head.is_empty() && part_bytes == 0 {
        return Ok(());
    }
    let mut rest = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    loop {
        let start = rest
            .iter()
            .position(|&byte| byte == b'<')
            .ok_or(PrologFault::NoRoot)?;
        rest = &rest[start..];
        let end = if rest.starts_with(b"<?") {
            find(rest, b"?>")
        } else if rest.starts_with(b"<!--") {
            find(rest, b"-->")
        } else if rest.starts_with(b"<!") {
            return Err(PrologFault::Doctype);
        } else {
            return check_root(rest, part_bytes);
        };
        rest = &rest[end.ok_or(PrologFault::NoRoot)?..];
    }
}

/// Place just after the first occurrence.
fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
        .map(|at| at + wanted.len())
}

fn check_root(rest: &[u8], part_bytes: u64) -> Result<(), PrologFault> {
    let end = rest
        .iter()
        .position(|&byte| byte == b'>')
        .ok_or(PrologFault::NoRoot)?;
    let tag = String::from_utf8_lossy(&rest[1..end]);
    let name = tag
        .split(|c: char| c.is_whitespace() || c == '/')
        .next()
        .unwrap_or_default();
    if name.rsplit(':').next() != Some("sst") {
        return Ok(());
    }
    let possible = part_bytes / SHARED_STRING_BYTES_MIN;
    for attribute in ["uniqueCount", "count"] {
        let Some(declared) = count_of(&tag, attribute) else {
            continue;
        };
        // `count` is the number of uses and may honestly exceed the strings; readers reserve by `uniqueCount`,
        // and by `count` only where that is missing.
        if (attribute == "uniqueCount" || !tag.contains("uniqueCount")) && declared > possible {
            return Err(PrologFault::SharedStringCount { declared, possible });
        }
    }
    Ok(())
}

/// The attribute as a number; anything that is not one counts as the largest.
fn count_of(tag: &str, attribute: &str) -> Option<u64> {
    let start = tag.match_indices(attribute).find_map(|(at, _)| {
        let before = tag[..at].chars().next_back()?;
        let after = tag[at + attribute.len()..].trim_start();
        (before.is_whitespace() && after.starts_with('=')).then_some(at + attribute.len())
    })?;
    let value = tag[start..].trim_start().trim_start_matches('=').trim_start();
    let quote = value.chars().next()?;
    let value = value[quote.len_utf8()..].split(quote).next()?;
    Some(value.trim().parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::{PrologFault, check_prolog};

    #[test]
    fn doctype_found_behind_comments() {
        let xml = b"\xEF\xBB\xBF<?xml version='1.0'?>\n<!-- <a> --><!DOCTYPE x []><x/>";
        assert_eq!(check_prolog(xml, 60), Err(PrologFault::Doctype));
    }

    #[test]
    fn honest_prolog_passes() {
        assert_eq!(
            check_prolog(b"<?xml version='1.0'?><worksheet xmlns='a'>", 1_000),
            Ok(())
        );
        assert_eq!(
            check_prolog(b"<sst count=\"99999\" uniqueCount=\"100\">", 1_000),
            Ok(())
        );
        assert_eq!(check_prolog(b"", 0), Ok(()));
    }

    #[test]
    fn impossible_counts_refused() {
        let fault = check_prolog(b"<sst uniqueCount=\"99999999999\">", 1_600);
        assert_eq!(
            fault,
            Err(PrologFault::SharedStringCount {
                declared: 99_999_999_999,
                possible: 228
            })
        );
        let fault = check_prolog(b"<x:sst uniqueCount = '18446744073709551616'/>", 1_600);
        assert_eq!(
            fault,
            Err(PrologFault::SharedStringCount {
                declared: u64::MAX,
                possible: 228
            })
        );
        assert!(check_prolog(b"<sst count='5000'>", 700).is_err());
    }

    #[test]
    fn endless_prolog_refused() {
        assert_eq!(check_prolog(&[b' '; 200], 200), Err(PrologFault::NoRoot));
        assert_eq!(check_prolog(b"<!-- never closed", 200), Err(PrologFault::NoRoot));
    }
}
