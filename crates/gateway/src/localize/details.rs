//! The details of a status, as they travel in a header.

use std::collections::HashMap;

use posars_words::Language;
use prost::Message as _;
use prost_types::Any;
use tonic_types::pb::{self, bad_request::FieldViolation};

use crate::status::ERROR_DOMAIN;

const ERROR_INFO: &str = "type.googleapis.com/google.rpc.ErrorInfo";
const BAD_REQUEST: &str = "type.googleapis.com/google.rpc.BadRequest";
const LOCALIZED_MESSAGE: &str = "type.googleapis.com/google.rpc.LocalizedMessage";

/// The details with texts in `language`. None when there is no reason of ours in them, or when they say already how the
/// refusal reads.
pub(super) fn localized(details: &[u8], language: Language) -> Option<Vec<u8>> {
    let mut status = pb::Status::decode(details).ok()?;
    if status
        .details
        .iter()
        .any(|detail| detail.type_url == LOCALIZED_MESSAGE)
    {
        return None;
    }
    let told = status
        .details
        .iter()
        .find(|detail| detail.type_url == ERROR_INFO)?;
    let told = pb::ErrorInfo::decode(told.value.as_slice()).ok()?;
    if told.domain != ERROR_DOMAIN {
        return None;
    }
    let mut values = told.metadata;
    for detail in &mut status.details {
        if detail.type_url == BAD_REQUEST
            && let Ok(mut bad) = pb::BadRequest::decode(detail.value.as_slice())
        {
            for violation in &mut bad.field_violations {
                localize_field(violation, &told.reason, &values, language);
            }
            if let [only] = bad.field_violations.as_slice() {
                values
                    .entry("field".to_owned())
                    .or_insert_with(|| only.field.clone());
            }
            detail.value = bad.encode_to_vec();
        }
    }
    let message = posars_words::entry(&told.reason)?.text(language, &values);
    status.details.push(Any {
        type_url: LOCALIZED_MESSAGE.to_owned(),
        value: localized_message(language, message).encode_to_vec(),
    });
    Some(status.encode_to_vec())
}

/// The values of the refusal are those of the field that it is about.
fn localize_field(
    violation: &mut FieldViolation,
    refusal: &str,
    values: &HashMap<String, String>,
    language: Language,
) {
    if let Some(entry) = posars_words::entry(&violation.reason) {
        let mut own = HashMap::new();
        if violation.reason == refusal {
            own.clone_from(values);
        }
        own.insert("field".to_owned(), violation.field.clone());
        violation.localized_message = Some(localized_message(language, entry.text(language, &own)));
    }
}

fn localized_message(language: Language, message: String) -> pb::LocalizedMessage {
    pb::LocalizedMessage {
        locale: language.tag().to_owned(),
        message,
    }
}
