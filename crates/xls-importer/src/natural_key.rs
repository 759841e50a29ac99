//! Ids from what the sheet says, so that the same fact has the same id in every file it comes in.
//!
//! The file and the row number have no part in it: a corrected file moves rows and changes the hash, and an id made
//! of those would import everything twice.

use posars_domain::{ReceiptId, ReceiptNumber, RegisterNo, SaleId};
use uuid::Uuid;

/// Namespace of all ids made from spreadsheets. It must never change: ids already in the log depend on it.
const SPREADSHEETS: Uuid = Uuid::from_u128(0x6f1d_3a52_9b0c_5e47_8c21_7d40_95e3_ab16);

/// The id of a sale with a receipt number.
pub(crate) fn sale_id(store: &str, register: Option<&RegisterNo>, receipt: &ReceiptNumber) -> SaleId {
    let register = register.map_or("", RegisterNo::as_str);
    let series = receipt.series().unwrap_or_default();
    SaleId::new(named(&["sale", store, register, series, receipt.number()]))
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

/// Room for the name of nearly every sale, so that it is made in one piece.
const NAME_BYTES: usize = 128;

/// Parts are told apart by their lengths, so that no two lists make the same name.
fn named(parts: &[&str]) -> Uuid {
    let mut name = String::with_capacity(NAME_BYTES);
    for part in parts {
        push_number(&mut name, part.len());
        name.push(':');
        name.push_str(part);
    }
    Uuid::new_v5(&SPREADSHEETS, name.as_bytes())
}

/// Appends a number in decimal digits.
fn push_number(text: &mut String, number: usize) {
    if number >= 10 {
        push_number(text, number / 10);
    }
    let digit = u32::try_from(number % 10).ok();
    text.extend(digit.and_then(|digit| char::from_digit(digit, 10)));
}

#[cfg(test)]
mod tests {
    use super::{named, push_number, sale_id};

    #[test]
    fn numbers_are_written_in_decimal() {
        for number in [0, 9, 10, 100, 907, usize::MAX] {
            let mut text = String::new();
            push_number(&mut text, number);
            assert_eq!(text, number.to_string());
        }
    }

    #[test]
    fn the_ids_of_released_versions_stay() {
        let id = sale_id("loja_1", None, &"1:42".parse().unwrap());
        assert_eq!(
            id.to_string(),
            named(&["sale", "loja_1", "", "1", "42"]).to_string()
        );
        assert_ne!(named(&["a", "bc"]), named(&["ab", "c"]));
    }
}
