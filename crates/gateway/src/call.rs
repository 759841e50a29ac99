//! What every service needs to know of a call besides its message: who asks, where, until when, and as part of which
//! trace. `scope` keeps the call to the company and the stores that are the caller's.

mod across;
mod ask;
mod scope;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use posars_commands::{Actor, Envelope, Source};
use posars_domain::CompanyId;
use posars_event_store::{Position, Traceparent};
use posars_projections::Freshness;
use tokio::time::Instant;
use tonic::metadata::{Ascii, MetadataMap, MetadataValue};
use tonic::{Request, Status};

pub(crate) use self::across::CallAcross;
pub(crate) use self::ask::Done;
use crate::Tenant;
use crate::authorize::CallScope;
use crate::deadline::Deadline;
use crate::status;
use crate::wire::{Reader, read_optional_uuid};

/// Wait for a read model in a call without a deadline.
const WAIT_DEFAULT: Duration = Duration::from_secs(5);
/// Kept back from a call's time, so that "the read model is behind" is said before "too late".
const ANSWER_TIME: Duration = Duration::from_millis(50);
/// Kept back from a call's time for the command that follows a wait.
const COMMAND_TIME: Duration = Duration::from_secs(1);
/// The longest that a command waits for others: what is not done by then does not come by waiting.
const PATIENCE_MAX: Duration = Duration::from_secs(60);
/// Header with the idempotency key of a command.
const IDEMPOTENCY_HEADER: &str = "idempotency-key";
/// Header with the trace that the caller is part of.
pub(crate) const TRACE_HEADER: &str = "traceparent";

/// Who calls, where, until when, and as part of which trace.
pub(crate) struct Call {
    scope: CallScope,
    deadline: Option<Instant>,
    traceparent: Option<Traceparent>,
    idempotency_key: Option<String>,
    received_at: Timestamp,
}

impl Call {
    /// Splits a request into the call and its message.
    ///
    /// # Errors
    /// When no layer has said who may call. That is a mistake of the server, and nobody gets in by it.
    pub(crate) fn of<T>(request: Request<T>) -> Result<(Self, T), Status> {
        let (metadata, mut extensions, message) = request.into_parts();
        let scope = extensions
            .remove::<CallScope>()
            .ok_or_else(status::unauthenticated)?;
        let deadline = extensions.remove::<Deadline>().map(|deadline| deadline.0);
        // The span of the call, which is part of the caller's trace; the caller's own where spans go nowhere.
        let traceparent = Traceparent::current().or_else(|| traceparent(&metadata));
        let idempotency_key = metadata.get(IDEMPOTENCY_HEADER).map(text_of);
        Ok((
            Self {
                scope,
                deadline,
                traceparent,
                idempotency_key,
                received_at: Timestamp::now(),
            },
            message,
        ))
    }

    /// What surrounds the command of this call. An empty `request_id` stands for the header of the same meaning, which
    /// clients of REST know.
    ///
    /// # Errors
    /// When `request_id` or the header is no UUID.
    pub(crate) fn envelope(&self, request_id: &str) -> Result<Envelope, Status> {
        let mut reader = Reader::new();
        let (field, text) = match self.idempotency_key.as_deref() {
            Some(key) if request_id.is_empty() => (IDEMPOTENCY_HEADER, key),
            Some(_) | None => ("request_id", request_id),
        };
        let request_id = read_optional_uuid(&mut reader, field, text);
        let request_id = reader.finish(request_id)?;
        let actor = Actor {
            subject: self.scope.principal.subject().into(),
            client: Some(self.scope.principal.client().into()),
        };
        let mut envelope = Envelope::new(actor, Source::Api, self.received_at);
        envelope.role_by_hand = self
            .scope
            .principal
            .role_by_hand()
            .map(|role| role.as_str().into());
        envelope.stores = self.scope.stores.clone();
        envelope.request_id = request_id;
        envelope.traceparent = self.traceparent.as_ref().map(|trace| trace.as_str().to_owned());
        Ok(envelope)
    }

    /// The day of the call, in UTC.
    pub(crate) fn today(&self) -> Date {
        self.received_at.to_zoned(TimeZone::UTC).date()
    }

    /// How fresh an answer must be: up to `min_position`, waiting until shortly before the caller gives up.
    pub(crate) fn freshness(&self, min_position: u64) -> Freshness {
        if min_position == 0 {
            return Freshness::ANY;
        }
        let left = self
            .deadline
            .map_or(WAIT_DEFAULT, |deadline| deadline.duration_since(Instant::now()));
        let wait = left.saturating_sub(ANSWER_TIME);
        Freshness::at_least(Position::new(min_position), wait)
    }

    /// How long a command of this call may wait for others before it does its own part.
    pub(crate) fn patience(&self) -> Duration {
        let left = self
            .deadline
            .map_or(WAIT_DEFAULT, |deadline| deadline.duration_since(Instant::now()));
        left.saturating_sub(COMMAND_TIME).min(PATIENCE_MAX)
    }

    /// The company of the call: its log and its read models.
    pub(crate) fn tenant(&self) -> &Arc<Tenant> {
        &self.scope.tenant
    }

    /// The company of the call.
    pub(crate) fn company(&self) -> &CompanyId {
        self.scope.tenant.company_id()
    }
}

/// The trace context that the caller names.
fn traceparent(metadata: &MetadataMap) -> Option<Traceparent> {
    Traceparent::parse(metadata.get(TRACE_HEADER)?.to_str().ok()?)
}

/// A header as text; what is no ASCII is replaced, and then refused as no UUID.
fn text_of(value: &MetadataValue<Ascii>) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

#[cfg(test)]
mod tests {
    use tonic::Code;

    use super::*;

    #[test]
    fn a_call_that_no_layer_has_let_in_is_refused() {
        let refused = Call::of(Request::new(())).err().unwrap();
        assert_eq!(refused.code(), Code::Unauthenticated);
    }
}
