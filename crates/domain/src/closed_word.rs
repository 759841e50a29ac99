//! Closed lists of snake-case words.

/// Declares a closed list of snake-case words: the enum, its words, and how it is read and written as text.
macro_rules! closed_word {
    ($(#[$meta:meta])* $name:ident, $reason:expr, $rule:literal, { $($(#[$word_meta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$word_meta])* $variant),+
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that stands for it in events and requests.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::InvalidValue;

            fn from_str(text: &str) -> Result<Self, $crate::InvalidValue> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::InvalidValue::new($reason, text, $rule)),
                }
            }
        }

        $crate::text::serde_as_text!($name);
    };
}
pub(crate) use closed_word;
