//! What is put aside, durably and once: lines whose product nobody has defined, and events that cannot be worked on.

use std::collections::HashSet;

use posars_domain::Sku;
use posars_domain::product::ProductDefined;
use posars_domain::sale::Sale;
use posars_domain::waiting::{SaleLinesReleased, SourceEventParked, WaitingEvent};
use posars_event_store::{Direction, InvalidName, Position, StreamName, Version};

use super::StockReactor;
use super::catalogue::Standing;
use super::slice::State;
use super::source::{Cause, MovedSku, Movement};
use crate::keys::{stream, stream_of};
use crate::load::decode;
use crate::reactors::{Reactor as _, ReactorError, parked_stream};

/// Events of one read of what waits.
const PAGE_EVENTS: u32 = 500;
/// The most events ever put aside as not workable; more means that the reactor itself is at fault, and it stops.
const PARKED_MAX: usize = 10_000;

/// Where the lines of an unknown SKU wait.
pub(crate) fn waiting_stream(sku: &Sku) -> Result<StreamName, InvalidName> {
    stream("waiting", sku)
}

/// The events put aside as not workable: the stream concerned, and the position of the event.
pub(crate) type Parked = HashSet<(String, Position)>;

impl StockReactor {
    /// Makes lines of an unknown SKU wait; once, because the stream tells up to where it was done.
    pub(crate) async fn park(&mut self, movement: &Movement, moved: &MovedSku) -> Result<(), ReactorError> {
        let stream = waiting_stream(&moved.sku)?;
        if self.waits_through(&stream) >= movement.cause.position {
            return Ok(());
        }
        self.make_room_for(1).await?;
        let event = WaitingEvent::SaleLinesParked(movement.park(&moved.sku, &moved.lines));
        let state = State::Waiting(movement.cause.position.get());
        Ok(self.slice.push(&stream, &[event], &movement.cause, state)?)
    }

    fn waits_through(&self, stream: &StreamName) -> Position {
        match self.slice.state(stream) {
            State::Waiting(through) => Position::new(*through),
            State::Nothing | State::Stock(_) | State::Unreadable(_) => Position::START,
        }
    }

    /// Lets everything that waited for a product move stock, in the order it had happened.
    ///
    /// Killed half way, it is done again from the start, and the stocks know what they have seen. The mark at the end
    /// only saves reading it all again.
    pub(crate) async fn release(
        &mut self,
        defined: &ProductDefined,
        cause: &Cause,
    ) -> Result<(), ReactorError> {
        let stream = waiting_stream(&defined.settings.sku)?;
        let through = self.waits_through(&stream);
        if through == Position::START || through >= cause.position {
            return Ok(());
        }
        self.release_through(defined, cause, cause.position).await
    }

    /// Lets everything move, and marks the stream as done up to a position.
    pub(crate) async fn release_through(
        &mut self,
        defined: &ProductDefined,
        cause: &Cause,
        through: Position,
    ) -> Result<(), ReactorError> {
        let stream = waiting_stream(&defined.settings.sku)?;
        // What waits may still be in the slice; it is read back from the log below.
        self.flush().await?;
        if defined.settings.tracked {
            self.release_all(&stream, cause).await?;
        }
        self.make_room_for(1).await?;
        let source_position = through.get();
        let released = SaleLinesReleased {
            sku: defined.settings.sku.clone(),
            source_position,
        };
        let state = State::Waiting(source_position);
        Ok(self.slice.push(
            &stream,
            &[WaitingEvent::SaleLinesReleased(released)],
            cause,
            state,
        )?)
    }

    async fn release_all(&mut self, stream: &StreamName, cause: &Cause) -> Result<(), ReactorError> {
        let mut from = Version::START.plus(1);
        loop {
            let page = self
                .log
                .read_stream(stream, from, Direction::Forwards, PAGE_EVENTS)
                .await?;
            let is_last = page.len() < usize::try_from(PAGE_EVENTS).unwrap_or(usize::MAX);
            let mut movements = Vec::with_capacity(page.len());
            for recorded in &page {
                from = recorded.version.plus(1);
                match decode(recorded) {
                    Ok(WaitingEvent::SaleLinesParked(parked)) => {
                        let sale_stream = stream_of::<Sale>(Sale::stream_id(&parked.sale_id))?;
                        movements.push(Movement::parked(&parked, sale_stream, cause)?);
                    }
                    Ok(
                        WaitingEvent::SaleLinesReleased(_)
                        | WaitingEvent::SourceEventParked(_)
                        | WaitingEvent::SourceEventRetried(_),
                    ) => {}
                    Err(error) => {
                        let lines = Cause {
                            position: recorded.position,
                            event_id: recorded.event_id,
                            ..cause.clone()
                        };
                        self.put_aside(stream, &lines, (error.reason(), error.to_string()))
                            .await?;
                    }
                }
            }
            self.learn_stocks(&movements).await?;
            for movement in &movements {
                for moved in &movement.skus {
                    self.move_stock(movement, moved, Standing::Tracked).await?;
                }
            }
            if is_last {
                return Ok(());
            }
        }
    }

    /// Puts an event aside that cannot be worked on, with what it concerns, and goes on.
    pub(crate) async fn put_aside(
        &mut self,
        key: &StreamName,
        cause: &Cause,
        (reason, problem): (&str, String),
    ) -> Result<(), ReactorError> {
        let mark = (key.to_string(), cause.position);
        if self.parked().await?.contains(&mark) {
            return Ok(());
        }
        if self.parked().await?.len() >= PARKED_MAX {
            return Err(ReactorError::TooManyParked {
                parked: PARKED_MAX,
                problem,
            });
        }
        tracing::error!(reactor = Self::NAME, key = %key, position = %cause.position, reason, problem, "event put aside");
        self.make_room_for(1).await?;
        let event = WaitingEvent::SourceEventParked(SourceEventParked {
            reactor: Self::NAME.to_owned(),
            key: key.to_string(),
            source_position: cause.position.get(),
            source_event_id: cause.event_id,
            reason: reason.to_owned(),
            problem,
        });
        // The key is part of the id: one event may be put aside for several stocks.
        let cause_of_key = Cause {
            event_id: crate::keys::derived_from(cause.event_id, key.as_str()),
            ..cause.clone()
        };
        let state = State::Waiting(cause.position.get());
        self.slice
            .push(&parked_stream(Self::NAME)?, &[event], &cause_of_key, state)?;
        self.parked.get_or_insert_default().insert(mark);
        Ok(())
    }

    /// Everything put aside so far, read once.
    pub(crate) async fn parked(&mut self) -> Result<&Parked, ReactorError> {
        if self.parked.is_none() {
            let stream = parked_stream(Self::NAME)?;
            let mut parked = Parked::new();
            let mut last = None;
            loop {
                let from = last
                    .as_ref()
                    .map_or(Version::START, |last: &posars_event_store::RecordedEvent| {
                        last.version
                    });
                let page = self
                    .log
                    .read_stream(&stream, from.plus(1), Direction::Forwards, PAGE_EVENTS)
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
}
