//! What bodies hold: JSON, a stream of JSON, or bytes of any type.

use http::Method;
use prost_reflect::{FieldDescriptor, MessageDescriptor};
use serde_json::{Value, json};

use super::behavior::is_required;
use super::schemas::{STATUS, Schemas, Variant, in_body, reference};
use crate::{Binding, Body};

/// Name of the answer that every operation gives when it fails.
pub(super) const ERROR_RESPONSE: &str = "Error";
const HTTP_BODY: &str = "google.api.HttpBody";
const JSON: &str = "application/json";
const NDJSON: &str = "application/x-ndjson";
const EVENT_STREAM: &str = "text/event-stream";

pub(super) fn error_response() -> Value {
    json!({
        "description": "The call failed; `details` tells programs why.",
        "content": {JSON: {"schema": reference(STATUS)}},
    })
}

/// The request body of a binding; none when it takes none.
pub(super) fn request(schemas: &mut Schemas<'_>, binding: &Binding) -> Option<Value> {
    let variables = binding.template.variables.iter();
    let whole = Variant {
        omitted: variables.map(|variable| variable.name()).collect(),
        is_partial: false,
    };
    let (content, is_needed) = match &binding.body {
        Body::None => return None,
        Body::All => {
            let input = binding.rpc.input();
            let is_needed = in_body(&input, &whole).any(|field| is_required(&field));
            (message_content(schemas, &input, &whole, binding), is_needed)
        }
        Body::Field(field) => {
            let variant = Variant {
                is_partial: binding.method == Method::PATCH,
                ..whole.of_field(field)
            };
            (
                field_content(schemas, field, &variant, binding),
                is_required(field),
            )
        }
    };
    Some(json!({"required": is_needed, "content": content}))
}

fn field_content(
    schemas: &mut Schemas<'_>,
    field: &FieldDescriptor,
    variant: &Variant,
    binding: &Binding,
) -> Value {
    match single_message(field) {
        Some(message) => message_content(schemas, &message, variant, binding),
        None => json!({JSON: {"schema": schemas.field(field, &Variant::default())}}),
    }
}

fn message_content(
    schemas: &mut Schemas<'_>,
    message: &MessageDescriptor,
    variant: &Variant,
    binding: &Binding,
) -> Value {
    if message.full_name() == HTTP_BODY {
        return any_bytes();
    }
    let schema = schemas.message(message, variant);
    if binding.rpc.is_client_streaming() {
        return json!({
            NDJSON: {"schema": schema},
            JSON: {"schema": {"type": "array", "items": schema}},
        });
    }
    json!({JSON: {"schema": schema}})
}

/// Shows the value as an example of a request body of JSON.
pub(super) fn add_example(body: &mut Value, example: &Value) {
    let json = body.pointer_mut("/content/application~1json");
    if let Some(json) = json.and_then(Value::as_object_mut) {
        json.insert("example".to_owned(), example.clone());
    }
}

/// The answer of a binding when all goes well.
pub(super) fn response(schemas: &mut Schemas<'_>, binding: &Binding, text: &str) -> Value {
    let output = binding.rpc.output();
    let single = match &binding.response_body {
        None => Some(output.clone()),
        Some(field) => single_message(field),
    };
    if single
        .as_ref()
        .is_some_and(|message| message.full_name() == HTTP_BODY)
    {
        return json!({"description": text, "content": any_bytes()});
    }
    let (name, schema) = match (&binding.response_body, single) {
        (_, Some(message)) => (
            message.full_name().to_owned(),
            schemas.message(&message, &Variant::default()),
        ),
        (Some(field), None) => (
            field.full_name().to_owned(),
            schemas.field(field, &Variant::default()),
        ),
        (None, None) => (output.full_name().to_owned(), json!({})),
    };
    if !binding.rpc.is_server_streaming() {
        return json!({"description": text, "content": {JSON: {"schema": schema}}});
    }
    let frame = schemas.frame(&name, &schema);
    json!({
        "description": format!("{text}\n\n{STREAM_TEXT}"),
        "content": {
            NDJSON: {"schema": frame},
            EVENT_STREAM: {"schema": {
                "type": "string",
                "description": "Events whose `data` is one result. An event named `error` holds the error that ended \
                                the stream.",
            }},
            JSON: {"schema": {"type": "array", "items": frame}},
        },
    })
}

const STREAM_TEXT: &str = "A stream, in the form that `Accept` asks for: one JSON object per line \
    (`application/x-ndjson`), server-sent events (`text/event-stream`) or one JSON array (`application/json`). An error \
    after the first element is the last element.";

/// The message that the field is, when it is one and neither a list nor a map.
fn single_message(field: &FieldDescriptor) -> Option<MessageDescriptor> {
    let kind = field.kind();
    let message = kind
        .as_message()
        .filter(|_message| !field.is_list() && !field.is_map());
    message.cloned()
}

fn any_bytes() -> Value {
    json!({"*/*": {"schema": {
        "type": "string",
        "contentMediaType": "application/octet-stream",
        "description": "Bytes of the type that `Content-Type` names.",
    }}})
}
