//! References to fiscal documents, and taxes as somebody else computed them.

use posars_domain::{Currency, FiscalRef, TaxAmount};
use rust_decimal::Decimal;

use super::Reader;
use super::reader::FIELD_INVALID;
use super::value::{given, read_amount, read_label, write_money};
use crate::proto::google::r#type as google;
use crate::proto::sales::v1 as pb;

/// Reads a reference that may be absent.
pub(crate) fn read_fiscal_ref(
    reader: &mut Reader,
    field: &str,
    fiscal_ref: Option<pb::FiscalReference>,
) -> Option<Option<FiscalRef>> {
    let Some(fiscal_ref) = fiscal_ref else {
        return Some(None);
    };
    let access_key = reader.inside(field, |reader| {
        reader.optional("access_key", &fiscal_ref.access_key)
    })?;
    Some(Some(FiscalRef {
        model: given(fiscal_ref.model),
        series: given(fiscal_ref.series),
        number: given(fiscal_ref.number),
        access_key,
        status: given(fiscal_ref.status),
        protocol: given(fiscal_ref.protocol),
        xml_sha256: given(fiscal_ref.xml_sha256),
        uri: given(fiscal_ref.uri),
    }))
}

/// Writes a reference.
pub(crate) fn write_fiscal_ref(fiscal_ref: &FiscalRef) -> pb::FiscalReference {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    pb::FiscalReference {
        model: text(&fiscal_ref.model),
        series: text(&fiscal_ref.series),
        number: text(&fiscal_ref.number),
        access_key: fiscal_ref
            .access_key
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        status: text(&fiscal_ref.status),
        protocol: text(&fiscal_ref.protocol),
        xml_sha256: text(&fiscal_ref.xml_sha256),
        uri: text(&fiscal_ref.uri),
    }
}

/// Reads a tax.
pub(crate) fn read_tax_amount(
    reader: &mut Reader,
    tax: pb::TaxAmount,
    currency: Currency,
) -> Option<TaxAmount> {
    let name = read_label(reader, "tax", &tax.tax);
    let base = read_amount(reader, "base", tax.base, currency);
    let rate = read_rate(reader, tax.rate);
    let amount = read_amount(reader, "amount", tax.amount, currency);
    Some(TaxAmount {
        tax: name?,
        base: base?,
        rate: rate?,
        amount: amount?,
    })
}

fn read_rate(reader: &mut Reader, rate: Option<google::Decimal>) -> Option<Decimal> {
    let rate = reader.required("rate", rate)?;
    let parsed = Decimal::from_str_exact(&rate.value).ok();
    if parsed.is_none() {
        let problem = format!(
            "\"{}\" is no rate; write a decimal with a point, as 18.5",
            rate.value
        );
        reader.refuse("rate", FIELD_INVALID, problem);
    }
    parsed
}

/// Writes a tax.
pub(crate) fn write_tax_amount(tax: &TaxAmount, currency: Currency) -> pb::TaxAmount {
    pb::TaxAmount {
        tax: tax.tax.clone(),
        base: write_money(tax.base, currency),
        rate: Some(google::Decimal {
            value: tax.rate.to_string(),
        }),
        amount: write_money(tax.amount, currency),
    }
}
