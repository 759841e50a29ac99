//! The parts of what happens to something owed.

use std::borrow::Cow;

use super::{Part, Place};
use crate::open_item::{ItemEvent, ItemOrigin, ItemRef, Payable, Receivable, Settled};
use crate::posting_rules::{PostedEvent, PostingPart};
use crate::{AccountCode, Amount, CostCenterId, Side};

/// What differs between the two sides when they are posted.
pub(super) trait PostedSide {
    /// The side of the account that holds what is owed.
    const SIDE: Side;
    const REGISTERED: PostedEvent;
    const SETTLED: PostedEvent;
    const REVERSED: PostedEvent;
    const CREDITED: PostedEvent;
    const CANCELLED: PostedEvent;
    const WRITTEN_OFF: PostedEvent;
}

impl PostedSide for Receivable {
    const SIDE: Side = Side::Debit;
    const REGISTERED: PostedEvent = PostedEvent::ReceivableRegistered;
    const SETTLED: PostedEvent = PostedEvent::ReceivableSettled;
    const REVERSED: PostedEvent = PostedEvent::ReceivableSettlementReversed;
    const CREDITED: PostedEvent = PostedEvent::ReceivableCredited;
    const CANCELLED: PostedEvent = PostedEvent::ReceivableCancelled;
    const WRITTEN_OFF: PostedEvent = PostedEvent::ReceivableWrittenOff;
}

impl PostedSide for Payable {
    const SIDE: Side = Side::Credit;
    const REGISTERED: PostedEvent = PostedEvent::PayableRegistered;
    const SETTLED: PostedEvent = PostedEvent::PayableSettled;
    const REVERSED: PostedEvent = PostedEvent::PayableSettlementReversed;
    const CREDITED: PostedEvent = PostedEvent::PayableCredited;
    const CANCELLED: PostedEvent = PostedEvent::PayableCancelled;
    const WRITTEN_OFF: PostedEvent = PostedEvent::PayableWrittenOff;
}

/// An event of something owed that has an entry of its own.
pub(super) struct ItemParts {
    pub(super) event: PostedEvent,
    /// `None` beyond the range of amounts.
    pub(super) parts: Option<Vec<Part>>,
}

/// `None` for what follows from another event, whose entry has it, and for what moves no value.
pub(super) fn of_item<S: PostedSide>(event: ItemEvent<'_, S>) -> Option<ItemParts> {
    let (event, parts) = match event {
        ItemEvent::Registered(event) => {
            let ItemOrigin::Hand { counter, cost_center } = &event.origin else {
                return None;
            };
            let parts = vec![
                of_owed(&event.item, S::SIDE, event.amount),
                named(counter, cost_center.as_ref(), S::SIDE.other(), event.amount),
            ];
            (S::REGISTERED, Some(parts))
        }
        ItemEvent::Settled(event) => (S::SETTLED, Money::of(event).parts::<S>(S::SIDE.other())),
        ItemEvent::SettlementReversed(event) => {
            let money = Money {
                item: &event.item,
                account: &event.money_account,
                amount: event.amount,
                fee: event.fee,
                discount: event.discount,
                interest: event.interest,
            };
            (S::REVERSED, money.parts::<S>(S::SIDE))
        }
        // That of a void or return stands in its entry.
        ItemEvent::Credited(event) if event.position.is_some() => return None,
        ItemEvent::Credited(event) => (
            S::CREDITED,
            Some(less_owed::<S>(&event.item, PostingPart::Credit, event.amount)),
        ),
        ItemEvent::WrittenOff(event) => (
            S::WRITTEN_OFF,
            Some(less_owed::<S>(&event.item, PostingPart::WriteOff, event.amount)),
        ),
        ItemEvent::Cancelled(event) => {
            let parts = vec![
                named(&event.counter, event.cost_center.as_ref(), S::SIDE, event.amount),
                of_owed(&event.item, S::SIDE.other(), event.amount),
            ];
            (S::CANCELLED, Some(parts))
        }
        ItemEvent::Increased(_) | ItemEvent::Rescheduled(_) => return None,
    };
    Some(ItemParts { event, parts })
}

/// To the account that holds what is owed.
pub(super) fn of_owed(item: &ItemRef, side: Side, amount: Amount) -> Part {
    Part {
        place: Place::Account {
            account: item.account.clone(),
            role: Some(item.kind.role()),
            cost_center: None,
        },
        side,
        amount,
        payment: None,
    }
}

fn named(account: &AccountCode, cost_center: Option<&CostCenterId>, side: Side, amount: Amount) -> Part {
    Part {
        place: Place::Account {
            account: account.clone(),
            role: None,
            cost_center: cost_center.cloned(),
        },
        side,
        amount,
        payment: None,
    }
}

fn by_kind(item: &ItemRef, side: Side, part: PostingPart, amount: Amount) -> Part {
    Part::by_rule(side, part, Some(Cow::Borrowed(item.kind.as_str())), amount)
}

fn less_owed<S: PostedSide>(item: &ItemRef, part: PostingPart, amount: Amount) -> Vec<Part> {
    vec![
        by_kind(item, S::SIDE, part, amount),
        of_owed(item, S::SIDE.other(), amount),
    ]
}

/// Money that was paid for something owed.
struct Money<'a> {
    item: &'a ItemRef,
    account: &'a AccountCode,
    amount: Amount,
    fee: Amount,
    discount: Amount,
    interest: Amount,
}

impl<'a> Money<'a> {
    fn of<S>(event: &'a Settled<S>) -> Self {
        Self {
            item: &event.item,
            account: &event.money_account,
            amount: event.amount,
            fee: event.fee,
            discount: event.discount,
            interest: event.interest,
        }
    }

    /// `owed` is the side of the account that holds what is owed: a payment makes it less, its reversal more again.
    fn parts<S: PostedSide>(&self, owed: Side) -> Option<Vec<Part>> {
        let paid = self
            .amount
            .checked_sub(self.discount)?
            .checked_add(self.interest)?;
        // Who pays a receivable keeps the fee; of a payable the bank takes it on top.
        let (moved, fee) = match S::SIDE {
            Side::Debit => (paid.checked_sub(self.fee)?, owed.other()),
            Side::Credit => (paid.checked_add(self.fee)?, owed),
        };
        Some(vec![
            Part::to_account(owed.other(), self.account, moved),
            by_kind(self.item, fee, PostingPart::Fee, self.fee),
            by_kind(self.item, owed.other(), PostingPart::EarlyDiscount, self.discount),
            by_kind(self.item, owed, PostingPart::Interest, self.interest),
            of_owed(self.item, owed, self.amount),
        ])
    }
}
