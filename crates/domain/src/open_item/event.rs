//! What can have happened to something owed; append-only.
//!
//! Every event says of itself what it is about, so that it can be posted without its history.

use std::marker::PhantomData;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{ItemKind, Payable, Receivable};
use crate::event::events;
use crate::{
    AccountCode, Amount, Cnpj, CostCenterId, Currency, OpenItemId, PartyId, PayrollId, ReceiptId, ReturnId,
    SaleId, SettlementId, StatementLineId, StoreId,
};

events! {
    /// What can have happened to something that is owed to the company.
    pub enum ReceivableEvent of ReceivableKind {
        /// It was registered.
        ReceivableRegistered(Registered<Receivable>) = 1,
        /// More came to be owed for the same.
        ReceivableIncreased(Increased<Receivable>) = 1,
        /// A part of it, or all, was paid.
        ReceivableSettled(Settled<Receivable>) = 1,
        /// A payment was undone.
        ReceivableSettlementReversed(SettlementReversed<Receivable>) = 1,
        /// It is less, by a credit note, a return or a void.
        ReceivableCredited(Credited<Receivable>) = 1,
        /// It is not owed after all.
        ReceivableCancelled(Cancelled<Receivable>) = 1,
        /// Nobody will pay what is open.
        ReceivableWrittenOff(WrittenOff<Receivable>) = 1,
        /// What is open falls due on other days.
        ReceivableRescheduled(Rescheduled<Receivable>) = 1,
    }
}

events! {
    /// What can have happened to something that the company owes.
    pub enum PayableEvent of PayableKind {
        /// It was registered.
        PayableRegistered(Registered<Payable>) = 1,
        /// More came to be owed for the same.
        PayableIncreased(Increased<Payable>) = 1,
        /// A part of it, or all, was paid.
        PayableSettled(Settled<Payable>) = 1,
        /// A payment was undone.
        PayableSettlementReversed(SettlementReversed<Payable>) = 1,
        /// It is less, by a credit note, a return or a void.
        PayableCredited(Credited<Payable>) = 1,
        /// It is not owed after all.
        PayableCancelled(Cancelled<Payable>) = 1,
        /// Nobody will pay what is open.
        PayableWrittenOff(WrittenOff<Payable>) = 1,
        /// What is open falls due on other days.
        PayableRescheduled(Rescheduled<Payable>) = 1,
    }
}

/// What an event of either side says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemEvent<'a, S> {
    /// It was registered.
    Registered(&'a Registered<S>),
    /// More came to be owed for the same.
    Increased(&'a Increased<S>),
    /// A part of it, or all, was paid.
    Settled(&'a Settled<S>),
    /// A payment was undone.
    SettlementReversed(&'a SettlementReversed<S>),
    /// It is less, by a credit note, a return or a void.
    Credited(&'a Credited<S>),
    /// It is not owed after all.
    Cancelled(&'a Cancelled<S>),
    /// Nobody will pay, or ask for, what is open.
    WrittenOff(&'a WrittenOff<S>),
    /// What is open falls due on other days.
    Rescheduled(&'a Rescheduled<S>),
}

impl<'a, S> ItemEvent<'a, S> {
    /// What it is about.
    #[must_use]
    pub const fn item(&self) -> &'a ItemRef {
        match self {
            Self::Registered(event) => &event.item,
            Self::Increased(event) => &event.item,
            Self::Settled(event) => &event.item,
            Self::SettlementReversed(event) => &event.item,
            Self::Credited(event) => &event.item,
            Self::Cancelled(event) => &event.item,
            Self::WrittenOff(event) => &event.item,
            Self::Rescheduled(event) => &event.item,
        }
    }

    /// The day of it.
    #[must_use]
    pub const fn business_date(&self) -> Date {
        match self {
            Self::Registered(event) => event.business_date,
            Self::Increased(event) => event.business_date,
            Self::Settled(event) => event.business_date,
            Self::SettlementReversed(event) => event.business_date,
            Self::Credited(event) => event.business_date,
            Self::Cancelled(event) => event.business_date,
            Self::WrittenOff(event) => event.business_date,
            Self::Rescheduled(event) => event.business_date,
        }
    }
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRef {
    /// The item.
    pub item_id: OpenItemId,
    /// What it is owed for.
    pub kind: ItemKind,
    /// The account that holds it.
    pub account: AccountCode,
    /// The store; `None` for what is of no store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_id: Option<StoreId>,
    /// Who owes it, or is owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
    /// The currency of every amount.
    pub currency: Currency,
}

/// A part of an item that falls due on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installment {
    /// Its number in the item, from 1; never used twice.
    pub number: u16,
    /// When it falls due.
    pub due_date: Date,
    /// How much, above zero.
    pub amount: Amount,
    /// What will be kept by who pays, as far as the terms tell.
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub expected_fee: Amount,
}

/// How much of one instalment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstallmentPart {
    /// The number of the instalment.
    pub number: u16,
    /// How much, above zero.
    pub amount: Amount,
}

/// What an item was registered for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemOrigin {
    /// Somebody registered it.
    Hand {
        /// The account on the other side of its entry.
        counter: AccountCode,
        /// The cost centre of that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cost_center: Option<CostCenterId>,
    },
    /// A payment of a sale; the sale's entry has it.
    Sale {
        /// The sale.
        sale_id: SaleId,
        /// Which of its payments, from 0.
        payment: u16,
        /// The log position of the sale.
        position: u64,
    },
    /// A delivery; the entries of its lines have it.
    Delivery {
        /// The receipt of goods.
        receipt_id: ReceiptId,
        /// The log position of its first line.
        position: u64,
    },
    /// A refund by a means whose money had come in already; the entry of the void or return has it.
    Refund {
        /// The sale.
        sale_id: SaleId,
        /// The return; `None` when the sale was voided.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        return_id: Option<ReturnId>,
        /// The log position of the void or return.
        position: u64,
    },
    /// A payroll; or, of something owed to the company, what was paid for one that was voided. The entry of the payroll or
    /// of its void has it.
    Payroll {
        /// The payroll.
        payroll_id: PayrollId,
        /// The log position of the payroll or of its void.
        position: u64,
    },
}

/// What the lines of a statement know an item by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchKeys {
    /// The acquirer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acquirer_cnpj: Option<Cnpj>,
    /// The acquirer's number of the transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nsu: Option<String>,
    /// The authorisation code of the card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization: Option<String>,
    /// The end-to-end id of the PIX.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pix_e2e_id: Option<String>,
    /// The number of the bank slip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boleto_number: Option<String>,
}

impl MatchKeys {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// It was registered; its instalments sum to the amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Registered<S> {
    /// The item.
    pub item: ItemRef,
    /// The day it is owed since.
    pub business_date: Date,
    /// How much.
    pub amount: Amount,
    /// When it falls due, 1 to 120 parts.
    pub installments: Vec<Installment>,
    /// What for.
    pub origin: ItemOrigin,
    /// What people call who owes it, or is owed, at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party_name: Option<String>,
    /// The document, at most 80 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// What statements know it by.
    #[serde(default, skip_serializing_if = "MatchKeys::is_empty")]
    pub keys: MatchKeys,
    /// More on it, at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memo: Option<String>,
    /// Which side it is on.
    #[serde(skip)]
    pub side: PhantomData<S>,
}

/// More came to be owed for the same, as by a further line of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Increased<S> {
    /// The item.
    pub item: ItemRef,
    /// The day it is owed since.
    pub business_date: Date,
    /// How much more.
    pub amount: Amount,
    /// By how much each instalment is more; sums to the amount.
    pub parts: Vec<InstallmentPart>,
    /// The log position of what it is owed for.
    pub position: u64,
    /// Which side it is on.
    #[serde(skip)]
    pub side: PhantomData<S>,
}

/// A part of it, or all, was paid. The money that moved is the amount less fee and discount, with the interest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Settled<S> {
    /// The item.
    pub item: ItemRef,
    /// The settlement.
    pub settlement_id: SettlementId,
    /// The instalment.
    pub installment: u16,
    /// The day of the payment.
    pub business_date: Date,
    /// By how much less is open.
    pub amount: Amount,
    /// What was kept by who paid, or by the bank.
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub fee: Amount,
    /// A discount for paying early.
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub discount: Amount,
    /// Interest and fines.
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub interest: Amount,
    /// The account that the money went to, or came from.
    pub money_account: AccountCode,
    /// The bank's reference, unique for its account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_reference: Option<String>,
    /// The line of a statement that told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement_line: Option<StatementLineId>,
    /// Which side it is on.
    #[serde(skip)]
    pub side: PhantomData<S>,
}

/// A payment was undone; what it had paid is open again. The amounts are those of the payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct SettlementReversed<S> {
    /// The item.
    pub item: ItemRef,
    /// The settlement.
    pub settlement_id: SettlementId,
    /// The instalment.
    pub installment: u16,
    /// The day on which it was undone.
    pub business_date: Date,
    /// By how much more is open.
    pub amount: Amount,
    /// What had been kept.
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub fee: Amount,
    /// The discount that had been given.
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub discount: Amount,
    /// The interest that had been paid.
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub interest: Amount,
    /// The account that the money had gone to, or come from.
    pub money_account: AccountCode,
    /// Why.
    pub reason: String,
    /// Which side it is on.
    #[serde(skip)]
    pub side: PhantomData<S>,
}

/// It is less, by a credit note, a return or a void.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Credited<S> {
    /// The item.
    pub item: ItemRef,
    /// The credit.
    pub credit_id: SettlementId,
    /// The day of it.
    pub business_date: Date,
    /// By how much.
    pub amount: Amount,
    /// Of which instalments; sums to the amount.
    pub parts: Vec<InstallmentPart>,
    /// The void or return that lowered it, whose entry has it; `None` for a credit note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
    /// Why.
    pub reason: String,
    /// Which side it is on.
    #[serde(skip)]
    pub side: PhantomData<S>,
}

/// It is not owed after all: all that is open is undone, on the account that stood on the other side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Cancelled<S> {
    /// The item.
    pub item: ItemRef,
    /// The day of it.
    pub business_date: Date,
    /// How much was open.
    pub amount: Amount,
    /// Of which instalments; sums to the amount.
    pub parts: Vec<InstallmentPart>,
    /// The account that had stood on the other side.
    pub counter: AccountCode,
    /// The cost centre of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_center: Option<CostCenterId>,
    /// Why.
    pub reason: String,
    /// Which side it is on.
    #[serde(skip)]
    pub side: PhantomData<S>,
}

/// Nobody will pay, or ask for, this part of what is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct WrittenOff<S> {
    /// The item.
    pub item: ItemRef,
    /// The write-off.
    pub write_off_id: SettlementId,
    /// The day of it.
    pub business_date: Date,
    /// How much.
    pub amount: Amount,
    /// Of which instalments; sums to the amount.
    pub parts: Vec<InstallmentPart>,
    /// Why.
    pub reason: String,
    /// Which side it is on.
    #[serde(skip)]
    pub side: PhantomData<S>,
}

/// What is open falls due on other days: the open parts end, and new instalments begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Rescheduled<S> {
    /// The item.
    pub item: ItemRef,
    /// The day on which that was agreed.
    pub business_date: Date,
    /// What was open of each instalment, which is now nothing.
    pub ended: Vec<InstallmentPart>,
    /// What is open from now on, under new numbers; sums to what ended.
    pub installments: Vec<Installment>,
    /// Why.
    pub reason: String,
    /// Which side it is on.
    #[serde(skip)]
    pub side: PhantomData<S>,
}
