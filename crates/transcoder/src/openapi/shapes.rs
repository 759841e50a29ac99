//! The JSON forms of scalars and of the messages that protobuf writes in a form of their own.

use prost_reflect::{FieldDescriptor, Kind};
use serde_json::{Value, json};

/// The schema of one value of a scalar kind, with an example where pages would make up an absurd one; none for enums and messages.
pub(super) fn scalar(kind: &Kind) -> Option<Value> {
    let schema = match kind {
        Kind::Double => float("double"),
        Kind::Float => float("float"),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => json!({"type": "integer", "format": "int32"}),
        Kind::Uint32 | Kind::Fixed32 => unsigned_32(),
        // A JSON number is a double for most readers, which holds 53 bits.
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
            json!({"type": "string", "format": "int64", "pattern": "^-?[0-9]{1,19}$", "examples": ["1"]})
        }
        Kind::Uint64 | Kind::Fixed64 => {
            json!({"type": "string", "format": "uint64", "pattern": "^[0-9]{1,20}$", "examples": ["1"]})
        }
        Kind::Bool => json!({"type": "boolean"}),
        Kind::String => json!({"type": "string"}),
        Kind::Bytes => json!({"type": "string", "contentEncoding": "base64"}),
        Kind::Message(_) | Kind::Enum(_) => return None,
    };
    Some(schema)
}

fn unsigned_32() -> Value {
    json!({"type": "integer", "format": "uint32", "minimum": 0, "maximum": u32::MAX, "examples": [1]})
}

fn float(format: &str) -> Value {
    json!({"oneOf": [
        {"type": "number", "format": format},
        {"type": "string", "enum": ["NaN", "Infinity", "-Infinity"]},
    ]})
}

/// What the keys of a map look like, which JSON writes as strings; none when any text will do.
pub(super) fn map_key(key: &FieldDescriptor) -> Option<Value> {
    match key.kind() {
        Kind::Bool => Some(json!({"enum": ["true", "false"]})),
        Kind::String => None,
        Kind::Uint32 | Kind::Fixed32 | Kind::Uint64 | Kind::Fixed64 => Some(json!({"pattern": "^[0-9]+$"})),
        Kind::Int32
        | Kind::Sint32
        | Kind::Sfixed32
        | Kind::Int64
        | Kind::Sint64
        | Kind::Sfixed64
        | Kind::Double
        | Kind::Float
        | Kind::Bytes
        | Kind::Message(_)
        | Kind::Enum(_) => Some(json!({"pattern": "^-?[0-9]+$"})),
    }
}

/// The schema of a message of `google.protobuf` that has a JSON form of its own, by full name.
pub(super) fn well_known(full_name: &str) -> Option<Value> {
    let schema = match full_name.strip_prefix("google.protobuf.")? {
        "Timestamp" => json!({
            "type": "string",
            "format": "date-time",
            "description": "A point in time by RFC 3339, such as `2026-01-31T17:04:05.123Z`; at most 9 decimals of a second.",
        }),
        "Duration" => json!({
            "type": "string",
            "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$",
            "description": "A length of time in seconds, such as `1.5s`.",
        }),
        "FieldMask" => json!({
            "type": "string",
            "description": "Paths of fields in lowerCamelCase with commas between them, such as `name,owner.email`.",
        }),
        "Struct" => json!({
            "type": "object",
            "additionalProperties": true,
            "description": "Any JSON object.",
        }),
        "Value" => json!({"description": "Any JSON value."}),
        "ListValue" => json!({"type": "array", "items": {}, "description": "Any JSON array."}),
        "Any" => json!({
            "type": "object",
            "required": ["@type"],
            "properties": {"@type": {
                "type": "string",
                "description": "Which message it is, such as `type.googleapis.com/google.rpc.ErrorInfo`.",
            }},
            "additionalProperties": true,
            "description": "A message of any type, with its fields beside `@type`.",
        }),
        "Empty" => json!({
            "type": "object",
            "additionalProperties": false,
            "description": "Nothing: the empty object.",
        }),
        other => return wrapper(other),
    };
    Some(schema)
}

/// Wrappers stand for a scalar that may be `null`.
fn wrapper(name: &str) -> Option<Value> {
    let kind = match name {
        "DoubleValue" => Kind::Double,
        "FloatValue" => Kind::Float,
        "Int64Value" => Kind::Int64,
        "UInt64Value" => Kind::Uint64,
        "Int32Value" => Kind::Int32,
        "UInt32Value" => Kind::Uint32,
        "BoolValue" => Kind::Bool,
        "StringValue" => Kind::String,
        "BytesValue" => Kind::Bytes,
        _ => return None,
    };
    let mut schema = scalar(&kind)?;
    if let Some(alternatives) = schema.get_mut("oneOf").and_then(Value::as_array_mut) {
        alternatives.push(json!({"type": "null"}));
    } else if let Some(object) = schema.as_object_mut() {
        let plain = object.get("type").cloned().unwrap_or_default();
        object.insert("type".to_owned(), json!([plain, "null"]));
    }
    Some(schema)
}
