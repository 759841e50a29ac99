//! Cells as the parser sends them: checked when they come, decoded when they are read.

use super::row::{Cell, Number};
use super::{Malformed, Place};
use crate::protocol::{Cursor, cell};

pub(super) fn text_cell(text: &str) -> Cell<'_> {
    // Visible ASCII at both ends is the usual case and leaves nothing to cut.
    let is_visible = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    if is_visible(text.as_bytes().first()) && is_visible(text.as_bytes().last()) {
        return Cell::Text(text);
    }
    // White space in Unicode's sense, so the no-break spaces of web exports go too.
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}' || c == '\u{200B}');
    if text.is_empty() {
        Cell::Empty
    } else {
        Cell::Text(text)
    }
}

/// Most decimal places the parser sends; the receiving decimal holds 28.
const PLACES_MAX: u8 = 20;

pub(super) fn number(cursor: &mut Cursor<'_>) -> Option<Number> {
    let places = cursor.byte().filter(|places| *places <= PLACES_MAX)?;
    Some(Number {
        digits: cursor.signed()?,
        places,
    })
}

pub(super) fn position(payload: &[u8], cursor: &Cursor<'_>) -> Result<u32, Malformed> {
    u32::try_from(payload.len() - cursor.remaining()).map_err(|_| "frame too long")
}

/// Checks one cell and says its tag.
pub(super) fn check_cell(
    cursor: &mut Cursor<'_>,
    payload: &[u8],
    chunk: u32,
    texts: &mut Vec<Place>,
) -> Result<u8, Malformed> {
    let tag = cursor.byte().ok_or("cell tag")?;
    let read = match tag {
        cell::TEXT_NEW => {
            texts.push(Place {
                chunk,
                start: position(payload, cursor)?,
            });
            cursor.text().map(|_| ())
        }
        cell::TEXT_REF => {
            let known = texts.len();
            cursor
                .unsigned()
                .filter(|at| usize::try_from(*at).is_ok_and(|at| at < known))
                .map(|_| ())
        }
        cell::TEXT | cell::INEXACT | cell::ERROR => cursor.text().map(|_| ()),
        cell::INTEGER => cursor.signed().map(|_| ()),
        cell::DECIMAL | cell::DATE | cell::SPAN => number(cursor).map(|_| ()),
        cell::NO | cell::YES | cell::UNCALCULATED | cell::SHOWN => Some(()),
        _ => None,
    };
    read.map(|()| tag).ok_or("cell value")
}
