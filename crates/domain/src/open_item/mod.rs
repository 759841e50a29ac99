//! Something owed, to the company or by it, in instalments; streams `receivable-{item_id}` and `payable-{item_id}`.
//!
//! What a sale or delivery makes owed is registered by the reactor that posts, with what [`OwedForSale`],
//! [`OwedForDelivery`], [`OwedForPayroll`], [`MoneyBack`] and [`PayrollBack`] say; the commands are what people do.

mod cancel_item;
mod checks;
mod credit_item;
mod derived_ids;
mod event;
mod item_side;
mod lookup;
mod of_delivery;
mod of_payroll;
mod of_sale;
mod register_item;
mod rejection;
mod reschedule_item;
mod reverse_settlement;
mod schedule;
mod settle_item;
mod side;
mod state;
mod taken_off;

pub use cancel_item::CancelItem;
pub(crate) use checks::{above_zero, fee_of, new_code, reason};
pub use credit_item::{CreditItem, WriteOffItem};
pub use derived_ids::{
    credit_of_event, payable_of_delivery, payable_of_payroll, receivable_of_sale, receivable_of_void,
    refund_of_event,
};
pub use event::{
    Cancelled, Credited, Increased, Installment, InstallmentPart, ItemEvent, ItemOrigin, ItemRef, MatchKeys,
    PayableEvent, PayableKind, ReceivableEvent, ReceivableKind, Registered, Rescheduled, Settled,
    SettlementReversed, WrittenOff,
};
pub use item_side::{CommandNames, ItemSide};
pub(crate) use lookup::{plain_code, plain_number};
pub use of_delivery::OwedForDelivery;
pub use of_payroll::{OwedForPayroll, PayrollBack};
pub use of_sale::OwedForSale;
pub use register_item::{DuePart, RegisterItem};
pub use rejection::ItemRejection;
pub use reschedule_item::RescheduleItem;
pub use reverse_settlement::ReverseSettlement;
pub use settle_item::SettleItem;
pub(crate) use settle_item::claim_of_reference;
pub use side::{ItemKind, Payable, Receivable};
pub use state::{InstallmentState, ItemState, OpenItem, Reduction, Settlement};
pub use taken_off::{MoneyBack, TakenOff};

/// Most instalments of one item, also counted over all its schedules.
pub const INSTALLMENTS_MAX: usize = 120;
