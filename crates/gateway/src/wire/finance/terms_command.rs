//! The commands of the terms of payment, from the wire.

use posars_domain::reasons;
use posars_domain::terms::{DefineReceiptTerms, DefineSupplierTerms, ReceiptTerms, SupplierTerms};
use tonic::Status;

use super::read_percent_ppm;
use crate::proto::finance::v1 as pb;
use crate::status::FieldNames;
use crate::wire::from_request::FromRequest;
use crate::wire::value::given;
use crate::wire::{Reader, read_date};

/// The name on the wire of the first day of terms.
const START_DATE: (&str, &str) = ("valid_from", "start_date");

impl FromRequest for DefineReceiptTerms {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[
        ("installments_from", "installments_min"),
        ("fee_ppm", "fee_percent"),
        START_DATE,
    ])
    .inside("receipt_terms");
}

/// Reads the command of a `DefineReceiptTermsRequest`.
pub(crate) fn read_define_receipt_terms(
    terms: Option<pb::ReceiptTerms>,
) -> Result<DefineReceiptTerms, Status> {
    let mut reader = Reader::new();
    let terms = reader.required("receipt_terms", terms);
    let terms =
        terms.and_then(|terms| reader.inside("receipt_terms", |reader| read_receipt_terms(reader, terms)));
    reader.finish(terms.map(|terms| DefineReceiptTerms { terms }))
}

fn read_receipt_terms(reader: &mut Reader, terms: pb::ReceiptTerms) -> Option<ReceiptTerms> {
    let method = reader.text("method", &terms.method);
    let acquirer_cnpj = reader.optional("acquirer_cnpj", &terms.acquirer_cnpj);
    let first = read_count(reader, "installments_min", terms.installments_min, INSTALLMENTS);
    let last = read_count(reader, "installments_max", terms.installments_max, INSTALLMENTS);
    let fee_ppm = read_percent_ppm(reader, "fee_percent", terms.fee_percent);
    let first_days = read_count(reader, "first_days", terms.first_days, DAYS);
    let every_days = read_count(reader, "every_days", terms.every_days, DAYS);
    let valid_from = read_date(reader, "start_date", terms.start_date);
    Some(ReceiptTerms {
        method: method?,
        acquirer_cnpj: acquirer_cnpj?,
        brand: given(terms.brand),
        installments_from: first?.max(1),
        installments_to: match last? {
            0 => ReceiptTerms::NO_LIMIT,
            last => last,
        },
        fee_ppm: fee_ppm?,
        first_days: first_days?,
        every_days: every_days?,
        valid_from: valid_from?,
    })
}

impl FromRequest for DefineSupplierTerms {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[START_DATE]).inside("supplier_terms");
}

/// Reads the command of a `DefineSupplierTermsRequest`.
pub(crate) fn read_define_supplier_terms(
    terms: Option<pb::SupplierTerms>,
) -> Result<DefineSupplierTerms, Status> {
    let mut reader = Reader::new();
    let terms = reader.required("supplier_terms", terms);
    let terms = terms.and_then(|terms| {
        reader.inside("supplier_terms", |reader| {
            let valid_from = read_date(reader, "start_date", terms.start_date);
            let due_days = terms.due_days.iter().enumerate();
            let due_days: Vec<Option<u16>> = due_days
                .map(|(index, days)| read_count(reader, &format!("due_days[{index}]"), *days, DAYS))
                .collect();
            let due_days: Option<Vec<u16>> = due_days.into_iter().collect();
            Some(SupplierTerms {
                supplier: given(terms.supplier),
                due_days: due_days?,
                valid_from: valid_from?,
            })
        })
    });
    reader.finish(terms.map(|terms| DefineSupplierTerms { terms }))
}

/// The reason of a number of instalments, or of days, that is none; and the rule.
const INSTALLMENTS: (&str, &str) = (
    reasons::INSTALLMENTS_INVALID,
    "more instalments than anybody pays in",
);
const DAYS: (&str, &str) = (reasons::DAYS_OUT_OF_RANGE, "more days than anybody waits");

/// Reads a small number. What fits is judged by the domain.
fn read_count(reader: &mut Reader, field: &str, count: u32, (reason, problem): (&str, &str)) -> Option<u16> {
    let narrow = u16::try_from(count).ok();
    if narrow.is_none() {
        reader.refuse(
            field,
            reason,
            format!("{count}: {problem}; give a smaller number"),
        );
    }
    narrow
}
