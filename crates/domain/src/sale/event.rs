//! What can have happened to a sale; append-only.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::paid_back;
use crate::event::events;
use crate::{
    Amount, Channel, Currency, FiscalRef, HoldsPersonal, InvalidValue, LineId, MethodAmount, Path, Payment,
    PaymentMethod, Personal, PersonalField, Quantity, ReceiptNumber, RegisterNo, RetentionClass, ReturnId,
    SaleId, Sku, StoreId, SubjectId, TaxAmount, TaxId, UnitPrice,
};

events! {
    /// What can have happened to a sale.
    pub enum SaleEvent of SaleKind {
        /// The sale took place.
        SaleRecorded(SaleRecorded) = 1 holding personal,
        /// The whole sale was undone.
        SaleVoided(SaleVoided) = 1,
        /// Goods came back.
        SaleReturned(SaleReturned) = 2 from [paid_back::from_version_1],
    }
}

/// The sale took place. Amounts that are zero are left out of the JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleRecorded {
    /// The sale.
    pub sale_id: SaleId,
    /// Where.
    pub store_id: StoreId,
    /// At which till.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub register_no: Option<RegisterNo>,
    /// The number on the receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptNumber>,
    /// When, as the till told it.
    pub occurred_at: Timestamp,
    /// The trading day it counts for.
    pub business_date: Date,
    /// The hour on the store's wall clock, 0 to 23.
    pub local_hour: u8,
    /// Through which channel.
    pub channel: Channel,
    /// The currency of every amount here.
    pub currency: Currency,
    /// What was sold.
    pub lines: Vec<SaleLine>,
    /// The discounts on the whole order, whose shares are in the lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order_discounts: Vec<OrderDiscount>,
    /// What was handed over.
    pub payments: Vec<Payment>,
    /// What was handed back.
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub change: Amount,
    /// The sum of the lines before any discount.
    pub gross_total: Amount,
    /// The sum of all discounts, of lines and of the order.
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub discount_total: Amount,
    /// What the customer owed: gross less discounts.
    pub total: Amount,
    /// The customer: whoever the keys of what is known of the buyer belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<SubjectId>,
    /// What is known of the buyer; only with a customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer: Option<Box<Buyer>>,
    /// Who sold it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
    /// The fiscal document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fiscal_ref: Option<FiscalRef>,
    /// The taxes as the emitter computed them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tax_summary: Vec<TaxAmount>,
}

impl SaleRecorded {
    /// What each payment came to once the change is taken off, without those that came to nothing; the amounts sum to
    /// the total.
    ///
    /// Change is cash, so it comes out of cash, of the last such payment first. What is more than all cash handed over,
    /// as when a customer has 100.00 put on a card for goods of 75.00, came out of the drawer: it is an entry of cash
    /// below zero, and the card stays at what its acquirer pays.
    #[must_use]
    pub fn received(&self) -> Vec<MethodAmount> {
        self.received_by_payment()
            .into_iter()
            .map(|(_, received)| received)
            .collect()
    }

    /// As [`Self::received`], each with which payment it is of, from 0; `None` for cash below zero, which is of none.
    #[must_use]
    pub fn received_by_payment(&self) -> Vec<(Option<usize>, MethodAmount)> {
        let as_paid = |(index, payment): (usize, &Payment)| {
            let received = MethodAmount {
                method: payment.method.clone(),
                amount: payment.amount,
            };
            (Some(index), received)
        };
        let mut received = self.payments.iter().enumerate().map(as_paid).collect::<Vec<_>>();
        let mut change = self.change;
        let cash = received
            .iter_mut()
            .rev()
            .filter(|(_, payment)| payment.method == PaymentMethod::CASH);
        for (_, payment) in cash {
            let taken = change.min(payment.amount);
            payment.amount = payment.amount.checked_sub(taken).unwrap_or_default();
            change = change.checked_sub(taken).unwrap_or_default();
        }
        let beyond_cash = MethodAmount {
            method: PaymentMethod::CASH,
            amount: change.checked_neg().unwrap_or_default(),
        };
        received.push((None, beyond_cash));
        received.retain(|(_, payment)| !payment.amount.is_zero());
        received
    }

    /// The line with this id.
    #[must_use]
    pub fn line(&self, line_id: LineId) -> Option<&SaleLine> {
        self.lines.iter().find(|line| line.line_id == line_id)
    }
}

/// What is known of who bought, as the fiscal document names them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Buyer {
    /// The tax number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<Personal<TaxId>>,
    /// The name, at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Personal<String>>,
}

impl HoldsPersonal for SaleRecorded {
    fn personal(&mut self) -> Vec<PersonalField<'_>> {
        let (Some(subject), Some(buyer)) = (&self.customer, &mut self.buyer) else {
            return Vec::new();
        };
        let used_on = self.business_date;
        let field = |name, finds, data| PersonalField {
            path: Path::field("buyer").then(name),
            subject,
            class: RetentionClass::Fiscal,
            used_on,
            finds,
            data,
        };
        let mut fields = Vec::with_capacity(2);
        if let Some(tax_id) = &mut buyer.tax_id {
            fields.push(field("tax_id", true, tax_id));
        }
        if let Some(name) = &mut buyer.name {
            fields.push(field("name", false, name));
        }
        fields
    }
}

/// A discount on the whole order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderDiscount {
    /// How much.
    pub amount: Amount,
    /// Why, at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One line of a sale: gross less both discounts is net.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleLine {
    /// The line, unique in the sale.
    pub line_id: LineId,
    /// What was sold.
    pub sku: Sku,
    /// What the receipt called it.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub description: Arc<str>,
    /// How much of it.
    pub quantity: Quantity,
    /// In which unit.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub unit: Arc<str>,
    /// What one unit cost.
    pub unit_price: UnitPrice,
    /// Quantity times price, within one minor unit.
    pub gross: Amount,
    /// The discount given on this line.
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub line_discount: Amount,
    /// The line's share of the order's discounts.
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub order_discount: Amount,
    /// What the customer owed for it.
    pub net: Amount,
}

/// The whole sale was undone: its goods are back and its money is given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleVoided {
    /// The sale.
    pub sale_id: SaleId,
    /// Where it took place.
    pub store_id: StoreId,
    /// When it was voided, as the till told it.
    pub occurred_at: Timestamp,
    /// The trading day the void counts for.
    pub business_date: Date,
    /// The hour of the void on the store's wall clock, 0 to 23.
    pub local_hour: u8,
    /// The trading day that the sale had counted for.
    pub sale_business_date: Date,
    /// The currency of every amount here.
    pub currency: Currency,
    /// Why.
    pub reason: String,
    /// What comes back.
    pub lines: Vec<VoidedLine>,
    /// What is given back, by means of payment; sums to the total. Cash below zero is change that the customer brings
    /// back, having got it for what was paid by other means.
    pub refunds: Vec<MethodAmount>,
    /// The total of the sale.
    pub total: Amount,
    /// The cancellation of the fiscal document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fiscal_ref: Option<FiscalRef>,
}

/// One line of a voided sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoidedLine {
    /// The line of the sale.
    pub line_id: LineId,
    /// What was sold.
    pub sku: Sku,
    /// How much of it.
    pub quantity: Quantity,
    /// What the customer had owed for it.
    pub net: Amount,
}

/// Goods came back. Version 1 did not say what was paid back for each line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleReturned {
    /// The sale.
    pub sale_id: SaleId,
    /// Where it took place.
    pub store_id: StoreId,
    /// The return.
    pub return_id: ReturnId,
    /// When the goods came back, as the till told it.
    pub occurred_at: Timestamp,
    /// The trading day the return counts for.
    pub business_date: Date,
    /// The hour of the return on the store's wall clock, 0 to 23.
    pub local_hour: u8,
    /// The trading day that the sale had counted for.
    pub sale_business_date: Date,
    /// The currency of every amount here.
    pub currency: Currency,
    /// What came back.
    pub lines: Vec<ReturnedLine>,
    /// What was given back, by means of payment; may be less, or more, than the goods' share of the sale.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<MethodAmount>,
    /// The sum of the lines' shares: by this much the sale is worth less.
    pub returned_total: Amount,
    /// The sum of the refunds.
    pub total_refund: Amount,
    /// Why, if anybody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The fiscal document of the return.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fiscal_ref: Option<FiscalRef>,
}

/// One line of a return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnedLine {
    /// The line of the sale.
    pub line_id: LineId,
    /// What came back.
    pub sku: Sku,
    /// How much of it.
    pub quantity: Quantity,
    /// Where it goes.
    pub disposition: Disposition,
    /// Its share of the line's net: cumulative, so that parts sum to the net exactly.
    pub refund: Amount,
    /// What was really paid back for it: its share of `total_refund`, in proportion to what the lines are worth, so
    /// that the lines sum to it exactly. Less than `refund` when something was kept, more when something was added.
    pub paid_back: Amount,
}

/// Where returned goods go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// Back on the shelf: stock goes up.
    Restock,
    /// Kept, but not for sale.
    Damaged,
    /// Thrown away.
    Discard,
}

impl Disposition {
    /// The word that stands for it in events and requests.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Restock => "restock",
            Self::Damaged => "damaged",
            Self::Discard => "discard",
        }
    }
}

impl fmt::Display for Disposition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl FromStr for Disposition {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let rule = "a disposition is restock, damaged or discard";
        [Self::Restock, Self::Damaged, Self::Discard]
            .into_iter()
            .find(|disposition| disposition.as_str() == text)
            .ok_or_else(|| InvalidValue::new("DISPOSITION_INVALID", text, rule))
    }
}
