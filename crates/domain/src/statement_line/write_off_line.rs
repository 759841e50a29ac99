//! Taking in the money of a line that pays nothing.

use std::fmt::Display;

use serde::Serialize;

use super::settling::bank_reference;
use super::{LineRejection, StatementLine, StatementLineEvent, StatementLineState, StatementLineWrittenOff};
use crate::open_item::{claim_of_reference, reason};
use crate::{
    AccountCode, Aggregate as _, Command, Decided, Decision, Given, Needs, Payload, SettlementId,
    StatementLineId,
};

/// Takes the money of a line in, against an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WriteOffStatementLine {
    /// The line.
    pub line_id: StatementLineId,
    /// The account on the other side: one to which entries are posted by hand.
    pub counter: AccountCode,
    /// Why, 1 to 500 characters.
    pub reason: String,
    /// A settlement that the line had led to and that was reversed, so that its money is free again. It is a fact and no
    /// wish, so a fingerprint need not hold it.
    #[serde(skip)]
    pub reversed: Option<SettlementId>,
}

impl Command for WriteOffStatementLine {
    type Of = StatementLine;
    type Answer = StatementLineWrittenOff;

    const NAME: &'static str = "WriteOffStatementLine";

    fn stream_id(&self) -> impl Display + Send {
        self.line_id
    }

    fn needs<'a>(&'a self, state: &'a StatementLineState) -> Needs<'a> {
        if state.recorded.is_none() {
            return Needs::NOTHING;
        }
        Needs::COMPANY.and_books()
    }

    fn is_answer(&self, event: &StatementLineEvent) -> bool {
        StatementLineWrittenOff::of(event).is_some()
    }

    fn decide(&self, state: &StatementLineState, given: &Given<'_>) -> Decided<StatementLine> {
        let line_id = self.line_id;
        let line = state.line(line_id)?;
        let reason = reason(&self.reason)?;
        if let Some(before) = &state.written_off {
            if before.counter == self.counter && before.reason == reason {
                return Ok(Decision::nothing());
            }
            return Err(LineRejection::LineWrittenOff { line_id });
        }
        let standing = state
            .matched
            .as_ref()
            .filter(|matched| Some(matched.settlement_id) != self.reversed);
        if let Some(matched) = standing {
            let item_id = matched.item_id;
            return Err(LineRejection::LineMatched { line_id, item_id });
        }
        given
            .books()?
            .postable_by_hand("counter_account", &self.counter)?;
        let written_off = StatementLineWrittenOff {
            line_id,
            business_date: line.date,
            currency: line.currency,
            gross: line.gross,
            fee: line.fee,
            money_account: line.money_account.clone(),
            counter: self.counter.clone(),
            reason,
        };
        // Money that a settlement with the same reference took in already must not come in twice.
        let claim = bank_reference(line).map(|reference| {
            let holder = format!("{}-{line_id}", StatementLine::CATEGORY);
            claim_of_reference(&line.money_account, reference, holder)
        });
        Ok(Decision {
            events: vec![written_off.into()],
            claims: claim.into_iter().collect(),
        })
    }
}
