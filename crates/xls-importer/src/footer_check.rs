//! A sum of the sheet beside our own.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::field::Field;

/// A sum of the sheet beside our own: one of everything, or one of a part that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FooterCheck {
    /// Number of the row.
    pub row: u32,
    /// The field summed.
    pub field: Field,
    /// The sheet's sum.
    pub theirs: Decimal,
    /// Ours, over the records it sums up whose cell can be read, refused ones included.
    pub ours: Decimal,
    /// Whether they agree.
    pub agrees: bool,
}
