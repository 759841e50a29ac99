//! The field mask of a PATCH: what the body names is what is to change.

use prost_reflect::{DynamicMessage, FieldDescriptor, MessageDescriptor, Value};

use crate::binding::{Binding, Body};

const FIELD_MASK: &str = "google.protobuf.FieldMask";
const USUAL_NAME: &str = "update_mask";

/// The mask of the request that a PATCH fills: `update_mask`, or the only mask there is.
pub(crate) fn mask_field(binding: &Binding) -> Option<FieldDescriptor> {
    if binding.method != http::Method::PATCH || !matches!(binding.body, Body::Field(_)) {
        return None;
    }
    let is_mask = |field: &FieldDescriptor| {
        !field.is_list()
            && field
                .kind()
                .as_message()
                .is_some_and(|message| message.full_name() == FIELD_MASK)
    };
    let input = binding.rpc.input();
    if let Some(field) = input.get_field_by_name(USUAL_NAME).filter(is_mask) {
        return Some(field);
    }
    let mut masks = input.fields().filter(is_mask);
    let first = masks.next();
    first.filter(|_| masks.next().is_none())
}

/// Sets the mask to the fields that the body names, unless the query set it.
///
/// Clients send the whole resource with its name; a field that the path binds says which resource is meant, not what is
/// to change of it.
pub(crate) fn fill(message: &mut DynamicMessage, mask: &FieldDescriptor, binding: &Binding, json: &[u8]) {
    let Body::Field(body_field) = &binding.body else {
        return;
    };
    if message.has_field(mask) {
        return;
    }
    let kind = body_field.kind();
    let Some(descriptor) = kind
        .as_message()
        .filter(|_| !body_field.is_list() && !body_field.is_map())
    else {
        return;
    };
    // The body was parsed before; what is no object names no field.
    let Ok(value) = serde_json::from_slice(json) else {
        return;
    };
    let mut paths = Vec::new();
    collect(descriptor, &value, "", &mut paths);
    paths.retain(|path| !is_bound(binding, body_field, path));
    let Some(mask_descriptor) = mask.kind().as_message().cloned() else {
        return;
    };
    let mut value = DynamicMessage::new(mask_descriptor);
    let paths = Value::List(paths.into_iter().map(Value::String).collect());
    if value.try_set_field_by_name("paths", paths).is_ok() {
        message.set_field(mask, Value::Message(value));
    }
}

/// Whether the request's path gives this field of the body.
fn is_bound(binding: &Binding, body_field: &FieldDescriptor, path: &str) -> bool {
    binding.path_fields.iter().any(|chain| match chain.as_slice() {
        [first, rest @ ..] => {
            first == body_field && rest.iter().map(FieldDescriptor::name).eq(path.split('.'))
        }
        [] => false,
    })
}

/// Goes into messages that are given in part; a list, a map and a well-known type change as a whole.
fn collect(descriptor: &MessageDescriptor, value: &serde_json::Value, prefix: &str, paths: &mut Vec<String>) {
    let Some(object) = value.as_object() else { return };
    for (key, value) in object {
        let field = descriptor
            .get_field_by_json_name(key)
            .or_else(|| descriptor.get_field_by_name(key));
        let Some(field) = field else { continue };
        let path = format!("{prefix}{}", field.name());
        let kind = field.kind();
        let inner = kind.as_message().filter(|inner| {
            let is_well_known = inner.full_name().starts_with("google.protobuf.");
            !field.is_list() && !field.is_map() && !is_well_known
        });
        match inner {
            Some(inner) if value.as_object().is_some_and(|inside| !inside.is_empty()) => {
                collect(inner, value, &format!("{path}."), paths);
            }
            Some(_) | None => paths.push(path),
        }
    }
}
