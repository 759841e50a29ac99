//! What happened to items owed, as far as several read models take it from their events; both sides alike.

use std::borrow::Cow;

use jiff::civil::Date;
use posars_domain::open_item::{ItemKind, MatchKeys, PayableKind, ReceivableKind};
use posars_domain::{AccountCode, Currency, StoreId};
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{ApplyError, Event, EventKind};

/// Who owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OwedBy {
    /// Others, to the company: a receivable.
    Others,
    /// The company: a payable.
    Company,
}

impl OwedBy {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Others => "receivable",
            Self::Company => "payable",
        }
    }

    /// What an amount owed does to the balance of its account: debit above zero.
    pub(super) const fn sign(self) -> i64 {
        match self {
            Self::Others => 1,
            Self::Company => -1,
        }
    }
}

impl std::str::FromStr for OwedBy {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = [Self::Others, Self::Company]
            .into_iter()
            .find(|side| side.as_str() == word);
        found.ok_or_else(|| format!("{word:?} is neither receivable nor payable"))
    }
}

/// What happened to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemMoveKind {
    /// It was registered.
    Registered,
    /// More came to be owed.
    Increased,
    /// A part was paid.
    Settled,
    /// A payment was undone.
    SettlementReversed,
    /// It is less, by a credit note, a return or a void.
    Credited,
    /// What was open is not owed after all.
    Cancelled,
    /// What was open nobody will pay.
    WrittenOff,
    /// What was open falls due on other days.
    Rescheduled,
}

impl ItemMoveKind {
    const ALL: [Self; 8] = [
        Self::Registered,
        Self::Increased,
        Self::Settled,
        Self::SettlementReversed,
        Self::Credited,
        Self::Cancelled,
        Self::WrittenOff,
        Self::Rescheduled,
    ];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Increased => "increased",
            Self::Settled => "settled",
            Self::SettlementReversed => "settlement_reversed",
            Self::Credited => "credited",
            Self::Cancelled => "cancelled",
            Self::WrittenOff => "written_off",
            Self::Rescheduled => "rescheduled",
        }
    }

    const fn of_receivable(kind: ReceivableKind) -> Self {
        match kind {
            ReceivableKind::ReceivableRegistered => Self::Registered,
            ReceivableKind::ReceivableIncreased => Self::Increased,
            ReceivableKind::ReceivableSettled => Self::Settled,
            ReceivableKind::ReceivableSettlementReversed => Self::SettlementReversed,
            ReceivableKind::ReceivableCredited => Self::Credited,
            ReceivableKind::ReceivableCancelled => Self::Cancelled,
            ReceivableKind::ReceivableWrittenOff => Self::WrittenOff,
            ReceivableKind::ReceivableRescheduled => Self::Rescheduled,
        }
    }

    const fn of_payable(kind: PayableKind) -> Self {
        match kind {
            PayableKind::PayableRegistered => Self::Registered,
            PayableKind::PayableIncreased => Self::Increased,
            PayableKind::PayableSettled => Self::Settled,
            PayableKind::PayableSettlementReversed => Self::SettlementReversed,
            PayableKind::PayableCredited => Self::Credited,
            PayableKind::PayableCancelled => Self::Cancelled,
            PayableKind::PayableWrittenOff => Self::WrittenOff,
            PayableKind::PayableRescheduled => Self::Rescheduled,
        }
    }
}

impl std::str::FromStr for ItemMoveKind {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == word);
        found.ok_or_else(|| format!("{word:?} is nothing that happens to an item"))
    }
}

/// An event of an item.
pub(super) struct ItemEvent<'a> {
    pub(super) side: OwedBy,
    pub(super) kind: ItemMoveKind,
    pub(super) payload: ItemPayload<'a>,
}

/// What the events of items have in common, and each one's own names for the same things.
#[derive(Deserialize)]
pub(super) struct ItemPayload<'a> {
    #[serde(borrow)]
    pub(super) item: ItemRefPayload<'a>,
    pub(super) business_date: Date,
    #[serde(default)]
    pub(super) amount: i64,
    #[serde(default)]
    installment: Option<u16>,
    #[serde(default, alias = "ended")]
    parts: Vec<PartPayload>,
    #[serde(default)]
    pub(super) installments: Vec<InstallmentPayload>,
    #[serde(default)]
    pub(super) fee: i64,
    #[serde(default)]
    pub(super) discount: i64,
    #[serde(default)]
    pub(super) interest: i64,
    #[serde(default, alias = "credit_id", alias = "write_off_id")]
    pub(super) settlement_id: Option<Uuid>,
    #[serde(default)]
    pub(super) statement_line: Option<Uuid>,
    #[serde(default)]
    pub(super) money_account: Option<&'a str>,
    #[serde(default, borrow)]
    pub(super) bank_reference: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    pub(super) reason: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    pub(super) origin: Option<&'a RawValue>,
    #[serde(default, borrow)]
    pub(super) party_name: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    pub(super) document: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    pub(super) memo: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    pub(super) keys: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct ItemRefPayload<'a> {
    pub(super) item_id: Uuid,
    pub(super) kind: &'a str,
    pub(super) account: &'a str,
    #[serde(default)]
    pub(super) store_id: Option<&'a str>,
    #[serde(default, borrow)]
    pub(super) party: Option<Cow<'a, str>>,
    pub(super) currency: &'a str,
}

/// How much of one instalment.
#[derive(Clone, Copy, Deserialize)]
pub(super) struct PartPayload {
    pub(super) number: u16,
    pub(super) amount: i64,
}

#[derive(Clone, Copy, Deserialize)]
pub(super) struct InstallmentPayload {
    pub(super) number: u16,
    pub(super) due_date: Date,
    pub(super) amount: i64,
    #[serde(default)]
    pub(super) expected_fee: i64,
}

impl<'a> ItemEvent<'a> {
    /// What an event tells of an item, its words checked; none of an event of another category.
    pub(super) fn of(event: &'a Event<'_>) -> Result<Option<Self>, ApplyError> {
        let (side, kind) = if let EventKind::Receivable(kind) = event.kind {
            (OwedBy::Others, ItemMoveKind::of_receivable(kind))
        } else if let EventKind::Payable(kind) = event.kind {
            (OwedBy::Company, ItemMoveKind::of_payable(kind))
        } else {
            return Ok(None);
        };
        let payload: ItemPayload<'_> = event.payload()?;
        let item = &payload.item;
        event.parse::<ItemKind>(item.kind)?;
        event.parse::<AccountCode>(item.account)?;
        event.parse::<Currency>(item.currency)?;
        item.store_id
            .map(|store| event.parse::<StoreId>(store))
            .transpose()?;
        let owed = Self { side, kind, payload };
        if matches!(
            owed.kind,
            ItemMoveKind::Settled | ItemMoveKind::SettlementReversed
        ) && owed.payload.installment.is_none()
        {
            return Err(event.bad(&"it names no instalment"));
        }
        Ok(Some(owed))
    }

    /// What statements know it by.
    pub(super) fn keys(&self, event: &Event<'_>) -> Result<MatchKeys, ApplyError> {
        let keys = self.payload.keys.map(|keys| serde_json::from_str(keys.get()));
        Ok(keys
            .transpose()
            .map_err(|problem| event.bad(&problem))?
            .unwrap_or_default())
    }

    /// By how much more is open of the whole item.
    pub(super) const fn open_change(&self) -> i64 {
        match self.kind {
            ItemMoveKind::Registered | ItemMoveKind::Increased | ItemMoveKind::SettlementReversed => {
                self.payload.amount
            }
            ItemMoveKind::Settled
            | ItemMoveKind::Credited
            | ItemMoveKind::Cancelled
            | ItemMoveKind::WrittenOff => -self.payload.amount,
            ItemMoveKind::Rescheduled => 0,
        }
    }

    /// How much of which instalments that were there before.
    pub(super) fn parts(&self) -> Vec<PartPayload> {
        match self.payload.installment {
            Some(number) => vec![PartPayload {
                number,
                amount: self.payload.amount,
            }],
            None => self.payload.parts.clone(),
        }
    }

    /// By how much more is open of an instalment that such a part is of.
    pub(super) const fn part_change(&self, part: PartPayload) -> i64 {
        match self.kind {
            ItemMoveKind::Registered => 0,
            ItemMoveKind::Increased | ItemMoveKind::SettlementReversed => part.amount,
            ItemMoveKind::Settled
            | ItemMoveKind::Credited
            | ItemMoveKind::Cancelled
            | ItemMoveKind::WrittenOff
            | ItemMoveKind::Rescheduled => -part.amount,
        }
    }
}
