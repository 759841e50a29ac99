//! Lowering something owed without a payment: by a credit note, or because nobody will pay.

use std::fmt::Display;
use std::marker::PhantomData;

use jiff::civil::Date;
use serde::Serialize;

use super::checks::{above_zero, day_from, moved_needs, not_full, open_item, reason, sum};
use super::{
    Credited, INSTALLMENTS_MAX, InstallmentPart, ItemEvent, ItemRejection, ItemSide, ItemState, OpenItem,
    WrittenOff,
};
use crate::circumstance::in_currency;
use crate::invalid::not_longer;
use crate::{
    Amount, Command, Currency, Decided, Decision, Given, Needs, OpenItemId, OwnKey, Path, SettlementId,
};

/// Lowers something owed by a credit note; the same again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(bound = "")]
pub struct CreditItem<S> {
    /// The item.
    pub item_id: OpenItemId,
    /// The credit, an id made by the client and its idempotency key for ever.
    pub credit_id: SettlementId,
    /// The day of it, not before that of the item.
    pub business_date: Date,
    /// The currency of the amount; that of the item.
    pub currency: Currency,
    /// By how much, above zero.
    pub amount: Amount,
    /// Of which instalments, which sum to the amount; none to begin with the one that falls due last.
    pub parts: Vec<InstallmentPart>,
    /// Why, 1 to 500 characters.
    pub reason: String,
    /// Which side it is on.
    #[serde(skip)]
    pub side: PhantomData<S>,
}

/// Gives up something owed, or a part of it; the same again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(bound = "")]
pub struct WriteOffItem<S> {
    /// The item.
    pub item_id: OpenItemId,
    /// The write-off, an id made by the client and its idempotency key for ever.
    pub write_off_id: SettlementId,
    /// The day of it, not before that of the item.
    pub business_date: Date,
    /// The currency of the amounts; `None` leaves it to be the item's.
    pub currency: Option<Currency>,
    /// How much, above zero; `None` for all the parts, or for all that is open when there are none.
    pub amount: Option<Amount>,
    /// Of which instalments, which sum to the amount; none to begin with the one that falls due last.
    pub parts: Vec<InstallmentPart>,
    /// Why, 1 to 500 characters.
    pub reason: String,
    /// Which side it is on.
    #[serde(skip)]
    pub side: PhantomData<S>,
}

impl<S: ItemSide> Command for CreditItem<S> {
    type Of = OpenItem<S>;
    type Answer = S::Event;

    const NAME: &'static str = S::NAMES.credit;

    fn stream_id(&self) -> impl Display + Send {
        self.item_id
    }

    fn own_key(&self) -> OwnKey {
        OwnKey::Named(self.credit_id.uuid())
    }

    fn needs<'a>(&'a self, state: &'a ItemState<S>) -> Needs<'a> {
        moved_needs(state)
    }

    fn is_answer(&self, event: &S::Event) -> bool {
        matches!(S::of(event), ItemEvent::Credited(one) if one.credit_id == self.credit_id)
    }

    fn decide(&self, state: &ItemState<S>, given: &Given<'_>) -> Decided<OpenItem<S>> {
        let registered = open_item(state, self.item_id)?;
        given.books()?;
        in_currency(self.currency, registered.item.currency)?;
        day_from(self.business_date, registered.business_date)?;
        let amount = above_zero("amount", self.amount)?;
        not_full(self.item_id, "credits and write-offs", state.reductions.len())?;
        let parts = lowered(state, self.item_id, &self.parts, amount)?;
        Ok(Decision::event(Credited::<S> {
            item: registered.item.clone(),
            credit_id: self.credit_id,
            business_date: self.business_date,
            amount,
            parts,
            position: None,
            reason: reason(&self.reason)?,
            side: PhantomData,
        }))
    }
}

impl<S: ItemSide> Command for WriteOffItem<S> {
    type Of = OpenItem<S>;
    type Answer = S::Event;

    const NAME: &'static str = S::NAMES.write_off;

    fn stream_id(&self) -> impl Display + Send {
        self.item_id
    }

    fn own_key(&self) -> OwnKey {
        OwnKey::Named(self.write_off_id.uuid())
    }

    fn needs<'a>(&'a self, state: &'a ItemState<S>) -> Needs<'a> {
        moved_needs(state)
    }

    fn is_answer(&self, event: &S::Event) -> bool {
        matches!(S::of(event), ItemEvent::WrittenOff(one) if one.write_off_id == self.write_off_id)
    }

    fn decide(&self, state: &ItemState<S>, given: &Given<'_>) -> Decided<OpenItem<S>> {
        let registered = open_item(state, self.item_id)?;
        given.books()?;
        let currency = registered.item.currency;
        in_currency(self.currency.unwrap_or(currency), currency)?;
        day_from(self.business_date, registered.business_date)?;
        not_full(self.item_id, "credits and write-offs", state.reductions.len())?;
        let amount = match self.amount {
            Some(amount) => amount,
            None if self.parts.is_empty() => state.open(),
            None => sum(self.parts.iter().map(|part| part.amount))?,
        };
        let amount = above_zero("amount", amount)?;
        let parts = lowered(state, self.item_id, &self.parts, amount)?;
        Ok(Decision::event(WrittenOff::<S> {
            item: registered.item.clone(),
            write_off_id: self.write_off_id,
            business_date: self.business_date,
            amount,
            parts,
            reason: reason(&self.reason)?,
            side: PhantomData,
        }))
    }
}

/// The parts by which an item is lowered: those that are named, or else the instalments that fall due last.
fn lowered<S: ItemSide>(
    state: &ItemState<S>,
    item_id: OpenItemId,
    named: &[InstallmentPart],
    amount: Amount,
) -> Result<Vec<InstallmentPart>, ItemRejection> {
    let open = state.open();
    if amount > open {
        return Err(ItemRejection::AmountExceedsOpen { open, given: amount });
    }
    if named.is_empty() {
        return Ok(state.last_parts(amount));
    }
    not_longer("parts", named.len(), INSTALLMENTS_MAX)?;
    let mut left = state.clone();
    for (index, part) in named.iter().enumerate() {
        let (number, given) = (
            part.number,
            above_zero(Path::entry("parts", index).then("amount"), part.amount)?,
        );
        let known = left.installment(number);
        let open = known
            .ok_or(ItemRejection::InstallmentUnknown { item_id, number })?
            .open;
        if open.is_zero() {
            return Err(ItemRejection::AlreadySettled { number });
        }
        if given > open {
            return Err(ItemRejection::AmountExceedsOpen { open, given });
        }
        // The same instalment twice counts together.
        left.close(number, given);
    }
    let sum = sum(named.iter().map(|part| part.amount))?;
    if sum != amount {
        return Err(ItemRejection::InstallmentsMismatch {
            field: "parts",
            amount,
            sum,
        });
    }
    Ok(named.to_vec())
}
