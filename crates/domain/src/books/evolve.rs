//! How the events of the books add up. Apart from the state, which rules of other aggregates look at.

use super::{BooksEvent, BooksRejection, BooksState};
use crate::Aggregate;

/// What the books are.
#[derive(Debug, Clone, Copy)]
pub struct Books;

impl Books {
    /// The id part of the stream's name: a company has one.
    #[must_use]
    pub const fn stream_id() -> &'static str {
        "main"
    }
}

impl Aggregate for Books {
    const CATEGORY: &'static str = "books";
    type Event = BooksEvent;
    type State = BooksState;
    type Rejection = BooksRejection;

    fn evolve(state: BooksState, event: &BooksEvent) -> BooksState {
        let state = BooksState {
            version: state.version + 1,
            ..state
        };
        match event {
            BooksEvent::BooksBegun(begun) => BooksState {
                begun: Some(begun.clone()),
                ..state
            },
            BooksEvent::PeriodCloseBegun(event) => BooksState {
                closing: Some(event.month),
                ..state
            },
            BooksEvent::PeriodClosed(event) => BooksState {
                closing: None,
                first_closed: state.first_closed.or(Some(event.month)),
                closed_through: Some(event.month),
                ..state
            },
            // A close that was not completed leaves what is closed as it is.
            BooksEvent::PeriodReopened(event) if state.closing == Some(event.month) => BooksState {
                closing: None,
                ..state
            },
            // The first close had closed all before it, which none of them was by itself: what is not locked is open again.
            BooksEvent::PeriodReopened(event) if state.first_closed == Some(event.month) => BooksState {
                first_closed: None,
                closed_through: state.locked_through,
                ..state
            },
            BooksEvent::PeriodReopened(event) => BooksState {
                closed_through: event.month.previous(),
                ..state
            },
            BooksEvent::PeriodLocked(event) => BooksState {
                locked_through: Some(event.month),
                ..state
            },
        }
    }
}
