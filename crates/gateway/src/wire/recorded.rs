//! The log's side of a command's answer.

use posars_commands::Completed;
use posars_domain::{DomainEvent, Founded};
use posars_event_store::Version;

use super::value::write_time;
use crate::proto::log::v1 as pb;

/// Writes what a command made happen; with `validate_only`, what it would have.
pub(crate) fn write_recorded<E: DomainEvent>(completed: &Completed<E>, validate_only: bool) -> pb::Recorded {
    let preview = if validate_only {
        let events = completed.events.iter().map(write_preview);
        events
            .chain(completed.founded.iter().map(write_founded))
            .collect()
    } else {
        Vec::new()
    };
    let version = completed.version();
    pb::Recorded {
        position: completed.position.get(),
        event_ids: completed.event_ids.iter().map(ToString::to_string).collect(),
        replayed: completed.replayed && !validate_only,
        record_time: completed.recorded_at.map(write_time),
        etag: if version == Version::START {
            String::new()
        } else {
            version.get().to_string()
        },
        preview,
    }
}

fn write_preview<E: DomainEvent>(event: &E) -> pb::EventPreview {
    pb::EventPreview {
        event_type: event.event_type().to_owned(),
        schema_version: u32::from(event.schema_version()),
        payload_json: event.to_json().to_string(),
    }
}

fn write_founded(founded: &Founded) -> pb::EventPreview {
    pb::EventPreview {
        event_type: founded.event_type.to_owned(),
        schema_version: u32::from(founded.schema_version),
        payload_json: founded.data.clone(),
    }
}
