//! Turning a name that people typed into an id.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters of the mark that tells two long names with one beginning apart.
const MARK_CHARS: usize = 12;

/// Normalises a name: accents dropped, lower case, runs of anything but `a-z 0-9 .` become one `_`.
///
/// A name longer than the limit is cut and ends in a mark made from the whole name, so two long names with
/// the same beginning stay two ids. The result is empty when no usable character is left.
pub(crate) fn normalise(name: &str, chars_max: usize) -> String {
    let mut id = String::new();
    for character in name.nfkd().filter(|character| !is_combining_mark(*character)) {
        for lower in character.to_lowercase() {
            if lower.is_ascii_alphanumeric() || lower == '.' {
                id.push(lower);
            } else if !id.ends_with('_') {
                id.push('_');
            }
        }
    }
    let id = id.trim_matches(['_', '.']);
    if id.len() <= chars_max {
        return id.to_owned();
    }
    // Only ASCII is left, so a byte is a character.
    let mark = fnv1a(id) >> (64 - 4 * MARK_CHARS);
    let kept = id
        .get(..chars_max.saturating_sub(MARK_CHARS + 1))
        .unwrap_or_default();
    format!("{kept}_{mark:012x}")
}

/// The 64-bit FNV-1a hash: short, stable for ever, and enough to tell names apart.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
