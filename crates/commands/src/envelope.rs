//! Who asks, why and from where: all of a command that is not the command itself.

use std::sync::Arc;

use jiff::Timestamp;
use posars_event_store::{JsonText, Position};
use serde::Serialize;
use uuid::Uuid;

use crate::event_encoder::EventEncoder;
use crate::{CommandError, StoreScope};

/// What surrounds a command; it becomes the metadata of every event that the command leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Who asks.
    pub actor: Actor,
    /// The role of an actor who was granted none, but has a token made by hand with the key of the machine.
    pub role_by_hand: Option<Arc<str>>,
    /// The stores that the actor may touch. It does not become part of the metadata.
    pub stores: StoreScope,
    /// The caller's own idempotency key; the command's own id serves where it has one.
    pub request_id: Option<Uuid>,
    /// What the whole business transaction is known by.
    pub correlation_id: Option<Uuid>,
    /// The event or message that led to this command.
    pub causation_id: Option<Uuid>,
    /// Through which door it came.
    pub source: Source,
    /// The W3C trace context of the call.
    pub traceparent: Option<String>,
    /// When it reached us: the server's time for every rule that needs one.
    pub received_at: Timestamp,
}

impl Envelope {
    /// An envelope with nothing but the actor, the door and the time.
    #[must_use]
    pub const fn new(actor: Actor, source: Source, received_at: Timestamp) -> Self {
        Self {
            actor,
            role_by_hand: None,
            stores: StoreScope::All,
            request_id: None,
            correlation_id: None,
            causation_id: None,
            source,
            traceparent: None,
            received_at,
        }
    }

    /// The metadata of the events, as compact JSON; what is absent is left out.
    pub(crate) fn metadata(&self, encoder: &mut EventEncoder) -> Result<JsonText, CommandError> {
        encoder.json(&Metadata {
            actor: &self.actor.subject,
            client: self.actor.client.as_deref(),
            role_by_hand: self.role_by_hand.as_deref(),
            request_id: self.request_id,
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
            source: match &self.source {
                Source::Api => SourceJson::Api,
                Source::Import {
                    file_sha256,
                    sheet,
                    row,
                } => SourceJson::Import {
                    file_sha256,
                    sheet,
                    row: *row,
                },
                Source::Reactor {
                    name,
                    source_position,
                } => SourceJson::Reactor {
                    name,
                    position: source_position.get(),
                },
            },
            traceparent: self.traceparent.as_deref(),
        })
    }
}

/// A person or program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The subject of the token, or the name of the local user or reactor.
    pub subject: Arc<str>,
    /// The program that the person uses.
    pub client: Option<Arc<str>>,
}

/// The door a command came through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A call.
    Api,
    /// A row of a spreadsheet.
    Import {
        /// SHA-256 of the file, in hexadecimal.
        file_sha256: Arc<str>,
        /// The sheet.
        sheet: Arc<str>,
        /// The row as the spreadsheet counts, from 1.
        row: u32,
    },
    /// An event.
    Reactor {
        /// The reactor.
        name: Arc<str>,
        /// Where that event stands in the log.
        source_position: Position,
    },
}

#[derive(Serialize)]
struct Metadata<'a> {
    actor: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_by_hand: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    causation_id: Option<Uuid>,
    source: SourceJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum SourceJson<'a> {
    Api,
    Import {
        file_sha256: &'a str,
        sheet: &'a str,
        row: u32,
    },
    Reactor {
        name: &'a str,
        position: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_leaves_out_what_is_absent() {
        let actor = Actor {
            subject: "ana".into(),
            client: None,
        };
        let mut envelope = Envelope::new(actor, Source::Api, Timestamp::UNIX_EPOCH);
        assert_eq!(
            envelope.metadata(&mut EventEncoder::default()).unwrap().as_str(),
            r#"{"actor":"ana","source":"api"}"#
        );
        envelope.role_by_hand = Some("owner".into());
        assert_eq!(
            envelope.metadata(&mut EventEncoder::default()).unwrap().as_str(),
            r#"{"actor":"ana","role_by_hand":"owner","source":"api"}"#
        );
        envelope.role_by_hand = None;
        envelope.source = Source::Import {
            file_sha256: "ab".into(),
            sheet: "Vendas".into(),
            row: 7,
        };
        envelope.request_id = Some(Uuid::nil());
        assert_eq!(
            envelope.metadata(&mut EventEncoder::default()).unwrap().as_str(),
            r#"{"actor":"ana","request_id":"00000000-0000-0000-0000-000000000000","source":{"import":{"file_sha256":"ab","sheet":"Vendas","row":7}}}"#
        );
    }
}
