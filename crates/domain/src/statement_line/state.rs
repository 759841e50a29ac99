//! What the events of a line of a statement add up to.

use super::{
    LineRejection, StatementLineEvent, StatementLineMatched, StatementLineRecorded, StatementLineUnmatched,
    StatementLineWrittenOff, UnmatchedReason,
};
use crate::{Aggregate, SettlementId, StatementLineId};

/// What a line of a statement is.
#[derive(Debug, Clone, Copy)]
pub struct StatementLine;

impl StatementLine {
    /// The id part of the stream's name.
    #[must_use]
    pub const fn stream_id(line_id: &StatementLineId) -> StatementLineId {
        *line_id
    }
}

impl Aggregate for StatementLine {
    const CATEGORY: &'static str = "statementline";
    type Event = StatementLineEvent;
    type State = StatementLineState;
    type Rejection = LineRejection;

    fn evolve(mut state: StatementLineState, event: &StatementLineEvent) -> StatementLineState {
        match event {
            StatementLineEvent::StatementLineRecorded(event) => {
                state.recorded = Some(Box::new(event.clone()));
            }
            StatementLineEvent::StatementLineMatched(event) => {
                state.matches += 1;
                state.matched = Some(event.clone());
            }
            StatementLineEvent::StatementLineUnmatched(event) => {
                state.matched = None;
                state.unmatched = Some(event.clone());
            }
            StatementLineEvent::StatementLineWrittenOff(event) => state.written_off = Some(event.clone()),
        }
        state
    }
}

/// The line as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatementLineState {
    /// The line as recorded; `None` before it.
    pub recorded: Option<Box<StatementLineRecorded>>,
    /// What it paid; `None` when that was undone.
    pub matched: Option<StatementLineMatched>,
    /// How often it was matched.
    pub matches: u32,
    /// Why it pays nothing, or paid nothing before it paid something.
    pub unmatched: Option<StatementLineUnmatched>,
    /// The write-off, if there was one.
    pub written_off: Option<StatementLineWrittenOff>,
}

impl StatementLineState {
    /// Whether nothing more comes of it by itself: its money is accounted for, or somebody undid what it had paid and has to
    /// say what it pays.
    #[must_use]
    pub fn is_dealt_with(&self) -> bool {
        let is_reversed = || {
            let unmatched = self.unmatched.as_ref();
            unmatched.is_some_and(|unmatched| unmatched.reason == UnmatchedReason::Reversed)
        };
        self.matched.is_some() || self.written_off.is_some() || is_reversed()
    }

    /// What happens to the line when the payment that it had led to is undone; nothing when it led to another since.
    #[must_use]
    pub fn reversed(&self, settlement_id: SettlementId) -> Option<StatementLineUnmatched> {
        let matched = self
            .matched
            .as_ref()
            .filter(|matched| matched.settlement_id == settlement_id)?;
        Some(StatementLineUnmatched {
            line_id: matched.line_id,
            reason: UnmatchedReason::Reversed,
            item_id: Some(matched.item_id),
        })
    }

    /// The line as recorded, without which nothing can be done with it.
    pub(super) fn line(&self, line_id: StatementLineId) -> Result<&StatementLineRecorded, LineRejection> {
        self.recorded
            .as_deref()
            .ok_or(LineRejection::LineUnknown { line_id })
    }
}
