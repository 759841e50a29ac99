//! What can be asked of a sale.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Disposition, OrderDiscount};
use crate::{
    Amount, Channel, Currency, FiscalRef, LineId, MethodAmount, Payment, Quantity, ReceiptNumber, RegisterNo,
    ReturnId, SaleId, Sku, StoreId, SubjectId, TaxAmount, TaxId, UnitPrice,
};

/// What can be asked of a sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SaleCommand {
    /// Record that it took place.
    RecordSale(RecordSale),
    /// Undo all of it.
    VoidSale(VoidSale),
    /// Record that goods came back.
    RecordReturn(RecordReturn),
}

/// Records a sale that took place; the same sale again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordSale {
    /// The sale, an id made by the client.
    pub sale_id: SaleId,
    /// Where.
    pub store_id: StoreId,
    /// At which till.
    pub register_no: Option<RegisterNo>,
    /// The number on the receipt, unique for store, till and series.
    pub receipt: Option<ReceiptNumber>,
    /// When, by the till's clock; at most five minutes ahead of the server's.
    pub occurred_at: Timestamp,
    /// Through which channel.
    pub channel: Channel,
    /// The currency of every amount here; the store's own.
    pub currency: Currency,
    /// What was sold, 1 to 500 lines.
    pub lines: Vec<RecordSaleLine>,
    /// Discounts on the whole order, shared over the lines by largest remainder.
    pub order_discounts: Vec<OrderDiscount>,
    /// What was handed over, at most 50 payments; less change it must equal the total.
    pub payments: Vec<Payment>,
    /// What was handed back.
    pub change: Amount,
    /// The total by the client's own sum, checked to the minor unit.
    pub total: Option<Amount>,
    /// Who bought.
    pub customer: Option<Customer>,
    /// Who sold, at most 200 characters.
    pub seller: Option<String>,
    /// The fiscal document.
    pub fiscal_ref: Option<FiscalRef>,
    /// The taxes as the emitter computed them, at most 50.
    pub tax_summary: Vec<TaxAmount>,
}

/// One line of a sale to record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordSaleLine {
    /// The line, unique in the sale.
    pub line_id: LineId,
    /// What was sold; it need not be in the catalogue.
    pub sku: Sku,
    /// What the receipt calls it, at most 500 characters.
    pub description: Arc<str>,
    /// How much of it, more than zero.
    pub quantity: Quantity,
    /// In which unit, at most 80 characters.
    pub unit: Arc<str>,
    /// What one unit costs.
    pub unit_price: UnitPrice,
    /// The discount given on this line.
    pub line_discount: Amount,
    /// Gross less `line_discount`, before order discounts, by the client's own sum: with the discount added
    /// back it may differ from quantity times price by one minor unit, and then stands.
    pub net: Option<Amount>,
}

/// Who bought.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Customer {
    /// The person or company, as a key to data kept elsewhere; this alone goes into the event.
    pub subject_id: Option<SubjectId>,
    /// The tax number on the receipt. It is personal data: it never goes into an event in the clear, and
    /// until events can hold it encrypted it is only checked.
    pub tax_id: Option<TaxId>,
}

/// Undoes the whole of a sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoidSale {
    /// The sale.
    pub sale_id: SaleId,
    /// When, by the till's clock; at most five minutes ahead of the server's.
    pub occurred_at: Timestamp,
    /// Why, 1 to 500 characters.
    pub reason: String,
    /// The cancellation of the fiscal document.
    pub fiscal_ref: Option<FiscalRef>,
}

/// Records that goods of a sale came back; the same return again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordReturn {
    /// The sale.
    pub sale_id: SaleId,
    /// The return, an id made by the client.
    pub return_id: ReturnId,
    /// When, by the till's clock; at most five minutes ahead of the server's.
    pub occurred_at: Timestamp,
    /// What came back, 1 to 500 lines.
    pub lines: Vec<RecordReturnLine>,
    /// What was given back, at most 50 refunds; together with earlier ones at most the sale's total.
    pub refunds: Vec<MethodAmount>,
    /// Why, at most 500 characters.
    pub reason: Option<String>,
    /// The fiscal document of the return.
    pub fiscal_ref: Option<FiscalRef>,
}

/// One line of goods that came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordReturnLine {
    /// The line of the sale.
    pub line_id: LineId,
    /// How much of it, more than zero; together with earlier returns at most what was sold.
    pub quantity: Quantity,
    /// Where it goes.
    pub disposition: Disposition,
}

impl From<RecordSale> for SaleCommand {
    fn from(command: RecordSale) -> Self {
        Self::RecordSale(command)
    }
}

impl From<VoidSale> for SaleCommand {
    fn from(command: VoidSale) -> Self {
        Self::VoidSale(command)
    }
}

impl From<RecordReturn> for SaleCommand {
    fn from(command: RecordReturn) -> Self {
        Self::RecordReturn(command)
    }
}
