//! Texts as a reader takes them: a digit is a digit in whatever script it is written.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

/// The zero of every script whose digits have no plain form of their own in Unicode; the other nine follow it.
///
/// # Source
/// Unicode 14: general category `Nd` without a compatibility decomposition.
#[rustfmt::skip]
const ZEROS: [char; 58] = [
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}',
    '\u{c66}', '\u{ce6}', '\u{d66}', '\u{de6}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{1090}',
    '\u{17e0}', '\u{1810}', '\u{1946}', '\u{19d0}', '\u{1a80}', '\u{1a90}', '\u{1b50}', '\u{1bb0}',
    '\u{1c40}', '\u{1c50}', '\u{a620}', '\u{a8d0}', '\u{a900}', '\u{a9d0}', '\u{a9f0}', '\u{aa50}',
    '\u{abf0}', '\u{104a0}', '\u{10d30}', '\u{11066}', '\u{110f0}', '\u{11136}', '\u{111d0}', '\u{112f0}',
    '\u{11450}', '\u{114d0}', '\u{11650}', '\u{116c0}', '\u{11730}', '\u{118e0}', '\u{11950}', '\u{11c50}',
    '\u{11d50}', '\u{11da0}', '\u{16a60}', '\u{16ac0}', '\u{16b50}', '\u{1e140}', '\u{1e2f0}', '\u{1e950}',
];

/// The text with compatibility forms, such as full-width letters, and the digits of all scripts as plain ones.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.nfkc().map(plain_digit).collect())
}

fn plain_digit(character: char) -> char {
    if character.is_ascii() {
        return character;
    }
    let digit = ZEROS.iter().find_map(|zero| {
        let value = u32::from(character).checked_sub(u32::from(*zero))?;
        char::from_digit(value, 10)
    });
    digit.unwrap_or(character)
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn digits_of_all_scripts_are_plain_ones() {
        for (text, expected) in [
            ("café 12", "café 12"),
            ("０１２３４５６７８９", "0123456789"),
            ("٠١٢٣٤٥٦٧٨٩", "0123456789"),
            ("०१२३४५६७८९", "0123456789"),
            ("𝟓²⑦ ＡＢ", "527 AB"),
            ("漢½", "漢1\u{2044}2"),
        ] {
            assert_eq!(plain(text), expected);
        }
    }
}
