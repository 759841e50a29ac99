//! What came of lines of statements, and what is known of the receivables that they pay.

use std::collections::HashMap;

use posars_domain::OpenItemId;
use posars_domain::open_item::{ItemState, Receivable, Settled};
use posars_domain::statement_line::{StatementLineEvent, StatementLineState};
use posars_event_store::{Position, Version};

use crate::Completed;

/// What came of a line of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineAnswer {
    /// The line as it stands now; in a validation, as it would.
    pub state: StatementLineState,
    /// Whether it was there before.
    pub is_repeated: bool,
    /// Where it stands in the log; `None` of a dry run that would record it.
    pub recorded_at: Option<Position>,
    /// The payment that it led to now.
    pub settled: Option<Settled<Receivable>>,
    /// What was written; of a dry run, what would have been.
    pub completed: Completed<StatementLineEvent>,
}

impl LineAnswer {
    /// The answer to the same line once more.
    #[must_use]
    pub fn again(&self) -> Self {
        Self {
            state: self.state.clone(),
            is_repeated: true,
            recorded_at: self.recorded_at,
            settled: None,
            completed: Completed {
                streams: self.completed.streams.clone(),
                position: self.completed.position,
                ..Completed::nothing()
            },
        }
    }
}

/// Receivables that a line may pay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidates {
    /// The receivables.
    pub items: Vec<OpenItemId>,
    /// Whether there are more than these.
    pub is_capped: bool,
}

/// Receivables that lines may pay, as they stood last: the lines of one sale stand near each other.
#[derive(Debug, Default)]
pub struct KnownItems(pub(crate) HashMap<OpenItemId, (ItemState<Receivable>, Version)>);
