//! Paying a part of something owed, or all of it.

use std::fmt::Display;
use std::marker::PhantomData;

use jiff::civil::Date;
use serde::Serialize;

use super::checks::{FEE_EXCEEDS_AMOUNT, above_zero, day_from, moved_needs, new_code, not_full, sum};
use super::{InstallmentState, ItemEvent, ItemRejection, ItemSide, ItemState, OpenItem, Settled};
use crate::payment::not_negative;
use crate::{
    AccountCode, Amount, Claim, Command, Currency, Decided, Decision, Given, InvalidValue, Needs, OpenItemId,
    OwnKey, SettlementId, StatementLineId,
};

/// Records that an instalment was paid, in full or in part; the same again changes nothing.
///
/// Of a receivable the money that comes in is the amount less fee and discount, with the interest; of a payable the money
/// that goes out is the amount less the discount, with fee and interest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(bound = "")]
pub struct SettleItem<S> {
    /// The item.
    pub item_id: OpenItemId,
    /// The settlement, an id made by the client and its idempotency key for ever.
    pub settlement_id: SettlementId,
    /// The instalment.
    pub installment: u16,
    /// The day of the payment, not before that of the item.
    pub business_date: Date,
    /// The currency of the amounts; that of the item.
    pub currency: Currency,
    /// By how much less is open, above zero.
    pub amount: Amount,
    /// What was kept by who paid, or by the bank.
    pub fee: Amount,
    /// A discount for paying early, at most the amount.
    pub discount: Amount,
    /// Interest and fines.
    pub interest: Amount,
    /// The account that the money went to, or came from: one to which entries are posted by hand.
    pub money_account: AccountCode,
    /// The bank's reference, unique for its account, at most 80 characters.
    pub bank_reference: Option<String>,
    /// The line of a statement that told it.
    pub statement_line: Option<StatementLineId>,
    /// Which side it is on.
    #[serde(skip)]
    pub side: PhantomData<S>,
}

impl<S: ItemSide> Command for SettleItem<S> {
    type Of = OpenItem<S>;
    type Answer = S::Event;

    const NAME: &'static str = S::NAMES.settle;

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
        matches!(S::of(event), ItemEvent::Settled(settled) if settled.settlement_id == self.settlement_id)
    }

    fn decide(&self, state: &ItemState<S>, given: &Given<'_>) -> Decided<OpenItem<S>> {
        let registered = state.item(self.item_id)?;
        let bank_reference = new_code("bank_reference", self.bank_reference.as_ref())?;
        if let Some(before) = state.settlement(self.settlement_id) {
            return self.same_again(&before.settled, bank_reference.as_deref());
        }
        let books = given.books()?;
        crate::circumstance::in_currency(self.currency, registered.item.currency)?;
        day_from(self.business_date, registered.business_date)?;
        self.check_amounts()?;
        books.postable_by_hand("money_account", &self.money_account)?;
        let installment = self.installment_of(state)?;
        not_full(self.item_id, "settlements", state.settlements.len())?;
        let settled = Settled::<S> {
            item: registered.item.clone(),
            settlement_id: self.settlement_id,
            installment: installment.number,
            business_date: self.business_date,
            amount: self.amount,
            fee: self.fee,
            discount: self.discount,
            interest: self.interest,
            money_account: self.money_account.clone(),
            bank_reference,
            statement_line: self.statement_line,
            side: PhantomData,
        };
        let claims = reference_claim(state, &settled).into_iter().collect();
        Ok(Decision {
            events: vec![settled.into()],
            claims,
        })
    }
}

impl<S: ItemSide> SettleItem<S> {
    /// The instalment, of which so much must be open.
    fn installment_of<'s>(&self, state: &'s ItemState<S>) -> Result<&'s InstallmentState, ItemRejection> {
        let (item_id, number) = (self.item_id, self.installment);
        let known = state.installment(number);
        let installment = known.ok_or(ItemRejection::InstallmentUnknown { item_id, number })?;
        let open = installment.open;
        if open.is_zero() {
            return Err(ItemRejection::AlreadySettled { number });
        }
        if self.amount > open {
            return Err(ItemRejection::SettlementExceedsOpen {
                number,
                open,
                given: self.amount,
            });
        }
        Ok(installment)
    }

    fn check_amounts(&self) -> Result<(), InvalidValue> {
        let amount = above_zero("amount", self.amount)?;
        let fee = not_negative("fee", self.fee)?;
        let discount = not_negative("discount", self.discount)?;
        let interest = not_negative("interest", self.interest)?;
        let due = sum([amount, interest])?;
        let kept = sum([fee, discount])?;
        if discount > amount {
            let rule = format!("a discount is at most the {amount} minor units that it is given on");
            return Err(InvalidValue::new("DISCOUNT_EXCEEDS_AMOUNT", discount, rule).at("discount"));
        }
        if S::FEE_IS_KEPT && kept > due {
            let rule = format!("fee and discount are at most the {due} minor units that are paid");
            return Err(InvalidValue::new(FEE_EXCEEDS_AMOUNT, kept, rule).at("fee"));
        }
        sum([due, fee])?;
        Ok(())
    }

    /// The client's id is the idempotency key for ever: the same payment is nothing new, another is an error.
    fn same_again(&self, before: &Settled<S>, bank_reference: Option<&str>) -> Decided<OpenItem<S>> {
        let same = self.installment == before.installment
            && self.business_date == before.business_date
            && self.currency == before.item.currency
            && (self.amount, self.fee) == (before.amount, before.fee)
            && (self.discount, self.interest) == (before.discount, before.interest)
            && self.money_account == before.money_account
            && bank_reference == before.bank_reference.as_deref()
            && self.statement_line == before.statement_line;
        if same {
            return Ok(Decision::nothing());
        }
        Err(ItemRejection::IdempotencyMismatch {
            what: format!("settlement {}", self.settlement_id),
        })
    }
}

/// Claims the bank's reference for the settlement. A line of a statement holds it whatever it pays in the end, and a
/// settlement of the same item that was undone leaves it to the one that takes its place.
fn reference_claim<S: ItemSide>(state: &ItemState<S>, settled: &Settled<S>) -> Option<Claim<ItemRejection>> {
    let reference = settled.bank_reference.clone()?;
    let same_reference = |one: &&super::Settlement<S>| {
        one.is_reversed
            && one.settled.money_account == settled.money_account
            && one.settled.bank_reference == settled.bank_reference
    };
    let first = state.settlements.iter().find(same_reference);
    let holder = first.map_or(settled, |first| &first.settled);
    let holder = match holder.statement_line {
        Some(line_id) => format!("statementline-{line_id}"),
        None => format!("settlement-{}", holder.settlement_id),
    };
    Some(claim_of_reference(&settled.money_account, reference, holder))
}

/// The claim of a bank's reference, which is of one movement on its account.
pub(crate) fn claim_of_reference<R: From<ItemRejection>>(
    money_account: &AccountCode,
    reference: String,
    holder: String,
) -> Claim<R> {
    Claim {
        key: format!("bankref:{money_account}:{reference}"),
        holder: Some(holder),
        namesake: None,
        taken: ItemRejection::BankReferenceInUse { reference }.into(),
    }
}
