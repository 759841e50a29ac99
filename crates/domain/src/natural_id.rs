//! Ids made of what a fact says of itself, so that the same fact has the same id wherever it comes from.

use sha1::{Digest as _, Sha1};
use uuid::{Builder, Uuid};

/// Namespace of all natural ids. It must never change: ids already in the log depend on it.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f1d_3a52_9b0c_5e47_8c21_7d40_95e3_ab16);

/// The id that the same parts always give: UUID version 5. The first part says what kind of thing it is.
///
/// Parts are told apart by their lengths, so that no two lists make the same name.
#[must_use]
pub fn natural_id(parts: &[&str]) -> Uuid {
    let mut hash = Sha1::new_with_prefix(NAMESPACE.as_bytes());
    for part in parts {
        update_with_number(&mut hash, part.len());
        hash.update(":");
        hash.update(part);
    }
    id_of_hash(hash)
}

/// The id that the same name in the same namespace always gives: UUID version 5 (RFC 9562, 5.5).
///
/// `Uuid::new_v5` gives the same, but hashes without the processor's own instructions: an import makes three a sale.
#[must_use]
pub fn name_based_id(namespace: Uuid, name: &str) -> Uuid {
    id_of_hash(Sha1::new_with_prefix(namespace.as_bytes()).chain_update(name))
}

fn id_of_hash(hash: Sha1) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(hash.finalize().split_at(16).0);
    Builder::from_sha1_bytes(bytes).into_uuid()
}

/// Hashes a number in decimal digits.
fn update_with_number(hash: &mut Sha1, number: usize) {
    if number >= 10 {
        update_with_number(hash, number / 10);
    }
    let digit = u8::try_from(number % 10).unwrap_or_default();
    hash.update([b'0' + digit]);
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{NAMESPACE, name_based_id, natural_id};

    #[test]
    fn a_name_based_id_is_that_of_the_standard() {
        // RFC 9562, appendix A.4.
        let id = name_based_id(Uuid::NAMESPACE_DNS, "www.example.com");
        assert_eq!(id.to_string(), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
    }

    #[test]
    fn a_name_based_id_is_that_of_the_library_whatever_the_length() {
        // Past two blocks of the hash and all that padding does at their ends.
        for length in 0..=200 {
            let name: String = ('a'..='z').cycle().take(length).collect();
            let expected = Uuid::new_v5(&NAMESPACE, name.as_bytes());
            assert_eq!(name_based_id(NAMESPACE, &name), expected, "{length}");
        }
    }

    #[test]
    fn parts_are_hashed_after_their_lengths_in_decimal() {
        let long = "x".repeat(907);
        for (parts, name) in [
            (vec!["", "abc"], "0:3:abc".to_owned()),
            (vec!["0123456789"], "10:0123456789".to_owned()),
            (vec![long.as_str()], format!("907:{long}")),
        ] {
            assert_eq!(natural_id(&parts), name_based_id(NAMESPACE, &name));
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
