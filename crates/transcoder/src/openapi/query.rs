//! Query parameters: every field of the request that neither the path nor the body holds.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Value, json};

use super::Object;
use super::behavior::{is_deprecated, is_required};
use super::paths::json_path;
use super::schemas::{Schemas, Variant};
use crate::field_mask::mask_field;
use crate::text_value::{has_text, is_json_form};
use crate::{Binding, Body};

/// Deepest field that is written down, so that a message of many messages stays readable.
const DEPTH_MAX: usize = 8;

/// The parameters of a binding, in the order of the fields.
pub(super) fn parameters(schemas: &mut Schemas<'_>, binding: &Binding) -> Vec<Value> {
    if binding.body == Body::All {
        return Vec::new();
    }
    let mut walk = Walk {
        schemas,
        elsewhere: binding
            .template
            .variables
            .iter()
            .map(|variable| variable.name())
            .collect(),
        mask: mask_field(binding),
        chain: Vec::new(),
        found: Vec::new(),
    };
    if let Body::Field(field) = &binding.body {
        walk.elsewhere.push(field.name().to_owned());
    }
    walk.message(&binding.rpc.input());
    walk.found
}

struct Walk<'s, 'c> {
    schemas: &'s mut Schemas<'c>,
    /// Field paths that the path or the body holds.
    elsewhere: Vec<String>,
    /// The mask that a PATCH may leave to its body.
    mask: Option<FieldDescriptor>,
    /// The fields that lead to the message in hand.
    chain: Vec<FieldDescriptor>,
    found: Vec<Value>,
}

impl Walk<'_, '_> {
    fn message(&mut self, message: &MessageDescriptor) {
        for field in message.fields() {
            self.chain.push(field);
            self.field();
            self.chain.pop();
        }
    }

    /// The last field of the chain.
    fn field(&mut self) {
        let names: Vec<&str> = self.chain.iter().map(FieldDescriptor::name).collect();
        let Some(field) = self.chain.last().cloned() else {
            return;
        };
        if self.elsewhere.contains(&names.join(".")) {
            return;
        }
        if field.is_map() {
            let kind = field.kind();
            let value = kind
                .as_message()
                .map(|entry| entry.map_entry_value_field().kind());
            if value.is_some_and(|value| has_text(&value)) {
                self.add(&field, json!({"style": "deepObject", "explode": true}));
            }
            return;
        }
        let kind = field.kind();
        let is_json = kind.as_message().is_some_and(is_json_form);
        // OpenAPI cannot say that each of several parameters is JSON.
        if has_text(&kind) && !(is_json && field.is_list()) {
            let how = if field.is_list() {
                json!({"style": "form", "explode": true})
            } else {
                json!({})
            };
            self.add(&field, how);
            return;
        }
        // A query can write neither a list of messages nor bytes of any type.
        let Kind::Message(message) = kind else { return };
        let holds_itself = self
            .chain
            .iter()
            .rev()
            .skip(1)
            .any(|outer| outer.kind() == field.kind());
        if field.is_list() || is_envelope(&message) || holds_itself || self.chain.len() >= DEPTH_MAX {
            return;
        }
        self.message(&message);
    }

    fn add(&mut self, field: &FieldDescriptor, how: Value) {
        let mut parameter = Object::new();
        parameter.insert("name".to_owned(), json!(json_path(&self.chain)));
        parameter.insert("in".to_owned(), json!("query"));
        // What the outer fields are for is half of what an inner one is for.
        let mut texts: Vec<String> = self
            .chain
            .iter()
            .filter_map(|field| self.schemas.field_text(field))
            .collect();
        let needed = self.chain.iter().take_while(|field| is_required(field)).count();
        if (1..self.chain.len()).contains(&needed) {
            let outer = self.chain.get(..needed).unwrap_or_default();
            texts.push(format!(
                "`{}` is required: give at least one of its fields.",
                json_path(outer)
            ));
        }
        if !texts.is_empty() {
            parameter.insert("description".to_owned(), json!(texts.join("\n\n")));
        }
        let is_filled = self.chain.len() == 1 && self.mask.as_ref() == Some(field);
        if self.chain.iter().all(is_required) && !is_filled {
            parameter.insert("required".to_owned(), json!(true));
        }
        if self.chain.iter().any(|field| is_deprecated(&field.options())) {
            parameter.insert("deprecated".to_owned(), json!(true));
        }
        let mut schema = self.schemas.field(field, &Variant::default());
        if let Some(schema) = schema.as_object_mut() {
            schema.remove("description");
            schema.remove("deprecated");
        }
        if field.kind().as_message().is_some_and(is_json_form) {
            parameter.insert(
                "content".to_owned(),
                json!({"application/json": {"schema": schema}}),
            );
        } else {
            parameter.insert("schema".to_owned(), schema);
        }
        if let Value::Object(how) = how {
            parameter.extend(how);
        }
        self.found.push(Value::Object(parameter));
    }
}

/// Messages that hold bytes of any kind, of which no field has a meaning of its own.
fn is_envelope(message: &MessageDescriptor) -> bool {
    ["google.protobuf.Any", "google.api.HttpBody"].contains(&message.full_name())
}
