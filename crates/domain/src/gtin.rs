//! GTIN, the number under a bar code.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::InvalidValue;
use crate::text::serde_as_text;

/// What NF-e writes for goods without a bar code.
const WITHOUT_GTIN: &str = "SEM GTIN";

/// A GTIN-8, -12, -13 or -14 whose check digit agrees; kept as given.
///
/// # Source
/// GS1 General Specifications: modulo 10, weights 3, 1, 3, 1 … from the right, the check digit left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gtin(Arc<str>);

impl Gtin {
    /// The digits as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The 14-digit form, in which one article has one number whatever bar code carries it.
    #[must_use]
    pub fn canonical(&self) -> String {
        format!("{:0>14}", self.0)
    }

    /// Reads a field that may say there is none: empty or `SEM GTIN`.
    ///
    /// # Errors
    /// `GTIN_INVALID` when it says neither and is no GTIN.
    pub fn parse_optional(text: &str) -> Result<Option<Self>, InvalidValue> {
        let text = text.trim();
        if text.is_empty() || text.eq_ignore_ascii_case(WITHOUT_GTIN) {
            return Ok(None);
        }
        text.parse().map(Some)
    }
}

impl FromStr for Gtin {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let digits = text.as_bytes();
        let well_formed = matches!(digits.len(), 8 | 12 | 13 | 14) && digits.iter().all(u8::is_ascii_digit);
        if !well_formed || !check_sum(digits).is_multiple_of(10) {
            let rule = "a GTIN is 8, 12, 13 or 14 digits, the last of which checks the others";
            return Err(InvalidValue::new("GTIN_INVALID", text, rule));
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for Gtin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

serde_as_text!(Gtin);

/// The weighted sum of all ASCII digits; the check digit, with weight 1, makes it a whole ten.
fn check_sum(digits: &[u8]) -> u32 {
    let weights = [1_u32, 3].into_iter().cycle();
    digits
        .iter()
        .rev()
        .zip(weights)
        .map(|(digit, weight)| u32::from(digit.saturating_sub(b'0')) * weight)
        .sum()
}
