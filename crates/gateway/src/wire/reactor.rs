//! Reactors and what they set aside.

use posars_commands::reactors::{ParkedEvent, ReactorStanding, Retried};
use posars_domain::CompanyId;
use tonic::Status;

use super::Reader;
use super::names::{ReactorName, ResourceName as _};
use super::reader::FIELD_INVALID;
use super::value::{given, write_time};
use crate::proto::operations::v1 as pb;

/// Events tried again by one call when the client does not say.
const RETRIED_EVENTS_DEFAULT: usize = 100;
/// The same at most: about ten seconds' work.
const RETRIED_EVENTS_MAX: usize = 1_000;

/// Reads the stream, if one is meant, and the most events of a `RetryParkedEventsRequest`.
pub(crate) fn read_retry_parked(
    request: pb::RetryParkedEventsRequest,
) -> Result<(Option<String>, usize), Status> {
    let mut reader = Reader::new();
    let limit = match usize::try_from(request.max_events) {
        Ok(0) => Some(RETRIED_EVENTS_DEFAULT),
        Ok(limit) if limit <= RETRIED_EVENTS_MAX => Some(limit),
        Ok(_) | Err(_) => {
            let problem = format!(
                "{} is not a number of events; ask for 1 to {RETRIED_EVENTS_MAX}, or 0 for {RETRIED_EVENTS_DEFAULT}",
                request.max_events
            );
            reader.refuse("max_events", FIELD_INVALID, problem);
            None
        }
    };
    reader.finish(limit.map(|limit| (given(request.stream), limit)))
}

/// Writes how a reactor stands.
pub(crate) fn write_reactor(company: &CompanyId, reactor: &ReactorStanding) -> pb::Reactor {
    let name = ReactorName {
        reactor_id: reactor.name.clone(),
    };
    pb::Reactor {
        name: name.of(company),
        reactor_id: reactor.name.clone(),
        position: reactor.position.get(),
        lag_events: reactor.lag_events,
        lag_seconds: reactor.lag_seconds,
        parked_events: reactor.parked,
        holder: reactor.holder.clone().unwrap_or_default(),
        waiting_events: reactor.waiting,
    }
}

/// Writes an event that was set aside.
pub(crate) fn write_parked_event(parked: &ParkedEvent) -> pb::ParkedEvent {
    pb::ParkedEvent {
        version: parked.version.get(),
        position: parked.event.source_position,
        event_id: parked.event.source_event_id.to_string(),
        stream: parked.event.key.clone(),
        reason: parked.event.reason.clone(),
        problem: parked.event.problem.clone(),
        park_time: Some(write_time(parked.parked_at)),
    }
}

/// Writes an event that was tried again and is still set aside; `None` when it is dealt with.
pub(crate) fn write_unretried(parked: &ParkedEvent, outcome: &Retried) -> Option<pb::UnretriedEvent> {
    let problem = outcome.problem()?;
    let (outcome, reason) = match outcome {
        Retried::Done => return None,
        Retried::Failed { reason, .. } => (pb::RetryOutcome::Failed, reason.as_str()),
        Retried::TooLate { .. } => (pb::RetryOutcome::TooLate, ""),
        Retried::Behind => (pb::RetryOutcome::Behind, ""),
    };
    Some(pb::UnretriedEvent {
        parked_event: Some(write_parked_event(parked)),
        outcome: outcome.into(),
        reason: reason.to_owned(),
        problem,
    })
}
