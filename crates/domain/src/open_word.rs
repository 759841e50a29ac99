//! Open lists of snake-case words: known ones are constants, new ones keep coming.

/// Longest word of an open list, in characters.
pub(crate) const WORD_CHARS_MAX: usize = 40;

/// Declares an open list of snake-case words.
macro_rules! open_word {
    ($(#[$meta:meta])* $name:ident, $reason:literal, $rule:literal, { $($(#[$word_meta:meta])* $constant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(std::borrow::Cow<'static, str>);

        impl $name {
            $($(#[$word_meta])* pub const $constant: Self = Self(std::borrow::Cow::Borrowed($word));)+

            /// The word.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::InvalidValue;

            fn from_str(text: &str) -> Result<Self, $crate::InvalidValue> {
                // Known words need no allocation; they are nearly all there is.
                match text {
                    $($word => return Ok(Self::$constant),)+
                    _ => {}
                }
                let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
                if text.is_empty() || text.len() > $crate::open_word::WORD_CHARS_MAX || !text.bytes().all(is_word) {
                    return Err($crate::InvalidValue::new($reason, text, $rule));
                }
                Ok(Self(std::borrow::Cow::Owned(text.to_owned())))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(&self.0)
            }
        }
    };
}
pub(crate) use open_word;
