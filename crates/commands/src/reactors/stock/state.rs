//! What the stock reactor must know of a stream to write to it.

use posars_domain::Aggregate as _;
use posars_domain::stock::{Stock, StockEvent, StockState};
use posars_domain::waiting::WaitingEvent;
use posars_event_store::{Position, RecordedEvent};

use crate::CommandError;
use crate::load::decode;
use crate::reactors::slice::StreamState;

/// What the stock reactor must know of a stream.
#[derive(Debug, Default)]
pub(crate) enum State {
    /// It has no event.
    #[default]
    Nothing,
    /// A stock.
    Stock(StockState),
    /// Things put aside: the position up to which nothing more will be.
    Waiting(u64),
    /// Its last event cannot be read, with the reason: nothing can be decided on it.
    Unreadable(String),
}

impl State {
    /// A stock after its last event, which says all of it.
    pub(crate) fn of_stock(last: &StockEvent) -> Self {
        Self::Stock(Stock::evolve(StockState::default(), last))
    }

    fn read(last: &RecordedEvent) -> Result<Self, CommandError> {
        if last.stream.category() == Stock::CATEGORY {
            let event: StockEvent = decode(last)?;
            return Ok(Self::of_stock(&event));
        }
        Ok(match decode::<WaitingEvent>(last)? {
            WaitingEvent::SaleLinesParked(event) => Self::Waiting(event.source_position),
            WaitingEvent::SaleLinesReleased(event) => Self::Waiting(event.source_position),
            WaitingEvent::SourceEventParked(event) => Self::Waiting(event.source_position),
            WaitingEvent::SourceEventRetried(event) => Self::Waiting(event.source_position),
        })
    }
}

impl StreamState for State {
    fn after(last: &RecordedEvent) -> Self {
        Self::read(last).unwrap_or_else(|error| Self::Unreadable(error.to_string()))
    }

    fn marked(through: Position) -> Self {
        Self::Waiting(through.get())
    }
}
