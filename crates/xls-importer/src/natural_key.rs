//! Ids from what the sheet says, so that the same fact has the same id in every file it comes in.
//!
//! The file and the row number have no part in it: a corrected file moves rows and changes the hash, and an id made
//! of those would import everything twice.

use jiff::civil::Date;
use posars_domain::{ReceiptId, ReceiptNumber, SaleId, natural_id};
use uuid::Uuid;

/// The id of a sale that is one row without a receipt: its content, and which of the equal rows it is.
pub(crate) fn sale_id_by_content(content: &[&str], ordinal: u32) -> SaleId {
    SaleId::new(by_content("sale-row", content, ordinal))
}

/// The receipt of a shop whose numbers begin again: the day stands in the series, alone or behind the one it has. None
/// when the series is too long for that.
pub(crate) fn receipt_of_day(receipt: &ReceiptNumber, day: Date) -> Option<ReceiptNumber> {
    let series = match receipt.series() {
        Some(series) => format!("{series} {day}"),
        None => day.to_string(),
    };
    ReceiptNumber::new(Some(&series), receipt.number()).ok()
}

/// The receipt without the day that [`receipt_of_day`] has put into it; none when there is none.
pub(crate) fn receipt_without_day(receipt: &ReceiptNumber, day: Date) -> Option<ReceiptNumber> {
    let series = receipt.series()?.strip_suffix(&day.to_string())?;
    let series = series.strip_suffix(' ').filter(|series| !series.is_empty());
    ReceiptNumber::new(series, receipt.number()).ok()
}

/// The id of a receipt of goods by the supplier's document.
pub(crate) fn receipt_id(store: &str, supplier: &str, document: &str, date: &str) -> ReceiptId {
    ReceiptId::new(natural_id(&["stock-receipt", store, supplier, document, date]))
}

/// The id of a receipt of goods that is one row without a document.
pub(crate) fn receipt_id_by_content(content: &[&str], ordinal: u32) -> ReceiptId {
    ReceiptId::new(by_content("stock-row", content, ordinal))
}

/// The id that everything one file and sheet lead to is correlated by.
pub(crate) fn import_id(file_sha256: &str, sheet: &str) -> Uuid {
    natural_id(&["import", file_sha256, sheet])
}

fn by_content(kind: &str, content: &[&str], ordinal: u32) -> Uuid {
    let ordinal = ordinal.to_string();
    let mut parts = vec![kind, ordinal.as_str()];
    parts.extend_from_slice(content);
    natural_id(&parts)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use posars_domain::ReceiptNumber;

    use super::{
        import_id, receipt_id, receipt_id_by_content, receipt_of_day, receipt_without_day, sale_id_by_content,
    };

    #[test]
    fn the_day_goes_in_and_out_of_a_receipt() {
        let day = date(2025, 11, 5);
        for (series, with_day) in [(None, "2025-11-05:001"), (Some("A 1"), "A 1 2025-11-05:001")] {
            let receipt = ReceiptNumber::new(series, "001").unwrap();
            let dated = receipt_of_day(&receipt, day).unwrap();
            assert_eq!(dated.to_string(), with_day);
            assert_eq!(receipt_without_day(&dated, day), Some(receipt.clone()));
            assert_eq!(receipt_without_day(&dated, date(2025, 11, 6)), None);
            assert_eq!(receipt_without_day(&receipt, day), None);
        }
        let long = ReceiptNumber::new(Some(&"S".repeat(40)), "1").unwrap();
        assert_eq!(receipt_of_day(&long, day), None);
    }

    #[test]
    fn the_ids_of_released_versions_stay() {
        assert_eq!(
            receipt_id("loja_1", "acme", "17", "2026-01-31").to_string(),
            "9c05d839-e86b-59f1-9be5-c9454be513a5"
        );
        let sale = sale_id_by_content(&["loja_1", "2026-01-31", "Café", "2", "17.80"], 1);
        assert_eq!(sale.to_string(), "d75f27d3-9926-5480-aa69-7de87377fbb5");
        let receipt = receipt_id_by_content(&["loja_1", "Vidro A", "5", "10"], 0);
        assert_eq!(receipt.to_string(), "4adbaa53-c278-52e9-a733-696dcd054447");
        assert_eq!(
            import_id(&"0f".repeat(32), "Plan1").to_string(),
            "86725314-a165-5857-94cd-8e5c0559a46f"
        );
    }

    #[test]
    fn equal_rows_are_told_apart_by_their_number() {
        let id = |ordinal| sale_id_by_content(&["a"], ordinal);
        assert_ne!(id(0), id(1));
        // The kind is part of the name.
        assert_ne!(id(0).to_string(), receipt_id_by_content(&["a"], 0).to_string());
    }
}
