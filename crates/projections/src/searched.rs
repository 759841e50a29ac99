//! Texts as people find things by them.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// A text as it is looked for: without accents and in small letters.
#[must_use]
pub fn searched(text: &str) -> String {
    let small = text.to_lowercase();
    small
        .nfkd()
        .filter(|character| !is_combining_mark(*character))
        .collect()
}
