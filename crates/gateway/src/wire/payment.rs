//! Payments and refunds.

use posars_domain::{Currency, MethodAmount, Payment, reasons};

use super::Reader;
use super::value::{given, read_amount, read_optional_date, write_date, write_money};
use crate::proto::sales::v1 as pb;

/// Reads a payment towards a sale.
pub(crate) fn read_payment(reader: &mut Reader, payment: pb::Payment, currency: Currency) -> Option<Payment> {
    let method = reader.text("method", &payment.method);
    let code = reader.optional("code", &payment.code);
    let amount = read_amount(reader, "amount", payment.amount, currency);
    let installments = read_installments(reader, payment.installments);
    let acquirer_cnpj = reader.optional("acquirer_cnpj", &payment.acquirer_cnpj);
    let due_date = read_optional_date(reader, "due_date", payment.due_date);
    Some(Payment {
        method: method?,
        code: code?,
        amount: amount?,
        installments: installments?,
        acquirer_cnpj: acquirer_cnpj?,
        brand: given(payment.brand),
        nsu: given(payment.nsu),
        authorization: given(payment.authorization),
        pix_e2e_id: given(payment.pix_e2e_id),
        pix_txid: given(payment.pix_txid),
        boleto_number: given(payment.boleto_number),
        due_date: due_date?,
    })
}

fn read_installments(reader: &mut Reader, installments: u32) -> Option<Option<u16>> {
    if installments == 0 {
        return Some(None);
    }
    let narrow = u16::try_from(installments).ok();
    if narrow.is_none() {
        let problem = format!("{installments} instalments; at most {} can be recorded", u16::MAX);
        reader.refuse("installments", reasons::INSTALLMENTS_INVALID, problem);
    }
    narrow.map(Some)
}

/// Writes a payment.
pub(crate) fn write_payment(payment: &Payment, currency: Currency) -> pb::Payment {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    pb::Payment {
        method: payment.method.to_string(),
        code: payment.code.as_ref().map(ToString::to_string).unwrap_or_default(),
        amount: write_money(payment.amount, currency),
        installments: payment.installments.map(u32::from).unwrap_or_default(),
        acquirer_cnpj: payment
            .acquirer_cnpj
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        brand: text(&payment.brand),
        nsu: text(&payment.nsu),
        authorization: text(&payment.authorization),
        pix_e2e_id: text(&payment.pix_e2e_id),
        pix_txid: text(&payment.pix_txid),
        boleto_number: text(&payment.boleto_number),
        due_date: payment.due_date.map(write_date),
    }
}

/// Writes refunds by means of payment.
pub(crate) fn write_refunds(refunds: &[MethodAmount], currency: Currency) -> Vec<pb::MethodAmount> {
    let write = |refund: &MethodAmount| pb::MethodAmount {
        method: refund.method.to_string(),
        amount: write_money(refund.amount, currency),
    };
    refunds.iter().map(write).collect()
}
