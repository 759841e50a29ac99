//! Ids made of what a fact says of itself, so that the same fact has the same id wherever it comes from.

use sha1::{Digest as _, Sha1};
use uuid::{Builder, Uuid};

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
    name_based_id(NAMESPACE, &name)
}

/// The id that the same name in the same namespace always gives: UUID version 5 (RFC 9562, 5.5).
///
/// `Uuid::new_v5` gives the same, but hashes without the processor's own instructions: an import makes three a sale.
#[must_use]
pub fn name_based_id(namespace: Uuid, name: &str) -> Uuid {
    let hash = Sha1::new_with_prefix(namespace.as_bytes())
        .chain_update(name)
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(hash.split_at(16).0);
    Builder::from_sha1_bytes(bytes).into_uuid()
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
    use uuid::Uuid;

    use super::{name_based_id, natural_id, push_number};

    #[test]
    fn a_name_based_id_is_that_of_the_standard() {
        // RFC 9562, appendix A.4.
        let id = name_based_id(Uuid::NAMESPACE_DNS, "www.example.com");
        assert_eq!(id.to_string(), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
    }

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
