//! The reference of a request in other books.

use crate::InvalidValue;
use crate::misplaced::{Refused, not_in_any_words};
use crate::text::{self, CODE_CHARS_MAX};

/// Trims it and refuses one that would say in the log for ever who asked.
pub(super) fn checked(request_ref: Option<&String>) -> Result<Option<String>, InvalidValue> {
    let request_ref = text::maybe("request_ref", request_ref, CODE_CHARS_MAX)?;
    not_in_any_words("request_ref", request_ref.as_ref(), Refused::Both)?;
    Ok(request_ref)
}
