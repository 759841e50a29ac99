//! What every reactor keeps while it works: the append that is being gathered, and what it has set aside.

use std::collections::HashSet;

use posars_domain::DomainEvent;
use posars_domain::waiting::{SourceEventParked, WaitingEvent};
use posars_event_store::{Direction, Guard, Log, Position, ReadLog, RecordedEvent, StreamName, Version};

use super::cause::Cause;
use super::error::ReactorError;
use super::intake::{Intake, Sources};
use super::parked::{count_parked, parked_stream, retried_event, retried_stream};
use super::reactor::Retried;
use super::slice::{Slice, StreamState};
use crate::CommandError;
use crate::error::EVENT_UNREADABLE;
use crate::load::decode;

/// Source events of one page: about two appends of what follows from them.
const PAGE_EVENTS: u32 = 1_000;
/// The most streams asked about at once.
const STREAMS_MAX: usize = 5_000;
/// Events of one read of what was set aside.
const PARKED_PAGE_EVENTS: u32 = 500;
/// The most events ever put aside as not workable; more means that the reactor itself is at fault, and it stops.
const PARKED_MAX: usize = 10_000;

/// The events put aside as not workable: the stream concerned, and the position of the event.
type Parked = HashSet<(String, Position)>;

/// A reactor's work on one log.
#[derive(Debug)]
pub(crate) struct Work<S> {
    pub(crate) log: Log,
    pub(crate) slice: Slice<S>,
    reactor: &'static str,
    parked: Option<Parked>,
    page_events: u32,
    appended: u64,
    /// What must hold of other streams for every append.
    guards: Vec<Guard>,
}

impl<S: StreamState> Work<S> {
    pub(crate) fn new(log: Log, reactor: &'static str) -> Self {
        Self {
            log,
            slice: Slice::default(),
            reactor,
            parked: None,
            page_events: PAGE_EVENTS,
            appended: 0,
            guards: Vec::new(),
        }
    }

    /// What must hold of other streams for every append from now on: that they are as what was decided had looked at
    /// them. One that does not is a lost race.
    pub(crate) fn guard_by(&mut self, guards: Vec<Guard>) {
        self.guards = guards;
    }

    /// The next source events.
    pub(crate) async fn intake(&self, sources: Sources, after: Position) -> Result<Intake, ReactorError> {
        // After a lost race the page is small, and so is what there is to read.
        if self.page_events == PAGE_EVENTS {
            sources.read(&self.log, after, PAGE_EVENTS).await
        } else {
            sources.read_few(&self.log, after, self.page_events).await
        }
    }

    /// Makes room before a page, and begins to count what it appends.
    pub(crate) fn begin(&mut self) {
        self.slice.trim();
        self.appended = 0;
    }

    /// How many events the page has appended so far.
    pub(crate) const fn appended(&self) -> u64 {
        self.appended
    }

    /// Lets the next page be as large as this one went.
    pub(crate) fn ended<T>(&mut self, page: &Result<T, ReactorError>) {
        match page {
            Ok(_) => self.page_events = PAGE_EVENTS.min(self.page_events * 2),
            // Who writes to the same streams all the time must not make all of a large page be done over.
            Err(ReactorError::Lost { .. }) => self.page_events = (self.page_events / 4).max(1),
            Err(_) => {}
        }
    }

    /// Drops everything remembered of the log.
    pub(crate) fn forget(&mut self) {
        self.slice.forget();
        self.parked = None;
    }

    pub(crate) async fn learn_streams(&mut self, streams: &[StreamName]) -> Result<(), ReactorError> {
        let last = self.last_events(streams).await?;
        for (stream, last) in streams.iter().zip(&last) {
            self.slice.learn(stream, last.as_ref());
        }
        Ok(())
    }

    pub(crate) async fn last_events(
        &self,
        streams: &[StreamName],
    ) -> Result<Vec<Option<RecordedEvent>>, ReactorError> {
        let mut last = Vec::with_capacity(streams.len());
        for streams in streams.chunks(STREAMS_MAX) {
            last.extend(self.log.last_events(streams).await?);
        }
        Ok(last)
    }

    pub(crate) async fn first_events(
        &self,
        streams: &[StreamName],
    ) -> Result<Vec<Option<RecordedEvent>>, ReactorError> {
        let mut first = Vec::with_capacity(streams.len());
        for streams in streams.chunks(STREAMS_MAX) {
            first.extend(self.log.first_events(streams).await?);
        }
        Ok(first)
    }

    pub(crate) async fn last_event(
        &self,
        stream: &StreamName,
    ) -> Result<Option<RecordedEvent>, ReactorError> {
        let last = self.last_events(std::slice::from_ref(stream)).await?;
        Ok(last.into_iter().flatten().next())
    }

    /// Sends what is gathered when so many more events would not fit.
    pub(crate) async fn make_room_for(&mut self, events: usize) -> Result<(), ReactorError> {
        if self.slice.is_full_for(events) {
            self.flush().await
        } else {
            Ok(())
        }
    }

    /// Gathers the events that one cause leads to in one stream.
    pub(crate) async fn gather<E: DomainEvent + Sync>(
        &mut self,
        stream: &StreamName,
        events: &[E],
        cause: &Cause,
        state: S,
    ) -> Result<(), ReactorError> {
        self.make_room_for(events.len()).await?;
        Ok(self.slice.push(stream, events, cause, state)?)
    }

    pub(crate) async fn flush(&mut self) -> Result<(), ReactorError> {
        self.appended += self.slice.flush(&self.log, &self.guards, self.reactor).await?;
        Ok(())
    }

    /// Puts an event aside that cannot be worked on, with what it concerns, and goes on.
    pub(crate) async fn put_aside(
        &mut self,
        key: &StreamName,
        cause: &Cause,
        (reason, problem): (&str, String),
    ) -> Result<(), ReactorError> {
        let position = cause.position;
        if self.has_put_aside(key, position).await? {
            return Ok(());
        }
        if self.parked().await?.len() >= PARKED_MAX {
            return Err(ReactorError::TooManyParked {
                parked: PARKED_MAX,
                problem,
            });
        }
        tracing::error!(reactor = self.reactor, key = %key, %position, reason, problem, "event put aside");
        let event = WaitingEvent::SourceEventParked(SourceEventParked {
            reactor: self.reactor.to_owned(),
            key: key.to_string(),
            source_position: position.get(),
            source_event_id: cause.event_id,
            reason: reason.to_owned(),
            problem,
        });
        let stream = parked_stream(self.reactor)?;
        let cause = cause.about(key.as_str());
        self.gather(&stream, &[event], &cause, S::marked(position))
            .await?;
        self.parked
            .get_or_insert_default()
            .insert((key.to_string(), position));
        Ok(())
    }

    /// Whether an event was ever put aside for a stream; also when it was tried again with success since.
    pub(crate) async fn has_put_aside(
        &mut self,
        key: &StreamName,
        position: Position,
    ) -> Result<bool, ReactorError> {
        let parked = self.parked().await?;
        Ok(!parked.is_empty() && parked.contains(&(key.to_string(), position)))
    }

    /// How many events are set aside and still open.
    pub(crate) async fn parked_count(&mut self) -> Result<usize, ReactorError> {
        // What was tried again with success, as by a command beside this process, no longer counts.
        if self.parked().await?.is_empty() {
            return Ok(0);
        }
        let open = count_parked(&self.log, self.reactor).await?;
        Ok(usize::try_from(open).unwrap_or(usize::MAX))
    }

    /// Everything put aside so far, read once.
    async fn parked(&mut self) -> Result<&Parked, ReactorError> {
        if self.parked.is_none() {
            let stream = parked_stream(self.reactor)?;
            let mut parked = Parked::new();
            let mut last: Option<RecordedEvent> = None;
            loop {
                let from = last.as_ref().map_or(Version::START, |last| last.version);
                let page = self
                    .log
                    .read_stream(&stream, from.plus(1), Direction::Forwards, PARKED_PAGE_EVENTS)
                    .await?;
                let Some(newest) = page.last() else { break };
                for recorded in &page {
                    if let Ok(WaitingEvent::SourceEventParked(event)) = decode(recorded) {
                        parked.insert((event.key, Position::new(event.source_position)));
                    }
                }
                last = Some(newest.clone());
            }
            self.slice.learn(&stream, last.as_ref());
            self.parked = Some(parked);
        }
        Ok(self.parked.get_or_insert_default())
    }

    /// The event that was put aside, as the log has it now.
    pub(crate) async fn source_of(
        &self,
        parked: &SourceEventParked,
    ) -> Result<Result<RecordedEvent, Retried>, ReactorError> {
        let before = Position::new(parked.source_position.saturating_sub(1));
        let page = self.log.read_log(&ReadLog::after(before, 1)).await?;
        let mut events = page.events.into_iter();
        let found = events.find(|event| event.event_id == parked.source_event_id);
        Ok(found.ok_or_else(|| Retried::Failed {
            reason: EVENT_UNREADABLE.to_owned(),
            problem: format!(
                "position {} of the log does not hold the event that was put aside; run `posars audit verify`",
                parked.source_position
            ),
        }))
    }

    /// Appends that what was put aside is dealt with, together with what was gathered for it.
    pub(crate) async fn dealt_with(
        &mut self,
        parked: &SourceEventParked,
        cause: &Cause,
    ) -> Result<(), ReactorError> {
        let stream = retried_stream(self.reactor)?;
        self.learn_streams(std::slice::from_ref(&stream)).await?;
        let state = S::marked(Position::new(parked.source_position));
        // One event may have been put aside for several streams.
        let cause = cause.about(&parked.key);
        self.gather(&stream, &[retried_event(parked)], &cause, state)
            .await?;
        self.flush().await
    }
}

/// The outcome of a retry that met what cannot be read; any other failure is not one of the event.
pub(crate) fn unreadable_again(outcome: Result<Retried, ReactorError>) -> Result<Retried, ReactorError> {
    match outcome {
        Err(ReactorError::Command(error @ CommandError::Unreadable { .. })) => Ok(Retried::Failed {
            reason: error.reason().to_owned(),
            problem: error.to_string(),
        }),
        outcome => outcome,
    }
}
