//! The schemas of messages and enums, each once and under its full name.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{
    DescriptorPool, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor, OneofDescriptor,
};
use serde_json::{Value, json};

use super::behavior::{behaviors, is_deprecated, is_required};
use super::comments::Comments;
use super::{Object, shapes};

/// Full name of the message that every error is.
pub(super) const STATUS: &str = "google.rpc.Status";

/// What a message becomes in a body that does not hold all of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Variant {
    /// Fields that stand elsewhere: paths of proto names with dots.
    pub(super) omitted: BTreeSet<String>,
    /// Whether no field is required, as in the body of a PATCH: what it leaves out stays as it is.
    pub(super) is_partial: bool,
}

impl Variant {
    /// The variant of the message in this field.
    pub(super) fn of_field(&self, field: &FieldDescriptor) -> Self {
        let beginning = format!("{}.", field.name());
        let inside = self
            .omitted
            .iter()
            .filter_map(|path| path.strip_prefix(&beginning));
        Self {
            omitted: inside.map(str::to_owned).collect(),
            is_partial: false,
        }
    }

    /// Names in protos hold no hyphen, so no other schema is called so.
    fn name(&self, message: &MessageDescriptor) -> String {
        let mut name = message.full_name().to_owned();
        if self.is_partial {
            name.push_str("-patch");
        }
        if !self.omitted.is_empty() {
            let omitted: Vec<&str> = self.omitted.iter().map(String::as_str).collect();
            name.push_str("-without-");
            name.push_str(&omitted.join("-"));
        }
        name
    }
}

/// The schemas that the document refers to.
pub(super) struct Schemas<'c> {
    comments: &'c Comments,
    schemas: BTreeMap<String, Value>,
}

impl<'c> Schemas<'c> {
    pub(super) fn new(comments: &'c Comments) -> Self {
        Self {
            comments,
            schemas: BTreeMap::new(),
        }
    }

    pub(super) fn into_value(self) -> Value {
        json!(self.schemas)
    }

    /// A reference to the schema of a message, which is written if it is the first.
    pub(super) fn message(&mut self, message: &MessageDescriptor, variant: &Variant) -> Value {
        if let Some(schema) = shapes::well_known(message.full_name()) {
            let name = message.full_name().to_owned();
            self.schemas.entry(name).or_insert(schema);
            return reference(message.full_name());
        }
        let name = variant.name(message);
        if !self.schemas.contains_key(&name) {
            // Stands in while the fields are written: a message may hold itself.
            self.schemas.insert(name.clone(), Value::Null);
            let schema = self.object(message, variant);
            self.schemas.insert(name.clone(), schema);
        }
        reference(&name)
    }

    fn object(&mut self, message: &MessageDescriptor, variant: &Variant) -> Value {
        let mut properties = Object::new();
        let mut required = Vec::new();
        for field in in_body(message, variant) {
            properties.insert(field.json_name().to_owned(), self.field(&field, variant));
            if is_required(&field) && !variant.is_partial {
                required.push(field.json_name().to_owned());
            }
        }
        let mut schema = Object::new();
        schema.insert("type".to_owned(), json!("object"));
        schema.insert("properties".to_owned(), Value::Object(properties));
        if let Some(text) = self.comments.message(message) {
            schema.insert("description".to_owned(), json!(text));
        }
        if !required.is_empty() {
            schema.insert("required".to_owned(), json!(required));
        }
        if is_deprecated(&message.options()) {
            schema.insert("deprecated".to_owned(), json!(true));
        }
        let choices = self.choices(message, variant);
        if !choices.is_empty() {
            schema.insert("allOf".to_owned(), Value::Array(choices));
        }
        Value::Object(schema)
    }

    /// For each oneof: exactly one of its fields, or none.
    fn choices(&self, message: &MessageDescriptor, variant: &Variant) -> Vec<Value> {
        let mut choices = Vec::new();
        for oneof in real_oneofs(message) {
            let fields: Vec<FieldDescriptor> = oneof
                .fields()
                .filter(|field| !variant.omitted.contains(field.name()))
                .collect();
            // One of one is no choice.
            if fields.len() < 2 {
                continue;
            }
            let with = |field: &FieldDescriptor| json!({"title": field.json_name(), "required": [field.json_name()]});
            let absent = |field: &FieldDescriptor| (field.json_name().to_owned(), json!(false));
            let mut alternatives: Vec<Value> = fields.iter().map(with).collect();
            let absent: Object = fields.iter().map(absent).collect();
            alternatives.push(json!({"title": "none of them", "properties": absent}));
            let mut choice = Object::new();
            choice.insert("oneOf".to_owned(), Value::Array(alternatives));
            let about = self.comments.oneof(&oneof).unwrap_or("At most one of these.");
            choice.insert("description".to_owned(), json!(about));
            choices.push(Value::Object(choice));
        }
        choices
    }

    /// The schema of a field as a whole: a list or map of values, or one value.
    pub(super) fn field(&mut self, field: &FieldDescriptor, variant: &Variant) -> Value {
        let mut schema = self.values(field, variant);
        let Some(object) = schema.as_object_mut() else {
            return schema;
        };
        if let Some(text) = self.field_text(field) {
            object.insert("description".to_owned(), json!(text));
        }
        for behavior in behaviors(field) {
            match behavior.as_str() {
                "OUTPUT_ONLY" => object.insert("readOnly".to_owned(), json!(true)),
                "INPUT_ONLY" => object.insert("writeOnly".to_owned(), json!(true)),
                _ => None,
            };
        }
        if is_deprecated(&field.options()) {
            object.insert("deprecated".to_owned(), json!(true));
        }
        schema
    }

    /// What a field is for, with what its oneof and its behaviour add.
    pub(super) fn field_text(&self, field: &FieldDescriptor) -> Option<String> {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(self.comments.field(field).map(str::to_owned));
        let oneof = field.containing_oneof().filter(|oneof| !oneof.is_synthetic());
        if let Some(oneof) = oneof.filter(|oneof| oneof.fields().len() > 1) {
            let names: Vec<String> = oneof
                .fields()
                .map(|field| format!("`{}`", field.json_name()))
                .collect();
            parts.push(format!("At most one of {}.", names.join(", ")));
        }
        if behaviors(field).iter().any(|behavior| behavior == "IMMUTABLE") {
            parts.push("Cannot be changed once it is set.".to_owned());
        }
        (!parts.is_empty()).then(|| parts.join("\n\n"))
    }

    fn values(&mut self, field: &FieldDescriptor, variant: &Variant) -> Value {
        if field.is_map() {
            return self.map(field);
        }
        let value = self.value(&field.kind(), &variant.of_field(field));
        if field.is_list() {
            return json!({"type": "array", "items": value});
        }
        value
    }

    fn map(&mut self, field: &FieldDescriptor) -> Value {
        let kind = field.kind();
        let Some(entry) = kind.as_message() else {
            return json!({"type": "object"});
        };
        let value = self.value(&entry.map_entry_value_field().kind(), &Variant::default());
        let mut schema = Object::new();
        schema.insert("type".to_owned(), json!("object"));
        schema.insert("additionalProperties".to_owned(), value);
        if let Some(key) = shapes::map_key(&entry.map_entry_key_field()) {
            schema.insert("propertyNames".to_owned(), key);
        }
        Value::Object(schema)
    }

    /// The schema of one value of this kind.
    pub(super) fn value(&mut self, kind: &Kind, variant: &Variant) -> Value {
        if let Some(message) = kind.as_message() {
            return self.message(message, variant);
        }
        if let Some(enumeration) = kind.as_enum() {
            return self.enumeration(enumeration);
        }
        shapes::scalar(kind).unwrap_or_default()
    }

    fn enumeration(&mut self, enumeration: &EnumDescriptor) -> Value {
        let name = enumeration.full_name();
        if name == "google.protobuf.NullValue" {
            return json!({"type": "null"});
        }
        if !self.schemas.contains_key(name) {
            let names: Vec<String> = enumeration
                .values()
                .map(|value| value.name().to_owned())
                .collect();
            let mut text = self
                .comments
                .enumeration(enumeration)
                .unwrap_or_default()
                .to_owned();
            for value in enumeration.values() {
                if let Some(comment) = self.comments.value(&value) {
                    let gap = if text.is_empty() || text.contains("\n- ") {
                        ""
                    } else {
                        "\n"
                    };
                    text.push_str(&format!(
                        "{gap}\n- `{}`: {}",
                        value.name(),
                        comment.replace('\n', " ")
                    ));
                }
            }
            let mut schema = Object::new();
            schema.insert("type".to_owned(), json!("string"));
            schema.insert("enum".to_owned(), json!(names));
            if !text.is_empty() {
                schema.insert("description".to_owned(), json!(text.trim()));
            }
            if is_deprecated(&enumeration.options()) {
                schema.insert("deprecated".to_owned(), json!(true));
            }
            self.schemas.insert(name.to_owned(), Value::Object(schema));
        }
        reference(name)
    }

    /// The schema of errors, whose details are the messages named here.
    pub(super) fn add_status(&mut self, pool: &DescriptorPool, details: &[String]) {
        let any = pool.get_message_by_name("google.protobuf.Any");
        let mut alternatives = Vec::new();
        for detail in details {
            let Some(message) = pool.get_message_by_name(detail) else {
                continue;
            };
            let schema = self.message(&message, &Variant::default());
            alternatives.push(json!({
                "title": message.name(),
                "allOf": [schema],
                "required": ["@type"],
                "properties": {"@type": {"const": format!("type.googleapis.com/{detail}")}},
            }));
        }
        alternatives.extend(any.map(|any| self.message(&any, &Variant::default())));
        let items = if alternatives.is_empty() {
            json!({})
        } else {
            json!({"anyOf": alternatives})
        };
        let schema = json!({
            "type": "object",
            "description": "Why a call failed.",
            "required": ["code", "message", "details"],
            "properties": {
                "code": {
                    "type": "integer",
                    "format": "int32",
                    "description": "The gRPC status code, such as 5 for NOT_FOUND. The HTTP status is made from it.",
                },
                "message": {"type": "string", "description": "What happened, for people."},
                "details": {"type": "array", "items": items, "description": "What happened, for programs."},
            },
        });
        self.schemas.insert(STATUS.to_owned(), schema);
    }

    /// The schema of one element of a stream: a result, or the error that ended it.
    pub(super) fn frame(&mut self, name: &str, result: &Value) -> Value {
        let name = format!("{name}-frame");
        let schema = json!({
            "type": "object",
            "description": "One element of a stream: a result, or as the last one the error that ended the stream.",
            "oneOf": [
                {"title": "result", "required": ["result"], "properties": {"result": result}},
                {"title": "error", "required": ["error"], "properties": {"error": reference(STATUS)}},
            ],
        });
        self.schemas.insert(name.clone(), schema);
        reference(&name)
    }
}

/// The fields of a message that the variant does not omit as a whole.
pub(super) fn in_body<'m>(
    message: &'m MessageDescriptor,
    variant: &'m Variant,
) -> impl Iterator<Item = FieldDescriptor> + 'm {
    message
        .fields()
        .filter(|field| !variant.omitted.contains(field.name()))
}

fn real_oneofs(message: &MessageDescriptor) -> impl Iterator<Item = OneofDescriptor> + '_ {
    message.oneofs().filter(|oneof| !oneof.is_synthetic())
}

pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}
