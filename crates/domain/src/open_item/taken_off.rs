//! What a void or return takes off what is owed for the sale, and what is owed to the customer instead.

use std::marker::PhantomData;

use jiff::civil::Date;

use super::derived_ids::{credit_of_event, refund_of_event};
use super::{
    Credited, Installment, ItemKind, ItemOrigin, ItemRef, ItemSide, ItemState, MatchKeys, Payable,
    Receivable, Registered,
};
use crate::{AccountCode, Amount, Currency, PartyId, ReturnId, SaleId, StoreId};

use uuid::Uuid;

/// An event that takes money of a sale back.
#[derive(Debug, Clone, Copy)]
pub struct MoneyBack<'a> {
    /// The id of the event.
    pub event_id: Uuid,
    /// Its log position.
    pub position: u64,
    /// The sale.
    pub sale_id: SaleId,
    /// The return; `None` when the sale was voided.
    pub return_id: Option<ReturnId>,
    /// The store.
    pub store_id: &'a StoreId,
    /// The day that the event counts for.
    pub business_date: Date,
    /// The currency of the sale.
    pub currency: Currency,
    /// The customer.
    pub party: Option<&'a PartyId>,
    /// Why, if anybody said.
    pub reason: Option<&'a str>,
}

/// What can be taken off, and what cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenOff<S> {
    /// The credit of each item that is lowered.
    pub credits: Vec<Credited<S>>,
    /// What is more than was open.
    pub left: Amount,
}

impl MoneyBack<'_> {
    /// Takes an amount off what is open of receivables of the sale, in the order given; of each, the instalment that falls
    /// due last goes first, because the customer pays the others first.
    #[must_use]
    pub fn take_off<'s>(
        &self,
        receivables: impl IntoIterator<Item = &'s ItemState<Receivable>>,
        amount: Amount,
    ) -> TakenOff<Receivable> {
        let lowering = Lowering {
            event_id: self.event_id,
            position: self.position,
            business_date: self.business_date,
            reason: self.reason.unwrap_or_default(),
        };
        lowering.take_off(receivables, amount)
    }

    /// What the company owes the customer for the rest; `number` counts the refunds of the event from 0. `None` when it is
    /// nothing.
    #[must_use]
    pub fn refund(&self, number: u16, amount: Amount, account: &AccountCode) -> Option<Registered<Payable>> {
        if amount <= Amount::ZERO {
            return None;
        }
        Some(Registered {
            item: ItemRef {
                item_id: refund_of_event(self.event_id, number),
                kind: ItemKind::Refund,
                account: account.clone(),
                store_id: Some(self.store_id.clone()),
                party: self.party.cloned(),
                currency: self.currency,
            },
            business_date: self.business_date,
            amount,
            installments: vec![Installment {
                number: 1,
                due_date: self.business_date,
                amount,
                expected_fee: Amount::ZERO,
            }],
            origin: ItemOrigin::Refund {
                sale_id: self.sale_id,
                return_id: self.return_id,
                position: self.position,
            },
            party_name: None,
            document: None,
            keys: MatchKeys::default(),
            memo: None,
            side: PhantomData,
        })
    }
}

/// An event that lowers what is owed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lowering<'a> {
    /// The id of the event.
    pub(super) event_id: Uuid,
    /// Its log position.
    pub(super) position: u64,
    /// The day that it counts for.
    pub(super) business_date: Date,
    /// Why; empty when nobody said.
    pub(super) reason: &'a str,
}

impl Lowering<'_> {
    /// Takes an amount off what is open of items, in the order given; of each, the instalment that falls due last first.
    pub(super) fn take_off<'s, S: ItemSide>(
        &self,
        items: impl IntoIterator<Item = &'s ItemState<S>>,
        amount: Amount,
    ) -> TakenOff<S> {
        let mut left = amount;
        let mut credits = Vec::new();
        for state in items {
            let Some(registered) = state.registered.as_deref() else {
                continue;
            };
            let parts = state.last_parts(left);
            let taken = Amount::checked_sum(parts.iter().map(|part| part.amount)).unwrap_or_default();
            if taken.is_zero() {
                continue;
            }
            left = left.checked_sub(taken).unwrap_or_default();
            credits.push(Credited {
                item: registered.item.clone(),
                credit_id: credit_of_event(self.event_id, registered.item.item_id),
                business_date: self.business_date,
                amount: taken,
                parts,
                position: Some(self.position),
                reason: self.reason.to_owned(),
                side: PhantomData,
            });
        }
        TakenOff { credits, left }
    }
}
