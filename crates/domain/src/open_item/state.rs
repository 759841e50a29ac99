//! What the events of something owed add up to.

use std::marker::PhantomData;

use jiff::civil::Date;

use super::{Installment, InstallmentPart, ItemEvent, ItemRejection, ItemSide, Registered, Settled};
use crate::{Aggregate, Amount, OpenItemId, SettlementId};

/// What something owed is, on either side.
#[derive(Debug, Clone, Copy)]
pub struct OpenItem<S>(PhantomData<S>);

impl<S> OpenItem<S> {
    /// The id part of the stream's name.
    #[must_use]
    pub const fn stream_id(item_id: &OpenItemId) -> OpenItemId {
        *item_id
    }
}

impl<S: ItemSide> Aggregate for OpenItem<S> {
    const CATEGORY: &'static str = S::CATEGORY;
    type Event = S::Event;
    type State = ItemState<S>;
    type Rejection = ItemRejection;

    fn evolve(mut state: ItemState<S>, event: &S::Event) -> ItemState<S> {
        match S::of(event) {
            ItemEvent::Registered(event) => {
                state.add(&event.installments);
                state.amount = event.amount;
                state.registered = Some(Box::new(event.clone()));
            }
            ItemEvent::Increased(event) => {
                state.amount = plus(state.amount, event.amount);
                for part in &event.parts {
                    state.change(part.number, |installment| {
                        installment.amount = plus(installment.amount, part.amount);
                        installment.open = plus(installment.open, part.amount);
                    });
                }
            }
            ItemEvent::Settled(event) => {
                state.close(event.installment, event.amount);
                state.settlements.push(Settlement {
                    settled: event.clone(),
                    is_reversed: false,
                });
            }
            ItemEvent::SettlementReversed(event) => {
                state.change(event.installment, |installment| {
                    installment.open = plus(installment.open, event.amount);
                });
                let mut settlements = state.settlements.iter_mut();
                if let Some(reversed) =
                    settlements.find(|one| one.settled.settlement_id == event.settlement_id)
                {
                    reversed.is_reversed = true;
                }
            }
            ItemEvent::Credited(event) => state.reduce(
                Reduction {
                    id: event.credit_id,
                    business_date: event.business_date,
                    amount: event.amount,
                },
                &event.parts,
            ),
            ItemEvent::WrittenOff(event) => state.reduce(
                Reduction {
                    id: event.write_off_id,
                    business_date: event.business_date,
                    amount: event.amount,
                },
                &event.parts,
            ),
            ItemEvent::Cancelled(event) => {
                state.close_all(&event.parts);
                state.is_cancelled = true;
            }
            ItemEvent::Rescheduled(event) => {
                state.close_all(&event.ended);
                for part in &event.ended {
                    state.change(part.number, |installment| installment.is_replaced = true);
                }
                state.add(&event.installments);
            }
        }
        state
    }
}

/// Something owed as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemState<S> {
    /// The item as registered; `None` before it.
    pub registered: Option<Box<Registered<S>>>,
    /// How much was owed in all, whatever became of it.
    pub amount: Amount,
    /// Its instalments of all schedules, by number.
    pub installments: Vec<InstallmentState>,
    /// Every payment, oldest first.
    pub settlements: Vec<Settlement<S>>,
    /// Every credit and write-off, oldest first.
    pub reductions: Vec<Reduction>,
    /// Whether it is not owed after all.
    pub is_cancelled: bool,
}

/// One instalment as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstallmentState {
    /// Its number.
    pub number: u16,
    /// When it falls due.
    pub due_date: Date,
    /// How much it is in all.
    pub amount: Amount,
    /// What will be kept by who pays.
    pub expected_fee: Amount,
    /// How much of it is open.
    pub open: Amount,
    /// Whether a later schedule took the place of what was open of it.
    pub is_replaced: bool,
}

/// One payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement<S> {
    /// As it was.
    pub settled: Settled<S>,
    /// Whether it was undone.
    pub is_reversed: bool,
}

/// One credit or write-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reduction {
    /// Its id.
    pub id: SettlementId,
    /// The day of it.
    pub business_date: Date,
    /// How much.
    pub amount: Amount,
}

impl<S> ItemState<S> {
    /// How much is open in all.
    #[must_use]
    pub fn open(&self) -> Amount {
        let open = self.installments.iter().map(|installment| installment.open);
        open.fold(Amount::ZERO, plus)
    }

    /// The instalment of this number.
    #[must_use]
    pub fn installment(&self, number: u16) -> Option<&InstallmentState> {
        self.installments
            .iter()
            .find(|installment| installment.number == number)
    }

    /// The instalments of which something is open, the one that falls due first in front.
    #[must_use]
    pub fn open_installments(&self) -> Vec<&InstallmentState> {
        let open = self
            .installments
            .iter()
            .filter(|installment| !installment.open.is_zero());
        let mut open = open.collect::<Vec<_>>();
        open.sort_by_key(|installment| (installment.due_date, installment.number));
        open
    }

    /// The open parts that make up at most so much, that of the instalment that falls due last first.
    #[must_use]
    pub fn last_parts(&self, amount: Amount) -> Vec<InstallmentPart> {
        let mut left = amount;
        let mut parts = Vec::new();
        for installment in self.open_installments().into_iter().rev() {
            let taken = installment.open.min(left);
            if taken <= Amount::ZERO {
                break;
            }
            left = less(left, taken);
            parts.push(InstallmentPart {
                number: installment.number,
                amount: taken,
            });
        }
        parts
    }

    /// What is open of each instalment.
    #[must_use]
    pub fn open_parts(&self) -> Vec<InstallmentPart> {
        let open = self
            .installments
            .iter()
            .filter(|installment| !installment.open.is_zero());
        let part = |installment: &InstallmentState| InstallmentPart {
            number: installment.number,
            amount: installment.open,
        };
        open.map(part).collect()
    }
}

impl<S: ItemSide> ItemState<S> {
    /// The item as registered, without which nothing can happen to it.
    pub(super) fn item(&self, item_id: OpenItemId) -> Result<&Registered<S>, ItemRejection> {
        let registered = self.registered.as_deref();
        registered.ok_or(ItemRejection::ItemUnknown { item_id })
    }

    /// The payment with this id.
    #[must_use]
    pub fn settlement(&self, settlement_id: SettlementId) -> Option<&Settlement<S>> {
        let mut settlements = self.settlements.iter();
        settlements.find(|one| one.settled.settlement_id == settlement_id)
    }

    fn add(&mut self, installments: &[Installment]) {
        let begun = installments.iter().map(|installment| InstallmentState {
            number: installment.number,
            due_date: installment.due_date,
            amount: installment.amount,
            expected_fee: installment.expected_fee,
            open: installment.amount,
            is_replaced: false,
        });
        self.installments.extend(begun);
    }

    fn change(&mut self, number: u16, change: impl FnOnce(&mut InstallmentState)) {
        let mut installments = self.installments.iter_mut();
        if let Some(installment) = installments.find(|installment| installment.number == number) {
            change(installment);
        }
    }

    pub(super) fn close(&mut self, number: u16, amount: Amount) {
        self.change(number, |installment| {
            installment.open = less(installment.open, amount);
        });
    }

    fn close_all(&mut self, parts: &[InstallmentPart]) {
        for part in parts {
            self.close(part.number, part.amount);
        }
    }

    fn reduce(&mut self, reduction: Reduction, parts: &[InstallmentPart]) {
        self.close_all(parts);
        self.reductions.push(reduction);
    }
}

impl InstallmentState {
    /// What the terms let expect to be kept of so much of it, paid now. Cumulative, so that parts sum to the whole.
    #[must_use]
    pub fn expected_fee_of(&self, amount: Amount) -> Amount {
        let whole = self.amount.minor();
        let fee_of = |paid: Amount| self.expected_fee.share(paid.minor(), whole).unwrap_or_default();
        let before = less(self.amount, self.open);
        less(fee_of(plus(before, amount)), fee_of(before))
    }
}

/// The sum; what an event holds was in range when it was decided.
pub(super) fn plus(one: Amount, other: Amount) -> Amount {
    one.checked_add(other).unwrap_or(one)
}

/// The difference; what an event holds was in range when it was decided.
pub(super) fn less(one: Amount, other: Amount) -> Amount {
    one.checked_sub(other).unwrap_or(one)
}
