//! Why a quantity was put right.

use std::fmt;
use std::str::FromStr;

use crate::text::serde_as_text;
use crate::{InvalidValue, reasons};

/// Why a quantity was put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdjustmentReason {
    /// What was there when the books were opened.
    Opening,
    /// A count found another quantity.
    Count,
    /// Broken or spoilt.
    Damage,
    /// Past its date.
    Expiry,
    /// Lost or stolen.
    Loss,
    /// Found again.
    Found,
    /// Used by the shop itself.
    InternalUse,
    /// An earlier entry was wrong.
    Correction,
    /// Anything else; the note says what.
    Other,
}

impl AdjustmentReason {
    /// Every reason there is.
    pub const ALL: [Self; 9] = [
        Self::Opening,
        Self::Count,
        Self::Damage,
        Self::Expiry,
        Self::Loss,
        Self::Found,
        Self::InternalUse,
        Self::Correction,
        Self::Other,
    ];

    /// The word that stands for it in events and requests.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Count => "count",
            Self::Damage => "damage",
            Self::Expiry => "expiry",
            Self::Loss => "loss",
            Self::Found => "found",
            Self::InternalUse => "internal_use",
            Self::Correction => "correction",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for AdjustmentReason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl FromStr for AdjustmentReason {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let rule =
            "a reason is opening, count, damage, expiry, loss, found, internal_use, correction or other";
        Self::ALL
            .into_iter()
            .find(|reason| reason.as_str() == text)
            .ok_or_else(|| InvalidValue::new(reasons::REASON_UNKNOWN, text, rule))
    }
}

serde_as_text!(AdjustmentReason);
