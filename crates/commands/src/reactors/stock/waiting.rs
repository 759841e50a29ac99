//! What is put aside, durably and once: lines whose product nobody has defined, and events that cannot be worked on.

use posars_domain::Sku;
use posars_domain::product::ProductDefined;
use posars_domain::sale::Sale;
use posars_domain::waiting::{SaleLinesReleased, WaitingEvent};
use posars_event_store::{Direction, InvalidName, Position, StreamName, Version};

use super::StockReactor;
use super::catalogue::Standing;
use super::source::{MovedSku, Movement};
use super::state::State;
use crate::keys::{stream, stream_of};
use crate::load::decode;
use crate::reactors::ReactorError;
use crate::reactors::cause::Cause;

/// Events of one read of what waits.
const PAGE_EVENTS: u32 = 500;

/// Where the lines of an unknown SKU wait.
pub(crate) fn waiting_stream(sku: &Sku) -> Result<StreamName, InvalidName> {
    stream("waiting", sku)
}

impl StockReactor {
    /// Makes lines of an unknown SKU wait; once, because the stream tells up to where it was done.
    pub(crate) async fn park(&mut self, movement: &Movement, moved: &MovedSku) -> Result<(), ReactorError> {
        let stream = waiting_stream(&moved.sku)?;
        if self.waits_through(&stream) >= movement.cause.position {
            return Ok(());
        }
        let event = WaitingEvent::SaleLinesParked(movement.park(&moved.sku, &moved.lines));
        let state = State::Waiting(movement.cause.position.get());
        self.work.gather(&stream, &[event], &movement.cause, state).await
    }

    fn waits_through(&self, stream: &StreamName) -> Position {
        match self.work.slice.state(stream) {
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
        self.work.flush().await?;
        if defined.settings.tracked {
            self.release_all(&stream, cause).await?;
        }
        let source_position = through.get();
        let released = WaitingEvent::SaleLinesReleased(SaleLinesReleased {
            sku: defined.settings.sku.clone(),
            source_position,
        });
        let state = State::Waiting(source_position);
        self.work.gather(&stream, &[released], cause, state).await
    }

    async fn release_all(&mut self, stream: &StreamName, cause: &Cause) -> Result<(), ReactorError> {
        let mut from = Version::START.plus(1);
        loop {
            let page = self
                .work
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
                        self.work
                            .put_aside(stream, &lines, (error.reason(), error.to_string()))
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
}
