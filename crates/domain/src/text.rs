//! Text that people type: trimmed, bounded and free of control characters.
//!
//! A field's path is data: it becomes text only where a refusal is shown.

use std::sync::Arc;

use crate::invisible::{is_invisible, turns_direction};
use crate::masking::length_of;
use crate::misplaced::not_in_code;
use crate::{InvalidValue, Path, reasons};

/// Longest name of a company, store, register or product, in characters.
pub(crate) const NAME_CHARS_MAX: usize = 200;
/// Longest description, reason or note, in characters.
pub(crate) const NOTE_CHARS_MAX: usize = 500;
/// Longest code of somebody else's (NSU, brand, protocol, unit), in characters.
pub(crate) const CODE_CHARS_MAX: usize = 80;
/// Longest pointer to a stored document, in characters.
pub(crate) const URI_CHARS_MAX: usize = 1_000;

/// Trims a text that must not be empty and checks its bounds.
pub(crate) fn required(field: impl Into<Path>, text: &str, chars_max: usize) -> Result<String, InvalidValue> {
    let field = field.into();
    let text = optional(field, text, chars_max)?;
    if shows_nothing(&text) {
        return Err(InvalidValue::new(reasons::FIELD_REQUIRED, "", "a text is required here").at(field));
    }
    Ok(text)
}

/// Whether there is nothing to see: what nobody sees is as good as nothing.
pub(crate) fn shows_nothing(text: &str) -> bool {
    text.chars().all(is_invisible)
}

/// Trims a text that may be empty and checks its bounds.
pub(crate) fn optional(field: impl Into<Path>, text: &str, chars_max: usize) -> Result<String, InvalidValue> {
    checked(field, text, chars_max).map(str::to_owned)
}

/// As [`optional`], of a text that many lines share, such as the name of what they sold.
pub(crate) fn shared(
    field: impl Into<Path>,
    text: &Arc<str>,
    chars_max: usize,
) -> Result<Arc<str>, InvalidValue> {
    let trimmed = checked(field, text, chars_max)?;
    if trimmed.len() == text.len() {
        return Ok(Arc::clone(text));
    }
    Ok(trimmed.into())
}

fn checked(field: impl Into<Path>, text: &str, chars_max: usize) -> Result<&str, InvalidValue> {
    let text = text.trim();
    // Plain text that is short in bytes is short in characters too, and most is.
    if text.len() <= chars_max && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        return Ok(text);
    }
    // NUL and its kin cannot be stored or shown; line breaks in a note can. What joins the parts of an emoji stays too.
    let is_control = |character: char| character.is_control() && !matches!(character, '\n' | '\r' | '\t');
    if text
        .chars()
        .any(|character| is_control(character) || turns_direction(character))
    {
        let rule = "control characters are refused, also those that turn the direction of writing";
        return Err(InvalidValue::new(reasons::TEXT_HAS_CONTROL, length_of(text), rule).at(field));
    }
    if text.chars().nth(chars_max).is_some() {
        let rule = format!("this field holds at most {chars_max} characters");
        return Err(InvalidValue::new(reasons::TEXT_TOO_LONG, length_of(text), rule).at(field));
    }
    Ok(text)
}

/// Checks a text that may be absent; an empty one counts as absent.
pub(crate) fn maybe(
    field: impl Into<Path>,
    text: Option<&String>,
    chars_max: usize,
) -> Result<Option<String>, InvalidValue> {
    let Some(text) = text else { return Ok(None) };
    Ok(Some(optional(field, text, chars_max)?).filter(|text| !text.is_empty()))
}

/// As [`maybe`], of a code.
pub(crate) fn maybe_code(
    field: impl Into<Path>,
    text: Option<&String>,
) -> Result<Option<String>, InvalidValue> {
    maybe(field, text, CODE_CHARS_MAX)
}

/// Refuses codes new to the log, each with its field in a part of the command: two that look the same are the same, and
/// none has a tax number in it.
pub(crate) fn check_new_codes<'c>(
    part: Path,
    codes: impl IntoIterator<Item = (&'static str, &'c Option<String>)>,
) -> Result<(), InvalidValue> {
    for (name, code) in codes {
        if let Some(code) = code {
            check_new_code(part.then(name), code)?;
        }
    }
    Ok(())
}

/// As [`check_new_codes`], of one.
pub(crate) fn check_new_code(field: impl Into<Path>, code: &str) -> Result<(), InvalidValue> {
    let field = field.into();
    if code.chars().any(is_invisible) {
        let rule = "a code has visible characters only";
        return Err(InvalidValue::new(reasons::TEXT_HAS_CONTROL, length_of(code), rule).at(field));
    }
    not_in_code(field, code)
}

/// Reads a type back from its text form, checking the text.
macro_rules! deserialize_from_text {
    ($name:ident) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl serde::de::Visitor<'_> for Text {
                    type Value = $name;

                    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        out.write_str(concat!("the text of a ", stringify!($name)))
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
    };
}
pub(crate) use deserialize_from_text;

/// Stores a type as what it displays, and checks the text when reading it back.
macro_rules! serde_as_text {
    ($($name:ident),+ $(,)?) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        $crate::text::deserialize_from_text!($name);
    )+};
}
pub(crate) use serde_as_text;

/// As [`serde_as_text`], for a type that is text already and so needs no formatting.
macro_rules! serde_as_str {
    ($($name:ident),+ $(,)?) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        $crate::text::deserialize_from_text!($name);
    )+};
}
pub(crate) use serde_as_str;
