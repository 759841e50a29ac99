//! Ids from what the sheet says, so that the same fact has the same id in every file it comes in.
//!
//! The file and the row number have no part in it: a corrected file moves rows and changes the hash, and an id made
//! of those would import everything twice.

use posars_domain::{ReceiptId, ReceiptNumber, RegisterNo, SaleId, StoreId};
use uuid::Uuid;

/// Namespace of all ids made from spreadsheets. It must never change: ids already in the log depend on it.
const SPREADSHEETS: Uuid = Uuid::from_u128(0x6f1d_3a52_9b0c_5e47_8c21_7d40_95e3_ab16);

/// The id of a sale with a receipt number.
pub(crate) fn sale_id(store: &StoreId, register: Option<&RegisterNo>, receipt: &ReceiptNumber) -> SaleId {
    let register = register.map_or("", RegisterNo::as_str);
    let series = receipt.series().unwrap_or_default();
    SaleId::new(named(&[
        "sale",
        store.as_str(),
        register,
        series,
        receipt.number(),
    ]))
}

/// The id of a sale that is one row without a receipt: its content, and which of the equal rows it is.
pub(crate) fn sale_id_by_content(content: &[&str], ordinal: u32) -> SaleId {
    SaleId::new(by_content("sale-row", content, ordinal))
}

/// The id of a receipt of goods by the supplier's document.
pub(crate) fn receipt_id(store: &str, supplier: &str, document: &str, date: &str) -> ReceiptId {
    ReceiptId::new(named(&["stock-receipt", store, supplier, document, date]))
}

/// The id of a receipt of goods that is one row without a document.
pub(crate) fn receipt_id_by_content(content: &[&str], ordinal: u32) -> ReceiptId {
    ReceiptId::new(by_content("stock-row", content, ordinal))
}

/// The id that everything one file and sheet lead to is correlated by.
pub(crate) fn import_id(file_sha256: &str, sheet: &str) -> Uuid {
    named(&["import", file_sha256, sheet])
}

fn by_content(kind: &str, content: &[&str], ordinal: u32) -> Uuid {
    let ordinal = ordinal.to_string();
    let mut parts = vec![kind, ordinal.as_str()];
    parts.extend_from_slice(content);
    named(&parts)
}

/// Parts are told apart by their lengths, so that no two lists make the same name.
fn named(parts: &[&str]) -> Uuid {
    let mut name = String::new();
    for part in parts {
        name.push_str(&part.len().to_string());
        name.push(':');
        name.push_str(part);
    }
    Uuid::new_v5(&SPREADSHEETS, name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{named, sale_id};

    #[test]
    fn the_ids_of_released_versions_stay() {
        let id = sale_id(&"loja_1".parse().unwrap(), None, &"1:42".parse().unwrap());
        assert_eq!(
            id.to_string(),
            named(&["sale", "loja_1", "", "1", "42"]).to_string()
        );
        assert_ne!(named(&["a", "bc"]), named(&["ab", "c"]));
    }
}
