//! Undoing a payment.

use std::fmt::Display;
use std::marker::PhantomData;

use jiff::civil::Date;
use serde::Serialize;

use super::checks::{day_from, moved_needs, reason};
use super::{ItemEvent, ItemRejection, ItemSide, ItemState, OpenItem, SettlementReversed};
use crate::{Command, Decided, Decision, Given, Needs, OpenItemId, OwnKey, SettlementId};

/// Undoes a payment: what it had paid is open again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(bound = "")]
pub struct ReverseSettlement<S> {
    /// The item.
    pub item_id: OpenItemId,
    /// The settlement.
    pub settlement_id: SettlementId,
    /// The day on which it is undone, not before that of the payment.
    pub business_date: Date,
    /// Why, 1 to 500 characters.
    pub reason: String,
    /// Which side it is on.
    #[serde(skip)]
    pub side: PhantomData<S>,
}

impl<S: ItemSide> Command for ReverseSettlement<S> {
    type Of = OpenItem<S>;
    type Answer = S::Event;

    const NAME: &'static str = S::NAMES.reverse_settlement;

    fn stream_id(&self) -> impl Display + Send {
        self.item_id
    }

    fn own_key(&self) -> OwnKey {
        OwnKey::Named(self.settlement_id.uuid())
    }

    fn needs<'a>(&'a self, state: &'a ItemState<S>) -> Needs<'a> {
        moved_needs(state)
    }

    fn is_answer(&self, event: &S::Event) -> bool {
        matches!(S::of(event), ItemEvent::SettlementReversed(one) if one.settlement_id == self.settlement_id)
    }

    fn decide(&self, state: &ItemState<S>, given: &Given<'_>) -> Decided<OpenItem<S>> {
        let (item_id, settlement_id) = (self.item_id, self.settlement_id);
        state.item(item_id)?;
        let settlement = state
            .settlement(settlement_id)
            .ok_or(ItemRejection::SettlementUnknown {
                item_id,
                settlement_id,
            })?;
        if settlement.is_reversed {
            return Err(ItemRejection::SettlementAlreadyReversed { settlement_id });
        }
        given.books()?;
        let settled = &settlement.settled;
        day_from(self.business_date, settled.business_date)?;
        Ok(Decision::event(SettlementReversed::<S> {
            item: settled.item.clone(),
            settlement_id,
            installment: settled.installment,
            business_date: self.business_date,
            amount: settled.amount,
            fee: settled.fee,
            discount: settled.discount,
            interest: settled.interest,
            money_account: settled.money_account.clone(),
            reason: reason(&self.reason)?,
            side: PhantomData,
        }))
    }
}
