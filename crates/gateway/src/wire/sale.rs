//! Sales, voids and returns, to the wire.

use posars_domain::sale::{
    Disposition, ReturnedLine, SaleLine, SaleRecorded, SaleReturned, SaleState, SaleVoided,
};
use posars_domain::{Amount, CompanyId, Currency, Quantity, ReceiptNumber};
use posars_projections::{SaleRow, SaleStatus};

use super::buyer::write_buyer;
use super::fiscal::{write_fiscal_ref, write_tax_amount};
use super::names::{ResourceName as _, SaleName, SaleReturnName};
use super::payment::{write_payment, write_refunds};
use super::value::{write_date, write_money, write_quantity, write_time, write_unit_price};
use crate::proto::sales::v1 as pb;
use crate::visibility::Hidden;

/// Writes a sale as its events left it, but for what is hidden of its buyer. `None` when it was never recorded.
pub(crate) fn write_sale(company: &CompanyId, state: &SaleState, hidden: Hidden) -> Option<pb::Sale> {
    let recorded = state.recorded.as_deref()?;
    let mut sale = write_new_sale(company, recorded, hidden);
    for (line, wire) in recorded.lines.iter().zip(&mut sale.lines) {
        wire.returned_quantity = write_quantity(state.returned_quantity(line.line_id).unwrap_or_default());
    }
    sale.state = state_of(state).into();
    let refunded = state
        .voided
        .as_deref()
        .map(|voided| voided.total)
        .or_else(|| state.refunded());
    sale.refunded_total = write_money(refunded.unwrap_or_default(), recorded.currency);
    if let Some(voided) = state.voided.as_deref() {
        sale.void_reason.clone_from(&voided.reason);
    }
    Some(sale)
}

fn state_of(state: &SaleState) -> pb::SaleState {
    let is_back = |line: &SaleLine| state.returned_quantity(line.line_id) == Some(line.quantity);
    if state.voided.is_some() {
        pb::SaleState::Voided
    } else if state.returns.is_empty() {
        pb::SaleState::Recorded
    } else if state
        .recorded
        .iter()
        .flat_map(|recorded| &recorded.lines)
        .all(is_back)
    {
        pb::SaleState::Returned
    } else {
        pb::SaleState::PartlyReturned
    }
}

/// Writes a sale as it was recorded, before anything else happened to it, but for what is hidden of its buyer.
pub(crate) fn write_new_sale(company: &CompanyId, sale: &SaleRecorded, hidden: Hidden) -> pb::Sale {
    let currency = sale.currency;
    pb::Sale {
        name: SaleName {
            sale_id: sale.sale_id,
        }
        .of(company),
        sale_id: sale.sale_id.to_string(),
        store_id: sale.store_id.to_string(),
        register_no: sale
            .register_no
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        receipt: sale.receipt.as_ref().map(write_receipt),
        occur_time: Some(write_time(sale.occurred_at)),
        business_date: Some(write_date(sale.business_date)),
        local_hour: u32::from(sale.local_hour),
        channel: sale.channel.to_string(),
        lines: sale.lines.iter().map(|line| write_line(line, currency)).collect(),
        payments: sale
            .payments
            .iter()
            .map(|payment| write_payment(payment, currency))
            .collect(),
        change: write_money(sale.change, currency),
        gross_total: write_money(sale.gross_total, currency),
        discount_total: write_money(sale.discount_total, currency),
        total: write_money(sale.total, currency),
        customer_subject_id: sale
            .customer
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        seller: sale.seller.clone().unwrap_or_default(),
        fiscal_ref: sale.fiscal_ref.as_ref().map(write_fiscal_ref),
        tax_summary: sale
            .tax_summary
            .iter()
            .map(|tax| write_tax_amount(tax, currency))
            .collect(),
        state: pb::SaleState::Recorded.into(),
        void_reason: String::new(),
        refunded_total: write_money(Amount::ZERO, currency),
        buyer: sale.buyer.as_deref().map(|buyer| write_buyer(buyer, hidden)),
    }
}

fn write_line(line: &SaleLine, currency: Currency) -> pb::SaleLine {
    pb::SaleLine {
        line_id: line.line_id.0,
        sku: line.sku.to_string(),
        description: line.description.to_string(),
        quantity: write_quantity(line.quantity),
        unit: line.unit.to_string(),
        unit_price: write_unit_price(line.unit_price),
        gross: write_money(line.gross, currency),
        line_discount: write_money(line.line_discount, currency),
        order_discount: write_money(line.order_discount, currency),
        net: write_money(line.net, currency),
        returned_quantity: write_quantity(Quantity::ZERO),
    }
}

/// Writes a sale as the read model has it, but for what is hidden of its buyer.
pub(crate) fn write_sale_summary(company: &CompanyId, sale: &SaleRow, hidden: Hidden) -> pb::SaleSummary {
    let state = match sale.status {
        SaleStatus::Recorded => pb::SaleState::Recorded,
        SaleStatus::PartlyReturned => pb::SaleState::PartlyReturned,
        SaleStatus::Returned => pb::SaleState::Returned,
        SaleStatus::Voided => pb::SaleState::Voided,
    };
    let currency = sale.currency;
    pb::SaleSummary {
        name: SaleName {
            sale_id: sale.sale_id,
        }
        .of(company),
        sale_id: sale.sale_id.to_string(),
        store_id: sale.store_id.to_string(),
        register_no: sale
            .register_no
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        receipt: sale.receipt.as_ref().map(write_receipt),
        occur_time: Some(write_time(sale.occurred_at)),
        record_time: Some(write_time(sale.recorded_at)),
        business_date: Some(write_date(sale.business_date)),
        local_hour: u32::from(sale.local_hour),
        channel: sale.channel.to_string(),
        main_method: sale.method.to_string(),
        line_count: sale.items,
        quantity: write_quantity(sale.quantity),
        gross_total: write_money(sale.gross, currency),
        discount_total: write_money(sale.discount, currency),
        total: write_money(sale.total, currency),
        customer_subject_id: sale
            .customer
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        seller: sale.seller.clone().unwrap_or_default(),
        state: state.into(),
        void_time: sale.voided_at.map(write_time),
        void_reason: sale.void_reason.clone().unwrap_or_default(),
        returned_total: write_money(sale.returned, currency),
        refunded_total: write_money(sale.refunded, currency),
        position: sale.position.get(),
        buyer: sale.buyer.as_ref().map(|buyer| write_buyer(&buyer.data, hidden)),
    }
}

fn write_receipt(receipt: &ReceiptNumber) -> pb::ReceiptNumber {
    pb::ReceiptNumber {
        series: receipt.series().unwrap_or_default().to_owned(),
        number: receipt.number().to_owned(),
    }
}

/// Writes the void of a sale.
pub(crate) fn write_void(company: &CompanyId, voided: &SaleVoided) -> pb::SaleVoid {
    pb::SaleVoid {
        sale: SaleName {
            sale_id: voided.sale_id,
        }
        .of(company),
        occur_time: Some(write_time(voided.occurred_at)),
        business_date: Some(write_date(voided.business_date)),
        reason: voided.reason.clone(),
        refunds: write_refunds(&voided.refunds, voided.currency),
        total: write_money(voided.total, voided.currency),
        fiscal_ref: voided.fiscal_ref.as_ref().map(write_fiscal_ref),
    }
}

/// Writes a return.
pub(crate) fn write_return(company: &CompanyId, returned: &SaleReturned) -> pb::SaleReturn {
    let (sale_id, return_id) = (returned.sale_id, returned.return_id);
    let currency = returned.currency;
    pb::SaleReturn {
        name: SaleReturnName { sale_id, return_id }.of(company),
        return_id: return_id.to_string(),
        occur_time: Some(write_time(returned.occurred_at)),
        business_date: Some(write_date(returned.business_date)),
        lines: returned
            .lines
            .iter()
            .map(|line| write_returned_line(line, currency))
            .collect(),
        refunds: write_refunds(&returned.refunds, currency),
        returned_total: write_money(returned.returned_total, currency),
        total_refund: write_money(returned.total_refund, currency),
        reason: returned.reason.clone().unwrap_or_default(),
        fiscal_ref: returned.fiscal_ref.as_ref().map(write_fiscal_ref),
    }
}

fn write_returned_line(line: &ReturnedLine, currency: Currency) -> pb::ReturnedLine {
    let disposition = match line.disposition {
        Disposition::Restock => pb::Disposition::Restock,
        Disposition::Damaged => pb::Disposition::Damaged,
        Disposition::Discard => pb::Disposition::Discard,
    };
    pb::ReturnedLine {
        line_id: line.line_id.0,
        sku: line.sku.to_string(),
        quantity: write_quantity(line.quantity),
        disposition: disposition.into(),
        refund: write_money(line.refund, currency),
    }
}
