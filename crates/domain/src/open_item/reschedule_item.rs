//! Other days for what is open.

use std::fmt::Display;
use std::marker::PhantomData;

use jiff::civil::Date;
use serde::Serialize;

use super::checks::{day_from, moved_needs, open_item, reason, sum};
use super::register_item::{DuePart, installments};
use super::{INSTALLMENTS_MAX, ItemEvent, ItemRejection, ItemSide, ItemState, OpenItem, Rescheduled};
use crate::circumstance::in_currency;
use crate::{Command, Currency, Decided, Decision, Given, Needs, OpenItemId};

/// Lets what is open fall due on other days, in other parts; the schedule that there is changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(bound = "")]
pub struct RescheduleItem<S> {
    /// The item.
    pub item_id: OpenItemId,
    /// The day on which it was agreed, not before that of the item.
    pub business_date: Date,
    /// The currency of the amounts; that of the item.
    pub currency: Currency,
    /// What is open from now on; sums to what is open.
    pub installments: Vec<DuePart>,
    /// Why, 1 to 500 characters.
    pub reason: String,
    /// Which side it is on.
    #[serde(skip)]
    pub side: PhantomData<S>,
}

impl<S: ItemSide> Command for RescheduleItem<S> {
    type Of = OpenItem<S>;
    type Answer = S::Event;

    const NAME: &'static str = S::NAMES.reschedule;

    fn stream_id(&self) -> impl Display + Send {
        self.item_id
    }

    fn needs<'a>(&'a self, state: &'a ItemState<S>) -> Needs<'a> {
        moved_needs(state)
    }

    fn is_answer(&self, event: &S::Event) -> bool {
        matches!(S::of(event), ItemEvent::Rescheduled(_))
    }

    fn decide(&self, state: &ItemState<S>, given: &Given<'_>) -> Decided<OpenItem<S>> {
        let item_id = self.item_id;
        let registered = open_item(state, item_id)?;
        given.books()?;
        in_currency(self.currency, registered.item.currency)?;
        day_from(self.business_date, registered.business_date)?;
        let last = state
            .installments
            .iter()
            .map(|installment| installment.number)
            .max();
        let new = installments(&self.installments, last.unwrap_or_default().saturating_add(1))?;
        let sum = sum(new.iter().map(|installment| installment.amount))?;
        if sum != state.open() {
            return Err(ItemRejection::InstallmentsMismatch {
                field: "installments",
                amount: state.open(),
                sum,
            });
        }
        if self.is_schedule_of(state) {
            return Ok(Decision::nothing());
        }
        let count = state.installments.len() + new.len();
        if count > INSTALLMENTS_MAX {
            return Err(ItemRejection::ItemFull {
                item_id,
                what: "instalments",
                count: state.installments.len(),
            });
        }
        Ok(Decision::event(Rescheduled::<S> {
            item: registered.item.clone(),
            business_date: self.business_date,
            ended: state.open_parts(),
            installments: new,
            reason: reason(&self.reason)?,
            side: PhantomData,
        }))
    }
}

impl<S: ItemSide> RescheduleItem<S> {
    /// Whether all that is open falls due in just these parts already.
    fn is_schedule_of(&self, state: &ItemState<S>) -> bool {
        let open = state
            .installments
            .iter()
            .filter(|installment| !installment.open.is_zero());
        let open = open.map(|one| (one.due_date, one.open, one.expected_fee));
        open.eq(self
            .installments
            .iter()
            .map(|one| (one.due_date, one.amount, one.expected_fee)))
    }
}
