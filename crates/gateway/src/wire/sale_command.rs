//! The commands of a sale, from the wire.

use posars_domain::sale::{
    Customer, Disposition, OrderDiscount, RecordReturn, RecordReturnLine, RecordSale, RecordSaleLine,
    VoidSale,
};
use posars_domain::{
    Channel, Currency, LineId, MethodAmount, Personal, ReceiptNumber, SaleId, TaxId, reasons,
};
use tonic::Status;

use super::Reader;
use super::fiscal::{read_fiscal_ref, read_tax_amount};
use super::from_request::{FromRequest, OCCUR_TIME};
use super::payment::read_payment;
use super::value::{given, read_amount, read_decimal, read_label, read_optional_amount, read_time};
use crate::proto::sales::v1 as pb;
use crate::status::FieldNames;

/// Unit of a line that does not name one.
const UNIT_DEFAULT: &str = "UN";

impl FromRequest for RecordSale {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[OCCUR_TIME, ("currency", "total.currency_code")]);
}

/// Reads the command of a `RecordSaleRequest`.
pub(crate) fn read_record_sale(request: pb::RecordSaleRequest) -> Result<RecordSale, Status> {
    let mut reader = Reader::new();
    let sale = read_sale(&mut reader, request);
    reader.finish(sale)
}

/// Every field is read before the first `?`, so that one answer names all that is wrong.
fn read_sale(reader: &mut Reader, request: pb::RecordSaleRequest) -> Option<RecordSale> {
    let sale_id = reader.text("sale_id", &request.sale_id);
    let store_id = reader.text("store_id", &request.store_id);
    let register_no = reader.optional("register_no", &request.register_no);
    let receipt = read_receipt(reader, request.receipt);
    let occurred_at = read_time(reader, "occur_time", request.occur_time);
    let channel = reader.optional("channel", &request.channel);
    let customer = read_customer(reader, request.customer);
    let fiscal_ref = read_fiscal_ref(reader, "fiscal_ref", request.fiscal_ref);
    // Without a readable currency no amount can be read, and saying so once per amount would help nobody.
    let currency = read_currency(reader, request.total.as_ref())?;
    let total = read_amount(reader, "total", request.total, currency);
    let lines = read_lines(reader, request.lines, currency);
    let order_discounts = reader.each("order_discounts", request.order_discounts, |reader, discount| {
        let amount = read_amount(reader, "amount", discount.amount, currency);
        Some(OrderDiscount {
            amount: amount?,
            reason: given(discount.reason),
        })
    });
    let payments = reader.each("payments", request.payments, |reader, payment| {
        read_payment(reader, payment, currency)
    });
    let change = read_optional_amount(reader, "change", request.change, currency);
    let tax_summary = reader.each("tax_summary", request.tax_summary, |reader, tax| {
        read_tax_amount(reader, tax, currency)
    });
    Some(RecordSale {
        sale_id: sale_id?,
        store_id: store_id?,
        register_no: register_no?,
        receipt: receipt?,
        occurred_at: occurred_at?,
        channel: channel?.unwrap_or(Channel::COUNTER),
        currency,
        lines: lines?,
        order_discounts: order_discounts?,
        payments: payments?,
        change: change?.unwrap_or_default(),
        total: Some(total?),
        customer: customer?,
        seller: given(request.seller),
        fiscal_ref: fiscal_ref?,
        tax_summary: tax_summary?,
    })
}

/// The currency of a sale is that of its total.
fn read_currency(reader: &mut Reader, total: Option<&crate::proto::money::v1::Money>) -> Option<Currency> {
    let Some(total) = total else {
        reader.refuse(
            "total",
            reasons::FIELD_REQUIRED,
            "required, but not given; its currency is the sale's",
        );
        return None;
    };
    reader.inside("total", |reader| {
        reader.text("currency_code", &total.currency_code)
    })
}

fn read_receipt(reader: &mut Reader, receipt: Option<pb::ReceiptNumber>) -> Option<Option<ReceiptNumber>> {
    let Some(receipt) = receipt else { return Some(None) };
    let series = given(receipt.series);
    reader
        .accept("receipt", ReceiptNumber::new(series.as_deref(), &receipt.number))
        .map(Some)
}

fn read_customer(reader: &mut Reader, customer: Option<pb::Customer>) -> Option<Option<Customer>> {
    let Some(customer) = customer else {
        return Some(None);
    };
    reader.inside("customer", |reader| {
        let subject_id = reader.optional("subject_id", &customer.subject_id);
        let tax_id = reader.optional::<TaxId>("tax_id", &customer.tax_id);
        Some(Some(Customer {
            subject_id: subject_id?,
            tax_id: tax_id?.map(Personal::from),
            name: given(customer.name).map(Personal::from),
        }))
    })
}

fn read_lines(
    reader: &mut Reader,
    lines: Vec<pb::SaleLineInput>,
    currency: Currency,
) -> Option<Vec<RecordSaleLine>> {
    let mut place = 0;
    reader.each("lines", lines, |reader, line| {
        place += 1;
        let line_id = LineId(if line.line_id == 0 { place } else { line.line_id });
        read_line(reader, line, line_id, currency)
    })
}

fn read_line(
    reader: &mut Reader,
    line: pb::SaleLineInput,
    line_id: LineId,
    currency: Currency,
) -> Option<RecordSaleLine> {
    let sku = reader.text("sku", &line.sku);
    let quantity = read_decimal(reader, "quantity", line.quantity);
    let unit_price = read_decimal(reader, "unit_price", line.unit_price);
    let line_discount = read_optional_amount(reader, "line_discount", line.line_discount, currency);
    let net = read_optional_amount(reader, "net", line.net, currency);
    Some(RecordSaleLine {
        line_id,
        sku: sku?,
        description: line.description.into(),
        quantity: quantity?,
        unit: given(line.unit).map_or_else(|| UNIT_DEFAULT.into(), Into::into),
        unit_price: unit_price?,
        line_discount: line_discount?.unwrap_or_default(),
        net: net?,
    })
}

impl FromRequest for VoidSale {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[OCCUR_TIME]);
}

/// Reads the command of a `VoidSaleRequest`; the sale is in its name.
pub(crate) fn read_void_sale(request: pb::VoidSaleRequest, sale_id: SaleId) -> Result<VoidSale, Status> {
    let mut reader = Reader::new();
    let occurred_at = read_time(&mut reader, "occur_time", request.occur_time);
    let reason = read_label(&mut reader, "reason", &request.reason);
    let fiscal_ref = read_fiscal_ref(&mut reader, "fiscal_ref", request.fiscal_ref);
    let command = occurred_at
        .zip(reason)
        .zip(fiscal_ref)
        .map(|((occurred_at, reason), fiscal_ref)| VoidSale {
            sale_id,
            occurred_at,
            reason,
            fiscal_ref,
        });
    reader.finish(command)
}

impl FromRequest for RecordReturn {
    const FIELD_NAMES: FieldNames =
        FieldNames::new(&[OCCUR_TIME, ("currency", "refunds[0].amount.currency_code")]);
}

/// Reads the command of a `RecordReturnRequest`; the sale is in its name, and `currency` is the sale's.
pub(crate) fn read_record_return(
    request: pb::RecordReturnRequest,
    sale_id: SaleId,
) -> Result<RecordReturn, Status> {
    let mut reader = Reader::new();
    let currency = refund_currency(&request.refunds);
    let return_id = reader.text("return_id", &request.return_id);
    let occurred_at = read_time(&mut reader, "occur_time", request.occur_time);
    let lines = reader.each("lines", request.lines, read_return_line);
    let refunds = reader.each("refunds", request.refunds, |reader, refund| {
        let method = reader.text("method", &refund.method);
        // Where no refund has a currency, each is refused for that, whatever is expected.
        let expected = currency.unwrap_or(Currency::BRL);
        let amount = read_amount(reader, "amount", refund.amount, expected);
        Some(MethodAmount {
            method: method?,
            amount: amount?,
        })
    });
    let fiscal_ref = read_fiscal_ref(&mut reader, "fiscal_ref", request.fiscal_ref);
    let reason = given(request.reason);
    let command = (|| {
        Some(RecordReturn {
            sale_id,
            return_id: return_id?,
            occurred_at: occurred_at?,
            lines: lines?,
            refunds: refunds?,
            currency,
            reason,
            fiscal_ref: fiscal_ref?,
        })
    })();
    reader.finish(command)
}

/// The currency of the first refund that has one. Whether it is the sale's, only the sale knows.
fn refund_currency(refunds: &[pb::MethodAmount]) -> Option<Currency> {
    let amounts = refunds.iter().filter_map(|refund| refund.amount.as_ref());
    amounts
        .filter_map(|amount| amount.currency_code.parse().ok())
        .next()
}

fn read_return_line(reader: &mut Reader, line: pb::ReturnLineInput) -> Option<RecordReturnLine> {
    if line.line_id == 0 {
        reader.refuse(
            "line_id",
            reasons::FIELD_REQUIRED,
            "required: the id of the sale's line that came back",
        );
    }
    let quantity = read_decimal(reader, "quantity", line.quantity);
    let disposition = read_disposition(reader, line.disposition);
    Some(RecordReturnLine {
        line_id: LineId(line.line_id),
        quantity: quantity?,
        disposition: disposition?,
    })
}

fn read_disposition(reader: &mut Reader, number: i32) -> Option<Disposition> {
    let disposition = match pb::Disposition::try_from(number) {
        Ok(pb::Disposition::Restock) => Some(Disposition::Restock),
        Ok(pb::Disposition::Damaged) => Some(Disposition::Damaged),
        Ok(pb::Disposition::Discard) => Some(Disposition::Discard),
        Ok(pb::Disposition::Unspecified) | Err(_) => None,
    };
    if disposition.is_none() {
        reader.refuse(
            "disposition",
            reasons::FIELD_REQUIRED,
            "say where the goods go: RESTOCK, DAMAGED or DISCARD",
        );
    }
    disposition
}
