//! The fingerprint of a command: equal for equal content, whatever the transport, the build or the year.

use std::borrow::Cow;

use posars_domain::Command;
use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::CommandError;
use crate::error::from_append;

/// SHA-256 over the command's name and its canonical JSON: keys sorted, and what is absent or empty left out, so
/// that a later build whose command has one more optional field still knows an old request again.
pub(crate) fn fingerprint(name: &str, command: &impl Serialize) -> Result<[u8; 32], CommandError> {
    let formless = |problem: &dyn std::fmt::Display| {
        from_append(&posars_event_store::AppendError::Invalid(format!(
            "{name} has no JSON form: {problem}"
        )))
    };
    let json = serde_json::to_vec(command).map_err(|error| formless(&error))?;
    let canonical = canonical(&json).ok_or_else(|| formless(&"it does not read back"))?;
    let mut hash = Sha256::new();
    hash.update(name.as_bytes());
    hash.update(b"\n");
    hash.update(&canonical);
    Ok(hash.finalize().into())
}

/// The content of a command, as its fingerprint covers it.
pub(crate) enum Content<'a, T: ?Sized> {
    /// Under the command's name, as the only field of an object.
    Tagged(&'static str, &'a T),
    /// By itself.
    Plain(&'a T),
}

impl<'a, T: ?Sized> Content<'a, T> {
    /// As commands of this kind have it.
    pub(crate) const fn of<C: Command>(content: &'a T) -> Self {
        if C::FINGERPRINT_IS_TAGGED {
            Self::Tagged(C::NAME, content)
        } else {
            Self::Plain(content)
        }
    }
}

impl<T: Serialize + ?Sized> Serialize for Content<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Tagged(name, content) => serializer.serialize_newtype_variant("Command", 0, name, content),
            Self::Plain(content) => content.serialize(serializer),
        }
    }
}

/// The canonical form of compact JSON, made from its text: a tree of values would cost ten times as much, once for
/// every command. `None` for what is no JSON.
fn canonical(json: &[u8]) -> Option<Vec<u8>> {
    let mut canonical = Vec::with_capacity(json.len() + json.len() / 8);
    let mut text = JsonText { rest: json };
    text.absorb(&mut canonical)?;
    text.rest.is_empty().then_some(canonical)
}

/// Compact JSON, as far as it has not been read.
struct JsonText<'a> {
    rest: &'a [u8],
}

impl<'a> JsonText<'a> {
    /// Appends the canonical form of the next value and says whether the value counts as absent.
    fn absorb(&mut self, out: &mut Vec<u8>) -> Option<bool> {
        match self.rest.first()? {
            b'{' => self.absorb_object(out),
            b'[' => self.absorb_array(out),
            b'"' => {
                out.extend_from_slice(self.string()?);
                Some(false)
            }
            _ => {
                let ends = |byte: &u8| matches!(byte, b',' | b']' | b'}');
                let length = self.rest.iter().position(ends).unwrap_or(self.rest.len());
                let word = self.take(length)?;
                out.extend_from_slice(word);
                (!word.is_empty()).then_some(word == b"null")
            }
        }
    }

    fn absorb_array(&mut self, out: &mut Vec<u8>) -> Option<bool> {
        self.take(1)?;
        out.push(b'[');
        let is_absent = self.rest.first()? == &b']';
        while self.rest.first()? != &b']' {
            self.absorb(out)?;
            out.push(b',');
            self.comma();
        }
        self.take(1)?;
        out.push(b']');
        Some(is_absent)
    }

    fn absorb_object(&mut self, out: &mut Vec<u8>) -> Option<bool> {
        self.take(1)?;
        out.push(b'{');
        let start = out.len();
        let mut fields: Vec<(Cow<'a, [u8]>, usize)> = Vec::with_capacity(24);
        while self.rest.first()? != &b'}' {
            let (key, field) = (self.string()?, out.len());
            out.extend_from_slice(key);
            out.extend_from_slice(self.take(1)?);
            if self.absorb(out)? {
                out.truncate(field);
            } else {
                out.push(b',');
                fields.push((unescaped(key)?, field - start));
            }
            self.comma();
        }
        self.take(1)?;
        sort_fields(out, start, &fields)?;
        out.push(b'}');
        Some(fields.is_empty())
    }

    /// A string with its quotes.
    fn string(&mut self) -> Option<&'a [u8]> {
        let mut length = 1;
        loop {
            match self.rest.get(length)? {
                b'"' => return self.take(length + 1),
                b'\\' => length += 2,
                _ => length += 1,
            }
        }
    }

    fn comma(&mut self) {
        self.rest = self.rest.strip_prefix(b",").unwrap_or(self.rest);
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }
}

/// What a quoted key stands for: keys are sorted by that.
fn unescaped(key: &[u8]) -> Option<Cow<'_, [u8]>> {
    if key.contains(&b'\\') {
        let key: String = serde_json::from_slice(key).ok()?;
        return Some(Cow::Owned(key.into_bytes()));
    }
    Some(Cow::Borrowed(key.get(1..key.len().checked_sub(1)?)?))
}

/// Brings the fields behind `start` into the order of their keys; each is its key and where it begins behind `start`.
fn sort_fields(out: &mut Vec<u8>, start: usize, fields: &[(Cow<'_, [u8]>, usize)]) -> Option<()> {
    if fields.is_sorted_by(|one, next| one.0 <= next.0) {
        return Some(());
    }
    let unsorted = out.split_off(start);
    let ends = fields
        .iter()
        .skip(1)
        .map(|(_, begin)| *begin)
        .chain([unsorted.len()]);
    let mut sorted: Vec<_> = fields.iter().zip(ends).collect();
    sorted.sort_by(|(one, _), (other, _)| one.0.cmp(&other.0));
    for ((_, begin), end) in sorted {
        out.extend_from_slice(unsorted.get(*begin..end)?);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    /// The definition: what every fingerprint in a log was made by.
    fn is_absent(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.values().all(is_absent),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
    }

    fn absorb(value: &Value, out: &mut Vec<u8>) {
        match value {
            Value::Array(items) => {
                out.push(b'[');
                for item in items {
                    absorb(item, out);
                    out.push(b',');
                }
                out.push(b']');
            }
            Value::Object(fields) => {
                let mut present: Vec<_> = fields.iter().filter(|(_, value)| !is_absent(value)).collect();
                present.sort_unstable_by_key(|(key, _)| *key);
                out.push(b'{');
                for (key, value) in present {
                    absorb(&Value::String(key.clone()), out);
                    out.push(b':');
                    absorb(value, out);
                    out.push(b',');
                }
                out.push(b'}');
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                write!(out, "{value}").unwrap();
            }
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let text = "[ -~é\n]{0,6}";
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            text.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::hash_map(text, inner, 0..6)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    /// Fields in an order that no map would give them.
    struct Backwards<'a>(&'a Value);

    impl Serialize for Backwards<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self.0 {
                Value::Object(fields) => {
                    serializer.collect_map(fields.iter().rev().map(|(key, value)| (key, Backwards(value))))
                }
                Value::Array(items) => serializer.collect_seq(items.iter().map(Backwards)),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                    self.0.serialize(serializer)
                }
            }
        }
    }

    proptest! {
        #[test]
        fn the_text_gives_what_the_tree_gives(value in any_json()) {
            let mut expected = Vec::new();
            absorb(&value, &mut expected);
            for json in [serde_json::to_vec(&value).unwrap(), serde_json::to_vec(&Backwards(&value)).unwrap()] {
                prop_assert_eq!(canonical(&json), Some(expected.clone()));
            }
        }

        #[test]
        fn no_bytes_are_too_much(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = canonical(&bytes);
        }
    }

    #[test]
    fn equal_content_has_an_equal_fingerprint() {
        let one = fingerprint("Do", &json!({"a": 1, "b": [], "c": null, "d": {"x": "y"}})).unwrap();
        let two = fingerprint("Do", &json!({"d": {"x": "y", "z": null}, "a": 1})).unwrap();
        assert_eq!(one, two, "order and absent fields do not count");
        for other in [
            json!({"a": 2, "d": {"x": "y"}}),
            json!({"a": 1, "d": {"x": "y,"}}),
            json!({"a": 1}),
        ] {
            assert_ne!(fingerprint("Do", &other).unwrap(), one);
        }
        assert_ne!(
            fingerprint("Undo", &json!({"a": 1, "d": {"x": "y"}})).unwrap(),
            one
        );
        let (list, nested) = (json!({"l": ["a", "b"]}), json!({"l": [["a"], "b"]}));
        assert_ne!(
            fingerprint("Do", &list).unwrap(),
            fingerprint("Do", &nested).unwrap()
        );
    }
}
