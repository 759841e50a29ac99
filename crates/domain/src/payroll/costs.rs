//! What stores, cost centres and positions cost together.

use std::collections::BTreeMap;

use super::{PayrollCost, PayrollLine, WageAmounts};
use crate::{Amount, InvalidValue, StoreId, reasons};

impl WageAmounts {
    /// What was kept of the wage for others, such as taxes: gross less net. `None` out of range.
    #[must_use]
    pub fn withheld(self) -> Option<Amount> {
        self.gross.checked_sub(self.net)
    }

    /// The sum; `None` out of range.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Some(Self {
            gross: self.gross.checked_add(other.gross)?,
            charges: self.charges.checked_add(other.charges)?,
            net: self.net.checked_add(other.net)?,
        })
    }
}

impl PayrollCost {
    /// The store, where all is the cost of one.
    #[must_use]
    pub fn only_store(costs: &[Self]) -> Option<&StoreId> {
        let (first, rest) = costs.split_first()?;
        let is_same = rest.iter().all(|cost| cost.store_id == first.store_id);
        is_same.then_some(&first.store_id)
    }

    /// What all of them come to; `None` out of range.
    #[must_use]
    pub fn total(costs: &[Self]) -> Option<WageAmounts> {
        let mut amounts = costs.iter().map(|cost| cost.amounts);
        amounts.try_fold(WageAmounts::default(), WageAmounts::checked_add)
    }
}

/// The sums of the lines, whose amounts are in the clear, by store, cost centre and position, in that order.
pub(super) fn costs_of(lines: &[PayrollLine]) -> Result<Vec<PayrollCost>, InvalidValue> {
    let mut sums: BTreeMap<_, (u32, WageAmounts)> = BTreeMap::new();
    for line in lines {
        let amounts = line.amounts.clear().copied().unwrap_or_default();
        let key = (&line.store_id, line.cost_center.as_ref(), line.position.as_str());
        let (employees, sum) = sums.entry(key).or_default();
        *employees += 1;
        *sum = sum.checked_add(amounts).ok_or_else(out_of_range)?;
    }
    // What is posted is the sum of them all.
    let mut all = sums.values().map(|(_, sum)| *sum);
    let total = all.try_fold(WageAmounts::default(), WageAmounts::checked_add);
    total
        .and_then(|total| total.gross.checked_add(total.charges))
        .ok_or_else(out_of_range)?;
    let costs =
        sums.into_iter().map(
            |((store_id, cost_center, position), (employees, amounts))| PayrollCost {
                store_id: store_id.clone(),
                cost_center: cost_center.cloned(),
                position: position.to_owned(),
                employees,
                amounts,
            },
        );
    Ok(costs.collect())
}

fn out_of_range() -> InvalidValue {
    let rule = "the wages come to more than an amount may be; correct them";
    InvalidValue::new(reasons::AMOUNT_OUT_OF_RANGE, "the sum of the lines", rule).at("lines")
}
