//! Registering something owed by hand.

use std::fmt::Display;
use std::marker::PhantomData;

use jiff::civil::Date;
use serde::Serialize;

use super::checks::{above_zero, fee_of, item_needs, new_code, sum};
use super::{
    INSTALLMENTS_MAX, Installment, ItemKind, ItemOrigin, ItemRef, ItemRejection, ItemSide, ItemState,
    MatchKeys, OpenItem, Registered,
};
use crate::dates::{business_day, due_day};
use crate::invalid::{not_empty, not_longer};
use crate::misplaced::{Refused, not_in_any_words};
use crate::text::{self, NAME_CHARS_MAX, NOTE_CHARS_MAX};
use crate::{
    AccountCode, Amount, Command, CostCenterId, Currency, Decided, Decision, Given, InvalidValue, Needs,
    OpenItemId, OwnKey, PartyId, Path, StoreId,
};

/// Registers something owed that no sale or delivery tells of; the same again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(bound = "")]
pub struct RegisterItem<S> {
    /// The item, an id made by the client and its idempotency key for ever.
    pub item_id: OpenItemId,
    /// What it is owed for: one of the kinds of its side.
    pub kind: ItemKind,
    /// The store; `None` for what is of no store.
    pub store_id: Option<StoreId>,
    /// Who owes it, or is owed; no CPF.
    pub party: Option<PartyId>,
    /// What people call them, at most 200 characters.
    pub party_name: Option<String>,
    /// The document, at most 80 characters.
    pub document: Option<String>,
    /// The day it is owed since.
    pub business_date: Date,
    /// The currency of the amounts; that of the books.
    pub currency: Currency,
    /// How much, above zero.
    pub amount: Amount,
    /// When it falls due, 1 to [`INSTALLMENTS_MAX`] parts that sum to the amount.
    pub installments: Vec<DuePart>,
    /// The account on the other side of its entry: to which entries are posted by hand.
    pub counter: AccountCode,
    /// The cost centre of that.
    pub cost_center: Option<CostCenterId>,
    /// What statements know it by.
    pub keys: MatchKeys,
    /// More on it, at most 500 characters.
    pub memo: Option<String>,
    /// Which side it is on.
    #[serde(skip)]
    pub side: PhantomData<S>,
}

/// A part that is to fall due on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DuePart {
    /// When.
    pub due_date: Date,
    /// How much, above zero.
    pub amount: Amount,
    /// What will be kept by who pays, zero to the amount.
    pub expected_fee: Amount,
}

impl<S: ItemSide> Command for RegisterItem<S> {
    type Of = OpenItem<S>;
    type Answer = S::Event;

    const NAME: &'static str = S::NAMES.register;
    const BEGINS_STREAM: bool = true;

    fn stream_id(&self) -> impl Display + Send {
        self.item_id
    }

    fn own_key(&self) -> OwnKey {
        OwnKey::Named(self.item_id.uuid())
    }

    fn needs<'a>(&'a self, _state: &'a ItemState<S>) -> Needs<'a> {
        item_needs()
    }

    fn stores(&self) -> Vec<&StoreId> {
        self.store_id.iter().collect()
    }

    fn is_answer(&self, event: &S::Event) -> bool {
        matches!(S::of(event), super::ItemEvent::Registered(_))
    }

    fn decide(&self, state: &ItemState<S>, given: &Given<'_>) -> Decided<OpenItem<S>> {
        let registered = self.registered(given)?;
        match &state.registered {
            None => Ok(Decision::event(registered)),
            // The account may have changed its role since: what was asked for is the same.
            Some(before) if self.is_same(before, &registered) => Ok(Decision::nothing()),
            Some(_) => Err(ItemRejection::IdempotencyMismatch {
                what: self.item_id.to_string(),
            }),
        }
    }
}

impl<S: ItemSide> RegisterItem<S> {
    fn registered(&self, given: &Given<'_>) -> Result<Registered<S>, ItemRejection> {
        if !S::KINDS.contains(&self.kind) {
            let kinds: Vec<&str> = S::KINDS.iter().map(|kind| kind.as_str()).collect();
            return Err(ItemRejection::KindOfOtherSide {
                kind: self.kind,
                side: S::CATEGORY,
                kinds: kinds.join(", "),
            });
        }
        business_day("business_date", self.business_date)?;
        let amount = above_zero("amount", self.amount)?;
        let installments = installments(&self.installments, 1)?;
        let sum = sum(installments.iter().map(|installment| installment.amount))?;
        if sum != amount {
            return Err(ItemRejection::InstallmentsMismatch {
                field: "installments",
                amount,
                sum,
            });
        }
        let books = given.books()?;
        books.in_currency(self.currency)?;
        books.postable_by_hand("counter_account", &self.counter)?;
        if let Some(cost_center) = &self.cost_center {
            books.open_cost_center("cost_center", cost_center)?;
        }
        let role = self.kind.role();
        let account = books.chart.account_of(&role, self.store_id.as_ref());
        let account = account.cloned().ok_or(ItemRejection::KindHasNoAccount {
            kind: self.kind,
            role,
        })?;
        if let Some(party) = &self.party {
            party.check_new("party")?;
        }
        let party_name = text::maybe("party_name", self.party_name.as_ref(), NAME_CHARS_MAX)?;
        not_in_any_words("party_name", party_name.as_ref(), Refused::Cpf)?;
        let memo = text::maybe("memo", self.memo.as_ref(), NOTE_CHARS_MAX)?;
        not_in_any_words("memo", memo.as_ref(), Refused::Both)?;
        Ok(Registered {
            item: ItemRef {
                item_id: self.item_id,
                kind: self.kind,
                account,
                store_id: self.store_id.clone(),
                party: self.party.clone(),
                currency: self.currency,
            },
            business_date: self.business_date,
            amount,
            installments,
            origin: ItemOrigin::Hand {
                counter: self.counter.clone(),
                cost_center: self.cost_center.clone(),
            },
            party_name,
            document: new_code("document", self.document.as_ref())?,
            keys: self.keys.checked()?,
            memo,
            side: PhantomData,
        })
    }

    fn is_same(&self, before: &Registered<S>, asked: &Registered<S>) -> bool {
        let mut asked = asked.clone();
        asked.item.account = before.item.account.clone();
        *before == asked
    }
}

/// The instalments of parts, numbered from `first`.
pub(super) fn installments(parts: &[DuePart], first: u16) -> Result<Vec<Installment>, ItemRejection> {
    not_empty("installments", parts.len())?;
    not_longer("installments", parts.len(), INSTALLMENTS_MAX)?;
    let mut installments = Vec::with_capacity(parts.len());
    for ((index, number), part) in (0..).zip(first..).zip(parts) {
        let at = |name| Path::entry("installments", index).then(name);
        due_day(at("due_date"), Some(part.due_date))?;
        let before = installments.last().map(|before: &Installment| before.due_date);
        if before.is_some_and(|before| before > part.due_date) {
            let rule = "instalments stand in the order of their due dates";
            return Err(InvalidValue::new("DUE_DATES_NOT_RISING", part.due_date, rule)
                .at(at("due_date"))
                .into());
        }
        installments.push(Installment {
            number,
            due_date: part.due_date,
            amount: above_zero(at("amount"), part.amount)?,
            expected_fee: fee_of(at("expected_fee"), part.expected_fee, part.amount)?,
        });
    }
    Ok(installments)
}

impl MatchKeys {
    /// Trims the codes and refuses those that no new item may have.
    pub(crate) fn checked(&self) -> Result<Self, InvalidValue> {
        let path = Path::field("keys");
        let code = |name: &'static str, code: &Option<String>| new_code(path.then(name), code.as_ref());
        Ok(Self {
            acquirer_cnpj: self.acquirer_cnpj.clone(),
            nsu: code("nsu", &self.nsu)?,
            authorization: code("authorization", &self.authorization)?,
            pix_e2e_id: code("pix_e2e_id", &self.pix_e2e_id)?,
            boleto_number: code("boleto_number", &self.boleto_number)?,
        })
    }
}
