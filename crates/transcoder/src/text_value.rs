//! Values of fields as paths and queries write them.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use prost_reflect::{
    DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MapKey, MessageDescriptor, Syntax, Value,
};
use serde::de::IntoDeserializer as _;
use serde::de::value::{BoolDeserializer, Error as ValueError, StrDeserializer};

use crate::binding::has_text_form;
use crate::json;

/// Both alphabets are read, with padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The text is no value of the kind.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unfit;

/// The kind of one value of the field: of a map, that of its values.
pub(crate) fn kind_of(field: &FieldDescriptor) -> Kind {
    let kind = field.kind();
    match kind.as_message().filter(|_| field.is_map()) {
        Some(entry) => entry.map_entry_value_field().kind(),
        None => kind,
    }
}

/// Whether a text can be a value of the kind at all.
pub(crate) fn has_text(kind: &Kind) -> bool {
    kind.as_message()
        .is_none_or(|message| has_text_form(message) || is_json_form(message))
}

/// Messages of free JSON, which a query may hold as text.
pub(crate) fn is_json_form(message: &MessageDescriptor) -> bool {
    matches!(
        message.full_name(),
        "google.protobuf.Value" | "google.protobuf.Struct" | "google.protobuf.ListValue"
    )
}

/// The value that the text is for a field of this kind.
pub(crate) fn parse(kind: &Kind, text: &str, depth_max: usize) -> Result<Value, Unfit> {
    match kind {
        Kind::Double => float(text).map(Value::F64),
        Kind::Float => float_32(text).map(Value::F32),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => whole(text).map(Value::I32),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => whole(text).map(Value::I64),
        Kind::Uint32 | Kind::Fixed32 => whole(text).map(Value::U32),
        Kind::Uint64 | Kind::Fixed64 => whole(text).map(Value::U64),
        Kind::Bool => truth(text).map(Value::Bool),
        Kind::String => Ok(Value::String(text.to_owned())),
        Kind::Bytes => bytes(text),
        Kind::Message(message) if is_json_form(message) => free_json(message, text, depth_max),
        Kind::Message(message) => well_known(message, text),
        Kind::Enum(descriptor) => enum_number(descriptor, text).map(Value::EnumNumber),
    }
}

/// The key that the text is for a map with this field as its key.
pub(crate) fn map_key(key: &FieldDescriptor, text: &str) -> Result<MapKey, Unfit> {
    parse(&key.kind(), text, 0)?.into_map_key().ok_or(Unfit)
}

/// Says what a value of the field looks like, for whoever wrote another.
pub(crate) fn expected(kind: &Kind) -> String {
    match kind {
        Kind::Double | Kind::Float => "a number, NaN, Infinity or -Infinity is expected".to_owned(),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => "a whole number of 32 bits is expected".to_owned(),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => "a whole number of 64 bits is expected".to_owned(),
        Kind::Uint32 | Kind::Fixed32 => "a whole number of 32 bits, not negative, is expected".to_owned(),
        Kind::Uint64 | Kind::Fixed64 => "a whole number of 64 bits, not negative, is expected".to_owned(),
        Kind::Bool => "true or false is expected".to_owned(),
        Kind::String => "a string is expected".to_owned(),
        Kind::Bytes => "bytes in base64 are expected".to_owned(),
        Kind::Enum(descriptor) => format!("a name or number of {} is expected", descriptor.full_name()),
        Kind::Message(message) => match message.full_name() {
            "google.protobuf.Timestamp" => "a time such as 2026-01-31T12:00:00Z is expected".to_owned(),
            "google.protobuf.Duration" => "a duration such as 1.5s is expected".to_owned(),
            "google.protobuf.FieldMask" => "field names with commas between them are expected".to_owned(),
            name => format!("a {name} is expected"),
        },
    }
}

/// Digits with an optional minus; neither a plus nor blanks.
fn whole<N: std::str::FromStr>(text: &str) -> Result<N, Unfit> {
    if text.starts_with('+') {
        return Err(Unfit);
    }
    text.parse().map_err(|_not_whole| Unfit)
}

fn truth(text: &str) -> Result<bool, Unfit> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Unfit),
    }
}

fn float(text: &str) -> Result<f64, Unfit> {
    match text {
        "NaN" => Ok(f64::NAN),
        "Infinity" => Ok(f64::INFINITY),
        "-Infinity" => Ok(f64::NEG_INFINITY),
        _ => {
            let value: f64 = text.parse().map_err(|_not_a_number| Unfit)?;
            // Rust also reads "inf" and "nan" in any case, which ProtoJSON does not know.
            value.is_finite().then_some(value).ok_or(Unfit)
        }
    }
}

fn float_32(text: &str) -> Result<f32, Unfit> {
    let wide = float(text)?;
    if !wide.is_finite() {
        return Ok(match text {
            "Infinity" => f32::INFINITY,
            "-Infinity" => f32::NEG_INFINITY,
            _ => f32::NAN,
        });
    }
    let value: f32 = text.parse().map_err(|_not_a_number| Unfit)?;
    value.is_finite().then_some(value).ok_or(Unfit)
}

fn bytes(text: &str) -> Result<Value, Unfit> {
    let standard: String = text
        .chars()
        .map(|digit| match digit {
            '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    let bytes = BASE64.decode(standard).map_err(|_not_base64| Unfit)?;
    Ok(Value::Bytes(bytes.into()))
}

fn enum_number(descriptor: &EnumDescriptor, text: &str) -> Result<i32, Unfit> {
    if let Some(value) = descriptor.get_value_by_name(text) {
        return Ok(value.number());
    }
    let number = whole(text)?;
    let is_closed = descriptor.parent_file().syntax() == Syntax::Proto2;
    if is_closed && descriptor.get_value(number).is_none() {
        return Err(Unfit);
    }
    Ok(number)
}

fn well_known(message: &MessageDescriptor, text: &str) -> Result<Value, Unfit> {
    let parsed: Result<DynamicMessage, ValueError> = match message.full_name() {
        "google.protobuf.BoolValue" => {
            let deserializer: BoolDeserializer<ValueError> = truth(text)?.into_deserializer();
            DynamicMessage::deserialize(message.clone(), deserializer)
        }
        "google.protobuf.DoubleValue" | "google.protobuf.FloatValue" => {
            float(text)?;
            DynamicMessage::deserialize(message.clone(), str_deserializer(text))
        }
        _ => DynamicMessage::deserialize(message.clone(), str_deserializer(text)),
    };
    parsed.map(Value::Message).map_err(|_unfit| Unfit)
}

fn str_deserializer(text: &str) -> StrDeserializer<'_, ValueError> {
    text.into_deserializer()
}

/// JSON; a `Value` that is not JSON is the text itself, so that nobody must write quotes into a URL.
fn free_json(message: &MessageDescriptor, text: &str, depth_max: usize) -> Result<Value, Unfit> {
    // A query is short.
    let bounds = json::Bounds {
        depth_max,
        values_max: usize::MAX,
    };
    json::check(text.as_bytes(), bounds).map_err(|_unfit| Unfit)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let parsed = DynamicMessage::deserialize(message.clone(), &mut deserializer);
    match (parsed, deserializer.end()) {
        (Ok(parsed), Ok(())) => Ok(Value::Message(parsed)),
        _ if message.full_name() == "google.protobuf.Value" => {
            let parsed = DynamicMessage::deserialize(message.clone(), str_deserializer(text));
            parsed.map(Value::Message).map_err(|_unfit| Unfit)
        }
        _ => Err(Unfit),
    }
}
