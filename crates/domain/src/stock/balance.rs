//! Quantity and value of a stock after an event.

use serde::{Deserialize, Serialize};

use super::StockRejection;
use crate::{Amount, Quantity};

/// The stock after an event; every stock event carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StockBalance {
    /// How many events the stream has, this one included: the version of the event that carries the balance.
    pub version: u64,
    /// On hand; below zero when more was sold than had been received.
    pub quantity: Quantity,
    /// Worth at cost, in the store's currency; zero whenever the quantity is zero, below zero when it is.
    pub value: Amount,
    /// The last known average cost, which prices what is issued below zero.
    #[serde(default, skip_serializing_if = "AverageBasis::is_unknown")]
    pub average_basis: AverageBasis,
    /// Log position of the last sale, void or return applied here; 0 before any.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub issued_through: u64,
    /// The version of the last event that paid for goods issued below zero, or of the last before that was counted: what
    /// went out below zero since is owed still. None in a stock that was never below zero, and in logs of old.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<u64>,
}

impl StockBalance {
    /// Whether more was sold than had been received.
    #[must_use]
    pub const fn is_short(&self) -> bool {
        self.quantity.is_negative()
    }

    /// Refuses a caller who looked at another version.
    pub(super) fn at_version(&self, expected: u64) -> Result<(), StockRejection> {
        let actual = self.version;
        if expected == actual {
            Ok(())
        } else {
            Err(StockRejection::EtagMismatch { expected, actual })
        }
    }
}

/// An average cost as value over quantity, so that it is never rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AverageBasis {
    /// How much; zero when no cost is known yet.
    pub quantity: Quantity,
    /// What that much was worth.
    pub value: Amount,
}

impl AverageBasis {
    /// Whether no cost is known yet.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        self.quantity.is_zero()
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
const fn is_zero(position: &u64) -> bool {
    *position == 0
}
