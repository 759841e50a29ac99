//! Taking back what was registered by hand.

use std::fmt::Display;
use std::marker::PhantomData;

use jiff::civil::Date;
use serde::Serialize;

use super::checks::{day_from, moved_needs, reason};
use super::{Cancelled, ItemEvent, ItemOrigin, ItemRejection, ItemSide, ItemState, OpenItem};
use crate::{Command, Decided, Decision, Given, Needs, OpenItemId, OwnKey};

/// Takes back something that was registered by hand and of which nothing is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(bound = "")]
pub struct CancelItem<S> {
    /// The item.
    pub item_id: OpenItemId,
    /// The day of it, not before that of the item.
    pub business_date: Date,
    /// Why, 1 to 500 characters.
    pub reason: String,
    /// Which side it is on.
    #[serde(skip)]
    pub side: PhantomData<S>,
}

impl<S: ItemSide> Command for CancelItem<S> {
    type Of = OpenItem<S>;
    type Answer = S::Event;

    const NAME: &'static str = S::NAMES.cancel;

    fn stream_id(&self) -> impl Display + Send {
        self.item_id
    }

    fn own_key(&self) -> OwnKey {
        OwnKey::Named(self.item_id.uuid())
    }

    fn needs<'a>(&'a self, state: &'a ItemState<S>) -> Needs<'a> {
        moved_needs(state)
    }

    fn is_answer(&self, event: &S::Event) -> bool {
        matches!(S::of(event), ItemEvent::Cancelled(_))
    }

    fn decide(&self, state: &ItemState<S>, given: &Given<'_>) -> Decided<OpenItem<S>> {
        let item_id = self.item_id;
        let registered = state.item(item_id)?;
        let (counter, cost_center) = match &registered.origin {
            ItemOrigin::Hand { counter, cost_center } => (counter.clone(), cost_center.clone()),
            ItemOrigin::Sale { .. } => return Err(derived(item_id, "sale")),
            ItemOrigin::Delivery { .. } => return Err(derived(item_id, "delivery")),
            ItemOrigin::Refund { .. } => return Err(derived(item_id, "void or return")),
            ItemOrigin::Payroll { .. } => return Err(derived(item_id, "payroll")),
        };
        if state.is_cancelled {
            return Err(ItemRejection::NothingOpen { item_id });
        }
        let standing = state
            .settlements
            .iter()
            .filter(|settlement| !settlement.is_reversed);
        let settlements = standing.count() + state.reductions.len();
        if settlements > 0 {
            return Err(ItemRejection::HasSettlements { item_id, settlements });
        }
        given.books()?;
        day_from(self.business_date, registered.business_date)?;
        Ok(Decision::event(Cancelled::<S> {
            item: registered.item.clone(),
            business_date: self.business_date,
            amount: state.open(),
            parts: state.open_parts(),
            counter,
            cost_center,
            reason: reason(&self.reason)?,
            side: PhantomData,
        }))
    }
}

const fn derived(item_id: OpenItemId, origin: &'static str) -> ItemRejection {
    ItemRejection::ItemIsDerived { item_id, origin }
}
