//! Which parts the value of each event has, of which sorts they are, and to which roles they may be posted.

use PostedEvent as E;
use PostingPart as P;

use super::{PostedEvent, PostingPart};
use crate::open_item::{ItemKind, ItemSide as _, Payable, Receivable};
use crate::stock::AdjustmentReason;
use crate::{AccountRole, PaymentMethod};

impl PostedEvent {
    /// The parts of the event's value that rules post. An event without any names its accounts itself.
    #[must_use]
    pub const fn parts(self) -> &'static [PostingPart] {
        match self {
            Self::SaleRecorded => &[P::Payment, P::Discount, P::Gross],
            Self::SaleVoided => &[P::Cancelled, P::Payment],
            Self::SaleReturned => &[P::Returned, P::Payment],
            Self::StockReceived => &[P::Inventory, P::Cost, P::Supplied],
            Self::StockIssued | Self::StockReturned => &[P::Inventory, P::Cost],
            Self::StockAdjusted => &[P::Inventory, P::Cost, P::Loss, P::Gain],
            Self::ReceivableSettled
            | Self::ReceivableSettlementReversed
            | Self::PayableSettled
            | Self::PayableSettlementReversed => &[P::Fee, P::EarlyDiscount, P::Interest],
            Self::ReceivableCredited | Self::PayableCredited => &[P::Credit],
            Self::ReceivableWrittenOff | Self::PayableWrittenOff => &[P::WriteOff],
            Self::StatementLineWrittenOff => &[P::Fee],
            Self::PayrollRecorded | Self::PayrollVoided => &[P::Wages, P::Charges, P::NetWages, P::Levies],
            Self::ReceivableRegistered
            | Self::ReceivableCancelled
            | Self::PayableRegistered
            | Self::PayableCancelled => &[],
        }
    }

    /// Whether a part of the event is of this sort, so that a rule for it can ever hold.
    pub(super) fn has_sort(self, part: PostingPart, sort: &str) -> bool {
        let is_kind = |kinds: &[ItemKind]| kinds.iter().any(|kind| kind.as_str() == sort);
        match self {
            // The list is open: any word may be a method.
            E::SaleRecorded | E::SaleVoided | E::SaleReturned => {
                part == P::Payment && sort.parse::<PaymentMethod>().is_ok()
            }
            E::StockAdjusted => matches!(part, P::Loss | P::Gain) && sort.parse::<AdjustmentReason>().is_ok(),
            E::ReceivableSettled
            | E::ReceivableSettlementReversed
            | E::ReceivableCredited
            | E::ReceivableWrittenOff => is_kind(Receivable::KINDS),
            E::PayableSettled | E::PayableSettlementReversed | E::PayableCredited | E::PayableWrittenOff => {
                is_kind(Payable::KINDS)
            }
            E::StockReceived
            | E::StockIssued
            | E::StockReturned
            | E::ReceivableRegistered
            | E::ReceivableCancelled
            | E::PayableRegistered
            | E::PayableCancelled
            | E::StatementLineWrittenOff
            | E::PayrollRecorded
            | E::PayrollVoided => false,
        }
    }
}

impl PostingPart {
    /// Whether the part may be posted to the role. An account with a ledger of its own takes only what that ledger takes:
    /// payments become receivables, deliveries payables, and goods are in stock.
    pub(super) fn may_go_to(self, role: &AccountRole) -> bool {
        match self {
            Self::Inventory => *role == AccountRole::INVENTORY,
            Self::Payment => {
                !role.is_controlled()
                    || ItemKind::of_role(role).is_some_and(|kind| Receivable::KINDS.contains(&kind))
            }
            Self::Supplied => !role.is_controlled() || *role == AccountRole::SUPPLIERS,
            Self::NetWages | Self::Levies => {
                !role.is_controlled() || ItemKind::of_role(role).is_some_and(is_owed_for_work)
            }
            Self::Gross
            | Self::Discount
            | Self::Cancelled
            | Self::Returned
            | Self::Cost
            | Self::Loss
            | Self::Gain
            | Self::Fee
            | Self::EarlyDiscount
            | Self::Interest
            | Self::Credit
            | Self::WriteOff
            | Self::Wages
            | Self::Charges => !role.is_controlled(),
        }
    }
}

/// Whether something of this kind may be owed for the work of employees.
const fn is_owed_for_work(kind: ItemKind) -> bool {
    matches!(kind, ItemKind::Salary | ItemKind::Tax | ItemKind::OtherPayable)
}
