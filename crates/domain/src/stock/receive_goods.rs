//! The goods of one delivery: all lines or none, once per receipt.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::Serialize;

use super::{ReceiveStock, ReceivedCost};
use crate::{
    AccessKey, Amount, CompoundCommand, Currency, InvalidValue, LineId, OwnKey, Path, Quantity, ReceiptId,
    Sku, StoreId, reasons,
};

/// The most lines of one receipt of goods: two events each at most, in one append of at most 1,000.
pub const RECEIPT_LINES_MAX: usize = 450;

/// Fields that all lines of a delivery have in common.
const SHARED_FIELDS: [&str; 5] = ["store_id", "occurred_at", "currency", "supplier", "access_key"];

/// Takes in goods from outside: all lines of one delivery, as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReceiveGoods {
    /// The receipt of goods, an id made by the client and its idempotency key for ever.
    pub receipt_id: ReceiptId,
    /// Where.
    pub store_id: StoreId,
    /// When, by the client's clock; at most five minutes ahead of the server's.
    pub occurred_at: Timestamp,
    /// The currency of every amount here; the store's own.
    pub currency: Currency,
    /// Who delivered, at most 200 characters.
    pub supplier: Option<String>,
    /// The access key of the supplier's NF-e, good for one receipt only.
    pub access_key: Option<AccessKey>,
    /// What was received, 1 to [`RECEIPT_LINES_MAX`] lines.
    pub lines: Vec<ReceiveGoodsLine>,
}

/// One line of goods received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReceiveGoodsLine {
    /// The line, unique in the receipt.
    pub line_id: LineId,
    /// What; it need not be in the catalogue.
    pub sku: Sku,
    /// How much, more than zero, in the product's decimals.
    pub quantity: Quantity,
    /// What it cost.
    pub cost: ReceivedCost,
    /// Freight, insurance and taxes of this line on top of the cost.
    pub landed: Amount,
}

/// The receipt's id is its idempotency key for ever.
impl CompoundCommand for ReceiveGoods {
    type Part = ReceiveStock;

    const NAME: &'static str = "ReceiveStock";

    fn own_key(&self) -> OwnKey {
        OwnKey::Named(self.receipt_id.uuid())
    }

    fn parts(&self) -> Result<Vec<ReceiveStock>, InvalidValue> {
        self.check_lines()?;
        Ok(self.lines.iter().map(|line| self.part(line)).collect())
    }

    /// Fields of the delivery stand as they are; those of a line get its place in front.
    fn path_of_part(&self, index: usize, path: Path) -> Path {
        if path.steps().any(|step| SHARED_FIELDS.contains(&step.name)) {
            path
        } else {
            path.within("lines", index)
        }
    }
}

impl ReceiveGoods {
    fn check_lines(&self) -> Result<(), InvalidValue> {
        if self.lines.is_empty() || self.lines.len() > RECEIPT_LINES_MAX {
            let rule = "a receipt of goods has 1 to 450 lines; split a longer one";
            return Err(InvalidValue::new(reasons::LINE_COUNT_INVALID, self.lines.len(), rule).at("lines"));
        }
        let mut seen = HashSet::new();
        let mut lines = self.lines.iter().enumerate();
        match lines.find(|(_, line)| !seen.insert(line.line_id)) {
            Some((index, line)) => {
                let rule = "every line of a receipt has its own id";
                Err(InvalidValue::new("LINE_ID_DUPLICATE", line.line_id, rule)
                    .at(Path::line(index, "line_id")))
            }
            None => Ok(()),
        }
    }

    fn part(&self, line: &ReceiveGoodsLine) -> ReceiveStock {
        ReceiveStock {
            store_id: self.store_id.clone(),
            sku: line.sku.clone(),
            receipt_id: self.receipt_id,
            line_id: line.line_id,
            occurred_at: self.occurred_at,
            currency: self.currency,
            quantity: line.quantity,
            cost: line.cost,
            landed: line.landed,
            supplier: self.supplier.clone(),
            access_key: self.access_key.clone(),
        }
    }
}
