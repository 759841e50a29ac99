//! The names and numbers that address a log: what a stream is called, where an event stands.

use std::fmt;
use std::sync::Arc;

/// The most bytes of a stream name, event type, log name or claim; keeps index entries well below a page.
pub const NAME_BYTES_MAX: usize = 200;

/// A name that the log does not accept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {kind} {name:?} {problem}; use 1 to 200 bytes without white space or control characters")]
pub struct InvalidName {
    kind: &'static str,
    problem: &'static str,
    name: String,
}

fn check(kind: &'static str, text: &str) -> Result<(), InvalidName> {
    let problem = if text.is_empty() {
        "is empty"
    } else if text.len() > NAME_BYTES_MAX {
        "is longer than 200 bytes"
    } else if !text.bytes().all(|byte| byte.is_ascii_graphic())
        && text.chars().any(|c| c.is_control() || c.is_whitespace())
    {
        "holds white space or a control character"
    } else {
        return Ok(());
    };
    Err(InvalidName {
        kind,
        problem,
        name: text.chars().take(60).collect(),
    })
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks and wraps a name: 1 to 200 bytes, no white space, no control characters.
            ///
            /// # Errors
            /// [`InvalidName`] says what is wrong with it.
            pub fn parse(text: &str) -> Result<Self, InvalidName> {
                check($kind, text)?;
                Ok(Self(Arc::from(text)))
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &self.0)
            }
        }
    };
}

name!(
    /// The name of a log: one tenant's own history, with its own positions and its own audit chain.
    LogName,
    "log name"
);
name!(
    /// The name of a stream, `category-id`: the category is all before the first hyphen.
    StreamName,
    "stream name"
);
name!(
    /// The type of an event, such as `SaleRecorded`.
    EventType,
    "event type"
);
name!(
    /// A key that at most one stream of a log may hold, such as a receipt number.
    ClaimKey,
    "claim key"
);

impl StreamName {
    /// The stream `category-id`.
    ///
    /// # Errors
    /// [`InvalidName`] when the category is empty or holds a hyphen, or the whole is no valid name.
    pub fn new(category: &str, id: impl fmt::Display) -> Result<Self, InvalidName> {
        if category.is_empty() || category.contains('-') {
            return Err(InvalidName {
                kind: "stream category",
                problem: "is empty or holds a hyphen",
                name: category.to_owned(),
            });
        }
        Self::parse(&format!("{category}-{id}"))
    }

    /// All before the first hyphen, or the whole name where there is none.
    #[must_use]
    pub fn category(&self) -> &str {
        self.as_str()
            .split_once('-')
            .map_or(self.as_str(), |(category, _)| category)
    }

    /// All after the first hyphen; empty where there is none.
    #[must_use]
    pub fn id(&self) -> &str {
        self.as_str().split_once('-').map_or("", |(_, id)| id)
    }
}

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(u64);

        impl $name {
            /// Before the first.
            pub const START: Self = Self(0);

            /// Wraps a number; 0 means "before the first". It is told again as it came, whatever it is.
            #[must_use]
            pub const fn new(number: u64) -> Self {
                Self(number)
            }

            /// The number itself.
            #[must_use]
            pub const fn get(self) -> u64 {
                self.0
            }

            /// The number `count` further on.
            #[must_use]
            pub const fn plus(self, count: u64) -> Self {
                Self::new(self.0.saturating_add(count))
            }

            /// As PostgreSQL's `bigint` has it. What that cannot hold becomes its largest number: no log reaches either.
            pub(crate) const fn to_sql(self) -> i64 {
                if self.0 > i64::MAX.unsigned_abs() { i64::MAX } else { self.0.cast_signed() }
            }

            pub(crate) fn from_sql(number: i64) -> Self {
                Self(u64::try_from(number).unwrap_or(0))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number!(
    /// An event's place in its stream: 1, 2, 3 …, no gaps.
    Version
);
number!(
    /// An event's place in its log: 1, 2, 3 …, no gaps, in commit order.
    Position
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_splits_at_its_first_hyphen() {
        let stream = StreamName::new("stock", "centro-cafe").unwrap();
        assert_eq!(
            (stream.as_str(), stream.category(), stream.id()),
            ("stock-centro-cafe", "stock", "centro-cafe")
        );
        assert_eq!(StreamName::parse("plain").unwrap().category(), "plain");
    }

    #[test]
    fn numbers_beyond_a_bigint_are_told_as_they_came_and_asked_for_as_its_last() {
        for (number, sql) in [
            (0, 0),
            (7, 7),
            (i64::MAX.unsigned_abs(), i64::MAX),
            (1 << 63, i64::MAX),
            (u64::MAX, i64::MAX),
        ] {
            let position = Position::new(number);
            assert_eq!((position.get(), position.to_sql()), (number, sql));
            assert_eq!(position.to_string(), number.to_string());
        }
        assert!(Position::new(u64::MAX) > Position::from_sql(i64::MAX));
        assert_eq!(Position::new(u64::MAX).plus(1), Position::new(u64::MAX));
    }

    #[test]
    fn bad_names_are_refused_with_their_problem() {
        for (name, problem) in [
            ("", "empty"),
            ("a b", "white space"),
            ("a\u{0}", "control"),
            (&"x".repeat(201), "longer"),
        ] {
            let error = StreamName::parse(name).unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
        }
        assert!(StreamName::new("a-b", 1).is_err());
    }
}
