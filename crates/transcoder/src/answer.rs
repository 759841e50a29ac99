//! A message of an answer as the bytes that go to the client.

use bytes::Bytes;
use http::HeaderValue;
use prost_reflect::{DynamicMessage, FieldDescriptor, SerializeOptions};

use crate::not_finite::ByName;
use crate::route::{AnswerForm, Route};

/// Why a message of the service cannot be written: a service and a transcoder of different descriptors.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unprintable {
    #[error("it does not decode: {0}")]
    Undecodable(#[from] prost::DecodeError),
    #[error("it has no JSON form: {0}")]
    WithoutJson(#[from] serde_json::Error),
}

/// Appends the JSON of one message, fields with default values included.
pub(crate) fn write_json(route: &Route, bytes: Bytes, out: &mut Vec<u8>) -> Result<(), Unprintable> {
    let mut message = DynamicMessage::decode(route.output.clone(), bytes)?;
    match &route.answer_form {
        AnswerForm::Whole | AnswerForm::Raw(None) => serialize(&message, out),
        AnswerForm::Message(field) | AnswerForm::Raw(Some(field)) => {
            match message
                .take_field(field)
                .as_ref()
                .and_then(|value| value.as_message())
            {
                Some(inner) => serialize(inner, out),
                None => {
                    out.extend_from_slice(b"null");
                    Ok(())
                }
            }
        }
        AnswerForm::Field(field) => serialize_field(message, field, out),
    }
}

fn serialize(message: &DynamicMessage, out: &mut Vec<u8>) -> Result<(), Unprintable> {
    let mut serializer = serde_json::Serializer::new(out);
    message.serialize_with_options(ByName(&mut serializer), &print_options())?;
    Ok(())
}

/// A scalar, list or map can only be written as part of its message, and is taken out of that.
fn serialize_field(
    mut message: DynamicMessage,
    field: &FieldDescriptor,
    out: &mut Vec<u8>,
) -> Result<(), Unprintable> {
    use prost_reflect::ReflectMessage as _;
    let mut alone = DynamicMessage::new(message.descriptor());
    if let Some(value) = message.take_field(field) {
        alone.set_field(field, value);
    }
    let whole = alone.serialize_with_options(ByName(serde_json::value::Serializer), &print_options())?;
    serde_json::to_writer(
        out,
        whole.get(field.json_name()).unwrap_or(&serde_json::Value::Null),
    )?;
    Ok(())
}

fn print_options() -> SerializeOptions {
    SerializeOptions::new().skip_default_fields(false)
}

/// The content type and bytes of a `google.api.HttpBody`.
pub(crate) fn raw(
    route: &Route,
    field: Option<&FieldDescriptor>,
    bytes: Bytes,
) -> Result<(HeaderValue, Bytes), Unprintable> {
    let message = DynamicMessage::decode(route.output.clone(), bytes)?;
    let inner = field.map(|field| message.get_field(field));
    let http_body = match &inner {
        Some(value) => value.as_message(),
        None => Some(&message),
    };
    let text = |name| http_body.and_then(|body| body.get_field_by_name(name));
    let content_type = text("content_type")
        .as_ref()
        .and_then(|value| value.as_str())
        .filter(|text| !text.is_empty())
        .and_then(|text| HeaderValue::from_str(text).ok())
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let data = text("data");
    let data = data.as_ref().and_then(|value| value.as_bytes());
    Ok((content_type, data.cloned().unwrap_or_default()))
}
