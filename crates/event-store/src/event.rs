//! Events on their way into the log, and as read back from it.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{AppendError, EventType, Position, StreamName, Version};

/// The deepest nesting of a payload: what serde reads back without being told to go deeper.
pub const JSON_DEPTH_MAX: usize = 127;

/// A JSON text, checked once, stored and hashed byte for byte as it is. PostgreSQL holds it as text and looks no
/// further, so this is the one place where it is checked.
#[derive(Clone, PartialEq, Eq)]
pub struct JsonText(Arc<str>);

impl JsonText {
    /// Writes a value as JSON.
    ///
    /// # Errors
    /// [`AppendError::Invalid`] when the value has no JSON form (a map with keys that are no text).
    pub fn of(value: &impl Serialize) -> Result<Self, AppendError> {
        let text =
            serde_json::to_string(value).map_err(|e| AppendError::Invalid(format!("no JSON form: {e}")))?;
        Ok(Self(Arc::from(text)))
    }

    /// Takes a text as it is, after checking that it is JSON.
    ///
    /// # Errors
    /// [`AppendError::Invalid`] with the place of the first fault, or when it is nested deeper than
    /// [`JSON_DEPTH_MAX`].
    pub fn parse(text: &str) -> Result<Self, AppendError> {
        let _: &RawValue = serde_json::from_str(text)
            .map_err(|e| AppendError::Invalid(format!("the text is not JSON: {e}")))?;
        let depth = depth(text);
        if depth > JSON_DEPTH_MAX {
            return Err(AppendError::Invalid(format!(
                "the JSON is nested {depth} deep; at most {JSON_DEPTH_MAX}, or few could read it back"
            )));
        }
        Ok(Self(Arc::from(text)))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How deep a text that is JSON is nested.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// What serde wrote or checked as JSON needs no second look.
impl From<Box<RawValue>> for JsonText {
    fn from(text: Box<RawValue>) -> Self {
        Self(Arc::from(Box::<str>::from(text)))
    }
}

impl std::fmt::Debug for JsonText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// An event to append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// Its identity, made by the caller; derived ids make reactors exactly-once.
    pub event_id: Uuid,
    /// What happened, such as `SaleRecorded`.
    pub event_type: EventType,
    /// The version of the shape of `data`, from 1.
    pub schema_version: u16,
    /// The payload.
    pub data: JsonText,
    /// Who, why, from where.
    pub metadata: JsonText,
}

/// An event as the log holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedEvent {
    /// Its place in the log.
    pub position: Position,
    /// Its stream.
    pub stream: StreamName,
    /// Its place in the stream.
    pub version: Version,
    /// Its identity.
    pub event_id: Uuid,
    /// What happened.
    pub event_type: EventType,
    /// The version of the shape of `data`.
    pub schema_version: u16,
    /// The payload, the very bytes that were appended.
    pub data: String,
    /// The metadata, the very bytes that were appended.
    pub metadata: String,
    /// When the log accepted it; never decreases along the log.
    pub recorded_at: Timestamp,
}
