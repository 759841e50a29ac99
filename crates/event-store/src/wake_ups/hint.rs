//! What is said when a log has grown.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{LogName, Position, Traceparent};

/// The most bytes of a hint as text; a message of a queue may have more.
const HINT_BYTES_MAX: usize = 16 * 1_024;
/// The most categories that a hint names. A log with more says nothing of them.
const CATEGORIES_MAX: usize = 64;

/// A log has grown, or so somebody says: never more than a reason to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Which log.
    pub log: LogName,
    /// How far it is said to go.
    pub position: Position,
    /// The categories of the streams that were written to; empty where that is not known.
    pub categories: BTreeSet<String>,
    /// The W3C trace context of the last append.
    pub traceparent: Option<Traceparent>,
}

/// A hint as it travels.
#[derive(Deserialize, Serialize)]
struct HintJson {
    log: String,
    position: u64,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    categories: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
}

/// A text that is no hint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no hint: {problem}")]
pub struct NoHint {
    problem: String,
}

impl Hint {
    /// That a log goes to a position, and no more.
    #[must_use]
    pub const fn of(log: LogName, position: Position) -> Self {
        Self {
            log,
            position,
            categories: BTreeSet::new(),
            traceparent: None,
        }
    }

    /// Reads what [`Hint::to_json`] wrote. Members that are not known are passed over: another build may have sent it.
    ///
    /// # Errors
    /// [`NoHint`].
    pub fn from_json(text: &str) -> Result<Self, NoHint> {
        let problem = |problem: String| NoHint { problem };
        if text.len() > HINT_BYTES_MAX {
            return Err(problem(format!("it has {} bytes", text.len())));
        }
        let json: HintJson = serde_json::from_str(text).map_err(|error| problem(error.to_string()))?;
        Ok(Self {
            log: LogName::parse(&json.log).map_err(|error| problem(error.to_string()))?,
            position: Position::new(json.position),
            categories: json.categories,
            traceparent: json.traceparent.as_deref().and_then(Traceparent::parse),
        })
    }

    /// The hint as the body of a message: `{"log":"main","position":42,"categories":["sale"],"traceparent":"00-…"}`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let json = HintJson {
            log: self.log.to_string(),
            position: self.position.get(),
            categories: self.categories.clone(),
            traceparent: self
                .traceparent
                .as_ref()
                .map(|traceparent| traceparent.as_str().to_owned()),
        };
        // Texts and numbers always have a JSON form.
        serde_json::to_string(&json).unwrap_or_default()
    }

    /// Takes up what a later append of the same log says.
    pub(crate) fn merge(&mut self, later: Self) {
        self.position = self.position.max(later.position);
        // To know only a part would be to say something wrong.
        if self.categories.is_empty() || later.categories.is_empty() {
            self.categories.clear();
        } else {
            self.categories.extend(later.categories);
        }
        self.traceparent = later.traceparent.or(self.traceparent.take());
        self.bound();
    }

    /// Leaves out what is too much for a message.
    pub(crate) fn bound(&mut self) {
        if self.categories.len() > CATEGORIES_MAX {
            self.categories.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(position: u64, categories: &[&str]) -> Hint {
        Hint {
            categories: categories.iter().map(|&name| name.to_owned()).collect(),
            ..Hint::of(LogName::parse("main").unwrap(), Position::new(position))
        }
    }

    #[test]
    fn a_hint_comes_back_as_it_went() {
        let mut full = hint(42, &["sale", "stock"]);
        full.traceparent = Traceparent::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        for hint in [hint(0, &[]), full] {
            assert_eq!(Hint::from_json(&hint.to_json()), Ok(hint));
        }
        assert_eq!(hint(7, &[]).to_json(), r#"{"log":"main","position":7}"#);
        let newer = r#"{"log":"main","position":7,"since":"2027"}"#;
        assert_eq!(Hint::from_json(newer), Ok(hint(7, &[])));
    }

    #[test]
    fn what_is_no_hint_is_refused() {
        let long = format!(
            r#"{{"log":"main","position":7,"x":"{}"}}"#,
            "x".repeat(HINT_BYTES_MAX)
        );
        for text in [
            "",
            "{}",
            "[]",
            "null",
            "main:7",
            r#"{"log":"main"}"#,
            r#"{"log":"main","position":-1}"#,
            r#"{"log":"main","position":1e30}"#,
            r#"{"log":"main","position":"7"}"#,
            r#"{"log":"","position":7}"#,
            r#"{"log":"a b","position":7}"#,
            r#"{"Records":[{"eventName":"ObjectCreated:Put"}]}"#,
            &long,
        ] {
            assert!(Hint::from_json(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_later_one_is_taken_up() {
        let mut first = hint(5, &["sale"]);
        first.merge(hint(9, &["stock"]));
        assert_eq!(first, hint(9, &["sale", "stock"]));
        first.merge(hint(7, &[]));
        assert_eq!(first, hint(9, &[]));
        let many: Vec<String> = (0..=CATEGORIES_MAX).map(|number| format!("c{number}")).collect();
        let mut many = hint(1, &many.iter().map(String::as_str).collect::<Vec<_>>());
        many.bound();
        assert_eq!(many, hint(1, &[]));
    }
}
