//! The content of an event, by its paths.

use posars_domain::Path;
use serde_json::Value;

/// Puts a value in the place of what is there.
pub(super) fn put(content: &mut Value, path: &Path, value: Value) {
    let mut place = content;
    for step in path.steps() {
        let Some(field) = place.get_mut(step.name) else {
            return;
        };
        let entry = match step.index {
            Some(index) => field.get_mut(index),
            None => Some(field),
        };
        let Some(entry) = entry else { return };
        place = entry;
    }
    *place = value;
}

/// Each single value with its path, in the order of the names.
pub(super) fn leaves<'a>(path: &str, value: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let dot = if path.is_empty() { "" } else { "." };
                leaves(&format!("{path}{dot}{name}"), value, found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                leaves(&format!("{path}[{index}]"), value, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            found.push((path.to_owned(), value));
        }
    }
}

/// A value as people read it: a text as it is, anything else as JSON.
pub(super) fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_put_where_its_path_leads() {
        let mut content = json!({"salary": {"sealed": "x"}, "lines": [{"amounts": 1}, {"amounts": 2}]});
        put(&mut content, &Path::field("salary"), json!(5));
        put(&mut content, &Path::line(1, "amounts"), Value::Null);
        put(&mut content, &Path::line(7, "amounts"), json!(9));
        put(&mut content, &Path::field("nothing"), json!(9));
        let expected = json!({"salary": 5, "lines": [{"amounts": 1}, {"amounts": null}]});
        assert_eq!(content, expected);
    }

    #[test]
    fn every_single_value_is_a_leaf() {
        let content = json!({"a": {"b": [1, {"c": "x"}]}, "d": null});
        let mut found = Vec::new();
        leaves("", &content, &mut found);
        let found: Vec<_> = found
            .iter()
            .map(|(path, value)| (path.as_str(), text_of(value)))
            .collect();
        let expected = [("a.b[0]", "1"), ("a.b[1].c", "x"), ("d", "null")];
        assert_eq!(found, expected.map(|(path, text)| (path, text.to_owned())));
    }
}
