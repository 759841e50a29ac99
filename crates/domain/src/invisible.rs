//! Characters that nobody sees, or that turn the order in which others are shown.
//!
//! Two codes that differ by one of them look the same on every screen and receipt, and a text with one that turns the
//! direction reads as another text.

/// Ranges of characters that show nothing, in their order.
///
/// # Source
/// Unicode 16: general category `Cf` (format), property `Default_Ignorable_Code_Point`, and the blank symbols U+2800,
/// U+1D159 and U+16FE4.
const INVISIBLE: [(char, char); 33] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{16fe4}', '\u{16fe4}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d159}', '\u{1d159}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
    // Private use: each font shows something else, most show nothing.
    ('\u{e000}', '\u{f8ff}'),
    ('\u{f0000}', '\u{ffffd}'),
    ('\u{100000}', '\u{10fffd}'),
    // No characters at all, in any version to come.
    ('\u{fdd0}', '\u{fdef}'),
    ('\u{fffe}', '\u{ffff}'),
];

/// Whether a character shows nothing of itself: it has no place in a code.
#[must_use]
pub fn is_invisible(character: char) -> bool {
    !character.is_ascii()
        && INVISIBLE
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&character))
}

/// Whether a character turns the order in which others are shown: it has no place in any text.
///
/// # Source
/// Unicode 16: property `Bidi_Control`.
#[must_use]
pub fn turns_direction(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_nothing_is_known_by_its_class() {
        for invisible in [
            '\u{ad}',
            '\u{200b}',
            '\u{200d}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{2800}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{115f}',
            '\u{e0041}',
            '\u{e0100}',
            '\u{1d173}',
            '\u{e000}',
        ] {
            assert!(is_invisible(invisible), "{invisible:?}");
        }
        for visible in [
            'a', '~', 'ç', 'Ω', '漢', 'ㄱ', '·', '°', '½', '🍎', 'م', 'ש', '\u{301}',
        ] {
            assert!(!is_invisible(visible) && !turns_direction(visible), "{visible:?}");
        }
        for character in '\0'..=char::MAX {
            assert!(
                !turns_direction(character) || is_invisible(character),
                "{character:?}"
            );
        }
    }
}
