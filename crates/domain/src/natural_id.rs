//! Ids made of what a fact says of itself, so that the same fact has the same id wherever it comes from.

use uuid::Uuid;

/// Namespace of all natural ids. It must never change: ids already in the log depend on it.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f1d_3a52_9b0c_5e47_8c21_7d40_95e3_ab16);
/// Room for the name of nearly every sale, so that it is made in one piece.
const NAME_BYTES: usize = 128;

/// The id that the same parts always give: UUID version 5. The first part says what kind of thing it is.
///
/// Parts are told apart by their lengths, so that no two lists make the same name.
#[must_use]
pub fn natural_id(parts: &[&str]) -> Uuid {
    let mut name = String::with_capacity(NAME_BYTES);
    for part in parts {
        push_number(&mut name, part.len());
        name.push(':');
        name.push_str(part);
    }
    Uuid::new_v5(&NAMESPACE, name.as_bytes())
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
    use super::{natural_id, push_number};

    #[test]
    fn numbers_are_written_in_decimal() {
        for number in [0, 9, 10, 100, 907, usize::MAX] {
            let mut text = String::new();
            push_number(&mut text, number);
            assert_eq!(text, number.to_string());
        }
    }

    #[test]
    fn other_parts_make_other_ids() {
        assert_ne!(natural_id(&["a", "bc"]), natural_id(&["ab", "c"]));
        assert_eq!(
            natural_id(&["sale", "loja_1", "", "1", "42"]).to_string(),
            "bcde6b91-ae9b-5a2e-ac15-9d2a5dd799eb"
        );
    }
}
