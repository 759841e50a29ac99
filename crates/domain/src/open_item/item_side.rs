//! What the two sides of what is owed have in common, and in what they differ.

use std::fmt::Debug;
use std::marker::PhantomData;

use super::{
    Cancelled, Credited, Increased, ItemEvent, ItemKind, Payable, PayableEvent, Receivable, ReceivableEvent,
    Registered, Rescheduled, Settled, SettlementReversed, WrittenOff,
};
use crate::{Amount, DomainEvent, Payload};

/// Who owes: what differs between receivables and payables.
pub trait ItemSide: Copy + Debug + Default + Eq + Send + Sync + 'static {
    /// First part of the stream's name.
    const CATEGORY: &'static str;
    /// The kinds that such an item can be of.
    const KINDS: &'static [ItemKind];
    /// What the commands of this side are called.
    const NAMES: CommandNames;
    /// Whether a fee is kept of what is paid, and does not come on top of it.
    const FEE_IS_KEPT: bool;

    /// The events of this side.
    type Event: DomainEvent
        + Payload<Event = Self::Event>
        + Clone
        + Debug
        + Eq
        + Send
        + Sync
        + From<Registered<Self>>
        + From<Increased<Self>>
        + From<Settled<Self>>
        + From<SettlementReversed<Self>>
        + From<Credited<Self>>
        + From<Cancelled<Self>>
        + From<WrittenOff<Self>>
        + From<Rescheduled<Self>>;

    /// What an event says, whichever side it is of.
    fn of(event: &Self::Event) -> ItemEvent<'_, Self>;
}

/// What the commands of a side are called in fingerprints, which are kept for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandNames {
    /// Registering an item.
    pub register: &'static str,
    /// Paying a part of it.
    pub settle: &'static str,
    /// Undoing a payment.
    pub reverse_settlement: &'static str,
    /// A credit note.
    pub credit: &'static str,
    /// Taking it back.
    pub cancel: &'static str,
    /// Giving it up.
    pub write_off: &'static str,
    /// Other days.
    pub reschedule: &'static str,
}

impl ItemSide for Receivable {
    const CATEGORY: &'static str = "receivable";
    const KINDS: &'static [ItemKind] = &[
        ItemKind::Card,
        ItemKind::Pix,
        ItemKind::Boleto,
        ItemKind::Customer,
        ItemKind::Voucher,
        ItemKind::Check,
        ItemKind::OtherReceivable,
    ];
    const NAMES: CommandNames = CommandNames {
        register: "RegisterReceivable",
        settle: "SettleReceivable",
        reverse_settlement: "ReverseReceivableSettlement",
        credit: "CreditReceivable",
        cancel: "CancelReceivable",
        write_off: "WriteOffReceivable",
        reschedule: "RescheduleReceivable",
    };
    const FEE_IS_KEPT: bool = true;

    type Event = ReceivableEvent;

    fn of(event: &ReceivableEvent) -> ItemEvent<'_, Self> {
        match event {
            ReceivableEvent::ReceivableRegistered(event) => ItemEvent::Registered(event),
            ReceivableEvent::ReceivableIncreased(event) => ItemEvent::Increased(event),
            ReceivableEvent::ReceivableSettled(event) => ItemEvent::Settled(event),
            ReceivableEvent::ReceivableSettlementReversed(event) => ItemEvent::SettlementReversed(event),
            ReceivableEvent::ReceivableCredited(event) => ItemEvent::Credited(event),
            ReceivableEvent::ReceivableCancelled(event) => ItemEvent::Cancelled(event),
            ReceivableEvent::ReceivableWrittenOff(event) => ItemEvent::WrittenOff(event),
            ReceivableEvent::ReceivableRescheduled(event) => ItemEvent::Rescheduled(event),
        }
    }
}

impl ItemSide for Payable {
    const CATEGORY: &'static str = "payable";
    const KINDS: &'static [ItemKind] = &[
        ItemKind::Supplier,
        ItemKind::Salary,
        ItemKind::Tax,
        ItemKind::Refund,
        ItemKind::OtherPayable,
    ];
    const NAMES: CommandNames = CommandNames {
        register: "RegisterPayable",
        settle: "SettlePayable",
        reverse_settlement: "ReversePayableSettlement",
        credit: "CreditPayable",
        cancel: "CancelPayable",
        write_off: "WriteOffPayable",
        reschedule: "ReschedulePayable",
    };
    const FEE_IS_KEPT: bool = false;

    type Event = PayableEvent;

    fn of(event: &PayableEvent) -> ItemEvent<'_, Self> {
        match event {
            PayableEvent::PayableRegistered(event) => ItemEvent::Registered(event),
            PayableEvent::PayableIncreased(event) => ItemEvent::Increased(event),
            PayableEvent::PayableSettled(event) => ItemEvent::Settled(event),
            PayableEvent::PayableSettlementReversed(event) => ItemEvent::SettlementReversed(event),
            PayableEvent::PayableCredited(event) => ItemEvent::Credited(event),
            PayableEvent::PayableCancelled(event) => ItemEvent::Cancelled(event),
            PayableEvent::PayableWrittenOff(event) => ItemEvent::WrittenOff(event),
            PayableEvent::PayableRescheduled(event) => ItemEvent::Rescheduled(event),
        }
    }
}

impl<S: ItemSide> Settled<S> {
    /// The money that moved; `None` when it is out of range. Of a receivable the fee is kept, of a payable it goes on top.
    #[must_use]
    pub fn money(&self) -> Option<Amount> {
        let paid = self
            .amount
            .checked_sub(self.discount)?
            .checked_add(self.interest)?;
        if S::FEE_IS_KEPT {
            paid.checked_sub(self.fee)
        } else {
            paid.checked_add(self.fee)
        }
    }
}

impl<S: ItemSide> SettlementReversed<S> {
    /// The payment that was undone, as far as this tells.
    #[must_use]
    pub fn as_settled(&self) -> Settled<S> {
        Settled {
            item: self.item.clone(),
            settlement_id: self.settlement_id,
            installment: self.installment,
            business_date: self.business_date,
            amount: self.amount,
            fee: self.fee,
            discount: self.discount,
            interest: self.interest,
            money_account: self.money_account.clone(),
            bank_reference: None,
            statement_line: None,
            side: PhantomData,
        }
    }
}
