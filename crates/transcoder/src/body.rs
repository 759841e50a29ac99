//! The body of a request: read within its limit, parsed as JSON, or taken as it is.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use prost_reflect::{DeserializeOptions, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};
use serde_json::error::Category;

use crate::accept;
use crate::failure::Failure;
use crate::json::{self, Bounds, Seen, Unfit};
use crate::nearest;
use crate::options::TranscoderOptions;
use crate::reason;
use crate::route::BodyForm;
use crate::scale::BodyScale;
use crate::text_value;

pub(crate) const HTTP_BODY: &str = "google.api.HttpBody";

/// Reads a whole body. What is declared too large is refused before a byte of it is read.
pub(crate) async fn read(
    body: axum::body::Body,
    scale: Option<&BodyScale>,
    options: &TranscoderOptions,
) -> Result<Bytes, Failure> {
    let bytes_max = options.request_bytes_max;
    let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    if body.size_hint().lower() > limit {
        return Err(too_large(options, limit));
    }
    let announced = body
        .size_hint()
        .exact()
        .and_then(|bytes| usize::try_from(bytes).ok());
    let mut body = body;
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|broken| unreadable(options, &broken))?;
        let Ok(piece) = frame.into_data() else { continue };
        let so_far = first.len().saturating_add(all.len()).saturating_add(piece.len());
        if so_far > bytes_max {
            return Err(too_large(options, limit));
        }
        weigh(scale, so_far)?;
        // Most bodies are one piece, and then nothing is copied.
        if first.is_empty() && all.is_empty() {
            first = piece;
        } else {
            if all.is_empty() {
                // Growing would hold it twice for a moment.
                all.reserve(announced.unwrap_or(so_far));
                all.extend_from_slice(&std::mem::take(&mut first));
            }
            all.extend_from_slice(&piece);
        }
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

/// Tells what the request takes by now to the one who bounds all of them.
pub(crate) fn weigh(scale: Option<&BodyScale>, bytes: usize) -> Result<(), Failure> {
    let Some(scale) = scale else { return Ok(()) };
    scale
        .weigh(bytes)
        .map_err(|status| Failure::of_service(&status, HeaderMap::new()))
}

pub(crate) fn too_large(options: &TranscoderOptions, bytes_max: u64) -> Failure {
    let limit = ("request_bytes_max", bytes_max);
    Failure::beyond(
        options.refusals_domain,
        reason::REQUEST_TOO_LARGE,
        limit,
        " bytes",
    )
}

fn unreadable(options: &TranscoderOptions, broken: &axum::Error) -> Failure {
    // Whoever bounds bodies in front of us may say with a status why one ended, as it would to tonic.
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(broken);
    while let Some(error) = cause {
        if let Some(status) = error.downcast_ref::<tonic::Status>() {
            return Failure::of_service(status, HeaderMap::new());
        }
        cause = error.source();
    }
    Failure::refused(
        options.refusals_domain,
        reason::BODY_UNREADABLE,
        "",
        broken.to_string(),
    )
}

/// A body that is read as JSON must say so, or say nothing: a web form is never taken for JSON.
pub(crate) fn check_media_type(
    headers: &HeaderMap,
    form: BodyForm,
    options: &TranscoderOptions,
) -> Result<(), Failure> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return Ok(());
    };
    let text = value.to_str().unwrap_or_default();
    let media_type = text.split(';').next().unwrap_or_default().trim();
    let media_type = media_type.to_ascii_lowercase();
    let is_json = media_type == "application/json" || media_type.ends_with("+json");
    let takes_lines = form == BodyForm::JsonStream;
    if is_json || (takes_lines && accept::is_lines(&media_type)) {
        return Ok(());
    }
    let expected = if takes_lines {
        "application/x-ndjson or application/json is expected"
    } else {
        "application/json is expected"
    };
    Err(Failure::refused(
        options.refusals_domain,
        reason::MEDIA_TYPE_UNSUPPORTED,
        "",
        expected,
    ))
}

/// A whole message from JSON that was checked; an empty body is an empty message.
pub(crate) fn message_from_json(
    descriptor: &MessageDescriptor,
    body: &[u8],
    seen: &Seen,
    options: &TranscoderOptions,
) -> Result<DynamicMessage, Failure> {
    if body.is_empty() {
        return Ok(DynamicMessage::new(descriptor.clone()));
    }
    refuse_seen(descriptor, seen, "", options)?;
    parsed(descriptor, body).map_err(|problem| refused(descriptor, body, &problem, options))
}

/// Sets one field from JSON that was checked; an empty body and `null` leave it unset.
pub(crate) fn set_field_from_json(
    message: &mut DynamicMessage,
    field: &FieldDescriptor,
    body: &[u8],
    seen: &Seen,
    options: &TranscoderOptions,
) -> Result<(), Failure> {
    let trimmed = body.trim_ascii();
    if trimmed.is_empty() {
        return Ok(());
    }
    refuse_seen(field.parent_message(), seen, field.json_name(), options)?;
    let kind = field.kind();
    let single_message = kind.as_message().filter(|_| !field.is_list() && !field.is_map());
    match single_message {
        Some(inner) if trimmed != b"null" => {
            let parsed = parsed(inner, body).map_err(|problem| refused(inner, body, &problem, options))?;
            message.set_field(field, Value::Message(parsed));
            Ok(())
        }
        _other => set_wrapped(message, field, body, options),
    }
}

/// A scalar, list or map: the parser knows them only as fields, so the body is put into an object of one.
fn set_wrapped(
    message: &mut DynamicMessage,
    field: &FieldDescriptor,
    body: &[u8],
    options: &TranscoderOptions,
) -> Result<(), Failure> {
    let descriptor = field.parent_message();
    // Alone it must be one value of JSON: `1,"other":2` would become two fields.
    if let Err(problem) = serde_json::from_slice::<serde::de::IgnoredAny>(body) {
        return Err(refused(descriptor, body, &problem, options));
    }
    let mut wrapped = Vec::with_capacity(
        body.len()
            .saturating_add(field.json_name().len())
            .saturating_add(8),
    );
    wrapped.extend_from_slice(b"{\"");
    wrapped.extend_from_slice(field.json_name().as_bytes());
    wrapped.extend_from_slice(b"\":");
    wrapped.extend_from_slice(body);
    wrapped.push(b'}');
    let mut parsed =
        parsed(descriptor, &wrapped).map_err(|problem| refused(descriptor, &wrapped, &problem, options))?;
    if let Some(value) = parsed.take_field(field) {
        message.set_field(field, value);
    }
    Ok(())
}

/// Every JSON value of a checked body that holds a stream: the elements of an array, or values one after the other.
pub(crate) fn values_of_stream<'b>(
    body: &'b [u8],
    options: &TranscoderOptions,
) -> Result<Vec<&'b serde_json::value::RawValue>, Failure> {
    let not_json = |problem: serde_json::Error| {
        let place = format!("line {}, column {}", problem.line(), problem.column());
        Failure::refused(options.refusals_domain, reason::BODY_NOT_JSON, "", place)
    };
    if body.trim_ascii_start().starts_with(b"[") {
        return serde_json::from_slice(body).map_err(not_json);
    }
    serde_json::Deserializer::from_slice(body)
        .into_iter()
        .collect::<Result<_, _>>()
        .map_err(not_json)
}

/// Looks over JSON before it is parsed.
pub(crate) fn check(body: &[u8], options: &TranscoderOptions) -> Result<Seen, Failure> {
    let bounds = Bounds {
        depth_max: options.json_depth_max,
        values_max: options.request_values_max,
    };
    json::check(body, bounds).map_err(|unfit| {
        let refuse = |reason, field: &str, particular: String| {
            Failure::refused(options.refusals_domain, reason, field, particular)
        };
        match unfit {
            Unfit::TooDeep => {
                let limit = format!("the limit is {} levels", options.json_depth_max);
                refuse(reason::BODY_TOO_DEEP, "", limit)
            }
            Unfit::TooManyValues => {
                let limit = u64::try_from(options.request_values_max).unwrap_or(u64::MAX);
                let limit = ("request_values_max", limit);
                Failure::beyond(
                    options.refusals_domain,
                    reason::REQUEST_VALUES_TOO_MANY,
                    limit,
                    "",
                )
            }
            Unfit::DuplicateKey(path) => {
                let particular = "the key is there twice".to_owned();
                refuse(reason::BODY_KEY_DUPLICATE, &options.shown(&path), particular)
            }
        }
    })
}

/// Refuses whole numbers that the parser would change, and fields that are there in both spellings, of which it would
/// take the last. Their paths begin in the field `inside`, if there is one.
fn refuse_seen(
    descriptor: &MessageDescriptor,
    seen: &Seen,
    inside: &str,
    options: &TranscoderOptions,
) -> Result<(), Failure> {
    for alike in &seen.alike {
        let above = joined(inside, &alike.inside);
        let (kind, _list) = kind_at(descriptor, &above);
        let field = kind
            .as_message()
            .and_then(|message| message.get_field_by_json_name(&alike.camel));
        if field.is_some_and(|field| field.name() == alike.snake) {
            return Err(Failure::refused(
                options.refusals_domain,
                reason::BODY_KEY_DUPLICATE,
                &options.shown(&joined(&above, &alike.camel)),
                format!("{} is the same field", alike.snake),
            ));
        }
    }
    for path in seen.rounded.iter().map(|path| joined(inside, path)) {
        let (kind, list) = kind_at(descriptor, &path);
        if list.is_none() && is_whole_64(&kind) {
            let expected = text_value::expected(&kind);
            return Err(Failure::refused(
                options.refusals_domain,
                reason::BODY_VALUE_INVALID,
                &options.shown(&path),
                format!("{expected}, written in digits alone when it is beyond 2^53"),
            ));
        }
    }
    Ok(())
}

/// A path inside the value at another.
fn joined(outer: &str, inner: &str) -> String {
    match (outer, inner) {
        ("", path) | (path, "") => path.to_owned(),
        (outer, inner) if inner.starts_with('[') => format!("{outer}{inner}"),
        (outer, inner) => format!("{outer}.{inner}"),
    }
}

fn is_whole_64(kind: &Kind) -> bool {
    match kind {
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 | Kind::Uint64 | Kind::Fixed64 => true,
        Kind::Message(message) => {
            ["google.protobuf.Int64Value", "google.protobuf.UInt64Value"].contains(&message.full_name())
        }
        Kind::Double
        | Kind::Float
        | Kind::Int32
        | Kind::Uint32
        | Kind::Sint32
        | Kind::Fixed32
        | Kind::Sfixed32
        | Kind::Bool
        | Kind::String
        | Kind::Bytes
        | Kind::Enum(_) => false,
    }
}

fn parsed(descriptor: &MessageDescriptor, body: &[u8]) -> Result<DynamicMessage, serde_json::Error> {
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let message = DynamicMessage::deserialize_with_options(descriptor.clone(), &mut deserializer, &options)?;
    deserializer.end()?;
    Ok(message)
}

/// Names the field and what it takes, never the value: it may be personal, and answers are logged.
fn refused(
    descriptor: &MessageDescriptor,
    body: &[u8],
    problem: &serde_json::Error,
    options: &TranscoderOptions,
) -> Failure {
    let domain = options.refusals_domain;
    let place = format!("line {}, column {}", problem.line(), problem.column());
    if problem.classify() != Category::Data {
        return Failure::refused(domain, reason::BODY_NOT_JSON, "", place);
    }
    let path = json::path_at(body, problem.line(), problem.column());
    let shown = options.shown(&path);
    let text = problem.to_string();
    if let Some(unknown) = unknown_name(&text) {
        let above = path.strip_suffix(unknown).unwrap_or_default();
        let known = kind_at(descriptor, above).0.as_message().map(nearest::fields);
        let known = known.unwrap_or_default();
        let nearest = nearest::nearest(unknown, &known);
        let particular = format!("{}, {place}", nearest::proposal(nearest, &known));
        return Failure::unknown(domain, reason::BODY_FIELD_UNKNOWN, &shown, nearest, particular);
    }
    if text.starts_with("multiple fields provided for oneof") {
        let particular = "another field of its oneof is set too";
        return Failure::refused(domain, reason::ONEOF_CONFLICT, &shown, particular);
    }
    let expected = expected_at(descriptor, &path);
    Failure::refused(
        domain,
        reason::BODY_VALUE_INVALID,
        &shown,
        format!("{expected}, {place}"),
    )
}

/// The key that the parser says is no field.
fn unknown_name(problem: &str) -> Option<&str> {
    let (_, quoted) = problem.split_once("unrecognized field name '")?;
    quoted.rsplit_once("' at line ").map(|(name, _place)| name)
}

/// What the field at a path such as `sale.lines[0].quantity` takes.
fn expected_at(descriptor: &MessageDescriptor, path: &str) -> String {
    match kind_at(descriptor, path) {
        (_, Some(field)) if field.is_map() => "an object is expected".to_owned(),
        (_, Some(_list)) => "a list is expected".to_owned(),
        (kind, None) => text_value::expected(&kind),
    }
}

/// The kind of the value at a path, and its field when it is a whole list or map.
fn kind_at(descriptor: &MessageDescriptor, path: &str) -> (Kind, Option<FieldDescriptor>) {
    let mut kind = Kind::Message(descriptor.clone());
    let mut found: Option<FieldDescriptor> = None;
    let names = path.split('.').filter(|name| !name.is_empty());
    for name in names {
        let bare = name.split('[').next().unwrap_or_default();
        // Behind a map comes its key, which is no field.
        let is_map_key = found.as_ref().is_some_and(FieldDescriptor::is_map);
        let Some(message) = kind.as_message().cloned() else {
            break;
        };
        if is_map_key {
            kind = message.map_entry_value_field().kind();
            found = None;
            continue;
        }
        let field = message
            .get_field_by_json_name(bare)
            .or_else(|| message.get_field_by_name(bare));
        let Some(field) = field else { break };
        kind = field.kind();
        found = Some(field).filter(|field| field.is_map() || (field.is_list() && !name.contains('[')));
    }
    (kind, found)
}

/// Whether the message is `google.api.HttpBody`, which is never JSON.
pub(crate) fn is_http_body(descriptor: &MessageDescriptor) -> bool {
    descriptor.full_name() == HTTP_BODY
}

/// A body as it came, as `google.api.HttpBody`.
pub(crate) fn http_body(descriptor: &MessageDescriptor, headers: &HeaderMap, body: Bytes) -> DynamicMessage {
    let mut message = DynamicMessage::new(descriptor.clone());
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    if let Some(content_type) = content_type {
        let value = Value::String(content_type.to_owned());
        // Someone else's type of this name may lack the field; then the bytes go alone.
        let _set = message.try_set_field_by_name("content_type", value);
    }
    let _set = message.try_set_field_by_name("data", Value::Bytes(body));
    message
}
