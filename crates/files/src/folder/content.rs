//! The content of a file, read piece by piece.

use std::ops::Range;
use std::path::Path;

use futures_util::StreamExt as _;
use futures_util::stream;

use super::{blocking, is_nothing, open, problem};
use crate::{Content, FileError, FileName, Source};

/// Bytes of a piece.
const PIECE_BYTES: u64 = 256 * 1024;

/// What is still to be read.
struct Rest {
    source: Source,
    range: Range<u64>,
    doing: String,
}

/// Opens a file for its content, or a range of it.
pub(super) fn of(path: &Path, name: &FileName, range: Option<Range<u64>>) -> Result<Content, FileError> {
    let doing = format!("reading {}", path.display());
    let file = open(path).map_err(|error| {
        if is_nothing(&error) {
            FileError::Missing {
                name: name.to_string(),
            }
        } else {
            problem(&doing, &error)
        }
    })?;
    let source = Source::from(file);
    let size_bytes = source.size_bytes().map_err(|error| problem(&doing, &error))?;
    let range = match range {
        None => 0..size_bytes,
        Some(range) if range.start < range.end && range.start < size_bytes => {
            range.start..range.end.min(size_bytes)
        }
        Some(_) => {
            return Err(FileError::BadRange {
                name: name.to_string(),
                size_bytes,
            });
        }
    };
    let rest = Rest { source, range, doing };
    Ok(stream::try_unfold(rest, next).boxed())
}

async fn next(rest: Rest) -> Result<Option<(bytes::Bytes, Rest)>, FileError> {
    if rest.range.is_empty() {
        return Ok(None);
    }
    blocking(move || {
        let Rest { source, range, doing } = rest;
        let wanted = PIECE_BYTES.min(range.end - range.start);
        let piece = source.chunk(range.start, usize::try_from(wanted).unwrap_or(usize::MAX));
        let piece = piece.map_err(|error| problem(&doing, &error))?;
        let got = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        if got != wanted {
            return Err(FileError::Unavailable {
                doing,
                detail: "it became shorter meanwhile".to_owned(),
            });
        }
        let rest = Rest {
            source,
            range: range.start + got..range.end,
            doing,
        };
        Ok(Some((piece, rest)))
    })
    .await
}
