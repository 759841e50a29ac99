//! Posting rules and terms of payment, to the wire.

use jiff::civil::Date;
use posars_domain::posting_rules::PostingRule;
use posars_domain::terms::{ReceiptTerms, SupplierTerms};

use super::value::write_percent_ppm;
use crate::proto::finance::v1 as pb;
use crate::wire::value::write_date;

/// Writes a rule; `until` is the last day that it holds for, once it has a successor.
pub(crate) fn write_posting_rule(rule: &PostingRule, until: Option<Date>) -> pb::PostingRule {
    pb::PostingRule {
        event_type: rule.event.to_string(),
        part: rule.part.to_string(),
        qualifier: rule.qualifier.clone().unwrap_or_default(),
        role: rule.role.to_string(),
        start_date: Some(write_date(rule.valid_from)),
        end_date: until.map(write_date),
    }
}

/// Writes how sales by a method are paid out.
pub(crate) fn write_receipt_terms(terms: &ReceiptTerms) -> pb::ReceiptTerms {
    pb::ReceiptTerms {
        method: terms.method.to_string(),
        acquirer_cnpj: terms
            .acquirer_cnpj
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        brand: terms.brand.clone().unwrap_or_default(),
        installments_min: terms.installments_from.into(),
        installments_max: match terms.installments_to {
            ReceiptTerms::NO_LIMIT => 0,
            last => last.into(),
        },
        fee_percent: Some(write_percent_ppm(terms.fee_ppm)),
        first_days: terms.first_days.into(),
        every_days: terms.every_days.into(),
        start_date: Some(write_date(terms.valid_from)),
    }
}

/// Writes when a supplier is paid.
pub(crate) fn write_supplier_terms(terms: &SupplierTerms) -> pb::SupplierTerms {
    pb::SupplierTerms {
        supplier: terms.supplier.clone().unwrap_or_default(),
        due_days: terms.due_days.iter().copied().map(u32::from).collect(),
        start_date: Some(write_date(terms.valid_from)),
    }
}
