//! What a line of a statement makes happen: to itself, and to what it pays.

use std::marker::PhantomData;

use super::finding::{Found, find};
use super::{
    LineRejection, StatementKind, StatementLineEvent, StatementLineMatched, StatementLineRecorded,
    StatementLineState, StatementLineUnmatched, UnmatchedReason,
};
use crate::open_item::{InstallmentState, ItemRejection, ItemState, Receivable, SettleItem, plain_number};
use crate::{Amount, OpenItemId, SettlementId, StatementLineId, natural_id};

/// What a line makes happen, to be appended as one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineSettled {
    /// What happens to the line; nothing when it is dealt with.
    pub events: Vec<StatementLineEvent>,
    /// The payment that it tells of.
    pub settles: Option<SettleItem<Receivable>>,
    /// Whether that is all that is open of an instalment.
    pub is_exact: bool,
}

/// Says which receivable a line pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct MatchStatementLine {
    /// The line.
    pub line_id: StatementLineId,
    /// The receivable.
    pub item_id: OpenItemId,
    /// Its instalment; `None` for the one of just this amount, else the first that is open.
    pub installment: Option<u16>,
}

impl StatementLineState {
    /// Settles what a line pays, found among receivables that have a key in common with it. A line that is dealt with
    /// changes nothing; one that had paid nothing so far is looked at anew. `is_capped` says that there are more candidates.
    #[must_use]
    pub fn settled_by_itself(
        &self,
        line: &StatementLineRecorded,
        candidates: &[&ItemState<Receivable>],
        is_capped: bool,
    ) -> LineSettled {
        if self.is_dealt_with() {
            return LineSettled::default();
        }
        match find(line, candidates, is_capped) {
            Found::Pays { item, installment } => self.pays(line, item, installment, false),
            Found::Nothing { reason, item_id } => self.left_unmatched(line, reason, item_id),
        }
    }

    /// Leaves a line that pays nothing.
    #[must_use]
    pub fn left_unmatched(
        &self,
        line: &StatementLineRecorded,
        reason: UnmatchedReason,
        item_id: Option<OpenItemId>,
    ) -> LineSettled {
        let unmatched = StatementLineUnmatched {
            line_id: line.line_id,
            reason,
            item_id,
        };
        let mut events = self.recorded_now(line);
        if self.unmatched.as_ref() != Some(&unmatched) {
            events.push(unmatched.into());
        }
        LineSettled {
            events,
            ..LineSettled::default()
        }
    }

    /// Settles what somebody says that the line pays. `item` is that receivable; `before` is the one that the line had paid
    /// before, if it had: when that payment was reversed, the line may pay again.
    ///
    /// # Errors
    /// [`LineRejection::LineUnknown`], [`LineRejection::LineWrittenOff`], [`LineRejection::LineMatched`] when it has paid
    /// already; [`LineRejection::Item`] when the receivable is not there or has not so much open.
    pub fn settled_by_hand(
        &self,
        command: &MatchStatementLine,
        item: &ItemState<Receivable>,
        before: Option<&ItemState<Receivable>>,
    ) -> Result<LineSettled, LineRejection> {
        let line = self.line(command.line_id)?;
        if let Some(standing) = self.standing_match(before) {
            let same = standing.item_id == command.item_id
                && command
                    .installment
                    .is_none_or(|number| number == standing.installment);
            if same {
                return Ok(LineSettled::default());
            }
        }
        self.check_free(command.line_id, before)?;
        let item_id = command.item_id;
        if item.registered.is_none() {
            return Err(ItemRejection::ItemUnknown { item_id }.into());
        }
        let open = item.open_installments();
        let installment = match command.installment {
            Some(number) => {
                let known = item.installment(number);
                known.ok_or(ItemRejection::InstallmentUnknown { item_id, number })?
            }
            None => open
                .iter()
                .find(|installment| installment.open == line.gross)
                .or_else(|| open.iter().find(|installment| installment.open >= line.gross))
                .or_else(|| open.first())
                .copied()
                .ok_or(ItemRejection::NothingOpen { item_id })?,
        };
        Ok(self.pays(line, item, installment, true))
    }

    /// Refuses to do something with a line whose money is accounted for.
    pub(super) fn check_free(
        &self,
        line_id: StatementLineId,
        before: Option<&ItemState<Receivable>>,
    ) -> Result<(), LineRejection> {
        if self.written_off.is_some() {
            return Err(LineRejection::LineWrittenOff { line_id });
        }
        match self.standing_match(before) {
            Some(matched) => Err(LineRejection::LineMatched {
                line_id,
                item_id: matched.item_id,
            }),
            None => Ok(()),
        }
    }

    /// What it paid, unless that payment was reversed.
    #[must_use]
    pub fn standing_match(&self, before: Option<&ItemState<Receivable>>) -> Option<&StatementLineMatched> {
        let matched = self.matched.as_ref()?;
        let settlement = before.and_then(|item| item.settlement(matched.settlement_id));
        let is_reversed = settlement.is_some_and(|settlement| settlement.is_reversed);
        (!is_reversed).then_some(matched)
    }

    fn pays(
        &self,
        line: &StatementLineRecorded,
        item: &ItemState<Receivable>,
        installment: &InstallmentState,
        by_hand: bool,
    ) -> LineSettled {
        let Some(registered) = item.registered.as_deref() else {
            return self.left_unmatched(line, UnmatchedReason::NothingFound, None);
        };
        let (line_id, item_id) = (line.line_id, registered.item.item_id);
        let settlement_id = settlement_of_line(line_id, self.matches + 1);
        let expected_fee = installment.expected_fee_of(line.gross);
        let mut events = self.recorded_now(line);
        events.push(
            StatementLineMatched {
                line_id,
                item_id,
                installment: installment.number,
                settlement_id,
                amount: line.gross,
                expected_fee: Some(expected_fee).filter(|expected| *expected != line.fee),
                by_hand,
            }
            .into(),
        );
        let settles = SettleItem {
            item_id,
            settlement_id,
            installment: installment.number,
            business_date: line.date.max(registered.business_date),
            currency: line.currency,
            amount: line.gross,
            fee: line.fee,
            discount: Amount::ZERO,
            interest: Amount::ZERO,
            money_account: line.money_account.clone(),
            bank_reference: bank_reference(line),
            statement_line: Some(line_id),
            side: PhantomData,
        };
        LineSettled {
            events,
            settles: Some(settles),
            is_exact: installment.open == line.gross,
        }
    }

    fn recorded_now(&self, line: &StatementLineRecorded) -> Vec<StatementLineEvent> {
        let is_new = self.recorded.is_none();
        is_new.then(|| line.clone().into()).into_iter().collect()
    }
}

/// The settlement that a line leads to when it is matched for the nth time, from 1.
fn settlement_of_line(line_id: StatementLineId, nth: u32) -> SettlementId {
    let (line_id, nth) = (line_id.to_string(), nth.to_string());
    SettlementId::new(natural_id(&["settlement", &line_id, &nth]))
}

/// A bank's reference is of one movement on its account; zeros are none. What an acquirer refers to may be a payout of
/// many sales.
pub(super) fn bank_reference(line: &StatementLineRecorded) -> Option<String> {
    match line.kind {
        StatementKind::Acquirer => None,
        StatementKind::Bank | StatementKind::Pix => {
            let reference = line.reference.as_ref();
            reference.filter(|code| plain_number(code).is_some()).cloned()
        }
    }
}
