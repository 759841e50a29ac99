//! Ids of what is owed for something else: made of that, so that it is registered once.

use uuid::Uuid;

use crate::posting_rules::PostingPart;
use crate::{OpenItemId, PayrollId, ReceiptId, SaleId, SettlementId, natural_id};

/// The receivable of one payment of a sale; `payment` counts from 0.
#[must_use]
pub fn receivable_of_sale(sale_id: SaleId, payment: u16) -> OpenItemId {
    let (sale_id, payment) = (sale_id.to_string(), payment.to_string());
    OpenItemId::new(natural_id(&["receivable", &sale_id, &payment]))
}

/// The payable of a delivery.
#[must_use]
pub fn payable_of_delivery(receipt_id: ReceiptId) -> OpenItemId {
    OpenItemId::new(natural_id(&["payable", &receipt_id.to_string()]))
}

/// The payable of what a void or return gives back and no receivable can be lowered by; `number` counts the refunds of
/// that event from 0.
#[must_use]
pub fn refund_of_event(event_id: Uuid, number: u16) -> OpenItemId {
    let (event_id, number) = (event_id.to_string(), number.to_string());
    OpenItemId::new(natural_id(&["refund", &event_id, &number]))
}

/// The payable of a part of a payroll's value: its net wages, or its levies.
#[must_use]
pub fn payable_of_payroll(payroll_id: PayrollId, part: PostingPart) -> OpenItemId {
    OpenItemId::new(natural_id(&["payable", &payroll_id.to_string(), part.as_str()]))
}

/// The receivable of what was paid for a payroll that was voided.
#[must_use]
pub fn receivable_of_void(event_id: Uuid) -> OpenItemId {
    OpenItemId::new(natural_id(&["overpaid", &event_id.to_string()]))
}

/// The credit by which a void or return lowers a receivable.
#[must_use]
pub fn credit_of_event(event_id: Uuid, item_id: OpenItemId) -> SettlementId {
    let (event_id, item_id) = (event_id.to_string(), item_id.to_string());
    SettlementId::new(natural_id(&["credit", &event_id, &item_id]))
}
