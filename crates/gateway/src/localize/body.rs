//! A `google.rpc.Status` as JSON, the body of an error in REST.

use std::collections::HashMap;

use posars_domain::mask_cpf;
use posars_words::Language;
use serde_json::{Map, Value, json};
use tonic::Code;

use crate::errors;
use crate::status::ERROR_DOMAIN;

const ERROR_INFO: &str = "type.googleapis.com/google.rpc.ErrorInfo";
const BAD_REQUEST: &str = "type.googleapis.com/google.rpc.BadRequest";
const LOCALIZED_MESSAGE: &str = "type.googleapis.com/google.rpc.LocalizedMessage";

/// An error as it is told.
pub(super) struct Told {
    /// The language of `message` in the body.
    pub(super) language: Language,
    /// Its reason, where it is one of the transcoder's own.
    pub(super) transcoder_reason: Option<&'static str>,
    /// The status of its reason; none when the reason is not ours.
    pub(super) http_status: Option<u16>,
    pub(super) body: String,
}

/// The body told in `language`. None when it is no error of ours.
pub(super) fn localized(body: &[u8], language: Language) -> Option<Told> {
    let mut status: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let details = status.get_mut("details")?.as_array_mut()?;
    let told = details.iter().find(|detail| is_a(detail, ERROR_INFO))?;
    if text_of(told, "domain") != ERROR_DOMAIN {
        return None;
    }
    let refusal = text_of(told, "reason").to_owned();
    let entry = posars_words::entry(&refusal);
    let own = posars_transcoder::REASONS
        .iter()
        .find(|own| own.reason == refusal);
    let transcoder_reason = own.map(|own| own.reason);
    // The transcoder knows nothing of people's numbers, and names a key or a parameter as it was written.
    if transcoder_reason.is_some() {
        status.values_mut().for_each(mask);
    }
    let details = status.get_mut("details")?.as_array_mut()?;
    let mut values = metadata(details.iter().find(|detail| is_a(detail, ERROR_INFO))?);
    for violations in details
        .iter_mut()
        .filter(|detail| is_a(detail, BAD_REQUEST))
        .filter_map(|detail| detail.get_mut("fieldViolations")?.as_array_mut())
    {
        violations
            .iter_mut()
            .for_each(|violation| localize_field(violation, &refusal, &values, language));
        if let [only] = violations.as_slice() {
            let field = text_of(only, "field");
            values
                .entry("field".to_owned())
                .or_insert_with(|| field.to_owned());
        }
    }
    let Some(entry) = entry else {
        return Some(Told {
            language: Language::En,
            transcoder_reason,
            http_status: None,
            body: Value::Object(status).to_string(),
        });
    };
    let text = entry.text(language, &values);
    details.retain(|detail| !is_a(detail, LOCALIZED_MESSAGE));
    details.push(json!({"@type": LOCALIZED_MESSAGE, "locale": language.tag(), "message": text}));
    // The English message of the refusal itself knows more than the catalogue's.
    if language != Language::En {
        status.insert("message".to_owned(), Value::String(text));
    }
    Some(Told {
        language,
        transcoder_reason,
        http_status: Some(errors::http_status(entry.reason, code_of(&status))),
        body: Value::Object(status).to_string(),
    })
}

/// The gRPC code in the body of an error.
fn code_of(status: &Map<String, Value>) -> Code {
    let code = status.get("code").and_then(Value::as_i64);
    code.and_then(|code| i32::try_from(code).ok())
        .map_or(Code::Unknown, Code::from_i32)
}

/// The values of the refusal are those of the field that it is about.
fn localize_field(
    violation: &mut Value,
    refusal: &str,
    values: &HashMap<String, String>,
    language: Language,
) {
    let reason = text_of(violation, "reason");
    let Some(entry) = posars_words::entry(reason) else {
        return;
    };
    let mut own = HashMap::new();
    if reason == refusal {
        own.clone_from(values);
    }
    own.insert("field".to_owned(), text_of(violation, "field").to_owned());
    let localized = json!({"locale": language.tag(), "message": entry.text(language, &own)});
    if let Some(violation) = violation.as_object_mut() {
        violation.insert("localizedMessage".to_owned(), localized);
    }
}

/// Masks every CPF in every text.
fn mask(value: &mut Value) {
    match value {
        Value::String(text) => *text = mask_cpf(text),
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::Object(fields) => fields.values_mut().for_each(mask),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_a(detail: &Value, type_url: &str) -> bool {
    text_of(detail, "@type") == type_url
}

fn text_of<'value>(value: &'value Value, key: &str) -> &'value str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn metadata(told: &Value) -> HashMap<String, String> {
    let pairs = told.get("metadata").and_then(Value::as_object);
    pairs
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}
