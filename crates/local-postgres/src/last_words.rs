//! What a program said before it failed, short enough for an error message.

use std::path::Path;

/// Enough of it to see the cause.
const OUTPUT_CHARS_MAX: usize = 2_000;

/// The end of a program's output, on one line.
pub(crate) fn last_words(text: &str) -> String {
    let line = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" | ");
    let skip = line.chars().count().saturating_sub(OUTPUT_CHARS_MAX);
    if line.is_empty() {
        "it said nothing".to_owned()
    } else {
        line.chars().skip(skip).collect()
    }
}

/// The end of what a program left in a file, on one line.
pub(crate) fn last_words_in(path: &Path) -> String {
    last_words(&String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()))
}
