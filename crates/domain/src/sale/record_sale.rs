//! Recording a sale: the arithmetic of a receipt.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use super::admission;
use super::customer::{Customer, customer_of, may_be_same_customer};
use super::unique::{fiscal_claim, receipt_claim};
use super::{
    DISCOUNTS_MAX, LINES_MAX, OrderDiscount, PAYMENTS_MAX, Sale, SaleLine, SaleRecorded, SaleRejection,
    SaleState,
};
use crate::circumstance::in_currency;
use crate::dates::not_too_early;
use crate::invalid::{not_empty, not_longer};
use crate::payment::not_negative;
use crate::person::GivenPerson;
use crate::quantity::positive;
use crate::store::StoreSettings;
use crate::text::{self, CODE_CHARS_MAX, NAME_CHARS_MAX, NOTE_CHARS_MAX};
use crate::{
    Amount, ApportionError, Channel, Claim, Command, Currency, Decided, Decision, FiscalRef, Given,
    InvalidValue, LineId, Needs, OwnKey, Path, Payment, Quantity, ReceiptNumber, RegisterNo, SaleId, Sku,
    StoreId, SubjectId, TaxAmount, UnitPrice, apportion,
};

/// How far a client's figure for a line may be from quantity times price, in minor units.
///
/// # Source
/// NF-e accepts one centavo either way between `vProd` and `qCom * vUnCom`.
const LINE_TOLERANCE: Amount = Amount::from_minor(1);

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

impl RecordSale {
    /// The customer, if the till says who it is.
    fn named_customer(&self) -> Option<&SubjectId> {
        self.customer.as_ref()?.subject_id.as_ref()
    }
}

/// The sale's id is its idempotency key for ever: the same sale again gives the first answer, other content under the
/// same id is refused.
impl Command for RecordSale {
    type Of = Sale;
    type Answer = SaleRecorded;

    const NAME: &'static str = "RecordSale";
    const BEGINS_STREAM: bool = true;

    fn stream_id(&self) -> impl Display + Send {
        self.sale_id
    }

    fn own_key(&self) -> OwnKey {
        OwnKey::Id(self.sale_id.uuid())
    }

    fn needs<'a>(&'a self, _state: &'a SaleState) -> Needs<'a> {
        let needs = Needs::store(&self.store_id);
        let person = self.customer.as_ref().and_then(Customer::sought);
        person.map_or(needs, |person| needs.and_person(person))
    }

    fn earlier_content(&self) -> Option<Box<RawValue>> {
        let customer = self.customer.as_ref()?;
        let tax_id = customer.tax_id.as_ref()?.clear()?;
        // The name came with the build that keeps it.
        if customer.name.is_some() {
            return None;
        }
        let mut content = serde_json::to_value(self).ok()?;
        *content.pointer_mut("/customer/tax_id")? = tax_id.as_str().into();
        to_raw_value(&content).ok()
    }

    fn products(&self) -> Vec<&Sku> {
        self.lines.iter().map(|line| &line.sku).collect()
    }

    fn path_of_product(&self, index: usize) -> Path {
        Path::line(index, "sku")
    }

    fn decide(&self, state: &SaleState, given: &Given<'_>) -> Decided<Sale> {
        let store = given.store(&self.store_id)?;
        let sale = priced(self, store, given.person)?;
        if let Some(before) = &state.recorded {
            return same_again(before, sale, self.named_customer());
        }
        given.not_in_future(self.occurred_at)?;
        not_too_early(self.occurred_at, store)?;
        admission::check(&sale)?;
        admission::subject(self.named_customer())?;
        let claims = claims(&sale)?;
        Ok(Decision {
            events: vec![sale.into()],
            claims,
        })
    }
}

/// The client's id is the idempotency key for ever: the same sale is nothing new, another is an error.
fn same_again(before: &SaleRecorded, mut sale: SaleRecorded, named: Option<&SubjectId>) -> Decided<Sale> {
    if may_be_same_customer(before, &sale, named) {
        sale.customer.clone_from(&before.customer);
        sale.buyer.clone_from(&before.buyer);
    }
    // The day was stored once; the store's settings may have changed since.
    sale.business_date = before.business_date;
    sale.local_hour = before.local_hour;
    if *before == sale {
        return Ok(Decision::nothing());
    }
    Err(SaleRejection::IdempotencyMismatch {
        what: format!("sale {}", sale.sale_id),
    })
}

fn priced(
    command: &RecordSale,
    store: &StoreSettings,
    person: Option<&GivenPerson>,
) -> Result<SaleRecorded, SaleRejection> {
    in_currency(command.currency, store.currency)?;
    let order_discounts = order_discounts(&command.order_discounts)?;
    let lines = discounted(lines(command)?, &order_discounts)?;
    let gross_total = sum("the gross total", lines.iter().map(|line| line.gross))?;
    let total = sum("the total", lines.iter().map(|line| line.net))?;
    if let Some(given) = command.total.filter(|given| *given != total) {
        return Err(SaleRejection::SaleTotalMismatch {
            expected: total,
            given,
        });
    }
    let change = not_negative("change", command.change)?;
    let payments = payments(&command.payments)?;
    let handed_over = sum("the payments", payments.iter().map(|payment| payment.amount))?;
    let (business_date, local_hour) = store.business_date_and_hour(command.occurred_at);
    let paid = difference("the payments", handed_over, change)?;
    if paid != total {
        return Err(SaleRejection::PaymentTotalMismatch { total, paid });
    }
    let (customer, buyer) = customer_of(command.customer.as_ref(), person)?;
    Ok(SaleRecorded {
        sale_id: command.sale_id,
        store_id: command.store_id.clone(),
        register_no: command.register_no.clone(),
        receipt: command.receipt.clone(),
        occurred_at: command.occurred_at,
        business_date,
        local_hour,
        channel: command.channel.clone(),
        currency: command.currency,
        lines,
        order_discounts,
        payments,
        change,
        gross_total,
        discount_total: difference("the discounts", gross_total, total)?,
        total,
        customer,
        buyer,
        seller: text::maybe("seller", command.seller.as_ref(), NAME_CHARS_MAX)?,
        fiscal_ref: command
            .fiscal_ref
            .as_ref()
            .map(|fiscal| fiscal.checked(Path::field("fiscal_ref")))
            .transpose()?,
        tax_summary: taxes(&command.tax_summary)?,
    })
}

/// The lines with their own discounts; `order_discount` still zero.
fn lines(command: &RecordSale) -> Result<Vec<SaleLine>, SaleRejection> {
    not_empty("lines", command.lines.len())?;
    not_longer("lines", command.lines.len(), LINES_MAX)?;
    // Numbered upwards, as nearly all receipts are, no line can repeat another's id.
    let ascending = command
        .lines
        .is_sorted_by(|line, next| line.line_id < next.line_id);
    let mut seen = BTreeSet::new();
    let mut lines = Vec::with_capacity(command.lines.len());
    for (index, line) in command.lines.iter().enumerate() {
        if !ascending && !seen.insert(line.line_id) {
            let rule = "every line of a sale has its own line_id";
            let invalid = InvalidValue::new("LINE_ID_REPEATED", line.line_id, rule);
            return Err(invalid.at(Path::line(index, "line_id")).into());
        }
        lines.push(priced_line(index, line, command.currency)?);
    }
    Ok(lines)
}

fn priced_line(index: usize, line: &RecordSaleLine, currency: Currency) -> Result<SaleLine, SaleRejection> {
    let quantity = positive(Path::line(index, "quantity"), line.quantity)?;
    let line_discount = not_negative(Path::line(index, "line_discount"), line.line_discount)?;
    let expected = quantity
        .times(line.unit_price, currency)
        .ok_or(SaleRejection::AmountOutOfRange {
            what: "quantity times price of a line",
        })?;
    let gross = match line.net {
        Some(net) => {
            let net = not_negative(Path::line(index, "net"), net)?;
            claimed_gross(index, expected, net, line_discount)?
        }
        None => expected,
    };
    if line_discount > gross {
        let (discount, available) = (line_discount, gross);
        return Err(SaleRejection::DiscountExceedsLine {
            index: Some(index),
            discount,
            available,
        });
    }
    Ok(SaleLine {
        line_id: line.line_id,
        sku: line.sku.clone(),
        description: text::shared(
            Path::line(index, "description"),
            &line.description,
            NOTE_CHARS_MAX,
        )?,
        quantity,
        unit: text::shared(Path::line(index, "unit"), &line.unit, CODE_CHARS_MAX)?,
        unit_price: line.unit_price,
        gross,
        line_discount,
        order_discount: Amount::ZERO,
        net: difference("a line", gross, line_discount)?,
    })
}

/// The client's own figure stands when it is within the tolerance: its receipt is printed.
fn claimed_gross(
    index: usize,
    expected: Amount,
    net: Amount,
    line_discount: Amount,
) -> Result<Amount, SaleRejection> {
    let given = sum("a line", [net, line_discount])?;
    let apart = difference("a line", given.max(expected), given.min(expected))?;
    if apart > LINE_TOLERANCE {
        return Err(SaleRejection::LineTotalOutOfTolerance {
            index,
            expected,
            given,
        });
    }
    Ok(given)
}

fn order_discounts(discounts: &[OrderDiscount]) -> Result<Vec<OrderDiscount>, InvalidValue> {
    not_longer("order_discounts", discounts.len(), DISCOUNTS_MAX)?;
    let check = |(index, discount): (usize, &OrderDiscount)| {
        Ok(OrderDiscount {
            amount: not_negative(
                Path::entry("order_discounts", index).then("amount"),
                discount.amount,
            )?,
            reason: text::maybe(
                Path::entry("order_discounts", index).then("reason"),
                discount.reason.as_ref(),
                NOTE_CHARS_MAX,
            )?,
        })
    };
    discounts.iter().enumerate().map(check).collect()
}

/// Shares the order's discounts over the lines.
fn discounted(
    mut lines: Vec<SaleLine>,
    order_discounts: &[OrderDiscount],
) -> Result<Vec<SaleLine>, SaleRejection> {
    if order_discounts.is_empty() {
        return Ok(lines);
    }
    let discount = sum(
        "the order discounts",
        order_discounts.iter().map(|discount| discount.amount),
    )?;
    let nets = lines.iter().map(|line| line.net).collect::<Vec<_>>();
    let shares = apportion(discount, &nets).map_err(|error| match error {
        ApportionError::ExceedsLines { total, available } => SaleRejection::DiscountExceedsLine {
            index: None,
            discount: total,
            available,
        },
        ApportionError::Negative | ApportionError::OutOfRange => SaleRejection::AmountOutOfRange {
            what: "the sum of the lines",
        },
    })?;
    for (line, share) in lines.iter_mut().zip(shares) {
        line.order_discount = share;
        line.net = difference("a line", line.net, share)?;
    }
    Ok(lines)
}

fn payments(payments: &[Payment]) -> Result<Vec<Payment>, InvalidValue> {
    not_longer("payments", payments.len(), PAYMENTS_MAX)?;
    // Not collected: a fallible collection does not know its length and would take room for four.
    let mut checked = Vec::with_capacity(payments.len());
    for (index, payment) in payments.iter().enumerate() {
        checked.push(payment.checked(Path::entry("payments", index))?);
    }
    Ok(checked)
}

fn taxes(taxes: &[TaxAmount]) -> Result<Vec<TaxAmount>, InvalidValue> {
    not_longer("tax_summary", taxes.len(), DISCOUNTS_MAX)?;
    taxes
        .iter()
        .enumerate()
        .map(|(index, tax)| tax.checked(Path::entry("tax_summary", index)))
        .collect()
}

/// The receipt number, the access key and every PIX id, each good for one sale only.
fn claims(sale: &SaleRecorded) -> Result<Vec<Claim<SaleRejection>>, SaleRejection> {
    let receipt = sale.receipt.as_ref().map(|receipt| receipt_claim(sale, receipt));
    let fiscal = fiscal_claim(sale.fiscal_ref.as_ref());
    let mut claims = receipt.into_iter().chain(fiscal).collect::<Vec<_>>();
    let mut seen = BTreeSet::new();
    for pix_e2e_id in sale
        .payments
        .iter()
        .filter_map(|payment| payment.pix_e2e_id.as_ref())
    {
        let taken = SaleRejection::PixIdAlreadyUsed {
            pix_e2e_id: pix_e2e_id.clone(),
        };
        if !seen.insert(pix_e2e_id) {
            return Err(taken);
        }
        claims.push(Claim {
            key: format!("pix:{pix_e2e_id}"),
            holder: None,
            namesake: None,
            taken,
        });
    }
    Ok(claims)
}

fn sum(what: &'static str, amounts: impl IntoIterator<Item = Amount>) -> Result<Amount, SaleRejection> {
    Amount::checked_sum(amounts).ok_or(SaleRejection::AmountOutOfRange { what })
}

fn difference(what: &'static str, from: Amount, less: Amount) -> Result<Amount, SaleRejection> {
    from.checked_sub(less)
        .ok_or(SaleRejection::AmountOutOfRange { what })
}
