//! The seal of a closed month.

use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::TrialBalanceRow;

/// A sealed month as it is stored, as far as its seal goes.
#[derive(Deserialize)]
struct Sealed<'a> {
    #[serde(borrow)]
    trial_balance: &'a RawValue,
    sha256: String,
}

/// SHA-256 of a trial balance as its event writes it: compact JSON, fields in their order; in lower-case hexadecimal.
pub(super) fn seal_of(rows: &[TrialBalanceRow]) -> String {
    // Rows are plain structs, which always have a JSON form.
    let json = serde_json::to_string(rows).unwrap_or_default();
    hex_of(json.as_bytes())
}

/// Whether the stored payload of a `PeriodClosed` has the trial balance that it was sealed with, byte for byte. False
/// when it cannot be read.
#[must_use]
pub fn seal_holds(data: &str) -> bool {
    serde_json::from_str::<Sealed<'_>>(data)
        .is_ok_and(|sealed| hex_of(sealed.trial_balance.get().as_bytes()) == sealed.sha256)
}

fn hex_of(bytes: &[u8]) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
