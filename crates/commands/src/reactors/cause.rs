//! What a reactor's events say of why they are there.

use std::sync::Arc;

use jiff::Timestamp;
use posars_event_store::{JsonText, Position, RecordedEvent, Traceparent};
use serde::Deserialize;
use uuid::Uuid;

use crate::event_encoder::EventEncoder;
use crate::keys::derived_from;
use crate::{Actor, CommandError, Envelope, Source};

/// The event that leads to others.
#[derive(Clone, Debug)]
pub(crate) struct Cause {
    pub(crate) position: Position,
    pub(crate) event_id: Uuid,
    pub(crate) recorded_at: Timestamp,
    /// What the events that follow say of why they are there.
    pub(crate) metadata: JsonText,
    /// The trace that it belongs to; what follows belongs to it as well.
    pub(crate) trace: Option<Traceparent>,
}

#[derive(Default, Deserialize)]
struct CauseJson<'a> {
    #[serde(default)]
    correlation_id: Option<Uuid>,
    #[serde(borrow, default)]
    traceparent: Option<&'a str>,
}

impl Cause {
    pub(crate) fn of(
        event: &RecordedEvent,
        reactor: &str,
        encoder: &mut EventEncoder,
    ) -> Result<Self, CommandError> {
        let cause: CauseJson<'_> = serde_json::from_str(&event.metadata).unwrap_or_default();
        let trace = cause.traceparent.and_then(Traceparent::parse);
        let name: Arc<str> = reactor.into();
        let actor = Actor {
            subject: Arc::clone(&name),
            client: None,
        };
        let source = Source::Reactor {
            name,
            source_position: event.position,
        };
        let mut envelope = Envelope::new(actor, source, event.recorded_at);
        envelope.causation_id = Some(event.event_id);
        envelope.correlation_id = cause.correlation_id;
        envelope.traceparent = trace.as_ref().map(|trace| trace.as_str().to_owned());
        Ok(Self {
            position: event.position,
            event_id: event.event_id,
            recorded_at: event.recorded_at,
            metadata: envelope.metadata(encoder)?,
            trace,
        })
    }

    /// The same cause of what follows from it about one stream: an event may lead to the same thing about several.
    pub(crate) fn about(&self, key: &str) -> Self {
        Self {
            event_id: derived_from(self.event_id, key),
            ..self.clone()
        }
    }
}
