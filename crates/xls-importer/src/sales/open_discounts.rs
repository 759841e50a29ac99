//! Bare numbers below 1 in a column of discounts: cents, or shares of the price that lost their format on the way.

use posars_domain::{Amount, Currency};

use super::comparison::near;
use super::line::Line;
use crate::discount::{OpenDiscounts, share_of};

/// Discounts of less than this part of the prices, all of them below one unit of money, are hardly amounts.
const PART_OF_PRICES: i64 = 20;

/// How many lines prove one reading or the other, and what all come to in minor units.
#[derive(Default)]
struct Evidence {
    as_amounts: u32,
    as_shares: u32,
    discounts: i64,
    prices: i64,
}

impl Evidence {
    /// Takes a line into account, with the amount that its discount would be as a share.
    fn add(&mut self, line: &Line, share: Option<Amount>) {
        let fits = |discount: Option<Amount>| {
            let net = discount.and_then(|discount| line.gross?.checked_sub(discount));
            let both = line.stated_total.zip(net);
            both.is_some_and(|(total, net)| near(total, net))
        };
        match (fits(Some(line.discount)), fits(share)) {
            (true, false) => self.as_amounts += 1,
            (false, true) => self.as_shares += 1,
            (true, true) | (false, false) => {}
        }
        let price = line.gross.or(line.stated_total);
        self.discounts = self.discounts.saturating_add(line.discount.minor());
        self.prices = self.prices.saturating_add(price.map_or(0, Amount::minor));
    }

    fn are_shares(&self) -> bool {
        self.as_shares > 0 && self.as_amounts == 0
    }

    fn are_tiny(&self) -> bool {
        self.discounts.saturating_mul(PART_OF_PRICES) < self.prices
    }
}

/// Decides for the whole column. The totals of lines are proof; without any, discounts beside percentages are unclear,
/// and so are those that are tiny beside their prices.
pub(super) fn decide(noted: &OpenDiscounts, lines: &mut [Line], currency: Currency) {
    let mut open: Vec<(usize, Option<Amount>)> = Vec::with_capacity(noted.open.len());
    let mut evidence = Evidence::default();
    for (row, share) in &noted.open {
        // A row that was refused is no line.
        let Ok(index) = lines.binary_search_by_key(row, |line| line.row) else {
            continue;
        };
        let Some(line) = lines.get(index) else { continue };
        let share = line.gross.and_then(|gross| share_of(gross, *share, currency));
        evidence.add(line, share);
        open.push((index, share));
    }
    let is_unclear =
        evidence.as_amounts == 0 && (noted.has_shares || (!noted.has_amounts && evidence.are_tiny()));
    for (index, share) in open {
        let Some(line) = lines.get_mut(index) else {
            continue;
        };
        match share {
            Some(share) if evidence.are_shares() => line.discount = share,
            Some(_) => line.discount_is_unclear = is_unclear,
            None => line.discount_is_unclear = is_unclear || evidence.are_shares(),
        }
    }
}
