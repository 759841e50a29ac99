//! The fingerprint of a command: equal for equal content, whatever the transport, the build or the year.

use std::io::Write as _;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::CommandError;
use crate::error::from_append;

/// SHA-256 over the command's name and its canonical JSON: keys sorted, and what is absent or empty left out, so
/// that a later build whose command has one more optional field still knows an old request again.
pub(crate) fn fingerprint(name: &str, command: &impl Serialize) -> Result<[u8; 32], CommandError> {
    let value = serde_json::to_value(command).map_err(|error| {
        from_append(&posars_event_store::AppendError::Invalid(format!(
            "{name} has no JSON form: {error}"
        )))
    })?;
    let mut hash = Sha256::new();
    hash.update(name.as_bytes());
    hash.update(b"\n");
    absorb(&value, &mut hash);
    Ok(hash.finalize().into())
}

fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_absent),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn absorb(value: &Value, hash: &mut Sha256) {
    match value {
        Value::Array(items) => {
            hash.update(b"[");
            for item in items {
                absorb(item, hash);
                hash.update(b",");
            }
            hash.update(b"]");
        }
        Value::Object(fields) => {
            let mut present: Vec<_> = fields.iter().filter(|(_, value)| !is_absent(value)).collect();
            present.sort_unstable_by_key(|(key, _)| *key);
            hash.update(b"{");
            for (key, value) in present {
                // Through serde_json, so that quotes inside stay apart from quotes around.
                absorb(&Value::String(key.clone()), hash);
                hash.update(b":");
                absorb(value, hash);
                hash.update(b",");
            }
            hash.update(b"}");
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            // Writing to a hash cannot fail.
            let _ = write!(hash, "{value}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
