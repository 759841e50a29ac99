//! Events on their way into the log, and as read back from it.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::{AppendError, EventType, Position, StreamName, Version};

/// The deepest nesting of a payload: what serde reads back without being told to go deeper.
pub const JSON_DEPTH_MAX: usize = 127;

/// A JSON text, checked once, stored and hashed byte for byte as it is. PostgreSQL holds it as text and looks no
/// further, so this is the one place where it is checked: what serde wrote for its depth, any other text for all.
#[derive(Clone, PartialEq, Eq)]
pub struct JsonText(Arc<str>);

impl JsonText {
    /// Writes a value as JSON.
    ///
    /// # Errors
    /// [`AppendError::Invalid`] when the value has no JSON form (a map with keys that are no text), or one that is nested
    /// deeper than [`JSON_DEPTH_MAX`].
    pub fn of(value: &impl Serialize) -> Result<Self, AppendError> {
        JsonWriter::default().text(value)
    }

    /// Takes a text as it is, after checking that it is JSON.
    ///
    /// # Errors
    /// [`AppendError::Invalid`] with the place of the first fault, or when it is nested deeper than
    /// [`JSON_DEPTH_MAX`].
    pub fn parse(text: &str) -> Result<Self, AppendError> {
        let _: &RawValue = serde_json::from_str(text)
            .map_err(|e| AppendError::Invalid(format!("the text is not JSON: {e}")))?;
        Self::not_too_deep(text)
    }

    /// Takes a text that is JSON.
    fn not_too_deep(text: &str) -> Result<Self, AppendError> {
        // Nearly no payload has so many brackets at all.
        let depth = if opening_brackets(text) > JSON_DEPTH_MAX {
            depth(text)
        } else {
            0
        };
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

/// Writes values as JSON, one after the other, in the same room: for many events, which would each grow a room of
/// their own step by step.
#[derive(Debug)]
pub struct JsonWriter {
    room: Vec<u8>,
}

/// Room for most events at the start.
const ROOM_BYTES: usize = 512;

impl Default for JsonWriter {
    fn default() -> Self {
        Self {
            room: Vec::with_capacity(ROOM_BYTES),
        }
    }
}

impl JsonWriter {
    /// Writes a value; as [`JsonText::of`].
    ///
    /// # Errors
    /// As [`JsonText::of`].
    pub fn text(&mut self, value: &impl Serialize) -> Result<JsonText, AppendError> {
        let no_form = |problem: &dyn fmt::Display| AppendError::Invalid(format!("no JSON form: {problem}"));
        self.room.clear();
        serde_json::to_writer(&mut self.room, value).map_err(|error| no_form(&error))?;
        let text = str::from_utf8(&self.room).map_err(|error| no_form(&error))?;
        JsonText::not_too_deep(text)
    }
}

/// Counts `[` and `{`, also those in texts; many bytes at once, because every payload is counted.
fn opening_brackets(json: &str) -> usize {
    let pieces = json.as_bytes().chunks(usize::from(u8::MAX));
    let counts = pieces.map(|piece| {
        // The two differ in the bit that makes letters small.
        let is_opening = |byte: &u8| u8::from(byte | 0x20 == b'{');
        usize::from(piece.iter().map(is_opening).fold(0_u8, u8::wrapping_add))
    });
    counts.sum()
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

impl fmt::Debug for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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

impl NewEvent {
    /// The bytes that count against [`APPEND_BYTES_MAX`](crate::APPEND_BYTES_MAX): its data and its metadata.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.data.as_str().len() + self.metadata.as_str().len()
    }
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

impl RecordedEvent {
    /// The event of a row, which stands at this position.
    pub(crate) fn from_row(row: &Row, position: Position) -> Result<Self, Box<dyn std::error::Error>> {
        let (stream, version): (&str, i64) = (row.try_get("stream")?, row.try_get("version")?);
        let event_id: Option<Uuid> = row.try_get("event_id")?;
        Ok(Self {
            position,
            event_id: event_id.ok_or_else(|| {
                format!("the streams table says that version {version} of {stream} is here, and it is not")
            })?,
            stream: StreamName::parse(stream)?,
            version: Version::from_sql(version),
            event_type: EventType::parse(row.try_get("type")?)?,
            schema_version: u16::try_from(row.try_get::<_, i16>("schema_version")?)?,
            data: row.try_get("data")?,
            metadata: row.try_get("metadata")?,
            recorded_at: row.try_get("recorded_at")?,
        })
    }
}
