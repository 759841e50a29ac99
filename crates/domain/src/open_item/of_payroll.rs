//! What is owed for a payroll, and what is owed back when it is voided after it was paid.

use std::marker::PhantomData;

use jiff::civil::Date;
use uuid::Uuid;

use super::derived_ids::{payable_of_payroll, receivable_of_void};
use super::taken_off::Lowering;
use super::{
    Installment, ItemKind, ItemOrigin, ItemRef, ItemState, MatchKeys, Payable, Receivable, Registered,
    TakenOff,
};
use crate::payroll::{PayrollCost, PayrollRecorded, PayrollVoided};
use crate::posting_rules::PostingPart;
use crate::{AccountCode, Amount};

/// A part of a payroll's value that the company owes: the wages that are paid out, or what goes to the state and others.
#[derive(Debug, Clone, Copy)]
pub struct OwedForPayroll<'a> {
    /// The payroll.
    pub payroll: &'a PayrollRecorded,
    /// Its log position.
    pub position: u64,
    /// Which part.
    pub part: PostingPart,
    /// How much.
    pub amount: Amount,
    /// What it is owed for.
    pub kind: ItemKind,
    /// The account that holds it.
    pub account: &'a AccountCode,
}

impl OwedForPayroll<'_> {
    /// The payable; `None` when nothing is owed.
    #[must_use]
    pub fn registered(&self) -> Option<Registered<Payable>> {
        let payroll = self.payroll;
        let due_date = if self.part == PostingPart::NetWages {
            payroll.wages_due
        } else {
            payroll.charges_due
        };
        let item = ItemRef {
            item_id: payable_of_payroll(payroll.payroll_id, self.part),
            kind: self.kind,
            account: self.account.clone(),
            store_id: PayrollCost::only_store(&payroll.costs).cloned(),
            party: None,
            currency: payroll.currency,
        };
        let origin = ItemOrigin::Payroll {
            payroll_id: payroll.payroll_id,
            position: self.position,
        };
        let registered = in_one(item, (payroll.business_date, due_date), self.amount, origin)?;
        Some(Registered {
            document: Some(payroll.month.to_string()),
            memo: payroll.memo.clone(),
            ..registered
        })
    }
}

/// A payroll that is taken back.
#[derive(Debug, Clone, Copy)]
pub struct PayrollBack<'a> {
    /// The id of the event.
    pub event_id: Uuid,
    /// Its log position.
    pub position: u64,
    /// The event.
    pub voided: &'a PayrollVoided,
}

impl PayrollBack<'_> {
    /// Takes a part of the payroll's value off what is open of its payable.
    #[must_use]
    pub fn take_off(&self, payable: Option<&ItemState<Payable>>, amount: Amount) -> TakenOff<Payable> {
        let lowering = Lowering {
            event_id: self.event_id,
            position: self.position,
            business_date: self.voided.business_date,
            reason: &self.voided.reason,
        };
        lowering.take_off(payable, amount)
    }

    /// What is owed to the company because it was paid already; `None` when it is nothing.
    #[must_use]
    pub fn overpaid(&self, amount: Amount, account: &AccountCode) -> Option<Registered<Receivable>> {
        let voided = self.voided;
        let item = ItemRef {
            item_id: receivable_of_void(self.event_id),
            kind: ItemKind::OtherReceivable,
            account: account.clone(),
            store_id: PayrollCost::only_store(&voided.costs).cloned(),
            party: None,
            currency: voided.currency,
        };
        let origin = ItemOrigin::Payroll {
            payroll_id: voided.payroll_id,
            position: self.position,
        };
        let day = voided.business_date;
        let registered = in_one(item, (day, day), amount, origin)?;
        Some(Registered {
            document: Some(voided.month.to_string()),
            ..registered
        })
    }
}

/// Something owed since a day that falls due on one.
fn in_one<S>(
    item: ItemRef,
    (business_date, due_date): (Date, Date),
    amount: Amount,
    origin: ItemOrigin,
) -> Option<Registered<S>> {
    if amount <= Amount::ZERO {
        return None;
    }
    Some(Registered {
        item,
        business_date,
        amount,
        installments: vec![Installment {
            number: 1,
            due_date,
            amount,
            expected_fee: Amount::ZERO,
        }],
        origin,
        party_name: None,
        document: None,
        keys: MatchKeys::default(),
        memo: None,
        side: PhantomData,
    })
}
