//! Percent escapes of paths and queries, strictly: what is malformed is refused, never passed through.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Why an escaped text cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadEscape {
    /// A `%` without two hexadecimal digits behind it.
    Malformed,
    /// The bytes are not UTF-8.
    NotUtf8,
}

/// Undoes every escape of one path segment.
pub(crate) fn decode(text: &str) -> Result<Cow<'_, str>, BadEscape> {
    decode_with(text, Plus::Itself, Slash::Decoded)
}

/// As [`decode`], but an escaped slash stays escaped: the value of a variable of several segments keeps its shape.
pub(crate) fn decode_but_slash(text: &str) -> Result<Cow<'_, str>, BadEscape> {
    decode_with(text, Plus::Itself, Slash::Kept)
}

/// As [`decode`], and `+` is a space, as forms write it.
pub(crate) fn decode_query(text: &str) -> Result<Cow<'_, str>, BadEscape> {
    decode_with(text, Plus::Space, Slash::Decoded)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Plus {
    Itself,
    Space,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Slash {
    Decoded,
    Kept,
}

fn decode_with(text: &str, plus: Plus, slash: Slash) -> Result<Cow<'_, str>, BadEscape> {
    let needs_work = text
        .bytes()
        .any(|byte| byte == b'%' || (byte == b'+' && plus == Plus::Space));
    if !needs_work {
        return Ok(Cow::Borrowed(text));
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let (high, low) = (bytes.next(), bytes.next());
                let value = hex_pair(high, low).ok_or(BadEscape::Malformed)?;
                if value == b'/' && slash == Slash::Kept {
                    decoded.push(b'%');
                    decoded.extend(high);
                    decoded.extend(low);
                } else {
                    decoded.push(value);
                }
            }
            b'+' if plus == Plus::Space => decoded.push(b' '),
            other => decoded.push(other),
        }
    }
    String::from_utf8(decoded)
        .map(Cow::Owned)
        .map_err(|_not_utf8| BadEscape::NotUtf8)
}

fn hex_pair(high: Option<u8>, low: Option<u8>) -> Option<u8> {
    let digit = |byte: Option<u8>| {
        let value = char::from(byte?).to_digit(16)?;
        u8::try_from(value).ok()
    };
    Some(digit(high)? << 4 | digit(low)?)
}

/// Whether every escape of a whole path is well formed and every segment UTF-8; nothing is allocated where there is none.
pub(crate) fn check(path: &str) -> Result<(), BadEscape> {
    if !path.contains('%') {
        return Ok(());
    }
    path.split('/')
        .try_for_each(|segment| decode(segment).map(|_text| ()))
}

/// Escapes what may not stand in a path segment.
pub(crate) fn encode(text: &str) -> Cow<'_, str> {
    let stays = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()+,;@".contains(&byte);
    if text.bytes().all(stays) {
        return Cow::Borrowed(text);
    }
    let mut encoded = String::with_capacity(text.len() + 8);
    for byte in text.bytes() {
        if stays(byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing into a string cannot fail.
            let _written = write!(encoded, "%{byte:02X}");
        }
    }
    Cow::Owned(encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undoes_escapes_by_place() {
        assert_eq!(decode("a%2Fb%20c+d").as_deref(), Ok("a/b c+d"));
        assert_eq!(decode_but_slash("a%2fb%20c").as_deref(), Ok("a%2fb c"));
        assert_eq!(decode_query("a+b%2B").as_deref(), Ok("a b+"));
        assert_eq!(decode("%C3%A9").as_deref(), Ok("é"));
    }

    #[test]
    fn refuses_what_is_malformed() {
        for text in ["%", "%2", "%zz", "a%2", "%+1", "%é"] {
            assert_eq!(decode(text), Err(BadEscape::Malformed), "{text}");
        }
        assert_eq!(decode("%ff"), Err(BadEscape::NotUtf8));
        assert_eq!(check("/a/%C3/%A9"), Err(BadEscape::NotUtf8));
        assert_eq!(check("/a/%C3%A9"), Ok(()));
    }

    #[test]
    fn writes_what_it_reads() {
        assert_eq!(encode("a b/é:"), "a%20b%2F%C3%A9%3A");
        assert_eq!(decode(&encode("100% +")).as_deref(), Ok("100% +"));
    }
}
