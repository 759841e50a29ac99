//! What a return paid back for each of its lines.
//!
//! The till says what it gave back as a whole, by means of payment; which goods it was for is a matter of proportion.
//! The accounts need it by line: revenue falls by a line's share of the sale, and what was kept or added beside that is
//! another account's.

use serde::Deserialize;
use serde_json::Value;

use crate::apportion::in_proportion;
use crate::{Amount, Quantity};

/// Shares the refunds of a return over its lines, each given as its share of the sale's net and its quantity: in
/// proportion to the shares, and where all of them are zero, as of goods that were given away, to the quantities.
///
/// `None` when an input is negative or the sum of the shares is out of range.
pub(super) fn paid_back_by_line(total_refund: Amount, lines: &[(Amount, Quantity)]) -> Option<Vec<Amount>> {
    let shares: Vec<i64> = lines.iter().map(|(share, _)| share.minor()).collect();
    if shares.iter().any(|share| *share != 0) {
        return in_proportion(total_refund, &shares);
    }
    let quantities: Vec<i64> = lines
        .iter()
        .map(|(_, quantity)| quantity.ten_thousandths())
        .collect();
    in_proportion(total_refund, &quantities)
}

/// The lines of version 1, as far as they are needed here.
#[derive(Deserialize)]
struct Line {
    quantity: Quantity,
    refund: Amount,
}

/// Adds what version 1 of `SaleReturned` did not say: `paid_back` of each line.
pub(super) fn from_version_1(returned: &mut Value) -> Result<(), String> {
    let total_refund: Amount = field(returned, "total_refund")?;
    let lines: Vec<Line> = field(returned, "lines")?;
    let worth: Vec<_> = lines.iter().map(|line| (line.refund, line.quantity)).collect();
    let paid_back =
        paid_back_by_line(total_refund, &worth).ok_or("the refunds cannot be shared over the lines")?;
    let lines = returned.get_mut("lines").and_then(Value::as_array_mut);
    for (line, paid_back) in lines.into_iter().flatten().zip(paid_back) {
        if let Some(line) = line.as_object_mut() {
            line.insert("paid_back".to_owned(), paid_back.minor().into());
        }
    }
    Ok(())
}

fn field<'a, T: Deserialize<'a>>(payload: &'a Value, name: &str) -> Result<T, String> {
    T::deserialize(&payload[name]).map_err(|problem| format!("{name}: {problem}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(total: i64, lines: &[(i64, &str)]) -> Option<Vec<i64>> {
        let line =
            |(share, quantity): &(i64, &str)| Some((Amount::from_minor(*share), quantity.parse().ok()?));
        let lines: Vec<_> = lines.iter().filter_map(line).collect();
        let shares = paid_back_by_line(Amount::from_minor(total), &lines)?;
        Some(shares.into_iter().map(Amount::minor).collect())
    }

    #[test]
    fn refunds_are_shared_by_what_the_lines_are_worth_and_else_by_quantity() {
        let lines = [(333, "1"), (667, "1"), (0, "9")];
        assert_eq!(shared(1000, &lines), Some(vec![333, 667, 0]));
        // Ten per cent are kept; nothing is given back in money; more is given back than the goods were worth.
        assert_eq!(shared(900, &lines), Some(vec![300, 600, 0]));
        assert_eq!(shared(0, &lines), Some(vec![0, 0, 0]));
        assert_eq!(shared(1501, &lines), Some(vec![500, 1001, 0]));
        // Goods that were given away.
        assert_eq!(shared(100, &[(0, "2"), (0, "1")]), Some(vec![67, 33]));
        assert_eq!(shared(-1, &lines), None);
        assert_eq!(shared(1, &[]), None);
    }

    #[test]
    fn a_payload_that_is_not_of_version_1_says_what_it_lacks() {
        let mut payload = serde_json::json!({"total_refund": "1", "lines": []});
        let problem = from_version_1(&mut payload).err().unwrap_or_default();
        assert!(problem.starts_with("total_refund: "), "{problem}");
        let mut payload = serde_json::json!({"total_refund": 1});
        let problem = from_version_1(&mut payload).err().unwrap_or_default();
        assert!(problem.starts_with("lines: "), "{problem}");
    }
}
