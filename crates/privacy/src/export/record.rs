//! One event that holds something of a person.

use std::fmt;

use jiff::Timestamp;
use posars_domain::{Path, RetentionClass, SubjectId};
use posars_event_store::RecordedEvent;
use posars_keyring::{KeyringError, Opening, Place};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::content::{put, text_of};
use super::held::{Held, PAYROLL};
use crate::records::unreadable;
use crate::{Privacy, PrivacyError};

/// One event that holds something of a person. Its debug output shows nothing of what.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Record {
    /// The type of the event.
    pub event_type: String,
    /// The stream that it is of.
    pub stream: String,
    /// Its id.
    pub event_id: Uuid,
    /// Where it stands in the log.
    pub position: u64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it.
    pub actor: String,
    /// The door it came through.
    pub source: Door,
    /// The pieces of personal data in it.
    pub data: Vec<Datum>,
    /// The whole content as far as it is about the person; null where something was erased.
    pub content: Value,
}

/// One piece of personal data. Its debug output does not show it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Datum {
    /// Where it is in the content.
    pub path: String,
    /// Why it is kept.
    pub class: RetentionClass,
    /// A text as it is, anything else as JSON; `None` when it was erased.
    pub value: Option<String>,
}

/// The door that an event came through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// A call.
    Api,
    /// A row of a spreadsheet.
    Import {
        /// SHA-256 of the file, in hexadecimal.
        file_sha256: String,
        /// The sheet.
        sheet: String,
        /// The row as the spreadsheet counts, from 1.
        row: u32,
    },
    /// An event.
    Reactor {
        /// The reactor.
        name: String,
        /// Where that event stands in the log.
        position: u64,
    },
}

impl fmt::Debug for Record {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Record")
            .field("event_type", &self.event_type)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Datum {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Datum")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Metadata {
    actor: String,
    source: Door,
}

impl Privacy {
    /// Opens events as far as they are about a person; events that hold nothing of people are left out.
    pub(super) async fn opened(
        &self,
        events: &[RecordedEvent],
        subject: &SubjectId,
    ) -> Result<Vec<Record>, PrivacyError> {
        let mut held = Vec::with_capacity(events.len());
        for event in events {
            let read = Held::read(event).map_err(|error| unreadable(event, &error))?;
            held.extend(read.map(|read| (event, read)));
        }
        let mut records = Vec::with_capacity(held.len());
        for (event, read) in &held {
            records.push(record_of(event, read)?);
        }
        let mut openings = Vec::new();
        let mut places = Vec::new();
        for (index, (event, read)) in held.iter_mut().enumerate() {
            let place = Place {
                stream: &event.stream,
                event_id: event.event_id,
            };
            for field in read
                .personal()
                .into_iter()
                .filter(|field| field.subject == subject)
            {
                let (path, data) = (field.path, field.data);
                places.push((index, path, field.class));
                openings.push(Opening { place, path, data });
            }
        }
        let opened = self.keyring().open(&mut openings).await?;
        // To call it erased would be untrue.
        if let Some(key) = opened.missing.first() {
            let missing = format!("key {key} is not there, and nobody destroyed it");
            return Err(KeyringError::Damaged(missing).into());
        }
        for ((index, path, class), opening) in places.into_iter().zip(&openings) {
            let Some(record) = records.get_mut(index) else {
                continue;
            };
            let clear = opening.data.to_clear_json();
            // What the keyring has opened was written as JSON by us.
            let clear: Option<Value> = clear.and_then(|json| serde_json::from_str(&json).ok());
            record.data.push(Datum {
                path: path.to_string(),
                class,
                value: clear.as_ref().map(text_of),
            });
            put(&mut record.content, &path, clear.unwrap_or(Value::Null));
        }
        drop(openings);
        for ((event, _), record) in held.iter().zip(&mut records) {
            keep_theirs(event.stream.category(), record, subject);
        }
        Ok(records)
    }
}

fn record_of(event: &RecordedEvent, read: &Held) -> Result<Record, PrivacyError> {
    let metadata: Metadata =
        serde_json::from_str(&event.metadata).map_err(|error| unreadable(event, &error))?;
    Ok(Record {
        event_type: event.event_type.as_str().to_owned(),
        stream: event.stream.to_string(),
        event_id: event.event_id,
        position: event.position.get(),
        recorded_at: event.recorded_at,
        actor: metadata.actor,
        source: metadata.source,
        data: Vec::new(),
        content: read.content().map_err(|error| unreadable(event, &error))?,
    })
}

/// Takes out what is about others: of a payroll, their lines and the sums over all of them. What stays has another place
/// in the list then, and its data too.
fn keep_theirs(category: &str, record: &mut Record, subject: &SubjectId) {
    if category != PAYROLL {
        return;
    }
    let Some(fields) = record.content.as_object_mut() else {
        return;
    };
    fields.remove("costs");
    if let Some(lines) = fields.get_mut("lines").and_then(Value::as_array_mut) {
        let subject = Some(subject.as_str());
        lines.retain(|line| line.get("subject_id").and_then(Value::as_str) == subject);
    }
    // A line has one piece of personal data: what it comes to.
    for (index, datum) in record.data.iter_mut().enumerate() {
        datum.path = Path::line(index, "amounts").to_string();
    }
}
