//! What is good for one sale only, a receipt number or a fiscal document, and the claims that see to it.

use super::{Sale, SaleRecorded, SaleRejection};
use crate::{Aggregate as _, Claim, FiscalRef, ReceiptNumber, RegisterNo, SaleId, natural_id};

/// The id of a sale that comes without one, as from a spreadsheet: the same for the same store, till and receipt.
#[must_use]
pub fn id_of_receipt(store: &str, register: Option<&RegisterNo>, receipt: &ReceiptNumber) -> SaleId {
    let register = register.map_or("", RegisterNo::as_str);
    let series = receipt.series().unwrap_or_default();
    SaleId::new(natural_id(&["sale", store, register, series, receipt.number()]))
}

/// Claims the receipt for the sale; the sale whose id is made of the receipt has it by existing.
pub(super) fn receipt_claim(sale: &SaleRecorded, receipt: &ReceiptNumber) -> Claim<SaleRejection> {
    let (store, register) = (sale.store_id.as_str(), sale.register_no.as_ref());
    let namesake = id_of_receipt(store, register, receipt).uuid();
    let register = register.map_or("", RegisterNo::as_str);
    let (series, number) = (receipt.series().unwrap_or_default(), receipt.number());
    Claim {
        key: ["receipt", store, register, series, number].join(":"),
        holder: None,
        namesake: Some(
            [
                Sale::CATEGORY,
                "-",
                namesake
                    .as_hyphenated()
                    .encode_lower(&mut uuid::Uuid::encode_buffer()),
            ]
            .concat(),
        ),
        taken: SaleRejection::DuplicateReceipt {
            receipt: Box::new(receipt.clone()),
        },
    }
}

/// Claims the document's access key, if it has one.
pub(super) fn fiscal_claim(fiscal_ref: Option<&FiscalRef>) -> Option<Claim<SaleRejection>> {
    let access_key = fiscal_ref?.access_key.clone()?;
    Some(Claim {
        key: ["fiscal:", access_key.as_str()].concat(),
        holder: None,
        namesake: None,
        taken: SaleRejection::DuplicateFiscalKey { access_key },
    })
}
